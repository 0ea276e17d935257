//! Text is UTF-8. RFC 6455 §8.1.
//!
//! A byte that can never become UTF-8 ends the connection the moment it arrives. There are two ways to a
//! `&str`, for the two ways that a message arrives:
//! - [`from_utf8`] checks a text that is complete;
//! - [`Utf8Decoder`] is given a text in pieces, cut anywhere, and appends the complete characters to a
//!   `String`. It keeps the bytes of a character that is incomplete.

use std::fmt;

/// `bytes` as text, if all of them are UTF-8.
#[inline]
pub fn from_utf8(bytes: &[u8]) -> Result<&str, Utf8Error> {
    check(bytes).ok_or_else(|| refusal(bytes, 0))
}

#[inline]
fn check(bytes: &[u8]) -> Option<&str> {
    #[cfg(feature = "simdutf8")]
    let checked = simdutf8::basic::from_utf8(bytes);
    #[cfg(not(feature = "simdutf8"))]
    let checked = std::str::from_utf8(bytes);
    checked.ok()
}

/// The first byte at which a text can no longer become UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utf8Error {
    /// What is wrong with the byte.
    pub fault: Utf8Fault,
    /// The byte itself.
    pub byte: u8,
    /// How many bytes of the text precede it.
    pub at: u64,
}

impl fmt::Display for Utf8Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, byte, at } = self;
        write!(
            f,
            "text that is not UTF-8: its byte {at}, {byte:02x}, {fault}"
        )
    }
}

impl std::error::Error for Utf8Error {}

/// What makes a byte impossible in UTF-8. RFC 3629 §3, §4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Utf8Fault {
    /// c0, c1 or f5 to ff.
    NeverLegal,
    /// A continuation byte, 80 to bf, outside a character.
    UnexpectedContinuation,
    /// A byte inside a character that does not continue it.
    NotAContinuation,
    /// The last byte of a text that ends inside a character.
    CutOff,
    /// A surrogate, U+D800 to U+DFFF: ed, then a0 to bf.
    Surrogate,
    /// An overlong form: e0, then 80 to 9f, or f0, then 80 to 8f.
    Overlong,
    /// A code point above U+10FFFF: f4, then 90 to bf.
    AboveMaximum,
}

impl Utf8Fault {
    /// Every fault.
    pub const ALL: [Self; 7] = [
        Self::NeverLegal,
        Self::UnexpectedContinuation,
        Self::NotAContinuation,
        Self::CutOff,
        Self::Surrogate,
        Self::Overlong,
        Self::AboveMaximum,
    ];

    /// Why `byte` cannot follow `begun`, the bytes of a character so far.
    const fn of(begun: &[u8], byte: u8) -> Self {
        match (begun, byte) {
            (_, 0xc0 | 0xc1 | 0xf5..) => Self::NeverLegal,
            ([], _) => Self::UnexpectedContinuation,
            ([0xed], 0x80..=0xbf) => Self::Surrogate,
            ([0xe0 | 0xf0], 0x80..=0xbf) => Self::Overlong,
            ([0xf4], 0x80..=0xbf) => Self::AboveMaximum,
            _ => Self::NotAContinuation,
        }
    }

    /// A short name for tables and programs. It never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NeverLegal => "never-legal",
            Self::UnexpectedContinuation => "unexpected-continuation",
            Self::NotAContinuation => "not-a-continuation",
            Self::CutOff => "cut-off",
            Self::Surrogate => "surrogate",
            Self::Overlong => "overlong",
            Self::AboveMaximum => "above-10ffff",
        }
    }
}

/// Completes a sentence that begins with the byte.
impl fmt::Display for Utf8Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NeverLegal => "is never part of UTF-8",
            Self::UnexpectedContinuation => "continues no character",
            Self::NotAContinuation => "does not continue the character before it",
            Self::CutOff => "is the last, within a character",
            Self::Surrogate => "makes a surrogate",
            Self::Overlong => "makes an overlong form",
            Self::AboveMaximum => "makes a code point above U+10FFFF",
        })
    }
}

