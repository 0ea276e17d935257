//! Frames to messages. RFC 6455 §5.4.
//!
//! A message is a text or binary frame, followed by continuation frames until one has FIN set. Control
//! frames may come between its fragments, another message may not. The limits of an endpoint are applied
//! here, to the lengths that the headers *declare*.

use super::decoder::{Delivery, Part};
use super::error::ProtocolError;
use super::header::FrameHeader;
use super::memory::{Account, Reserve};
use super::opcode::{Kind, Opcode};
use super::utf8::{Utf8Decoder, from_utf8};
use std::sync::Arc;

/// A complete message, borrowed from the memory of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message<'a> {
    /// Text, which was checked to be UTF-8.
    Text(&'a str),
    /// Any bytes.
    Binary(&'a [u8]),
}

impl<'a> Message<'a> {
    /// The opcode of the first frame of the message.
    pub const fn opcode(self) -> Opcode {
        match self {
            Self::Text(_) => Opcode::Text,
            Self::Binary(_) => Opcode::Binary,
        }
    }

    /// The payload of the message.
    pub const fn as_bytes(self) -> &'a [u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }
}

/// The longest messages that an endpoint accepts. §10.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The length of the longest message that is still accepted, in bytes.
    pub message: u64,
    /// The largest number of frames that a message may consist of.
    pub fragments: u32,
}

impl Limits {
    /// Enough for a chat: 64 KiB in at most 1 024 frames.
    pub const CHAT: Self = Self {
        message: 64 << 10,
        fragments: 1_024,
    };
    /// Enough for an echo under test: 16 MiB in at most 131 072 frames.
    pub const ECHO: Self = Self {
        message: 16 << 20,
        fragments: 131_072,
    };
}

/// How far a message is, after [`Assembler::add`] was given a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The part is the whole message, which can be borrowed from the part.
    InPlace(Kind),
    /// The part was the last of several: [`Assembler::assembled`] has the message.
    Assembled,
    /// More parts are to come.
    Unfinished,
}

/// Puts frames together into messages.
///
/// A message that arrives in one piece is not copied. Only the parts of a message that its sender or
/// the network split are.
#[derive(Debug)]
pub struct Assembler {
    limits: Limits,
    /// The message that is unfinished.
    begun: Option<Begun>,
    assembled: u64,
    kind: Kind,
    text: String,
    utf8: Utf8Decoder,
    binary: Vec<u8>,
    account: Account,
}

#[derive(Debug, Clone, Copy, Default)]
struct Begun {
    frames: u32,
    /// The sum of the payload lengths that its headers declared so far.
    declared: u64,
}

