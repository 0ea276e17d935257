//! Frames to bytes. RFC 6455 §5.1, §5.2.
//!
//! [`FrameDecoder`](super::FrameDecoder) is the way back.

use super::header::FrameHeader;
use super::mask::{self, MaskKey};
use super::opcode::Opcode;

/// One frame, with its payload unmasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// FIN: is this the last frame of its message?
    pub fin: bool,
    /// What the frame is for.
    pub opcode: Opcode,
    /// The payload, not masked.
    pub payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// A frame with FIN set: a whole message, or a control frame.
    pub const fn whole(opcode: Opcode, payload: &'a [u8]) -> Self {
        Self {
            fin: true,
            opcode,
            payload,
        }
    }

    /// The header of this frame when its payload is masked with `mask`.
    pub const fn header(&self, mask: Option<MaskKey>) -> FrameHeader {
        FrameHeader {
            fin: self.fin,
            opcode: self.opcode,
            mask,
            len: self.payload.len() as u64,
        }
    }

    /// Appends the frame to `out`. §5.1: a client passes a fresh masking key, a server `None`.
    #[inline]
    pub fn encode(&self, mask: Option<MaskKey>, out: &mut Vec<u8>) {
        out.reserve(FrameHeader::MAX_SIZE + self.payload.len());
        self.header(mask).encode(out);
        let payload_at = out.len();
        out.extend_from_slice(self.payload);
        if let Some(key) = mask {
            mask::apply(key, &mut out[payload_at..]);
        }
    }
}
