//! Faults of machines, not of people: a client that does not read or is gone without a word, a
//! server out of descriptors, threads or disk, a disk that stands still; stopped, killed, or told to end while everyone
//! talks. Each is brought about from outside, on the real program, and each is a row with a name.
//!
//! `cargo test --test faults disk` runs the rows whose name has that word. `WS101_LONG=1` makes those
//! longer that look for what happens seldom.

use std::process::ExitCode;

mod clients;
mod hanging_proxy;
#[cfg(target_os = "linux")]
mod hangup;
#[path = "../kit/mod.rs"]
mod kit;
#[cfg(target_os = "linux")]
mod leftovers;
mod lost_packets;
mod outputs;
mod recovery;
mod shared_file;
mod shutdown;
mod shutdown_under_load;
mod stalled_disk;
mod unread_outputs;
mod unwritable_history;
mod vanished_clients;

/// Most rows wait for a deadline of the server's, not for a processor.
const AT_ONCE: usize = 12;

fn main() -> ExitCode {
    let tables = [
        shutdown_under_load::rows(), // the longest first
        clients::rows(),             // of clients' machines, and of ours
        shutdown::rows(),            // how the server ends
        #[cfg(target_os = "linux")]
        hangup::rows(), // how it ends when its terminal is closed
        vanished_clients::rows(),    // clients that say no goodbye
        #[cfg(target_os = "linux")]
        leftovers::rows(), // and what is left of them
        lost_packets::rows(),        // what a test says of them
        hanging_proxy::rows(),       // a proxy that hangs
        unwritable_history::rows(),  // a disk, or a thread, that is not to be had
        stalled_disk::rows(),        // a disk that stands still
        shared_file::rows(),         // others at work on the history file
        recovery::rows(),            // and how the next one goes on
        outputs::rows(),             // what the program says, and to whom
        unread_outputs::rows(),      // and when it has no reader
    ];
    kit::table::run(tables, AT_ONCE).exit_code()
}
