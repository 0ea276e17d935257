//! The bytes that have arrived and are not consumed yet: a window that slides over one `Vec`.
//!
//! ```text
//!    ┌────────────┬──────────────────┬──────────────┐
//!    │ consumed   │ unread           │ space        │
//!    └────────────┴──────────────────┴──────────────┘
//!    0          start               end           length
//! ```
//!
//! A `read()` fills the space, and the decoder consumes the unread bytes from the front. The bytes
//! consumed last stay where they are: messages are lent from there without a copy.
//!
//! The buffer grows by what has *arrived*, never by what a header declares. A peer that wants a
//! megabyte of memory has to send a megabyte. §10.4 leaves such limits to the implementation.

use super::memory::{Account, Reserve};
use std::sync::Arc;

/// The size of the buffer of a quiet connection.
const SMALLEST: usize = 4 << 10;
/// A buffer that every read fills grows up to this size, so that one `read()` brings many frames.
const BATCH: usize = 256 << 10;
/// A frame with more than this missing gets reads of its own.
const LARGE: usize = 8 << 10;
/// After this many rounds that used less than a quarter of the buffer, it is halved.
const CALM_ROUNDS: u8 = 16;

/// A growing and shrinking window over the bytes of one connection.
#[derive(Debug, Default)]
pub struct ReadBuffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// How much space the next read was offered.
    offered: usize,
    /// Whether the last read filled all of it.
    was_filled: bool,
    /// The largest number of unread bytes since the buffer was last empty.
    peak: usize,
    /// Rounds in a row that used little of the buffer.
    calm: u8,
    account: Account,
}

impl ReadBuffer {
    /// An empty buffer, which allocates nothing until it is used.
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

    /// Takes the memory of a large buffer from `reserve` from now on.
    pub fn draw_on(&mut self, reserve: Arc<dyn Reserve>) {
        self.account.draw_on(reserve);
    }

    /// The bytes that have arrived and are not consumed.
    pub fn unread(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// The [`unread`](Self::unread) bytes, to be unmasked in place.
    #[inline]
    pub fn unread_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.end]
    }

    /// Consumes `count` bytes from the front.
    #[inline]
    pub fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.end - self.start);
        self.start += count;
    }

    /// The last `count` bytes that were consumed.
    #[inline]
    pub fn consumed(&self, count: usize) -> &[u8] {
        &self.bytes[self.start - count..self.start]
    }

    /// The space for the next read: at least one byte, or `None` if there is no memory for it.
    ///
    /// `appetite` is the number of bytes that the decoder is missing; 0 means that any number will do.
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
        // A large frame is read to its end and no further. The next one then begins at the front
        // of the buffer and never has to be moved there.
        let most = if appetite > LARGE {
            appetite.min(BATCH)
        } else {
            BATCH
        };
        self.offered = (self.bytes.len() - self.end).min(most);
        Some(&mut self.bytes[self.end..self.end + self.offered])
    }

    /// Doubles the buffer at most, if what has *arrived* fills it. Returns whether there is any space.
    fn grow(&mut self, appetite: usize) -> bool {
        let size = self.bytes.len();
        let larger = (size * 2).max(SMALLEST);
        // At most once for each read that filled it: asking twice without a read changes nothing.
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
        // A larger buffer only saves reads, unless this one is full: then it is needed.
        granted || self.end < size
    }

    /// Notes that a read put `count` bytes into the [`space`](Self::space).
    pub fn filled(&mut self, count: usize) {
        assert!(
            count <= self.offered,
            "a read reports no more than the space it was offered"
        );
        self.end += count;
        self.was_filled = count == self.offered && self.end == self.bytes.len();
        self.offered = 0;
    }

    /// Drops all bytes and the memory: for the end of a connection.
    pub fn clear(&mut self) {
        let mut account = std::mem::take(&mut self.account);
        account.shrunk(0);
        *self = Self {
            account,
            ..Self::new()
        };
    }

    /// Have the last rounds used only a little of the buffer?
    pub const fn is_calm(&self) -> bool {
        self.calm >= CALM_ROUNDS
    }

    /// Frees a large buffer that holds nothing unread: for a connection that fell silent.
    pub fn shrink(&mut self) {
        if self.start == self.end && self.bytes.len() > SMALLEST {
            self.clear();
        }
    }

    /// Shrinks a buffer that stayed nearly empty, now that everything is consumed.
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
