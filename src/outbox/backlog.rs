//! What waits for a client that lags, in no more memory than its bytes.
//!
//! A buffer that grows bit by bit leaves holes in the heap, together as large as the buffer. But memory
//! that is never written to costs nothing. So a backlog that grows beyond [`SMALL`] reserves at once all
//! that it may ever need.

use crate::sync::now;
use std::collections::TryReserveError;
use std::time::Instant;

/// Up to this size, a backlog grows as a `Vec` does.
const SMALL: usize = 32 << 10;
/// What a larger one reserves, within what is allowed.
const LARGE: usize = 4 << 20;

/// Whole frames that wait for a client.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    pub(super) bytes: Vec<u8>,
    pub(super) messages: usize,
    /// When the oldest of them was added.
    pub(super) since: Option<Instant>,
}

impl Backlog {
    /// Appends frames; the backlog may hold `most` bytes. Returns `false` if there is no memory for them.
    pub(super) fn add(&mut self, frames: &[u8], messages: usize, most: usize) -> bool {
        let len = self.bytes.len() + frames.len();
        let reserved = if len > self.bytes.capacity() && len > SMALL {
            let room = most.min(LARGE.max(2 * len)).max(len);
            self.bytes.try_reserve_exact(room - self.bytes.len())
        } else {
            self.bytes.try_reserve(frames.len())
        };
        if reserved.is_err() {
            return false;
        }
        self.bytes.extend_from_slice(frames);
        self.messages += messages;
        self.since.get_or_insert_with(now);
        true
    }
}

/// A copy of `frames` for a writer thread, if there is memory for one.
pub(super) fn copy_of(frames: &[u8]) -> Result<Vec<u8>, TryReserveError> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(frames.len())?;
    bytes.extend_from_slice(frames);
    Ok(bytes)
}
