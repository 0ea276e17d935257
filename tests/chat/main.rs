//! The chat as its clients see it: the real program, real connections, and the events that each client
//! receives, in their order. Each row is a test with a name of its own.
//!
//! `cargo test --test chat churn` runs the rows with that word in their name. `WS101_LONG=1` lengthens
//! the rows that look for rare events.

use kit::server::shared::SharedServer;
use std::process::ExitCode;
use std::sync::Arc;

mod churn;
mod evictions;
mod history;
mod ignored;
mod joins_and_leaves;
#[path = "../kit/mod.rs"]
mod kit;
mod lines_and_whispers;
mod lookalike_names;
mod lost_connections;
mod names;
mod notices;
mod order;
#[path = "../third_party/peer.rs"]
mod peer;
mod person_ids;
mod presence;
mod repeated_ids;
mod rooms;
mod sessions;
mod slow_readers;
mod third_parties;

/// Most rows wait for a packet or a deadline of the server, not for a processor.
const AT_ONCE: usize = 12;

fn main() -> ExitCode {
    let server = Arc::new(SharedServer::with(&[]));
    let tables = [
        churn::rows(), // the longest first
        slow_readers::rows(),
        order::rows(),
        rooms::rows(&server),
        joins_and_leaves::rows(&server),
        lookalike_names::rows(&server),
        names::rows(&server),
        lines_and_whispers::rows(&server),
        repeated_ids::rows(&server),
        person_ids::rows(&server),
        ignored::rows(&server),
        presence::rows(&server),
        sessions::rows(&server),
        lost_connections::rows(&server),
        evictions::rows(),
        history::rows(),
        notices::rows(),
        third_parties::rows(),
    ];
    kit::table::run(tables, AT_ONCE).exit_code()
}
