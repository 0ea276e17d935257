//! Frames: a header and its payload, to bytes and from bytes. RFC 6455 §5.1, §5.5.
//!
//! [`Frame::encode`] writes one. [`FrameDecoder`] reads them from bytes that arrive in
//! whatever pieces the network cut: nothing in TCP keeps a frame together.

use super::error::ProtocolError;
use super::header::{FrameHeader, Kind, Opcode, Role};
use super::mask::{self, MaskKey};

/// One frame whose payload is in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Is this the last frame of its message?
    pub fin: bool,
    /// What the frame is for.
    pub opcode: Opcode,
    /// The payload, not masked.
    pub payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// A frame that is complete in itself: a whole message, or a control frame.
    pub const fn whole(opcode: Opcode, payload: &'a [u8]) -> Self {
        Self {
            fin: true,
            opcode,
            payload,
        }
    }

    /// The header this frame has when it is masked with `mask`, or with nothing.
    pub const fn header(&self, mask: Option<MaskKey>) -> FrameHeader {
        FrameHeader {
            fin: self.fin,
            opcode: self.opcode,
            mask,
            len: self.payload.len() as u64,
        }
    }

    /// Appends the frame to `out`: from a client with a fresh key, from a server with none. §5.1.
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

/// How a frame's payload is wanted, decided when its header has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// All of it at once, when it is there.
    Complete,
    /// In parts, as the bytes come in: text is judged before its frame is complete.
    AsItArrives,
}

/// A frame, or the part of its payload that has arrived.
#[derive(Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// The frame's header.
    pub header: FrameHeader,
    /// Unmasked in place.
    pub payload: &'a mut [u8],
    /// Does the payload begin here?
    pub first: bool,
    /// Does it end here?
    pub last: bool,
}

/// A frame that was a message in itself, unmasked where it lies: its payload is the last
/// `len` of the `taken` bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeMessage {
    /// Text or binary.
    pub kind: Kind,
    /// The payload's length.
    pub len: usize,
    /// The frame's.
    pub taken: usize,
}

/// Text that streams in is unmasked, judged and copied: in pieces that stay in the processor's
/// innermost cache from the first of these to the last.
const TEXT_PIECE: usize = 16 << 10;

/// Cuts bytes into frames, and unmasks them where they lie.
#[derive(Debug)]
pub struct FrameDecoder {
    sender: Role,
    /// The frame whose payload is being handed out in parts.
    open: Option<OpenFrame>,
    /// How much is unmasked already of a frame that waits to be complete: each byte is
    /// unmasked when it has just arrived, and is still close to the processor.
    unmasked: usize,
    /// How much of the frame that has begun is still to come, if that is known.
    missing: usize,
    frames: u64,
}

#[derive(Debug, Clone, Copy)]
struct OpenFrame {
    header: FrameHeader,
    missing: u64,
}

impl FrameDecoder {
    /// A decoder for what `sender` sends.
    pub const fn new(sender: Role) -> Self {
        Self {
            sender,
            open: None,
            unmasked: 0,
            missing: 0,
            frames: 0,
        }
    }

    /// How many frames have come in completely.
    pub const fn frames(&self) -> u64 {
        self.frames
    }

    /// How much is missing of the frame that has begun, as far as it makes sense to read at once.
    pub fn appetite(&self) -> usize {
        if self.open.is_some() {
            self.missing.min(TEXT_PIECE)
        } else {
            self.missing
        }
    }

    /// Is a frame's payload being handed out that has not ended?
    pub const fn is_inside_frame(&self) -> bool {
        self.open.is_some()
    }

