//! What waits for a client that lags, in no more memory than its bytes.
//!
//! A buffer that grows bit by bit leaves holes behind, as large together as itself. Memory that is
//! not written to costs nothing: past a little, room is asked for all that there may be.

use crate::sync::now;
use std::collections::TryReserveError;
use std::time::Instant;

/// A backlog that grows beyond this gets room for the other, or for as much as is allowed.
const A_LITTLE: usize = 32 << 10;
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
    /// Puts frames behind the others; `most` is what may wait. `false`: there is no memory for them.
    pub(super) fn add(&mut self, frames: &[u8], messages: usize, most: usize) -> bool {
        let len = self.bytes.len() + frames.len();
        let reserved = if len > self.bytes.capacity() && len > A_LITTLE {
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

/// Bytes that a thread is to write, if there is memory for them.
pub(super) fn copy_of(frames: &[u8]) -> Result<Vec<u8>, TryReserveError> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(frames.len())?;
    bytes.extend_from_slice(frames);
    Ok(bytes)
}
