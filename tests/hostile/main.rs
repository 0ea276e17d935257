//! The rows of PROTOCOL.md's tables that take a server: bytes over real connections to the real
//! program, and what must come back. Each row is a test whose name begins with its number.
//!
//! `cargo test --test hostile H` runs the rows of one letter, `… C21` one row.

use live::house::House;
use std::process::ExitCode;
use std::sync::Arc;

mod accepted;
mod closing;
mod crowd;
mod deadline;
mod floods;
mod frames;
mod frames_in_time;
#[path = "../live/mod.rs"]
mod live;
mod messages;
mod origins;
mod pages;
mod refused;
mod requests;
mod requests_in_time;
mod upgrades;

/// Most rows wait for a deadline of the server's or for a packet, not for a processor.
const AT_ONCE: usize = 16;

fn main() -> ExitCode {
    let house = Arc::new(House::with(&[]));
    let tables = [
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
        refused::rows(&house),        // J: what the chat refuses
        accepted::rows(&house),       // J: what looks odd, and it takes
        floods::rows(&house),         // J: too much, too fast
    ];
    let conclusion = live::rows::run(tables, AT_ONCE);
    if let Some(endings) = live::wire::report_endings() {
        eprintln!("{endings}\n");
    }
    conclusion.exit_code()
}
