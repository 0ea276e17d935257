//! The receiving half of a session: bytes in, events out. RFC 6455 §5.4, §5.5, §7.1.
//!
//! Nothing is read after a Close, or after a broken rule.

use super::buffer::ReadBuffer;
use super::close::CloseReason;
use super::decoder::FrameDecoder;
use super::error::ProtocolError;
use super::event::Event;
use super::memory::Reserve;
use super::message::{Assembler, Limits, Progress, in_place};
use super::opcode::{Kind, Opcode};
use super::role::Role;
use std::sync::Arc;

/// The receiving half of a connection: what the peer sends, as it arrives.
#[derive(Debug)]
pub struct Incoming {
    buffer: ReadBuffer,
    decoder: FrameDecoder,
    assembler: Assembler,
    found: Option<Found>,
    ended: bool,
    /// There was no memory for a read. The next event reports it.
    refused: Option<ProtocolError>,
}

/// Where the next event lies. Finding it and lending it are two steps: an event borrows the connection,
/// and a caller that looks in a loop may have to read in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// A message: the bytes consumed last, as many as given.
    InPlace(Kind, usize),
    /// A message that was put together from several parts, in the assembler.
    Assembled,
    /// A control frame: its payload is the bytes consumed last, as many as given.
    Control(Opcode, usize),
}

impl Incoming {
    /// The receiver of what `sender` sends, within `limits`.
    pub const fn new(sender: Role, limits: Limits) -> Self {
        Self::after_handshake(sender, limits, ReadBuffer::new())
    }

    /// A receiver that begins with the bytes in `buffer`, which arrived together with the handshake.
    pub const fn after_handshake(sender: Role, limits: Limits, buffer: ReadBuffer) -> Self {
        Self {
            buffer,
            decoder: FrameDecoder::new(sender),
            assembler: Assembler::new(limits),
            found: None,
            ended: false,
            refused: None,
        }
    }

    /// Takes the memory of large messages from `reserve` from now on. When `reserve` has none left, the
    /// next event is an error with the close code 1013.
    pub fn draw_on(&mut self, reserve: Arc<dyn Reserve>) {
        self.buffer.draw_on(Arc::clone(&reserve));
        self.assembler.draw_on(reserve);
    }

    /// The space for the next read from the peer. `None` if there is no memory for it: then
    /// [`next_event`](Self::next_event) reports that.
    pub fn space(&mut self) -> Option<&mut [u8]> {
        let is_free = self.found.is_none();
        if is_free && (self.buffer.is_calm() || self.assembler.is_scarce()) {
            self.assembler.shrink();
        }
        let bytes = self.buffer.unread().len() as u64;
        let space = self.buffer.space(self.decoder.appetite());
        if space.is_none() {
            self.refused = Some(ProtocolError::NoMemory { bytes });
        }
        space
    }

    /// Notes that a read put `count` bytes into the [`space`](Self::space).
    pub fn filled(&mut self, count: usize) {
        self.buffer.filled(count);
        if self.ended {
            self.buffer.clear(); // §5.5.1, §7.1.7: what follows the end is ignored
        }
    }

