//! What each feature costs that is on as shipped, and what the others notice of a client that does not
//! keep up: the real server with and without it, in turn.
//!
//! `cargo bench --bench costs`; `-- n100/` or `-- beside/` picks cells, `-- --test` runs
//! everything for a moment and fails if a delivery is missing.
//!
//! No flag turns off the recorder, which keeps the last frames of each connection for a later watcher. To measure
//! it, build a server whose connections have none, and run `cargo bench --bench fanout -- --server PATH`. With the
//! recorder, a delivery took 1.01 to 1.04 times the processor time with 100 members, and no more than the
//! noise with 1 000.

mod load;

use load::arguments::Arguments;
use load::bystander::Bystander;
use load::conditions::Conditions;
use load::driver::{measure, measure_under};
use load::rounds::{self, Contestant};
use load::target::{CHAT, Target, ws101};
use load::workload::{Audience, Length, Load};
use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

const INTRODUCTION: &str = "\
nN/wW/sS: N members of one room, of which S each keep W lines of 64 bytes in flight; k/s: thousand
deliveries a second; ×: to the first row of a cell, as shipped but for --rate off. The second row measures
it again, and shows the noise. beside/: at half of the pace that the server can keep, with one more client that
does not keep up, the median of eight seconds; lines of 1 900 bytes where one at a time would not
fill the system's buffers for that client.
";

/// Members, senders, window.
const CELLS: [(usize, usize, usize); 4] =
    [(100, 1, 1), (100, 1, 64), (1_000, 1, 64), (100, 100, 1)];
/// At half speed, with the bytes of a text: the buffers of a client that does not read must fill up in time.
const CALM_CELLS: [((usize, usize, usize), usize); 2] = [((100, 1, 1), 1_900), ((100, 1, 30), 64)];
/// Seconds. A client that does not read lags in the first of them, and is evicted; one that comes back
/// lags in all of them.
const CALM_TIMES: usize = 8;
/// The most members in a test.
const TEST_MEMBERS: usize = 100;

/// The highest rate that can be asked for: no sender reaches it.
const HIGH_RATE: [&str; 2] = ["--rate", "1000000"];
const NO_RATE: [&str; 2] = ["--rate", "off"];
const HISTORY: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/costs-history");
const HIGH_LIMITS: [&str; 8] = [
    "--rate",
    "off",
    "--max-connections",
    "10000",
    "--max-per-address",
    "10000",
    "--max-handshaking",
    "10000",
];

const FEATURES: [(&str, &[&str], Option<Bystander>); 8] = [
    ("--rate off", &NO_RATE, None),
    ("the same again", &NO_RATE, None),
    ("--rate 1000000", &HIGH_RATE, None),
    (
        "--history FILE",
        &["--rate", "off", "--history", HISTORY],
        None,
    ),
    ("limits of connections raised", &HIGH_LIMITS, None),
    (
        "--ping-interval 1s",
        &["--rate", "off", "--ping-interval", "1s"],
        None,
    ),
    ("one is watched", &NO_RATE, Some(Bystander::Watcher)),
    (
        "one is watched by a client that does not read",
        &NO_RATE,
        Some(Bystander::StalledWatcher),
    ),
];

const BYSTANDERS: [(&str, Option<Bystander>); 5] = [
    ("no bystander", None),
    ("no bystander, again", None),
    ("one never reads", Some(Bystander::NeverReads)),
    ("one reads 4 KiB a second", Some(Bystander::ReadsSlowly)),
    ("one is evicted and comes back", Some(Bystander::ComesBack)),
];

fn main() -> ExitCode {
    let arguments = match Arguments::of_process() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    println!("{INTRODUCTION}");
    rounds::print_head(&arguments);
    let mut good = true;
    let fits = |members| !arguments.is_test || members <= TEST_MEMBERS;
    for cell in CELLS.into_iter().filter(|(members, ..)| fits(*members)) {
        let (name, load) = named(cell);
        good &= !arguments.wants(&name) || compare_features(&arguments, &name, &load);
    }
    for (cell, size) in CALM_CELLS {
        let (name, load) = named(cell);
        let (name, load) = (format!("beside/{name}/{size}B"), Load { size, ..load });
        good &= !arguments.wants(&name) || compare_bystanders(&arguments, &name, &load);
    }
    ExitCode::from(u8::from(!good))
}

fn named((members, senders, window): (usize, usize, usize)) -> (String, Load) {
    let load = Load {
        members,
        senders,
        window,
        size: 64,
        audience: Audience::Everyone,
    };
    (format!("n{members}/w{window}/s{senders}"), load)
}

fn server(name: &str, flags: &[&str]) -> Target {
    let program = Path::new(env!("CARGO_BIN_EXE_ws101"));
    ws101(name, program, flags, CHAT)
}

fn compare_features(arguments: &Arguments, name: &str, load: &Load) -> bool {
    let contestants = FEATURES.map(|(what, flags, bystander)| -> Contestant<'_> {
        let target = server(what, flags);
        let conditions = Conditions {
            pace: None,
            bystander,
        };
        let measure = move |length: &_| {
            remove(HISTORY)?;
            measure_under(&conditions, &target, load, length)
        };
        (what, Box::new(measure))
    });
    let good = rounds::compare(arguments, name, &contestants);
    good & remove(HISTORY).is_ok()
}

/// A file from an earlier run would be read first.
fn remove(file: &str) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn compare_bystanders(arguments: &Arguments, name: &str, load: &Load) -> bool {
    let target = server(name, &NO_RATE);
    let pace = match measure(&target, load, &arguments.length()) {
        Ok(figures) => load.half(figures.rate),
        Err(error) => {
            println!("| {name} | at full speed | failed: {error} |");
            return false;
        }
    };
    let contestants = BYSTANDERS.map(|(who, bystander)| -> Contestant<'_> {
        let conditions = Conditions {
            pace: Some(pace),
            bystander,
        };
        let target = &target;
        let times = if arguments.is_test { 1 } else { CALM_TIMES };
        let measure = move |length: &Length| {
            measure_under(&conditions, target, load, &Length { times, ..*length })
        };
        (who, Box::new(measure))
    });
    rounds::compare(arguments, name, &contestants)
}
