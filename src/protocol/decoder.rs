//! Bytes to frames. RFC 6455 §5.2, §5.3, §5.5.
//!
//! TCP is a stream: it may deliver a frame in any number of pieces, or many frames in one. So the
//! decoder is called with whatever has arrived, and remembers how far it came.

use super::error::ProtocolError;
use super::fast_path::{self, WholeMessage};
use super::header::FrameHeader;
use super::mask;
use super::role::Role;

/// How a payload is to be delivered: decided once its header has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// In one part, once all of it has arrived.
    Complete,
    /// In parts, as the bytes arrive: text is judged before its frame is complete.
    AsItArrives,
}

/// A frame, or a part of one.
#[derive(Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// The frame's header.
    pub header: FrameHeader,
    /// The payload, or the part of it that has arrived, unmasked in place.
    pub payload: &'a mut [u8],
    /// Does the payload begin here?
    pub first: bool,
    /// Does it end here?
    pub last: bool,
}

/// The largest piece of text that is read at once: it is unmasked, judged and copied, and stays in the
/// processor's innermost cache for all three.
const TEXT_PIECE: u64 = 16 << 10;

/// Splits a stream of bytes into frames and unmasks their payloads in place.
#[derive(Debug)]
pub struct FrameDecoder {
    sender: Role,
    unfinished: Unfinished,
    frames: u64,
}

/// The frame that is not complete.
#[derive(Debug, Clone, Copy)]
enum Unfinished {
    /// None, or one whose header is not complete.
    Nothing,
    /// The part of its payload that has arrived is handed out already.
    HandedOut { header: FrameHeader, missing: u64 },
    /// It stays in the input until it is complete. Its first `clear` bytes are unmasked already: each
    /// byte is, when it has just arrived and is still in the processor's cache.
    Held {
        is_data: bool,
        clear: usize,
        missing: usize,
    },
}

impl FrameDecoder {
    /// A decoder of the frames that `sender` sends.
    pub const fn new(sender: Role) -> Self {
        Self {
            sender,
            unfinished: Unfinished::Nothing,
            frames: 0,
        }
    }

    /// How many frames are complete.
    pub const fn frames(&self) -> u64 {
        self.frames
    }

    /// How many bytes of the current frame are worth reading at once; 0 between two frames.
    pub fn appetite(&self) -> usize {
        match self.unfinished {
            Unfinished::Nothing => 0,
            Unfinished::HandedOut { missing, .. } => missing.min(TEXT_PIECE) as usize,
            Unfinished::Held { missing, .. } => missing,
        }
    }

    /// Is a header complete whose payload is not?
    pub const fn is_inside_frame(&self) -> bool {
        !matches!(self.unfinished, Unfinished::Nothing)
    }

    /// Is this frame part of a message, and not a control frame?
    pub const fn is_inside_data_frame(&self) -> bool {
        matches!(
            self.unfinished,
            Unfinished::HandedOut { .. } | Unfinished::Held { is_data: true, .. }
        )
    }

    /// Takes the next frame, or part of one, from the front of `input`.
    ///
    /// Returns it with the number of bytes it took, or `None` when `input` ends too early: call again
    /// with the same bytes and more.
    ///
    /// `admit` is given the header of every data frame before its payload. It refuses the frame, or
    /// says how its payload is to be delivered. (Control frames are always
    /// [`Complete`](Delivery::Complete): §5.5 keeps them short.) It is asked once more for a frame that
    /// was incomplete.
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

    /// The frame is complete: its payload is at the front of `arrived`.
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

    /// Unmasks what has arrived of a payload since the last call.
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

    /// Hands out what has arrived of a payload of which `missing` bytes were still to come. `size` is the
    /// size of its header, or 0 if that came earlier.
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

    /// The fast path: takes a whole message of a client, of at most `max` bytes, from the front of `input`.
    ///
    /// `None` means nothing about the frame: call [`decode`](Self::decode).
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
