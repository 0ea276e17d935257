//! The end of a connection as its writer sees it: what is still kept must be taken within moments.
//!
//! A client that has gone would otherwise hold a thread, a descriptor and a backlog for as long as a
//! slow one may take. One that only ended its own side (RFC 6455 §7.1.1 leaves that open) can read its
//! last answers meanwhile.

use crate::sync::now;
use std::time::{Duration, Instant};

/// For a client that has gone, or that the server lets go, to take what is kept for it.
const LAST_ANSWERS: Duration = Duration::from_millis(1_500);
/// For an evicted client to take the rest of the frame that it is in, and the Close.
const FAREWELL: Duration = Duration::from_secs(1);
/// From the last call to the end, whatever the client does. PROTOCOL.md promises two seconds.
const LONGEST_END: Duration = Duration::from_millis(1_600);

/// Two moments that were set when the end of a connection became certain, and do not move.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastCall {
    /// Nothing is written after this.
    pub(super) written: Instant,
    /// The connection is closed by now.
    pub(super) over: Instant,
}

impl LastCall {
    /// The client has gone, or its connection is about to end.
    pub(super) fn leaving() -> Self {
        Self::after(LAST_ANSWERS)
    }

    /// The client did not keep up.
    pub(super) fn evicted() -> Self {
        Self::after(FAREWELL)
    }

    fn after(patience: Duration) -> Self {
        let now = now();
        Self {
            written: now + patience,
            over: now + LONGEST_END,
        }
    }
}
