//! How far a client may lag, and how many clients lagged further.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// Clients that may lag at the same time: each of them has a writer thread.
pub(crate) const MOST_WRITERS: usize = 1_024;

/// The limits of all senders of a server, and counts of the clients that exceeded them.
#[derive(Debug)]
pub(crate) struct WriteLimits {
    /// How long a client may take to accept what it is sent.
    pub(super) timeout: Duration,
    /// The most bytes in a client's backlog.
    pub(super) backlog: usize,
    /// Writer threads that are running.
    pub(super) writers: AtomicUsize,
    evicted: AtomicU64,
    dropped: AtomicU64,
}

impl WriteLimits {
    pub(crate) const fn new(timeout: Duration, backlog: usize) -> Self {
        Self {
            timeout,
            backlog,
            writers: AtomicUsize::new(0),
            evicted: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        }
    }

    /// The number of clients that were evicted.
    pub(crate) fn evicted(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
    }

    /// The number of messages that were dropped with their backlogs.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Counts a client that was evicted, and the messages of its backlog.
    pub(super) fn note_eviction(&self, dropped: usize) {
        self.evicted.fetch_add(1, Ordering::Relaxed);
        self.dropped.fetch_add(dropped as u64, Ordering::Relaxed);
    }
}

/// The place of one writer thread. Dropping it, in whatever way, gives it back.
#[derive(Debug)]
pub(super) struct WriterPlace(Arc<WriteLimits>);

impl WriterPlace {
    /// Returns `None` if [`MOST_WRITERS`] threads are writing.
    pub(super) fn take(limits: &Arc<WriteLimits>) -> Option<Self> {
        let place = Self(Arc::clone(limits));
        // One that is too many is given back at once.
        (limits.writers.fetch_add(1, Ordering::Relaxed) < MOST_WRITERS).then_some(place)
    }
}

impl Drop for WriterPlace {
    fn drop(&mut self) {
        self.0.writers.fetch_sub(1, Ordering::Relaxed);
    }
}
