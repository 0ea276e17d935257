//! The rows of PROTOCOL.md's tables that take a server: bytes over real connections to the real
//! program, and what must come back. Each row is a test whose name begins with its number.
//!
//! `cargo test --test rows H` runs the rows of one letter, `… C21` one row.

use house::House;
use libtest_mimic::{Arguments, Trial};
use std::collections::HashSet;
use std::process::ExitCode;
use std::sync::Arc;

mod answer;
#[path = "../bytes/mod.rs"]
mod bytes;
mod closing;
mod crowd;
mod deadline;
mod endings;
mod faults;
mod frames;
mod frames_in_time;
mod house;
#[path = "../live/mod.rs"]
mod live;
mod messages;
#[path = "../live/optional.rs"]
mod optional;
mod origins;
mod outputs;
mod pages;
mod requests;
mod requests_in_time;
mod upgrades;
mod wire;

/// Most rows wait for a deadline of the server's or for a packet, not for a processor.
const AT_ONCE: usize = 16;

fn main() -> ExitCode {
    let mut args = Arguments::from_args();
    args.test_threads.get_or_insert(AT_ONCE);
    let house = Arc::new(House::with(&[]));
    let rows: Vec<Trial> = [
        requests::rows(&house),       // H: one request, one answer
        requests_in_time::rows(),     // H: requests that do not end
        pages::rows(&house),          // S
        upgrades::rows(&house),       // U: the upgrade
        origins::rows(&house),        // U: who may connect
        crowd::rows(),                // U, R: how many may connect
        frames::rows(&house),         // F
        frames_in_time::rows(&house), // F: frames that do not end, clients that fall silent
        messages::rows(&house),       // M
        closing::rows(&house),        // C: the client closes
        endings::rows(),              // C: the server ends
        faults::rows(),               // faults of the machine
        outputs::rows(),              // what the program says, and to whom
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut names = HashSet::new();
    for row in &rows {
        assert!(names.insert(row.name()), "two rows: {:?}", row.name());
    }
    let conclusion = libtest_mimic::run(&args, rows);
    if let Some(endings) = wire::report_endings() {
        eprintln!("{endings}\n");
    }
    conclusion.exit_code()
}

/// A row that is a function of its own.
fn row(name: impl Into<String>, run: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, || {
        run();
        Ok(())
    })
}
