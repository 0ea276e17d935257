//! The bytes that have arrived and are not used up: a window that slides over one `Vec`.
//!
//! ```text
//!    ┌────────────┬──────────────────┬──────────────┐
//!    │ used up    │ unread           │ space        │
//!    └────────────┴──────────────────┴──────────────┘
//!    0          start               end           length
//! ```
//!
//! A `read()` fills the space, the decoder eats the unread from the front. What was used
//! up last is still there to be looked at: messages are lent from it without a copy.
//!
//! The buffer grows by what has *arrived*, never by what a header declares: a peer that
//! wants a megabyte of our memory has to send it. §10.4 leaves such limits to us.

use super::memory::{Account, Reserve};
use std::sync::Arc;

/// What a quiet connection costs.
const SMALLEST: usize = 4 << 10;
/// A buffer that reads keep filling grows up to here, so that one `read()` brings many frames.
const BATCH: usize = 256 << 10;
/// What is worth a read of its own.
const LARGE: usize = 8 << 10;
/// After this many rounds that used less than a quarter of it, the buffer is halved.
const CALM_ROUNDS: u8 = 16;

/// A growing and shrinking window over the bytes of one connection.
#[derive(Debug, Default)]
pub struct ReadBuffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// How much space the last read was offered, and whether it took all of it.
    offered: usize,
    was_filled: bool,
    /// The most that lay here since the buffer was last empty.
    peak: usize,
    calm: u8,
    account: Account,
}

impl ReadBuffer {
    /// An empty buffer; it takes no memory before it is used.
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            start: 0,
            end: 0,
            was_filled: false,
            offered: 0,
            peak: 0,
            calm: 0,
            account: Account::new(),
        }
    }

    /// From now on a large buffer is taken from `reserve`.
    pub fn draw_on(&mut self, reserve: Arc<dyn Reserve>) {
        self.account.draw_on(reserve);
    }

    /// What has arrived and is not used up.
    pub fn unread(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// The same, to be unmasked where it lies.
    #[inline]
    pub fn unread_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.end]
    }

    /// Uses up `count` bytes at the front.
    #[inline]
    pub fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.end - self.start);
        self.start += count;
    }

    /// The last `count` bytes that were used up.
    #[inline]
    pub fn consumed(&self, count: usize) -> &[u8] {
        &self.bytes[self.start - count..self.start]
    }

    /// Where the next read goes: at least one byte, or `None` if there is no memory for it.
    /// `appetite` is how much the decoder would like at once: 0 means that any number will do.
    pub fn space(&mut self, appetite: usize) -> Option<&mut [u8]> {
        self.peak = self.peak.max(self.end - self.start);
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            self.settle();
        }
        let size = self.bytes.len();
        if self.start > 0 && size - self.end < appetite.max(size / 2) {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if !self.grow(appetite) {
            return None;
        }
        // A large frame is read to its end and no further: then the next one begins at the
        // front, where it does not have to be moved to.
        let most = if appetite > LARGE {
            appetite.min(BATCH)
        } else {
            BATCH
        };
        self.offered = (self.bytes.len() - self.end).min(most);
        Some(&mut self.bytes[self.end..self.end + self.offered])
    }

    /// Makes the buffer larger, at most twofold, if what has *arrived* fills it. Is there any space?
    fn grow(&mut self, appetite: usize) -> bool {
        let size = self.bytes.len();
        let larger = (size * 2).max(SMALLEST);
        // Once for each read that filled it: asking again, when nothing came, changes nothing.
        let was_filled = std::mem::take(&mut self.was_filled);
        let wanted = if was_filled && size < BATCH {
            larger.min(BATCH)
        } else if self.end == size {
            let enough = if appetite > 0 {
                (self.end + appetite).max(BATCH)
            } else {
                larger
            };
            larger.min(enough)
        } else {
            return true;
        };
        let bytes = &mut self.bytes;
        let granted = (self.account).grow(wanted, || bytes.try_reserve_exact(wanted - size));
        if granted {
            self.bytes.resize(wanted, 0);
        }
        // A larger read would save some smaller ones, but only a full buffer needs it.
        granted || self.end < size
    }

    /// A read put `count` bytes into the space.
    pub fn filled(&mut self, count: usize) {
        assert!(
            count <= self.offered,
            "a read reports no more than the space it was offered"
        );
        self.end += count;
        self.was_filled = count == self.offered && self.end == self.bytes.len();
        self.offered = 0;
    }

    /// Forgets everything: nothing that comes from here on will be looked at.
    pub fn clear(&mut self) {
        let mut account = std::mem::take(&mut self.account);
        account.shrunk(0);
        *self = Self {
            account,
            ..Self::new()
        };
    }

    /// Have the last rounds used little of what is here?
    pub const fn is_calm(&self) -> bool {
        self.calm >= CALM_ROUNDS
    }

    /// Back to the smallest size, if nothing is in the way: for a connection that fell silent.
    pub fn shrink(&mut self) {
        if self.start == self.end && self.bytes.len() > SMALLEST {
            self.clear();
        }
    }

    /// Everything is used up: was this much room needed?
    fn settle(&mut self) {
        if self.account.is_scarce() {
            self.shrink_to(Account::OWN);
        }
        if self.is_calm() {
            self.calm = 0;
            if self.bytes.len() > SMALLEST {
                self.shrink_to(self.bytes.len() / 2);
            }
        }
        self.calm = if self.peak < self.bytes.len() / 4 {
            self.calm + 1
        } else {
            0
        };
        self.peak = 0;
    }

    fn shrink_to(&mut self, size: usize) {
        self.bytes.truncate(size);
        self.bytes.shrink_to_fit();
        self.account.shrunk(size);
    }
}
