//! The frame header: two to fourteen bytes in front of every payload. RFC 6455 §5.2.
//!
//! ```text
//!  byte 0            byte 1            then, as far as they are needed
//! ┌─┬─┬─┬─┬───────┐ ┌─┬─────────────┐ ┌──────────────────┐ ┌───────────┐ ┌─────────
//! │F│R│R│R│opcode │ │M│   length    │ │ longer length    │ │ key       │ │ payload
//! │I│S│S│S│       │ │A│   0 to 125: │ │ 126: 2 bytes     │ │ 4 bytes,  │ │
//! │N│V│V│V│4 bits │ │S│   itself    │ │ 127: 8 bytes     │ │ if MASK   │ │
//! │ │1│2│3│       │ │K│   7 bits    │ │ big-endian       │ │ is set    │ │
//! └─┴─┴─┴─┴───────┘ └─┴─────────────┘ └──────────────────┘ └───────────┘ └─────────
//! ```
//!
//! There is exactly one way to write a header, and [`FrameHeader::decode`] accepts only that one.
//! So a header that was decoded encodes to the same bytes again, and a header that breaks a rule is
//! refused at the first byte that shows it.
//!
//! Most frames do not come this way: [`fast_path`](super::fast_path) recognizes a client's short message
//! that is all there, and leaves every other frame, right or wrong, to this file. Tests hold them equal.

use super::error::ProtocolError;
use super::mask::MaskKey;
use super::opcode::Opcode;
use super::role::Role;

/// Set on the last (or only) frame of a message.
pub(super) const FIN: u8 = 0b1000_0000;
/// Three bits reserved for extensions, of which none is ever negotiated here.
pub(super) const RSV: u8 = 0b0111_0000;
pub(super) const OPCODE: u8 = 0b0000_1111;
/// Set when a masking key follows.
pub(super) const MASK: u8 = 0b1000_0000;
pub(super) const LENGTH: u8 = 0b0111_1111;

/// The largest payload length that the second byte itself can hold.
const LONGEST_SHORT: u64 = 125;
/// In place of a length: the next two bytes hold it.
pub(super) const IN_TWO_BYTES: u8 = 126;
/// In place of a length: the next eight bytes hold it.
pub(super) const IN_EIGHT_BYTES: u8 = 127;

/// All that precedes a payload: what the frame is, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHeader {
    /// FIN: is this the last frame of its message?
    pub fin: bool,
    /// What the frame is for.
    pub opcode: Opcode,
    /// The key that the payload is masked with, if it is.
    pub mask: Option<MaskKey>,
    /// The payload length that the sender *declares*. Nothing of it has arrived yet, so no memory may
    /// be reserved for it.
    pub len: u64,
}

impl FrameHeader {
    /// The longest header: two bytes, a length of eight, a masking key of four.
    pub const MAX_SIZE: usize = 14;

