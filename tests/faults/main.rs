//! Faults of machines: a client that does not read, or vanishes; a server without descriptors, threads or
//! disk space; a disk that stalls; a server that is stopped, killed, or ended while everyone talks. Each
//! is caused from outside, on the real program, and is a row with a name.
//!
//! `cargo test --test faults disk` runs the rows with that word in their name. `WS101_LONG=1` lengthens
//! the rows that look for rare events.

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

/// Most rows wait for a deadline of the server, not for a processor.
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
