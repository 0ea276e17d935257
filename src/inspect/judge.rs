//! The protocol's verdict on one direction, frame by frame.
//!
//! The judge is the assembler of [`Incoming`](crate::protocol::Incoming) with the same limits. It is given
//! every payload as it arrives, and what it puts together is dropped at once.

use crate::protocol::{
    Assembler, CloseReason, FrameHeader, Limits, Message, Opcode, Part, Progress, ProtocolError,
    in_place,
};
use serde::Serialize;

/// The place of a frame in its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Place {
    /// The number of the message in this direction, from 1.
    pub(crate) id: u64,
    /// The number of the frame in its message, from 1, among those that were seen.
    pub(crate) part: u64,
    pub(crate) last: bool,
}

#[derive(Debug)]
pub(super) struct Judge {
    assembler: Assembler,
    /// A message may have begun before the first frame that was seen.
    midway: bool,
    /// The place of the last data frame.
    place: Place,
    /// How many bytes of its message came in earlier frames, and in this one.
    before: u64,
    len: u64,
    /// The payload of a control frame that is not complete.
    control: Vec<u8>,
}

impl Judge {
    pub(super) const fn new(limits: Limits, midway: bool) -> Self {
        Self {
            assembler: Assembler::new(limits),
            midway,
            place: Place {
                id: 0,
                part: 0,
                last: true,
            },
            before: 0,
            len: 0,
            control: Vec::new(),
        }
    }

    /// Judges whether a frame with this header may come now. Returns its place in a message.
    pub(super) fn admit(&mut self, header: &FrameHeader) -> Result<Option<Place>, ProtocolError> {
        if header.opcode.is_control() {
            return Ok(None);
        }
        let midway = std::mem::take(&mut self.midway);
        let continues = header.opcode == Opcode::Continuation;
        if midway && continues {
            self.assembler.join_midway();
        }
        self.assembler.admit(header)?;
        if midway || !continues {
            (self.place.id, self.place.part) = (self.place.id + 1, 0);
            (self.before, self.len) = (0, 0);
        }
        (self.before, self.len) = (self.before + self.len, header.len);
        self.place.part += 1;
        self.place.last = header.fin;
        Ok(Some(self.place))
    }

    /// Judges a part of the payload of an admitted frame, unmasked.
    pub(super) fn add(&mut self, part: &Part<'_>) -> Result<(), ProtocolError> {
        if part.header.opcode.is_control() {
            return self.add_control(part);
        }
        let progress = self.assembler.add(part)?;
        self.assembler.forget();
        match progress {
            Progress::InPlace(kind) => in_place(kind, part.payload).map(|_: Message<'_>| ()),
            Progress::Assembled | Progress::Unfinished => Ok(()),
        }
    }

    /// The offset in the payload of this frame of byte `at` of its text; `None` if that byte is in an
    /// earlier frame.
    pub(super) fn place_in_payload(&self, header: &FrameHeader, at: u64) -> Option<u64> {
        match header.opcode {
            // §5.5.1: the code precedes the reason.
            Opcode::Close => Some(2 + at),
            _ => at.checked_sub(self.before),
        }
    }

    fn add_control(&mut self, part: &Part<'_>) -> Result<(), ProtocolError> {
        self.control.extend_from_slice(part.payload);
        if !part.last {
            return Ok(());
        }
        let payload = std::mem::take(&mut self.control);
        match part.header.opcode {
            Opcode::Close => CloseReason::decode(&payload).map(drop),
            _ => Ok(()),
        }
    }

    /// Passes over an admitted frame of which a part of the payload was not seen.
    pub(super) fn pass_over(&mut self, header: &FrameHeader) {
        if !header.opcode.is_control() {
            self.assembler.pass_over(header);
        }
    }
}
