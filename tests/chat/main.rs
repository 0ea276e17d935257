//! The chat, as those see it who chat: the real program, clients over real connections, and what
//! each of them hears, in which order. Each row is a test with a name of its own; those whose
//! name begins with a number stand in PROTOCOL.md's table J.
//!
//! `cargo test --test chat J` runs the rows of that table, `… churn` one row. `WS101_LONG=1` makes
//! those longer that look for what happens seldom.

use house::House;
use libtest_mimic::{Arguments, Trial};
use std::collections::HashSet;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

mod accepted;
mod churn;
mod endings;
mod floods;
mod goings;
mod guest;
mod history;
#[path = "../rows/house.rs"]
mod house;
mod lists;
#[path = "../live/mod.rs"]
mod live;
mod lost_connections;
mod manners;
mod names;
mod notices;
#[path = "../live/optional.rs"]
mod optional;
mod order;
#[path = "../third_party/peer.rs"]
mod peer;
mod presence;
mod recovery;
mod refused;
mod rooms;
mod scratch;
mod sessions;
mod slow_readers;
mod talk;
mod third_parties;
mod web;

/// What must come at all comes within this, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(20);

/// Most rows wait for a packet or for a deadline of the server's, not for a processor.
const AT_ONCE: usize = 12;

fn main() -> ExitCode {
    let mut args = Arguments::from_args();
    args.test_threads.get_or_insert(AT_ONCE);
    let house = Arc::new(House::with(&[]));
    let rows: Vec<Trial> = [
        churn::rows(), // the longest first
        endings::rows(),
        slow_readers::rows(),
        order::rows(),
        refused::rows(&house),
        accepted::rows(&house),
        floods::rows(&house),
        rooms::rows(&house),
        goings::rows(&house),
        names::rows(&house),
        talk::rows(&house),
        presence::rows(&house),
        sessions::rows(&house),
        lost_connections::rows(&house),
        manners::rows(),
        history::rows(),
        recovery::rows(),
        notices::rows(),
        third_parties::rows(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut names = HashSet::new();
    for row in &rows {
        assert!(names.insert(row.name()), "two rows: {:?}", row.name());
    }
    libtest_mimic::run(&args, rows).exit_code()
}

/// A row that is a function of its own.
fn row(name: impl Into<String>, run: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, || {
        run();
        Ok(())
    })
}

/// A row that takes the server which many rows share.
fn shared(house: &Arc<House>, name: &str, run: impl FnOnce(&House) + Send + 'static) -> Trial {
    let house = Arc::clone(house);
    row(name, move || run(&house))
}

/// Shall rows that look for what happens seldom take their time?
fn is_long() -> bool {
    std::env::var_os("WS101_LONG").is_some_and(|value| !value.is_empty() && value != "0")
}