    /// Takes the next frame, or part of one, from the front of `input`. Returns it with the
    /// number of bytes it took, or `None` when `input` ends too early.
    ///
    /// `admit` sees every data frame's header before its payload: it refuses, or says how
    /// the payload is wanted. (Control frames come [`Complete`](Delivery::Complete): §5.5
    /// keeps them short.) A frame that is incomplete is shown to it again next time.
    #[inline]
    pub fn decode<'a>(
        &mut self,
        input: &'a mut [u8],
        admit: impl FnOnce(&FrameHeader) -> Result<Delivery, ProtocolError>,
    ) -> Result<Option<(Part<'a>, usize)>, ProtocolError> {
        if let Some(open) = self.open {
            return Ok(self.continue_open(open, input, true, 0));
        }
        let Some((header, size)) = FrameHeader::decode(input, self.sender)? else {
            return Ok(None);
        };
        let delivery = if header.opcode.is_control() {
            Delivery::Complete
        } else {
            admit(&header)?
        };

        let arrived = &mut input[size..];
        if arrived.len() as u64 >= header.len {
            return Ok(Some(self.complete(header, arrived, size)));
        }
        match delivery {
            Delivery::Complete => {
                self.unmask_arrived(&header, arrived);
                self.missing = usize::try_from(header.len).unwrap_or(usize::MAX) - arrived.len();
                Ok(None)
            }
            Delivery::AsItArrives => {
                let missing = header.len;
                Ok(self.continue_open(OpenFrame { header, missing }, arrived, false, size))
            }
        }
    }

    /// The frame that is all there: its payload is the beginning of `arrived`.
    fn complete<'a>(
        &mut self,
        header: FrameHeader,
        arrived: &'a mut [u8],
        size: usize,
    ) -> (Part<'a>, usize) {
        let payload = &mut arrived[..header.len as usize];
        self.unmask_arrived(&header, payload);
        self.unmasked = 0;
        self.missing = 0;
        self.frames += 1;
        let taken = size + payload.len();
        (
            Part {
                header,
                payload,
                first: true,
                last: true,
            },
            taken,
        )
    }

    /// The fast twin of [`decode`](Self::decode), for what most frames are: a client's whole
    /// message, all there, with a length in one byte or two, and of at most `max` bytes.
    ///
    /// `None` means "not obviously such a frame": `decode` knows what it is, and whether it
    /// is right. Where this one answers, `decode` would have given the same.
    #[inline]
    pub fn decode_whole_message(&mut self, input: &mut [u8], max: u64) -> Option<WholeMessage> {
        const WHOLE_TEXT: u8 = 0x81; // FIN and opcode 1, no reserved bit
        const WHOLE_BINARY: u8 = 0x82;
        if self.sender != Role::Client || self.unmasked > 0 {
            return None;
        }
        let (first, size, len, key, rest) = match input {
            [first, short @ 0x80..=0xfd, a, b, c, d, rest @ ..] => {
                (first, 6, u16::from(*short & 0x7f), [*a, *b, *c, *d], rest)
            }
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
        self.frames += 1;
        Some(WholeMessage {
            kind,
            len,
            taken: size + len,
        })
    }

    fn unmask_arrived(&mut self, header: &FrameHeader, arrived: &mut [u8]) {
        if let Some(key) = header.mask {
            mask::apply(key.after(self.unmasked), &mut arrived[self.unmasked..]);
            self.unmasked = arrived.len();
        }
    }

    /// Hands out what has arrived of the open frame's payload. `size` is what its header took of the input.
    fn continue_open<'a>(
        &mut self,
        open: OpenFrame,
        input: &'a mut [u8],
        begun: bool,
        size: usize,
    ) -> Option<(Part<'a>, usize)> {
        if begun && input.is_empty() {
            return None;
        }
        let here = usize::try_from(open.missing)
            .unwrap_or(usize::MAX)
            .min(input.len());
        let payload = &mut input[..here];
        if let Some(key) = open.header.mask {
            let done = open.header.len - open.missing;
            mask::apply(key.after((done % 4) as usize), payload);
        }
        let missing = open.missing - here as u64;
        let last = missing == 0;
        self.missing = missing as usize;
        self.open = (!last).then_some(OpenFrame { missing, ..open });
        self.frames += u64::from(last);
        Some((
            Part {
                header: open.header,
                payload,
                first: !begun,
                last,
            },
            size + here,
        ))
    }
}
