//! Messages: what an application sends and gets, in one frame or in many. RFC 6455 §5.4.
//!
//! A message is a text or a binary frame, followed by as many continuations as it takes
//! until one has FIN set. Control frames may stand between them, another message may not.
//! The limits are kept here, against what the headers *declare*.

use super::decoder::{Delivery, Part};
use super::error::ProtocolError;
use super::header::FrameHeader;
use super::memory::{Account, Reserve};
use super::opcode::{Kind, Opcode};
use super::utf8::{Utf8Decoder, from_utf8};
use std::sync::Arc;

/// A whole message, lent from where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message<'a> {
    /// Text, known to be UTF-8.
    Text(&'a str),
    /// Any bytes.
    Binary(&'a [u8]),
}

impl<'a> Message<'a> {
    /// The opcode of the message's first frame.
    pub const fn opcode(self) -> Opcode {
        match self {
            Self::Text(_) => Opcode::Text,
            Self::Binary(_) => Opcode::Binary,
        }
    }

    /// The message as it travels.
    pub const fn as_bytes(self) -> &'a [u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }
}

/// What an endpoint is ready to take. §10.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest message, in bytes: this many are still accepted.
    pub message: u64,
    /// The largest number of frames that one message may come in.
    pub fragments: u32,
}

impl Limits {
    /// Enough for a chat: 64 KiB in at most 1 024 frames.
    pub const CHAT: Self = Self {
        message: 64 << 10,
        fragments: 1_024,
    };
    /// Enough for an echo that is being tested: 16 MiB in at most 131 072 frames.
    pub const ECHO: Self = Self {
        message: 16 << 20,
        fragments: 131_072,
    };
}

/// Where a message stands that [`Assembler::add`] was given a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The part was all of it: the message lies where the part lies.
    InPlace(Kind),
    /// It was the last of several: [`Assembler::assembled`] has the message.
    Assembled,
    /// There is more to come.
    Unfinished,
}

/// Puts frames together into messages.
///
/// A message that comes in one piece is not touched at all; only what is split, by its
/// sender or by the network, is copied together here.
#[derive(Debug)]
pub struct Assembler {
    limits: Limits,
    /// The message that has begun and not ended.
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
    /// The payload of the frames seen so far, as their headers declared it.
    declared: u64,
}

impl Assembler {
    /// An assembler that keeps to `limits`.
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

    /// From now on a large message is put together in memory from `reserve`.
    pub fn draw_on(&mut self, reserve: Arc<dyn Reserve>) {
        self.account.draw_on(reserve);
    }

    /// May this frame come now, and how is its payload wanted? Judged by the header
    /// alone, before a byte of memory is taken for what it declares.
    #[inline]
    pub fn admit(&self, header: &FrameHeader) -> Result<Delivery, ProtocolError> {
        let begun = match (self.begun, header.opcode) {
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
            // Nothing can be wrong inside binary: it may wait in the read buffer until it is whole.
            Kind::Binary => Ok(Delivery::Complete),
        }
    }

    /// Takes a part of a frame that was admitted.
    #[inline]
    pub fn add(&mut self, part: &Part<'_>) -> Result<Progress, ProtocolError> {
        let header = &part.header;
        let kind = self.kind_of(header.opcode);
        if self.begun.is_none() && part.last && header.fin {
            return Ok(Progress::InPlace(kind));
        }
        self.append(part, kind)
    }

    /// The message whose last part has just been added.
    pub fn assembled(&self) -> Message<'_> {
        match self.kind {
            Kind::Text => Message::Text(&self.text),
            Kind::Binary => Message::Binary(&self.binary),
        }
    }

    /// The longest message that may begin now, or `None` while another is unfinished.
    pub fn awaits_message(&self) -> Option<u64> {
        self.begun.is_none().then_some(self.limits.message)
    }

    /// How many messages came in several parts, and are complete.
    pub const fn messages_assembled(&self) -> u64 {
        self.assembled
    }

    /// Has a message begun that has not ended?
    pub const fn is_unfinished(&self) -> bool {
        self.begun.is_some()
    }

    /// Gives memory back that a large message took, unless one is on its way.
    pub fn shrink(&mut self) {
        if self.begun.is_none() {
            self.release();
        }
    }

    /// Does the last message keep memory that others may need more?
    pub(super) fn is_scarce(&self) -> bool {
        self.account.is_scarce()
    }

    /// Gives all memory back: nothing that comes from here on will be looked at.
    pub(super) fn release(&mut self) {
        self.text = String::new();
        self.binary = Vec::new();
        self.account.shrunk(0);
    }

    /// Drops the text or the bytes so far: for those who only want to know whether they are right.
    #[cfg(feature = "server")]
    pub(crate) fn forget(&mut self) {
        self.text.clear();
        self.binary.clear();
    }

    /// Goes on in a message whose beginning nobody has seen: its text cannot be judged.
    #[cfg(feature = "server")]
    pub(crate) fn join_midway(&mut self) {
        self.kind = Kind::Binary;
        self.utf8 = Utf8Decoder::new();
        self.begun.get_or_insert_default();
    }

    /// Takes a frame that was admitted, without its payload: it counts, and what is left of its
    /// message is no longer judged as text.
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

    /// Sees to room for `more` bytes: twofold, for a message in many frames would be copied as often
    /// otherwise, but never more than a message may have.
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

/// The text of a message that lies in one piece.
#[inline]
pub(crate) fn in_place(kind: Kind, payload: &[u8]) -> Result<Message<'_>, ProtocolError> {
    match kind {
        Kind::Text => Ok(Message::Text(from_utf8(payload)?)),
        Kind::Binary => Ok(Message::Binary(payload)),
    }
}

#[cfg(all(test, feature = "server"))]
mod tests;
