//! The sending side of a session: frames wait here, in order, to be written. RFC 6455 §5.5, §7.1.
//!
//! Nothing follows a Close: after it, everything else is refused.

use super::close::CloseReason;
use super::close_code::CloseCode;
use super::error::ProtocolError;
use super::event::Event;
use super::frame::Frame;
use super::header::FrameHeader;
use super::mask::MaskKey;
use super::memory::{Account, Reserve};
use super::message::Message;
use super::opcode::Opcode;
use std::fmt;
use std::sync::Arc;

/// Memory that is kept between two writes; what a large message took beyond it is given back.
const KEPT: usize = 256 << 10;

/// Gives every frame of a client its masking key. §5.3 wants keys that nobody can foresee,
/// which takes a source of randomness, and there is none on this floor.
pub trait KeySource: Send {
    /// A key that was not used before.
    fn next_key(&mut self) -> MaskKey;
}

impl<F: FnMut() -> MaskKey + Send> KeySource for F {
    fn next_key(&mut self) -> MaskKey {
        self()
    }
}

/// Why something could not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendError {
    /// Our Close is sent, and nothing may follow it (§5.5.1); or a write failed, and nothing can.
    AfterClose,
    /// A ping or pong holds at most 125 bytes. §5.5.
    ControlTooLong(usize),
    /// There is no memory for a frame of this size, in bytes. A Close with 1013 is sent in its place.
    NoMemory(usize),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AfterClose => write!(
                f,
                "nothing can be sent after a Close, or after a write that failed"
            ),
            Self::ControlTooLong(len) => {
                write!(f, "a control frame of {len} bytes, at most 125 are allowed")
            }
            Self::NoMemory(len) => write!(f, "no memory is left for a frame of {len} bytes"),
        }
    }
}

impl std::error::Error for SendError {}

/// What we send: encoded at once, written when the caller likes.
pub struct Outgoing {
    /// Only a client has keys: a server must not mask. §5.1.
    keys: Option<Box<dyn KeySource>>,
    bytes: Vec<u8>,
    closed: bool,
    account: Account,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("waiting", &self.bytes.len())
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

impl Outgoing {
    /// A server's: it never masks.
    pub const fn server() -> Self {
        Self {
            keys: None,
            bytes: Vec::new(),
            closed: false,
            account: Account::new(),
        }
    }

    /// A client's: it always masks.
    pub fn client(keys: impl KeySource + 'static) -> Self {
        Self {
            keys: Some(Box::new(keys)),
            bytes: Vec::new(),
            closed: false,
            account: Account::new(),
        }
    }

    /// From now on what is large waits in memory from `reserve`.
    pub fn draw_on(&mut self, reserve: Arc<dyn Reserve>) {
        self.account.draw_on(reserve);
    }

    /// Sends a message in one frame.
    #[inline]
    pub fn send(&mut self, message: Message<'_>) -> Result<(), SendError> {
        self.frame(&Frame::whole(message.opcode(), message.as_bytes()))
    }

    /// The same, but `true` says that only its header was put behind what waits: the payload is to
    /// be written from where it lies, right behind. A client has to mask a copy of it (`false`).
    #[inline]
    pub fn send_lent(&mut self, message: Message<'_>) -> Result<bool, SendError> {
        if self.keys.is_some() {
            return self.send(message).map(|()| false);
        }
        if self.closed {
            return Err(SendError::AfterClose);
        }
        Frame::whole(message.opcode(), message.as_bytes())
            .header(None)
            .encode(&mut self.bytes);
        Ok(true)
    }

    /// Asks the peer whether it lives; it answers with the same bytes. §5.5.2.
    pub fn ping(&mut self, payload: &[u8]) -> Result<(), SendError> {
        self.control(Opcode::Ping, payload)
    }

    /// A sign of life, asked for or not. §5.5.3.
    pub fn pong(&mut self, payload: &[u8]) -> Result<(), SendError> {
        self.control(Opcode::Pong, payload)
    }

