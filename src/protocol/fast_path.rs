//! The fast path for what most frames are: a short message from a client, complete in one frame.
//! RFC 6455 §5.2, §5.3.
//!
//! [`FrameHeader::decode`](super::FrameHeader::decode) and the decoder judge every frame byte by byte.
//! [`decode_whole_message`] only recognizes one common shape, in a single pattern match, and leaves every
//! other frame to them. It refuses nothing and explains nothing. Its slow twin is `FrameDecoder::decode`:
//! `tests/properties/fast_path.rs` holds the two equal over a grid of lengths, cuts, masks, opcodes and
//! errors, and `cargo bench --bench framing -- decode` prints both.

use super::mask::{self, MaskKey};
use super::opcode::Kind;

/// A message that arrived as one frame, unmasked where it lies: its payload is the last `len` of the
/// `taken` bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeMessage {
    /// Text or binary.
    pub kind: Kind,
    /// The length of the payload.
    pub len: usize,
    /// The length of the frame.
    pub taken: usize,
}

/// FIN, no reserved bit, opcode 1. §5.2.
const WHOLE_TEXT: u8 = 0x81;
/// FIN, no reserved bit, opcode 2.
const WHOLE_BINARY: u8 = 0x82;

/// Takes a masked message of at most `max` bytes from the front of `input` and unmasks it in place, if
/// all of it is there and its length takes one byte or two.
///
/// `None` means "not obviously such a frame": it may be another one, an incomplete one or a wrong one.
/// `input` is then unchanged.
#[inline]
pub(super) fn decode_whole_message(input: &mut [u8], max: u64) -> Option<WholeMessage> {
    let (first, size, len, key, rest) = match input {
        // §5.1: from a client, MASK is set, so the second byte is the length and 0x80.
        [first, short @ 0x80..=0xfd, a, b, c, d, rest @ ..] => {
            (first, 6, u16::from(*short & 0x7f), [*a, *b, *c, *d], rest)
        }
        // §5.2: two bytes hold the length, unless one would have been enough.
        [first, 0xfe, high, low, a, b, c, d, rest @ ..] if *high > 0 || *low > 125 => (
            first,
            8,
            u16::from_be_bytes([*high, *low]),
            [*a, *b, *c, *d],
            rest,
        ),
        _ => return None,
    };
    let kind = match *first {
        WHOLE_TEXT => Kind::Text,
        WHOLE_BINARY => Kind::Binary,
        _ => return None,
    };
    if u64::from(len) > max {
        return None;
    }
    let len = usize::from(len);
    mask::apply(MaskKey(key), rest.get_mut(..len)?);
    Some(WholeMessage {
        kind,
        len,
        taken: size + len,
    })
}