impl Assembler {
    /// An assembler of messages within `limits`.
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            begun: None,
            assembled: 0,
            kind: Kind::Text,
            text: String::new(),
            utf8: Utf8Decoder::new(),
            binary: Vec::new(),
            account: Account::new(),
        }
    }

    /// Takes the memory of large messages from `reserve` from now on.
    pub fn draw_on(&mut self, reserve: Arc<dyn Reserve>) {
        self.account.draw_on(reserve);
    }

    /// Judges by the header alone whether this frame may come now, and how its payload is to be delivered.
    /// No memory has been taken yet for the length that it declares.
    #[inline]
    pub fn admit(&self, header: &FrameHeader) -> Result<Delivery, ProtocolError> {
        let begun = match (self.begun, header.opcode) {
            // §5.4: a continuation needs a message to continue, and a message has to end first.
            (None, Opcode::Continuation) => return Err(ProtocolError::NothingToContinue),
            (Some(begun), Opcode::Continuation) => begun,
            (Some(_), _) => return Err(ProtocolError::MessageUnfinished),
            (None, _) => Begun::default(),
        };
        let (len, max) = (
            begun.declared.saturating_add(header.len),
            self.limits.message,
        );
        if len > max {
            return Err(ProtocolError::MessageTooBig { len, max });
        }
        if begun.frames >= self.limits.fragments {
            return Err(ProtocolError::TooManyFragments {
                max: self.limits.fragments,
            });
        }
        match self.kind_of(header.opcode) {
            Kind::Text => Ok(Delivery::AsItArrives),
            // Binary holds nothing to judge, so it may wait in the read buffer until it is complete.
            Kind::Binary => Ok(Delivery::Complete),
        }
    }

    /// Adds a part of a frame that was admitted.
    #[inline]
    pub fn add(&mut self, part: &Part<'_>) -> Result<Progress, ProtocolError> {
        let header = &part.header;
        let kind = self.kind_of(header.opcode);
        if self.begun.is_none() && part.last && header.fin {
            return Ok(Progress::InPlace(kind));
        }
        self.append(part, kind)
    }

    /// The message whose last part was just added.
    pub fn assembled(&self) -> Message<'_> {
        match self.kind {
            Kind::Text => Message::Text(&self.text),
            Kind::Binary => Message::Binary(&self.binary),
        }
    }

    /// The length of the longest message that may begin now; `None` while another is unfinished.
    pub fn awaits_message(&self) -> Option<u64> {
        self.begun.is_none().then_some(self.limits.message)
    }

    /// How many messages that came in several parts are complete.
    pub const fn messages_assembled(&self) -> u64 {
        self.assembled
    }

    /// Is a message unfinished?
    pub const fn is_unfinished(&self) -> bool {
        self.begun.is_some()
    }

    /// Frees the memory of the last message, unless one is unfinished.
    pub fn shrink(&mut self) {
        if self.begun.is_none() {
            self.release();
        }
    }

    /// Does the last message hold memory that others may need more?
    pub(super) fn is_scarce(&self) -> bool {
        self.account.is_scarce()
    }

    /// Frees all memory: for the end of a connection.
    pub(super) fn release(&mut self) {
        self.text = String::new();
        self.binary = Vec::new();
        self.account.shrunk(0);
    }

    /// Drops the payload so far: an inspector only asks whether it is right.
    #[cfg(feature = "server")]
    pub(crate) fn forget(&mut self) {
        self.text.clear();
        self.binary.clear();
    }

    /// Continues a message whose beginning was not seen. Its text cannot be judged.
    #[cfg(feature = "server")]
    pub(crate) fn join_midway(&mut self) {
        self.kind = Kind::Binary;
        self.utf8 = Utf8Decoder::new();
        self.begun.get_or_insert_default();
    }

    /// Adds a frame that was admitted, without its payload. It counts against the limits, and the rest of
    /// its message is no longer judged as text.
    #[cfg(feature = "server")]
    pub(crate) fn pass_over(&mut self, header: &FrameHeader) {
        self.join_midway();
        self.begun = self.begun.filter(|_| !header.fin).map(|begun| Begun {
            frames: begun.frames + 1,
            declared: begun.declared.saturating_add(header.len),
        });
    }

    fn kind_of(&self, opcode: Opcode) -> Kind {
        match opcode {
            Opcode::Text => Kind::Text,
            Opcode::Binary => Kind::Binary,
            _ => self.kind,
        }
    }

    /// Makes room for `more` bytes. The capacity doubles, since a message in many frames would be copied for
    /// each of them otherwise, but never beyond the longest message.
    fn make_room(&mut self, kind: Kind, more: usize) -> Result<(), ProtocolError> {
        let (text, binary) = (&mut self.text, &mut self.binary);
        let (len, held) = match kind {
            Kind::Text => (text.len(), text.capacity()),
            Kind::Binary => (binary.len(), binary.capacity()),
        };
        let needed = len + more;
        if needed <= held {
            return Ok(());
        }
        let longest = usize::try_from(self.limits.message).unwrap_or(usize::MAX);
        let wanted = (2 * held).min(longest).max(needed);
        let others = text.capacity() + binary.capacity() - held;
        let granted = self.account.grow(wanted + others, || match kind {
            Kind::Text => text.try_reserve_exact(wanted - len),
            Kind::Binary => binary.try_reserve_exact(wanted - len),
        });
        let bytes = needed as u64;
        granted
            .then_some(())
            .ok_or(ProtocolError::NoMemory { bytes })
    }

    fn append(&mut self, part: &Part<'_>, kind: Kind) -> Result<Progress, ProtocolError> {
        if self.begun.is_none() {
            self.kind = kind;
            self.text.clear();
            self.binary.clear();
        }
        let begun = self.begun.get_or_insert_default();
        if part.first {
            begun.frames += 1;
            begun.declared += part.header.len;
        }
        self.make_room(kind, self.utf8.pending() + part.payload.len())?;
        match kind {
            Kind::Text => self.utf8.push(part.payload, &mut self.text)?,
            Kind::Binary => self.binary.extend_from_slice(part.payload),
        }
        if !(part.last && part.header.fin) {
            return Ok(Progress::Unfinished);
        }
        self.begun = None;
        self.assembled += 1;
        self.utf8.finish()?;
        Ok(Progress::Assembled)
    }
}

/// A message in one piece, with its text checked. §8.1.
#[inline]
pub(crate) fn in_place(kind: Kind, payload: &[u8]) -> Result<Message<'_>, ProtocolError> {
    match kind {
        Kind::Text => Ok(Message::Text(from_utf8(payload)?)),
        Kind::Binary => Ok(Message::Binary(payload)),
    }
}

#[cfg(all(test, feature = "server"))]
mod tests;
