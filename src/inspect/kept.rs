//! The bytes of a frame as they travelled; of a long one, the beginning and the end.

use serde::{Serialize, Serializer};
use std::fmt;

/// How many bytes of the beginning are kept.
pub(super) const BEGINNING: usize = 2_048;
/// How many bytes of the end are kept.
pub(super) const END: usize = 64;

/// What is kept of one frame.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    beginning: Vec<u8>,
    end: Vec<u8>,
    len: u64,
    /// Bytes were skipped, so nothing more can be added to the beginning.
    has_gap: bool,
}

impl Kept {
    /// Adds the next bytes.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.len += bytes.len() as u64;
        let room = match self.has_gap {
            true => 0,
            false => BEGINNING - self.beginning.len(),
        };
        let (beginning, rest) = bytes.split_at(room.min(bytes.len()));
        self.beginning.extend_from_slice(beginning);
        let last = &rest[rest.len().saturating_sub(END)..];
        self.end.extend_from_slice(last);
        let surplus = self.end.len().saturating_sub(END);
        self.end.drain(..surplus);
    }

    /// Skips the next `count` bytes, which were not kept.
    pub(super) fn skip(&mut self, count: u64) {
        self.len += count;
        self.has_gap = true;
        self.end.clear();
    }

    /// The length of the frame so far.
    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    /// How many bytes are missing between the beginning and the end.
    pub(super) const fn cut(&self) -> u64 {
        self.len - (self.beginning.len() + self.end.len()) as u64
    }

    /// The first bytes, with all of the header that has arrived.
    pub(super) fn beginning(&self) -> &[u8] {
        &self.beginning
    }

    /// The last bytes that are not part of the beginning.
    pub(super) fn end(&self) -> &[u8] {
        &self.end
    }
}

/// Bytes that are shown as two hexadecimal digits each.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Hex(pub(crate) Vec<u8>);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits = |byte: &u8| [byte >> 4, byte & 15].map(|half| DIGITS[half as usize]);
        let text: String = self.0.iter().flat_map(digits).map(char::from).collect();
        f.write_str(&text)
    }
}

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
