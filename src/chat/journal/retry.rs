//! A file that could not be written to, tried again, though nobody says anything meanwhile.
//!
//! The thread lives as long as something waits to be written.

use super::Journal;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

const STACK: usize = 128 << 10;

/// When to try again, and how long the pause before that was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retry {
    pub(super) at: Instant,
    pub(super) pause: Duration,
}

/// Without a thread, the next line tries again.
pub(super) fn start(journal: &Arc<Journal>) {
    let journal = Arc::downgrade(journal);
    let thread = thread::Builder::new().name("history".to_owned());
    let started = thread.stack_size(STACK).spawn(move || run(&journal));
    if let Err(error) = started {
        log::debug!("no thread for the history: {error}");
    }
}

fn run(journal: &Weak<Journal>) {
    while let Some(wait) = journal.upgrade().and_then(|journal| journal.retry_if_due()) {
        thread::sleep(wait);
    }
}
