//! The chat, as those see it who chat: the real program, clients over real connections, and what
//! each of them hears, in which order. Each row is a test with a name of its own.
//!
//! `cargo test --test chat churn` runs one row. `WS101_LONG=1` makes
//! those longer that look for what happens seldom.

use kit::server::shared::House;
use std::process::ExitCode;
use std::sync::Arc;

mod churn;
mod goings;
mod history;
mod ignored;
mod imitations;
#[path = "../kit/mod.rs"]
mod kit;
mod lost_connections;
mod manners;
mod names;
mod notices;
mod order;
#[path = "../third_party/peer.rs"]
mod peer;
mod persons;
mod presence;
mod repeats;
mod rooms;
mod sessions;
mod slow_readers;
mod talk;
mod third_parties;

/// Most rows wait for a packet or for a deadline of the server's, not for a processor.
const AT_ONCE: usize = 12;

fn main() -> ExitCode {
    let house = Arc::new(House::with(&[]));
    let tables = [
        churn::rows(), // the longest first
        slow_readers::rows(),
        order::rows(),
        rooms::rows(&house),
        goings::rows(&house),
        imitations::rows(&house),
        names::rows(&house),
        talk::rows(&house),
        repeats::rows(&house),
        persons::rows(&house),
        ignored::rows(&house),
        presence::rows(&house),
        sessions::rows(&house),
        lost_connections::rows(&house),
        manners::rows(),
        history::rows(),
        notices::rows(),
        third_parties::rows(),
    ];
    kit::table::run(tables, AT_ONCE).exit_code()
}
