//! Faults of machines, not of people: a client that does not read or is gone without a word, a
//! server out of descriptors, threads or disk, a disk that stands still; stopped, killed, or told to end while everyone
//! talks. Each is brought about from outside, on the real program, and each is a row with a name.
//!
//! `cargo test --test faults disk` runs the rows whose name has that word. `WS101_LONG=1` makes those
//! longer that look for what happens seldom.

use std::process::ExitCode;

mod clients;
mod endings;
mod gone;
#[cfg(target_os = "linux")]
mod hangup;
#[path = "../kit/mod.rs"]
mod kit;
#[cfg(target_os = "linux")]
mod left_behind;
mod outputs;
mod places;
mod proxy;
mod recovery;
mod shared_file;
mod standing;
mod under_load;
mod unread;

/// Most rows wait for a deadline of the server's, not for a processor.
const AT_ONCE: usize = 12;

fn main() -> ExitCode {
    let tables = [
        under_load::rows(), // the longest first
        clients::rows(),    // of clients' machines, and of ours
        endings::rows(),    // how the server ends
        #[cfg(target_os = "linux")]
        hangup::rows(), // how it ends when its terminal is closed
        gone::rows(),       // clients that say no goodbye
        #[cfg(target_os = "linux")]
        left_behind::rows(), // and what is left of them
        proxy::rows(),      // a proxy that hangs
        places::rows(),     // a disk, or a thread, that is not to be had
        standing::rows(),   // a disk that stands still
        shared_file::rows(), // others at work on the history file
        recovery::rows(),   // and how the next one goes on
        outputs::rows(),    // what the program says, and to whom
        unread::rows(),     // and when it has no reader
    ];
    kit::table::run(tables, AT_ONCE).exit_code()
}