    /// Reads one header, written by `sender`, from the front of `input`. §5.2.
    ///
    /// Returns it with the number of bytes it took, or `None` when `input` ends too early: call again
    /// with the same bytes and more.
    ///
    /// ```
    /// use ws101::protocol::{FrameHeader, Opcode, Role};
    ///
    /// // The beginning of §5.7's first example: "Hello" from a server.
    /// let (header, size) = FrameHeader::decode(&[0x81, 0x05], Role::Server)?.expect("complete");
    /// assert_eq!((header.fin, header.opcode, header.len, size), (true, Opcode::Text, 5, 2));
    /// # Ok::<(), ws101::protocol::ProtocolError>(())
    /// ```
    #[inline]
    pub fn decode(input: &[u8], sender: Role) -> Result<Option<(Self, usize)>, ProtocolError> {
        // Byte 0: FIN, RSV1-3, opcode.
        let Some((&first, rest)) = input.split_first() else {
            return Ok(None);
        };
        if first & RSV != 0 {
            // §5.2: must be 0 unless an extension was negotiated that gives them a meaning.
            return Err(ProtocolError::ReservedBitsSet(first & RSV));
        }
        let fin = first & FIN != 0;
        let bits = first & OPCODE;
        let opcode = Opcode::from_bits(bits).ok_or(ProtocolError::UnknownOpcode(bits))?;
        if opcode.is_control() && !fin {
            return Err(ProtocolError::ControlFragmented(opcode)); // §5.5
        }

        // Byte 1: MASK and the short length.
        let Some((&second, rest)) = rest.split_first() else {
            return Ok(None);
        };
        let masked = second & MASK != 0;
        if masked != (sender == Role::Client) {
            return Err(ProtocolError::WrongMasking { sender }); // §5.1
        }
        let short = second & LENGTH;
        if opcode.is_control() && u64::from(short) > LONGEST_SHORT {
            return Err(ProtocolError::ControlTooLong(opcode)); // §5.5
        }

        // The longer length, then the key: each only if byte 1 promised it.
        let Some((len, rest)) = decode_length(short, rest)? else {
            return Ok(None);
        };
        let Some((mask, rest)) = decode_key(masked, rest) else {
            return Ok(None);
        };
        let header = Self {
            fin,
            opcode,
            mask,
            len,
        };
        Ok(Some((header, input.len() - rest.len())))
    }

    /// Appends the header to `out`, in the shortest form, as §5.2 demands.
    #[inline]
    pub fn encode(&self, out: &mut Vec<u8>) {
        let first = self.opcode as u8 | if self.fin { FIN } else { 0 };
        let mask = if self.mask.is_some() { MASK } else { 0 };
        match self.len {
            short @ 0..=LONGEST_SHORT => out.extend_from_slice(&[first, mask | short as u8]),
            len @ 126..=0xffff => {
                let [a, b] = (len as u16).to_be_bytes();
                out.extend_from_slice(&[first, mask | IN_TWO_BYTES, a, b]);
            }
            len => {
                let [a, b, c, d, e, f, g, h] = len.to_be_bytes();
                out.extend_from_slice(&[first, mask | IN_EIGHT_BYTES, a, b, c, d, e, f, g, h]);
            }
        }
        if let Some(MaskKey(key)) = self.mask {
            out.extend_from_slice(&key);
        }
    }
}

/// The payload length, and what follows it. §5.2: "the minimal number of bytes MUST be used", and the
/// most significant bit of the eight-byte form must be 0.
#[inline]
fn decode_length(short: u8, rest: &[u8]) -> Result<Option<(u64, &[u8])>, ProtocolError> {
    match short {
        IN_TWO_BYTES => {
            let Some((bytes, rest)) = rest.split_first_chunk() else {
                return Ok(None);
            };
            let len = u64::from(u16::from_be_bytes(*bytes));
            if len <= LONGEST_SHORT {
                return Err(ProtocolError::LengthNotMinimal(2));
            }
            Ok(Some((len, rest)))
        }
        IN_EIGHT_BYTES => {
            // One byte is enough to refuse the top bit, and six zeros show that two bytes would do.
            match rest {
                [0b1000_0000..=0xff, ..] => return Err(ProtocolError::LengthTopBitSet),
                [0, 0, 0, 0, 0, 0, ..] => return Err(ProtocolError::LengthNotMinimal(8)),
                _ => {}
            }
            let Some((bytes, rest)) = rest.split_first_chunk() else {
                return Ok(None);
            };
            let len = u64::from_be_bytes(*bytes);
            Ok(Some((len, rest)))
        }
        short => Ok(Some((u64::from(short), rest))),
    }
}

/// The masking key, if there is one, and what follows it. §5.3.
#[inline]
fn decode_key(masked: bool, rest: &[u8]) -> Option<(Option<MaskKey>, &[u8])> {
    if !masked {
        return Some((None, rest));
    }
    let (key, rest) = rest.split_first_chunk()?;
    Some((Some(MaskKey(*key)), rest))
}
