//! Autobahn|Testsuite plays 301 clients, good and bad, against `/echo`: each of its cases is a
//! test here. Groups 12 and 13 are left out: they are about compression, which we decline (§9.1).
//!
//! ```text
//! tests/autobahn/install.sh target/autobahn
//! WSTEST=target/autobahn/bin/wstest cargo test --test autobahn         all of them
//! WSTEST=target/autobahn/bin/wstest cargo test --test autobahn 6.4     those with 6.4 in their name
//! ```
//!
//! What the suite saw, byte by byte, can be read afterwards: `target/tmp/autobahn/index.html`.

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::sync::OnceLock;
use verdict::Tally;
use wstest::Run;

#[path = "../live/mod.rs"]
mod live;
mod verdict;
mod wstest;

/// The suite's own numbers, in its order.
const CASES: &str = include_str!("cases.txt");

/// The test that counts the others.
const SUMMARY: &str = "summary";

/// The suite runs once, before the first test asks what it saw.
static RUN: OnceLock<Run> = OnceLock::new();

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let mut tests = verdict::rows();
    match wstest::find() {
        Ok(program) => {
            tests.extend(CASES.lines().map(|id| Trial::test(id, move || judge(id))));
            tests.push(Trial::test(SUMMARY, summary));
            let cases = selected(&args, &tests);
            if !args.list && !cases.is_empty() {
                let run = wstest::run(&program, cases);
                eprintln!(
                    "\n{} cases in {:.1?}: {}",
                    run.cases.len(),
                    run.took,
                    run.tally()
                );
                RUN.set(run).expect("it is set here alone");
            }
        }
        Err(reason) => {
            if !args.list {
                eprintln!("\n{reason}.\n{}", wstest::INSTALL);
            }
            let names = CASES.lines().chain([SUMMARY]);
            tests.extend(names.map(|name| live::optional::missing(name, &reason)));
        }
    }
    libtest_mimic::run(&args, tests).exit_code()
}

/// The cases that the command line asks for; to ask for the summary alone is to ask for all.
fn selected(args: &Arguments, tests: &[Trial]) -> Vec<&'static str> {
    let names: Vec<&str> = tests
        .iter()
        .filter(|test| !args.is_filtered_out(test))
        .map(Trial::name)
        .collect();
    let cases: Vec<_> = CASES.lines().filter(|id| names.contains(id)).collect();
    if cases.is_empty() && names.contains(&SUMMARY) {
        return CASES.lines().collect();
    }
    cases
}

fn judge(id: &str) -> Result<(), libtest_mimic::Failed> {
    let run = RUN.get().expect("it ran");
    let report = run.reports.get(id).ok_or("the suite left no report")?;
    Ok(verdict::judge(id, report)?)
}

fn summary() -> Result<(), libtest_mimic::Failed> {
    let run = RUN.get().expect("it ran");
    let expected = Tally::expected(&run.cases);
    if run.tally() != expected {
        return Err(format!("{}; expected were {expected}", run.tally()).into());
    }
    if run.server_log.contains("panicked") {
        return Err(format!("the server said:\n{}", run.server_log).into());
    }
    Ok(())
}