    /// Says goodbye, once: a second Close is not sent. §5.5.1.
    pub fn close(&mut self, reason: Option<CloseReason<'_>>) {
        let mut body = Vec::new();
        if let Some(CloseReason { code, text }) = reason {
            CloseReason::new(code, text).encode(&mut body);
        }
        // Refused only if a Close is there already, and one is what the caller wants.
        let _ = self.frame(&Frame::whole(Opcode::Close, &body));
        self.closed = true;
    }

    /// What the protocol itself has to say to an event.
    #[inline]
    pub fn answer(&mut self, event: &Event<'_>) {
        match event {
            Event::Message(_) | Event::Pong(_) => {}
            Event::Ping(payload) => {
                // §5.5.2: a pong in answer, unless a Close was already sent.
                let _ = self.pong(payload);
            }
            // §5.5.1: answer with the code that came. The sentence was for us.
            Event::Close(reason) => {
                self.close(reason.map(|reason| CloseReason::new(reason.code, "")))
            }
        }
    }

    /// The peer broke a rule: the Close says which. §7.1.7.
    pub fn fail(&mut self, error: ProtocolError) {
        self.close(Some(CloseReason::new(
            error.close_code(),
            &error.to_string(),
        )));
    }

    /// [`close`](Self::close) with a code and a sentence.
    pub fn close_with(&mut self, code: CloseCode, text: &str) {
        self.close(Some(CloseReason::new(code, text)));
    }

    /// A write failed, perhaps in the middle of a frame: what followed could not be read as what it
    /// is. So nothing does.
    pub fn abandon(&mut self) {
        self.bytes.clear();
        self.closed = true;
    }

    /// Is our Close sent (or waiting to be written)?
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// What waits to be written, in order.
    #[inline]
    pub fn waiting(&self) -> &[u8] {
        &self.bytes
    }

    /// All that was waiting is written.
    #[inline]
    pub fn written(&mut self) {
        let keeps = self.bytes.len() >= KEPT && !self.account.is_scarce();
        self.bytes.clear();
        if !keeps && self.bytes.capacity() > KEPT {
            self.bytes.shrink_to(KEPT);
            self.account.shrunk(KEPT);
        }
    }

    /// Moves what waits into `buffer`, whose memory is used again for what comes next.
    pub fn take_waiting(&mut self, buffer: &mut Vec<u8>) {
        buffer.clear();
        std::mem::swap(&mut self.bytes, buffer);
        self.account.shrunk(self.bytes.capacity());
    }

    fn control(&mut self, opcode: Opcode, payload: &[u8]) -> Result<(), SendError> {
        if payload.len() > 125 {
            return Err(SendError::ControlTooLong(payload.len()));
        }
        self.frame(&Frame::whole(opcode, payload))
    }

    #[inline]
    fn frame(&mut self, frame: &Frame<'_>) -> Result<(), SendError> {
        if self.closed {
            return Err(SendError::AfterClose);
        }
        let needed = self.bytes.len() + FrameHeader::MAX_SIZE + frame.payload.len();
        if needed > self.bytes.capacity() && !self.grow(needed) {
            self.refuse();
            return Err(SendError::NoMemory(frame.payload.len()));
        }
        let key = self.keys.as_mut().map(|keys| keys.next_key());
        frame.encode(key, &mut self.bytes);
        Ok(())
    }

    /// Sees to room for `needed` bytes in all, or twofold what there was.
    #[cold]
    fn grow(&mut self, needed: usize) -> bool {
        let wanted = needed.max(2 * self.bytes.capacity());
        let bytes = &mut self.bytes;
        let more = wanted - bytes.len();
        self.account.grow(wanted, || bytes.try_reserve_exact(more))
    }

    /// What cannot be sent is not left out in silence: it was the last.
    #[cold]
    fn refuse(&mut self) {
        self.closed = true;
        let mut body = Vec::new();
        let told = "no memory is left for an answer of this length, try again later";
        CloseReason::new(CloseCode::TRY_AGAIN_LATER, told).encode(&mut body);
        let close = Frame::whole(Opcode::Close, &body);
        // If there is not even room for that, the connection ends without.
        let room = FrameHeader::MAX_SIZE + body.len();
        if self.bytes.try_reserve(room).is_ok() {
            let key = self.keys.as_mut().map(|keys| keys.next_key());
            close.encode(key, &mut self.bytes);
        }
    }
}
