//! Text is UTF-8, and a byte that can never become UTF-8 ends the connection the
//! moment it arrives. RFC 6455 §8.1.
//!
//! Two ways to a `&str`, for the two ways that a message comes in:
//! - [`from_utf8`] looks at a text that is there as a whole;
//! - [`Utf8Decoder`] is given a text in pieces, cut anywhere, and grows a `String` by
//!   what is certain. A character whose last bytes are still to come waits outside.

use super::error::ProtocolError;

/// The whole of `bytes` as text.
#[inline]
pub fn from_utf8(bytes: &[u8]) -> Result<&str, ProtocolError> {
    #[cfg(feature = "simdutf8")]
    let checked = simdutf8::basic::from_utf8(bytes);
    #[cfg(not(feature = "simdutf8"))]
    let checked = std::str::from_utf8(bytes);
    checked.map_err(|_| ProtocolError::InvalidUtf8)
}

/// Grows a text by pieces, and refuses a piece at its first impossible byte.
#[derive(Debug, Default)]
pub struct Utf8Decoder {
    /// The first bytes of a character that the last piece ended within: at most three.
    pending: [u8; 4],
    pending_len: usize,
}

impl Utf8Decoder {
    /// A decoder at the beginning of a text.
    pub const fn new() -> Self {
        Self {
            pending: [0; 4],
            pending_len: 0,
        }
    }

    /// Appends the next `piece` to `text`, but for a last character that is incomplete.
    pub fn push(&mut self, piece: &[u8], text: &mut String) -> Result<(), ProtocolError> {
        let piece = self.complete_pending(piece, text)?;
        let (whole, begun) = piece.split_at(piece.len() - begun_character(piece));
        text.push_str(from_utf8(whole)?);
        if !begun.is_empty() {
            self.pending[..begun.len()].copy_from_slice(begun);
            self.pending_len = begun.len();
            self.judge_pending()?;
        }
        Ok(())
    }

    /// The text ends here: was its last character complete?
    pub fn finish(&mut self) -> Result<(), ProtocolError> {
        let incomplete = std::mem::take(&mut self.pending_len) > 0;
        if incomplete {
            Err(ProtocolError::InvalidUtf8)
        } else {
            Ok(())
        }
    }

    /// Feeds the waiting character until it is whole, and returns what is left of `piece`.
    fn complete_pending<'a>(
        &mut self,
        mut piece: &'a [u8],
        text: &mut String,
    ) -> Result<&'a [u8], ProtocolError> {
        while self.pending_len > 0 {
            let Some((&next, rest)) = piece.split_first() else {
                break;
            };
            piece = rest;
            self.pending[self.pending_len] = next;
            self.pending_len += 1;
            if let Some(character) = self.judge_pending()? {
                text.push_str(character);
                self.pending_len = 0;
            }
        }
        Ok(piece)
    }

    /// The waiting character if it is whole, `None` if it may still become one.
    ///
    /// The standard library tells "ended too early" from "can never be right", and knows
    /// the second bytes that are impossible (`e0 80`, `ed a0`, `f4 90`): so four bytes
    /// never wait, and nothing is refused later than at its first wrong byte.
    fn judge_pending(&self) -> Result<Option<&str>, ProtocolError> {
        match std::str::from_utf8(&self.pending[..self.pending_len]) {
            Ok(character) => Ok(Some(character)),
            Err(error) if error.error_len().is_none() => Ok(None),
            Err(_) => Err(ProtocolError::InvalidUtf8),
        }
    }
}

/// How many bytes at the end of `bytes` begin a character that needs more than are there.
fn begun_character(bytes: &[u8]) -> usize {
    for (back, byte) in bytes.iter().rev().take(3).enumerate() {
        let size = match byte {
            0b1111_0000.. => 4,
            0b1110_0000.. => 3,
            0b1100_0000.. => 2,
            0b1000_0000.. => continue, // inside a character: its first byte is further left
            _ => 1,
        };
        return if size > back + 1 { back + 1 } else { 0 };
    }
    0
}
