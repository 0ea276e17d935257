//! One connection's life after the handshake: bytes in, events and replies out. RFC 6455 §5.5, §7.
//!
//! A connection is open until each side has sent **one** Close. Who sends the first one
//! asks, the other answers, and then the server closes the TCP connection (§7.1.1):
//!
//! ```text
//!                     ours not sent           ours sent
//!   theirs not come   Open                    Closing: we wait for the answer
//!   theirs came       (never: answered        Closed
//!                      in the same call)
//! ```
//!
//! Whatever is sent, nothing follows our Close; whatever arrives, nothing is read behind
//! theirs. A broken rule ends both at once: our Close says which, and input is ignored
//! from there on (§7.1.7).
//!
//! [`Session`] is the two directions together. Each works alone too: one thread can hold
//! the [`Incoming`] half and another the [`Outgoing`] one.

use super::buffer::ReadBuffer;
use super::close::CloseReason;
use super::decoder::FrameDecoder;
use super::error::ProtocolError;
use super::header::{Kind, Opcode, Role};
use super::message::{Assembler, Limits, Message, Progress, in_place};
use super::outgoing::{KeySource, Outgoing};

/// Something that happened, lent from the connection's own memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// A message is complete.
    Message(Message<'a>),
    /// The peer asks whether we live. §5.5.2.
    Ping(&'a [u8]),
    /// The peer lives: an answer to a ping of ours, or a sign of life unasked. §5.5.3.
    Pong(&'a [u8]),
    /// The peer is done, and nothing that it sends after this counts. §5.5.1.
    Close(Option<CloseReason<'a>>),
}

/// How far the closing handshake has come: the table above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Both sides may send.
    Open,
    /// Our Close is sent, theirs has not come.
    Closing,
    /// It is over.
    Closed,
}

/// Both directions of one connection.
#[derive(Debug)]
pub struct Session {
    /// What the peer sends.
    pub incoming: Incoming,
    /// What we send.
    pub outgoing: Outgoing,
}

impl Session {
    /// The server's end, just after the handshake.
    pub const fn server(limits: Limits) -> Self {
        Self {
            incoming: Incoming::new(Role::Client, limits),
            outgoing: Outgoing::server(),
        }
    }

    /// The client's end; `keys` gives every frame a masking key that nobody can foresee. §5.3, §10.3.
    pub fn client(limits: Limits, keys: impl KeySource + 'static) -> Self {
        Self {
            incoming: Incoming::new(Role::Server, limits),
            outgoing: Outgoing::client(keys),
        }
    }

    /// How far the closing handshake has come.
    pub const fn state(&self) -> State {
        match (self.outgoing.is_closed(), self.incoming.has_ended()) {
            (false, _) => State::Open,
            (true, false) => State::Closing,
            (true, true) => State::Closed,
        }
    }

    /// The next thing that happened, or `None` until more bytes have come.
    ///
    /// The answers that the protocol itself demands (a pong, the second Close, the Close that
    /// names a broken rule) are in [`outgoing`](Self::outgoing) when this returns.
    #[inline]
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, ProtocolError> {
        match self.incoming.next_event() {
            Ok(None) => Ok(None),
            Ok(Some(event)) => {
                self.outgoing.answer(&event);
                Ok(Some(event))
            }
            Err(error) => {
                self.outgoing.fail(error);
                Err(error)
            }
        }
    }
}

/// What the peer sends, as it arrives.
#[derive(Debug)]
pub struct Incoming {
    buffer: ReadBuffer,
    decoder: FrameDecoder,
    assembler: Assembler,
    found: Option<Found>,
    ended: bool,
}

/// Where the next event lies: finding it and lending it are two steps, because what is lent
/// borrows the connection, and whoever looks in a loop may have to read in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// A message that is the last so many bytes used up.
    InPlace(Kind, usize),
    /// A message that was put together from several parts.
    Assembled,
    /// A control frame whose payload is the last so many bytes used up.
    Control(Opcode, usize),
}

impl Incoming {
    /// What `sender` will send, within `limits`.
    pub const fn new(sender: Role, limits: Limits) -> Self {
        Self::after_handshake(sender, limits, ReadBuffer::new())
    }

    /// The same, when bytes came in behind the handshake: they are the first frames.
    pub const fn after_handshake(sender: Role, limits: Limits, buffer: ReadBuffer) -> Self {
        Self {
            buffer,
            decoder: FrameDecoder::new(sender),
            assembler: Assembler::new(limits),
            found: None,
            ended: false,
        }
    }

    /// Where the next bytes from the peer go.
    pub fn space(&mut self) -> &mut [u8] {
        if self.buffer.is_calm() {
            self.assembler.shrink();
        }
        self.buffer.space(self.decoder.appetite())
    }

    /// `count` bytes were put into the [`space`](Self::space).
    pub fn filled(&mut self, count: usize) {
        self.buffer.filled(count);
        if self.ended {
            self.buffer.clear(); // §5.5.1, §7.1.7: what comes after the end does not count
        }
    }

    /// Copies bytes in: for those who have no stream to read from.
    pub fn receive(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let space = self.space();
            let (now, later) = bytes.split_at(space.len().min(bytes.len()));
            space[..now.len()].copy_from_slice(now);
            self.filled(now.len());
            bytes = later;
        }
    }

    /// The next thing that happened, or `None` until more bytes have come. An error is the
    /// last thing that happens.
    #[inline]
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, ProtocolError> {
        if !self.find()? {
            return Ok(None);
        }
        let event = match self.found {
            Some(Found::InPlace(kind, len)) => {
                in_place(kind, self.buffer.consumed(len)).map(Event::Message)
            }
            Some(Found::Assembled) => Ok(Event::Message(self.assembler.assembled())),
            Some(Found::Control(opcode, len)) => control(opcode, self.buffer.consumed(len)),
            None => return Ok(None),
        };
        self.found = None;
        self.ended = matches!(event, Err(_) | Ok(Event::Close(_)));
        event.map(Some)
    }

    /// Decodes until the next event is complete: is one there? It stays there until
    /// [`next_event`](Self::next_event) takes it.
    #[inline]
    pub(crate) fn find(&mut self) -> Result<bool, ProtocolError> {
        if self.found.is_some() || self.ended {
            return Ok(self.found.is_some());
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
            self.ended = true;
            return Err(error);
        }
        Ok(self.found.is_some())
    }

    /// Is the event that was found a control frame, and which?
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

    /// Has a frame begun that is not complete?
    pub fn is_inside_frame(&self) -> bool {
        !self.ended && (self.decoder.is_inside_frame() || !self.buffer.unread().is_empty())
    }

    /// Has a message begun that is not complete?
    pub fn is_inside_message(&self) -> bool {
        !self.ended && (self.assembler.is_unfinished() || self.decoder.is_inside_data_frame())
    }

    /// How many frames have come in completely: a deadline for one frame begins anew with the next.
    pub const fn frames(&self) -> u64 {
        self.decoder.frames()
    }

    /// How many messages that came in several parts are complete: the same for a message's deadline.
    pub const fn messages_assembled(&self) -> u64 {
        self.assembler.messages_assembled()
    }

    /// Gives back the memory that a busy time took: for a connection that fell silent.
    pub fn shrink(&mut self) {
        self.buffer.shrink();
        self.assembler.shrink();
    }

    /// Frame by frame, until something is complete. Not inlined: most frames take the short way
    /// through [`find`](Self::find), and should not pay for this one.
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

/// A control frame, as a view of the memory it lies in.
fn control(opcode: Opcode, payload: &[u8]) -> Result<Event<'_>, ProtocolError> {
    match opcode {
        Opcode::Ping => Ok(Event::Ping(payload)),
        Opcode::Pong => Ok(Event::Pong(payload)),
        _ => CloseReason::decode(payload).map(Event::Close),
    }
}