/// The error for `bytes`, which are not UTF-8 and follow `before` bytes of their text.
#[cold]
fn refusal(bytes: &[u8], before: u64) -> Utf8Error {
    let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let rest = &bytes[valid..];
    let is_impossible = |len: &usize| {
        std::str::from_utf8(&rest[..*len]).is_err_and(|error| error.error_len().is_some())
    };
    // The shortest prefix that no text begins with ends in the impossible byte. If there is no such
    // prefix, the text ended too early.
    let impossible = (1..=rest.len()).find(is_impossible);
    let shown = &rest[..impossible.unwrap_or(rest.len())];
    let (byte, begun) = shown.split_last().unwrap_or((&0, &[]));
    Utf8Error {
        fault: match impossible {
            Some(_) => Utf8Fault::of(begun, *byte),
            None => Utf8Fault::CutOff,
        },
        byte: *byte,
        at: before + (valid + begun.len()) as u64,
    }
}

/// Decodes a text in pieces, and refuses it at its first impossible byte.
#[derive(Debug, Default)]
pub struct Utf8Decoder {
    /// The bytes of an incomplete character at the end of the last piece: at most three.
    pending: [u8; 4],
    pending_len: usize,
    /// How many bytes of the text precede `pending`.
    before: u64,
}

impl Utf8Decoder {
    /// A decoder at the beginning of a text.
    pub const fn new() -> Self {
        Self {
            pending: [0; 4],
            pending_len: 0,
            before: 0,
        }
    }

    /// Appends the next `piece` to `text`, except an incomplete character at its end.
    pub fn push(&mut self, piece: &[u8], text: &mut String) -> Result<(), Utf8Error> {
        let piece = self.complete_pending(piece, text)?;
        let (whole, begun) = piece.split_at(piece.len() - begun_character(piece));
        text.push_str(check(whole).ok_or_else(|| refusal(piece, self.before))?);
        self.before += whole.len() as u64;
        if !begun.is_empty() {
            self.pending[..begun.len()].copy_from_slice(begun);
            self.pending_len = begun.len();
            self.judge_pending()?;
        }
        Ok(())
    }

    /// How many bytes of an incomplete character are kept.
    pub(super) const fn pending(&self) -> usize {
        self.pending_len
    }

    /// Ends the text. An error if its last character is incomplete.
    pub fn finish(&mut self) -> Result<(), Utf8Error> {
        let Self {
            pending,
            pending_len,
            before,
        } = std::mem::take(self);
        match pending_len {
            0 => Ok(()),
            len => Err(refusal(&pending[..len], before)),
        }
    }

    /// Completes the pending character, and returns the rest of `piece`.
    fn complete_pending<'a>(
        &mut self,
        mut piece: &'a [u8],
        text: &mut String,
    ) -> Result<&'a [u8], Utf8Error> {
        while self.pending_len > 0 {
            let Some((&next, rest)) = piece.split_first() else {
                break;
            };
            piece = rest;
            self.pending[self.pending_len] = next;
            self.pending_len += 1;
            if let Some(character) = self.judge_pending()? {
                text.push_str(character);
                self.before += self.pending_len as u64;
                self.pending_len = 0;
            }
        }
        Ok(piece)
    }

    /// The pending character if it is complete; `None` while it may still become one.
    ///
    /// The standard library tells "ended too early" from "can never be right", and knows the impossible
    /// second bytes (`e0 80`, `ed a0`, `f4 90`). So four bytes are never pending, and a text is refused at
    /// its first wrong byte.
    fn judge_pending(&self) -> Result<Option<&str>, Utf8Error> {
        let pending = &self.pending[..self.pending_len];
        match std::str::from_utf8(pending) {
            Ok(character) => Ok(Some(character)),
            Err(error) if error.error_len().is_none() => Ok(None),
            Err(_) => Err(refusal(pending, self.before)),
        }
    }
}

/// How many bytes at the end of `bytes` belong to an incomplete character.
fn begun_character(bytes: &[u8]) -> usize {
    for (back, byte) in bytes.iter().rev().take(3).enumerate() {
        let size = match byte {
            0b1111_0000.. => 4,
            0b1110_0000.. => 3,
            0b1100_0000.. => 2,
            0b1000_0000.. => continue, // a continuation byte: the first is further left
            _ => 1,
        };
        return if size > back + 1 { back + 1 } else { 0 };
    }
    0
}
