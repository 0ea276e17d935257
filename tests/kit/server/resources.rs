//! Threads and descriptors of a server, of which a client that has gone must leave none.

use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use std::thread;
use std::time::{Duration, Instant};

/// The server has released what a client used within this time.
const LONGEST: Duration = Duration::from_secs(2);

/// How many threads and descriptors a process has. Only Linux tells; on other systems all are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resources {
    threads: usize,
    descriptors: usize,
}

impl Resources {
    #[cfg(target_os = "linux")]
    pub(crate) fn of(process: u32) -> Self {
        use super::usage::entries;

        Self {
            threads: entries(process, "task"),
            descriptors: entries(process, "fd"),
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn of(_: u32) -> Self {
        Self {
            threads: 0,
            descriptors: 0,
        }
    }
}

/// Whether the process has no more of either than before.
pub(crate) fn has_come_back(before: Resources, process: u32) -> bool {
    let now = Resources::of(process);
    now.threads <= before.threads && now.descriptors <= before.descriptors
}

/// Asserts that the process has no more of either than before, within two seconds of idle time.
pub(crate) fn assert_back_at(before: Resources, process: u32) {
    let (since, deadline) = (Stopwatch::start(), Instant::now() + PATIENCE);
    loop {
        if has_come_back(before, process) {
            return;
        }
        let too_long = since.waited() >= LONGEST || Instant::now() >= deadline;
        let now = Resources::of(process);
        assert!(!too_long, "{before:?} before, now {now:?}");
        thread::park_timeout(Duration::from_millis(1));
    }
}
