//! The suite's program: where it is, and one run of it.

use super::kit::stopwatch::Stopwatch;
use super::sides::Side;
use super::verdict::{self, Tally};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

/// What to do where it is missing.
pub(crate) const INSTALL: &str = "\
Install it with Python 2.7:  tests/autobahn/install.sh target/autobahn
and run:                     WSTEST=target/autobahn/bin/wstest cargo test --test autobahn
Without Python 2.7, the Docker image crossbario/autobahn-testsuite has the same program.";

/// Far more than all cases take on a busy machine. A suite that hangs costs no more than this.
pub(crate) const DEADLINE: Duration = Duration::from_secs(1_200);

/// How often a case is tried.
const TRIES: usize = 5;

/// What the suite calls us in its reports.
pub(crate) const AGENT: &str = "ws101";

/// What one run of the suite brought to light.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) cases: Vec<&'static str>,
    /// The suite's report on each case, as it wrote it.
    pub(crate) reports: BTreeMap<&'static str, Value>,
    /// What our own programs said.
    pub(crate) our_log: String,
    pub(crate) took: Duration,
}

impl Run {
    pub(crate) fn tally(&self) -> Tally {
        Tally::of(&self.cases, &self.reports)
    }

    fn failed(&self) -> Vec<&'static str> {
        let is_right = |id: &str| match self.reports.get(id) {
            Some(report) => verdict::judge(id, report).is_ok(),
            None => false,
        };
        let cases = self.cases.iter().copied();
        cases.filter(|id| !is_right(id)).collect()
    }
}

/// The program that `WSTEST` names, or `wstest` in `PATH`.
pub(crate) fn find() -> Result<PathBuf, String> {
    if let Some(named) = env::var_os("WSTEST") {
        let named = PathBuf::from(named);
        let reason = format!("WSTEST is {}, which is no file", named.display());
        return Some(named).filter(|file| file.is_file()).ok_or(reason);
    }
    env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .map(|folder| folder.join("wstest"))
        .find(|file| file.is_file())
        .ok_or("no wstest, neither in WSTEST nor in PATH".to_owned())
}

/// Has the suite try these cases. It gives each a second or so, by the clock on the wall: those that
/// fail while the processors are busy are tried again.
pub(crate) fn run(program: &Path, side: Side, cases: Vec<&'static str>) -> Run {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let since = Stopwatch::start();
    let mut run = run_once(program, side, &folder.join(side.folder()), cases);
    for _ in 1..TRIES {
        let failed = run.failed();
        let was_busy = since.waited() < since.elapsed() / 2;
        if failed.is_empty() || !was_busy {
            break;
        }
        eprintln!("\nThe machine is busy. Once more: {}", failed.join(", "));
        let again_in = folder.join(side.folder().to_owned() + "-again");
        let again = run_once(program, side, &again_in, failed);
        run.reports.extend(again.reports);
        run.our_log.push_str(&again.our_log);
        run.took += again.took;
    }
    run
}

/// Has the suite try these cases once.
fn run_once(program: &Path, side: Side, folder: &Path, cases: Vec<&'static str>) -> Run {
    // Reports of an earlier run would be taken for this one's.
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("the build's own folder can be written");
    let started = Instant::now();
    let our_log = side.play(program, folder, &cases);
    Run {
        reports: read_reports(folder, &cases),
        cases,
        our_log,
        took: started.elapsed(),
    }
}

/// What the suite is to do, as a file.
pub(crate) fn write_orders(folder: &Path, orders: &Value) -> PathBuf {
    let file = folder.join("orders.json");
    fs::write(&file, orders.to_string()).expect("the build's own folder can be written");
    file
}

/// The reports that were written.
fn read_reports(folder: &Path, cases: &[&'static str]) -> BTreeMap<&'static str, Value> {
    cases
        .iter()
        .filter_map(|&id| Some((id, read_report(folder, id)?)))
        .collect()
}

/// The report on case 1.2.3 is in `ws101_case_1_2_3.json`.
fn read_report(folder: &Path, id: &str) -> Option<Value> {
    let name = format!("{AGENT}_case_{}.json", id.replace('.', "_"));
    let text = fs::read_to_string(folder.join(&name)).ok()?;
    // Python 2 writes half a surrogate pair as \ud800, which no string of ours can hold. It does
    // so in payloads alone, which are not judged: any other letter does as well.
    let text = text.replace(r"\ud", r"\ue");
    let report = serde_json::from_str(&text);
    Some(report.unwrap_or_else(|error| panic!("{name}: {error}")))
}
