//! Autobahn|Testsuite plays 301 peers, good and bad: clients of `/echo`, and servers that
//! `ws101 connect --echo` talks to. Each of its cases is a test here for our server and for our client;
//! for the client once more, but for the megabytes of group 9, with every byte of the suite's by itself.
//! Groups 12 and 13 are left out: they are about compression, which we decline (§9.1).
//!
//! ```text
//! tests/autobahn/install.sh target/autobahn
//! WSTEST=target/autobahn/bin/wstest cargo test --test autobahn           all of them
//! WSTEST=target/autobahn/bin/wstest cargo test --test autobahn 6.4       those with 6.4 in their name
//! WSTEST=target/autobahn/bin/wstest cargo test --test autobahn client    our client's
//! ```
//!
//! What the suite saw, byte by byte, can be read afterwards: `target/tmp/autobahn/index.html`,
//! for the client in `autobahn-client` and `autobahn-client-byte-by-byte`.

use libtest_mimic::{Arguments, Trial};
use sides::Side;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;
use verdict::Tally;
use wstest::Run;

#[path = "../kit/mod.rs"]
mod kit;
mod sides;
mod verdict;
mod wstest;

/// The suite's own numbers, in its order.
const CASES: &str = include_str!("cases.txt");

/// The test that counts the others of its side.
const SUMMARY: &str = "summary";

/// The suite runs once for each side, before the first test asks what it saw.
static RUNS: OnceLock<BTreeMap<Side, Run>> = OnceLock::new();

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let mut tests = verdict::rows();
    match wstest::find() {
        Ok(program) => {
            for side in Side::ALL {
                let judged = |id| Trial::test(side.name(id), move || judge(side, id));
                tests.extend(cases(side).map(judged));
                tests.push(Trial::test(side.name(SUMMARY), move || summary(side)));
            }
            if !args.list {
                let asked = Side::ALL.map(|side| (side, selected(&args, &tests, side)));
                let asked = asked.into_iter().filter(|(_, cases)| !cases.is_empty());
                let runs = asked.map(|(side, cases)| (side, run(&program, side, cases)));
                RUNS.set(runs.collect()).expect("it is set here alone");
            }
        }
        Err(reason) => {
            if !args.list {
                eprintln!("\n{reason}.\n{}", wstest::INSTALL);
            }
            for side in Side::ALL {
                let names = cases(side).chain([SUMMARY]).map(|name| side.name(name));
                tests.extend(names.map(|name| kit::optional::missing(&name, &reason)));
            }
        }
    }
    libtest_mimic::run(&args, tests).exit_code()
}

fn run(program: &Path, side: Side, cases: Vec<&'static str>) -> Run {
    let run = wstest::run(program, side, cases);
    let (count, took, tally) = (run.cases.len(), run.took, run.tally());
    eprintln!("\n{side:?}: {count} cases in {took:.1?}: {tally}");
    run
}

/// The cases that the command line asks for; to ask for the summary alone is to ask for all.
fn selected(args: &Arguments, tests: &[Trial], side: Side) -> Vec<&'static str> {
    let names: Vec<&str> = tests
        .iter()
        .filter(|test| !args.is_filtered_out(test))
        .map(Trial::name)
        .collect();
    let is_asked = |name: &str| names.contains(&side.name(name).as_str());
    let asked: Vec<_> = cases(side).filter(|id| is_asked(id)).collect();
    if asked.is_empty() && is_asked(SUMMARY) {
        return cases(side).collect();
    }
    asked
}

fn cases(side: Side) -> impl Iterator<Item = &'static str> {
    CASES.lines().filter(move |id| side.plays(id))
}

fn judge(side: Side, id: &str) -> Result<(), libtest_mimic::Failed> {
    let run = &RUNS.get().expect("it ran")[&side];
    let report = run.reports.get(id).ok_or("the suite left no report")?;
    Ok(verdict::judge(id, report)?)
}

fn summary(side: Side) -> Result<(), libtest_mimic::Failed> {
    let run = &RUNS.get().expect("it ran")[&side];
    let expected = Tally::expected(&run.cases);
    if run.tally() != expected {
        return Err(format!("{}; expected were {expected}", run.tally()).into());
    }
    if run.our_log.contains("panicked") {
        return Err(format!("we said:\n{}", run.our_log).into());
    }
    Ok(())
}
