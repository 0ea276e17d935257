//! The end of a connection as its writer sees it: the client must take what is left within moments.
//!
//! Otherwise a client that has gone would hold a thread, a descriptor and a backlog for as long as a slow
//! client may take. A client that has ended only its own side (RFC 6455 §7.1.1 leaves that open) can still
//! read its last answers in that time.

use crate::sync::now;
use std::time::{Duration, Instant};

/// How long a client that has gone, or that the server lets go, may take for what is kept for it.
const TIME_FOR_LAST_ANSWERS: Duration = Duration::from_millis(1_500);
/// How long an evicted client may take for the rest of the frame that it is in, and the Close.
const TIME_FOR_CLOSE: Duration = Duration::from_secs(1);
/// From the last call to the end, whatever the client does. PROTOCOL.md promises two seconds.
const LONGEST_END: Duration = Duration::from_millis(1_600);

/// Two deadlines that are set once the end of a connection is certain, and do not move.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastCall {
    /// Nothing is written after this.
    pub(super) written: Instant,
    /// The connection is closed by then.
    pub(super) over: Instant,
}

impl LastCall {
    /// For a client that has gone, or whose connection is about to end.
    pub(super) fn leaving() -> Self {
        Self::after(TIME_FOR_LAST_ANSWERS)
    }

    /// For a client that did not keep up.
    pub(super) fn evicted() -> Self {
        Self::after(TIME_FOR_CLOSE)
    }

    fn after(time: Duration) -> Self {
        let now = now();
        Self {
            written: now + time,
            over: now + LONGEST_END,
        }
    }
}
