//! Bytes to frames, in whatever pieces the network cut: nothing in TCP keeps a frame together.
//! RFC 6455 §5.2, §5.3, §5.5.

use super::error::ProtocolError;
use super::fast_path::{self, WholeMessage};
use super::header::FrameHeader;
use super::mask;
use super::role::Role;

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

/// Text that streams in is unmasked, judged and copied: in pieces that stay in the processor's
/// innermost cache from the first of these to the last.
const TEXT_PIECE: u64 = 16 << 10;

/// Cuts bytes into frames, and unmasks them where they lie.
#[derive(Debug)]
pub struct FrameDecoder {
    sender: Role,
    unfinished: Unfinished,
    frames: u64,
}

/// The frame whose end has not come.
#[derive(Debug, Clone, Copy)]
enum Unfinished {
    /// There is none, or its header is not complete.
    Nothing,
    /// What has come of its payload is handed out already.
    HandedOut { header: FrameHeader, missing: u64 },
    /// It lies in the input until it is complete. So much of it is unmasked: each byte when it
    /// has just arrived, and is still close to the processor.
    Held {
        is_data: bool,
        clear: usize,
        missing: usize,
    },
}

impl FrameDecoder {
    /// A decoder for what `sender` sends.
    pub const fn new(sender: Role) -> Self {
        Self {
            sender,
            unfinished: Unfinished::Nothing,
            frames: 0,
        }
    }

    /// How many frames have come in completely.
    pub const fn frames(&self) -> u64 {
        self.frames
    }

    /// How much is missing of the frame that has begun, as far as it makes sense to read at once.
    pub fn appetite(&self) -> usize {
        match self.unfinished {
            Unfinished::Nothing => 0,
            Unfinished::HandedOut { missing, .. } => missing.min(TEXT_PIECE) as usize,
            Unfinished::Held { missing, .. } => missing,
        }
    }

    /// Has a frame begun, and its header come, and its payload not ended?
    pub const fn is_inside_frame(&self) -> bool {
        !matches!(self.unfinished, Unfinished::Nothing)
    }

    /// The same, of a frame that belongs to a message.
    pub const fn is_inside_data_frame(&self) -> bool {
        matches!(
            self.unfinished,
            Unfinished::HandedOut { .. } | Unfinished::Held { is_data: true, .. }
        )
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
        if let Unfinished::HandedOut { header, missing } = self.unfinished {
            return Ok(self.hand_out(header, missing, input, 0));
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
                self.hold(&header, arrived);
                Ok(None)
            }
            Delivery::AsItArrives => Ok(self.hand_out(header, header.len, arrived, size)),
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
        self.hold(&header, payload);
        self.unfinished = Unfinished::Nothing;
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

    /// Unmasks what has arrived of a payload since the last time.
    fn hold(&mut self, header: &FrameHeader, arrived: &mut [u8]) {
        let clear = if let Unfinished::Held { clear, .. } = self.unfinished {
            clear
        } else {
            0
        };
        if let Some(key) = header.mask {
            mask::apply(key.after(clear), &mut arrived[clear..]);
        }
        let missing = usize::try_from(header.len).unwrap_or(usize::MAX) - arrived.len();
        self.unfinished = Unfinished::Held {
            is_data: !header.opcode.is_control(),
            clear: arrived.len(),
            missing,
        };
    }

    /// Hands out what has arrived of a payload of which so much was `missing`. `size` is what
    /// its header took of the input, if it lay there.
    fn hand_out<'a>(
        &mut self,
        header: FrameHeader,
        missing: u64,
        arrived: &'a mut [u8],
        size: usize,
    ) -> Option<(Part<'a>, usize)> {
        let first = size > 0;
        if arrived.is_empty() && !first {
            return None;
        }
        let here = usize::try_from(missing)
            .unwrap_or(usize::MAX)
            .min(arrived.len());
        let payload = &mut arrived[..here];
        if let Some(key) = header.mask {
            mask::apply(key.after(((header.len - missing) % 4) as usize), payload);
        }
        let missing = missing - here as u64;
        let last = missing == 0;
        self.unfinished = if last {
            Unfinished::Nothing
        } else {
            Unfinished::HandedOut { header, missing }
        };
        self.frames += u64::from(last);
        Some((
            Part {
                header,
                payload,
                first,
                last,
            },
            size + here,
        ))
    }

    /// Takes a client's whole message of at most `max` bytes from the front of `input`, if it is one
    /// that the [fast path](fast_path) knows. `None` says nothing: ask [`decode`](Self::decode).
    #[inline]
    pub fn decode_whole_message(&mut self, input: &mut [u8], max: u64) -> Option<WholeMessage> {
        if self.sender != Role::Client || self.is_inside_frame() {
            return None;
        }
        let whole = fast_path::decode_whole_message(input, max)?;
        self.frames += 1;
        Some(whole)
    }
}