    /// Copies bytes in: for callers that have bytes and no stream.
    pub fn receive(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let Some(space) = self.space() else { return };
            let (now, later) = bytes.split_at(space.len().min(bytes.len()));
            space[..now.len()].copy_from_slice(now);
            self.filled(now.len());
            bytes = later;
        }
    }

    /// The next event, or `None` until more bytes have arrived. Nothing follows an error.
    #[inline]
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, ProtocolError> {
        self.find()?;
        let Some(found) = self.found.take() else {
            return Ok(None);
        };
        let event = match found {
            Found::InPlace(kind, len) => {
                in_place(kind, self.buffer.consumed(len)).map(Event::Message)
            }
            Found::Assembled => Ok(Event::Message(self.assembler.assembled())),
            Found::Control(opcode, len) => control(opcode, self.buffer.consumed(len)),
        };
        self.ended = matches!(event, Err(_) | Ok(Event::Close(_)));
        event.map(Some)
    }

    /// Decodes until an event is complete, and returns whether one is. It stays until
    /// [`next_event`](Self::next_event) takes it.
    #[inline]
    pub(crate) fn find(&mut self) -> Result<bool, ProtocolError> {
        if self.found.is_some() || self.ended {
            return Ok(self.found.is_some());
        }
        if let Some(error) = self.refused.take() {
            self.end();
            return Err(error);
        }
        if let Some(max) = self.assembler.awaits_message()
            && let Some(whole) = self
                .decoder
                .decode_whole_message(self.buffer.unread_mut(), max)
        {
            self.buffer.consume(whole.taken);
            self.found = Some(Found::InPlace(whole.kind, whole.len));
            return Ok(true);
        }
        if let Err(error) = self.decode() {
            self.end();
            return Err(error);
        }
        Ok(self.found.is_some())
    }

    /// The opcode of the event that was found, if it is a control frame.
    #[cfg(feature = "socket")]
    #[inline]
    pub(crate) const fn found_control(&self) -> Option<Opcode> {
        match self.found {
            Some(Found::Control(opcode, _)) => Some(opcode),
            _ => None,
        }
    }

    /// Has the peer closed, or broken a rule?
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Is a frame incomplete?
    pub fn is_inside_frame(&self) -> bool {
        !self.ended && (self.decoder.is_inside_frame() || !self.buffer.unread().is_empty())
    }

    /// Is a message incomplete?
    pub fn is_inside_message(&self) -> bool {
        !self.ended && (self.assembler.is_unfinished() || self.decoder.is_inside_data_frame())
    }

    /// How many frames are complete: the deadline for a frame begins again with each.
    pub const fn frames(&self) -> u64 {
        self.decoder.frames()
    }

    /// How many messages in several parts are complete: the deadline for a message begins again with each.
    pub const fn messages_assembled(&self) -> u64 {
        self.assembler.messages_assembled()
    }

    /// Frees the memory of large messages: for a connection that fell silent.
    pub fn shrink(&mut self) {
        self.buffer.shrink();
        self.assembler.shrink();
    }

    /// Ends the input. What arrives from now on is ignored, so no memory is kept for it.
    #[cold]
    fn end(&mut self) {
        self.ended = true;
        self.buffer.clear();
        self.assembler.release();
    }

    /// Decodes frame by frame until an event is complete. Not inlined: most frames take the fast path in
    /// [`find`](Self::find) and should not pay for this one.
    #[inline(never)]
    fn decode(&mut self) -> Result<(), ProtocolError> {
        while self.found.is_none() {
            let assembler = &self.assembler;
            let decoded = self
                .decoder
                .decode(self.buffer.unread_mut(), |header| assembler.admit(header))?;
            let Some((part, taken)) = decoded else {
                break;
            };
            let (opcode, len) = (part.header.opcode, part.payload.len());
            if opcode.is_control() {
                self.found = Some(Found::Control(opcode, len));
            } else {
                match self.assembler.add(&part)? {
                    Progress::InPlace(kind) => self.found = Some(Found::InPlace(kind, len)),
                    Progress::Assembled => self.found = Some(Found::Assembled),
                    Progress::Unfinished => {}
                }
            }
            self.buffer.consume(taken);
        }
        Ok(())
    }
}

/// A control frame as an event that borrows its payload.
fn control(opcode: Opcode, payload: &[u8]) -> Result<Event<'_>, ProtocolError> {
    match opcode {
        Opcode::Ping => Ok(Event::Ping(payload)),
        Opcode::Pong => Ok(Event::Pong(payload)),
        _ => CloseReason::decode(payload).map(Event::Close),
    }
}

#[cfg(all(test, feature = "socket"))]
mod tests;
