//! The rows of ROWS.md's tables that need a server: bytes over real connections to the real
//! program, and the answer. Each row is a test whose name begins with its number.
//!
//! `cargo test --test hostile H` runs the rows of one letter, `… C21` one row.

use std::process::ExitCode;
use witnessed::SharedServer;

mod accepted;
mod by_attack;
mod closing;
mod connection_limits;
mod deadline;
mod fields;
mod floods;
mod frames;
mod frames_in_time;
mod greed;
mod greed_talk;
mod keep_alive;
#[path = "../kit/mod.rs"]
mod kit;
mod lateness;
mod memory_budget;
mod messages;
mod origins;
mod pages;
mod refused;
mod requests;
mod requests_in_time;
#[path = "../rows/mod.rs"]
mod rows;
mod table;
mod upgrades;
mod wire_floods;
mod wire_tokens;
mod wire_view;
mod witness_checks;
mod witnessed;
mod witnesses;

/// Rows that share a server wait for each other, and most others for a deadline of the server.
const AT_ONCE: usize = 32;

fn main() -> ExitCode {
    kit::server::descriptors::allow_many();
    let shared = SharedServer::with(&[]);
    let tables = [
        // Tables whose rows have servers of their own go first; the others queue for one server.
        requests_in_time::rows(),      // H: requests that do not end
        witness_checks::rows(),        // the witnesses of all rows
        connection_limits::rows(),     // U, R: how many may connect
        floods::rows(),                // J: too much, too fast
        memory_budget::rows(),         // M: many large messages
        greed::rows(),                 // G: one address that wants all places
        greed_talk::rows(),            // G: … all bytes, and all of a listener
        frames_in_time::rows(&shared), // F: frames that do not end, clients that fall silent
        wire_floods::rows(),           // R: watchers who lag
        wire_tokens::rows(&shared),    // J: who may watch
        wire_view::rows(&shared),      // what they see
        messages::rows(&shared),       // M
        origins::rows(&shared),        // U: who may connect
        closing::rows(&shared),        // C: the client closes
        requests::rows(&shared),       // H: one request, one answer
        pages::rows(&shared),          // S
        keep_alive::rows(&shared),     // K: connections that are kept
        upgrades::rows(&shared),       // U: the upgrade
        frames::rows(&shared),         // F: a message in very many frames
        table::rows(&shared),          // F, M, C: right and wrong, at every level
        refused::rows(&shared),        // J: what the chat refuses
        fields::rows(&shared),         // J: of which kind each field is
        accepted::rows(&shared),       // J: what looks odd, and it takes
    ];
    let conclusion = kit::table::run(tables, AT_ONCE);
    if let Some(endings) = kit::client::close_times::report() {
        eprintln!("{endings}");
    }
    let undisturbed = by_attack::verdict().is_none_or(|(report, undisturbed)| {
        eprintln!("{report}\n");
        undisturbed
    });
    if undisturbed {
        conclusion.exit_code()
    } else {
        ExitCode::FAILURE
    }
}
