//! The sending half of a session: frames wait here, in order, to be written. RFC 6455 §5.5, §7.1.
//!
//! Nothing follows a Close. After it, sending is an error.

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

/// The memory that is kept between two writes. A large message frees the rest.
const KEPT: usize = 256 << 10;

/// A source of masking keys, one for every frame of a client.
///
/// §5.3 demands unpredictable keys. That takes a source of randomness, which this module does not have.
pub trait KeySource: Send {
    /// A fresh random key.
    fn next_key(&mut self) -> MaskKey;
}

impl<F: FnMut() -> MaskKey + Send> KeySource for F {
    fn next_key(&mut self) -> MaskKey {
        self()
    }
}

/// Why a frame could not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendError {
    /// Our Close is sent, and nothing may follow it (§5.5.1), or an earlier write failed.
    AfterClose,
    /// A ping or pong of this length: at most 125 bytes are allowed. §5.5.
    ControlTooLong(usize),
    /// No memory is left for a payload of this length. A Close with 1013 is sent in its place.
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

/// The sending half of a connection: frames are encoded at once and written when the caller likes.
pub struct Outgoing {
    /// A client's; a server must not mask. §5.1.
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
    /// The sending half of a server, which never masks.
    pub const fn server() -> Self {
        Self {
            keys: None,
            bytes: Vec::new(),
            closed: false,
            account: Account::new(),
        }
    }

    /// The sending half of a client, which always masks.
    pub fn client(keys: impl KeySource + 'static) -> Self {
        Self {
            keys: Some(Box::new(keys)),
            bytes: Vec::new(),
            closed: false,
            account: Account::new(),
        }
    }

    /// Takes the memory of large frames from `reserve` from now on.
    pub fn draw_on(&mut self, reserve: Arc<dyn Reserve>) {
        self.account.draw_on(reserve);
    }

    /// Sends a message in one frame.
    #[inline]
    pub fn send(&mut self, message: Message<'_>) -> Result<(), SendError> {
        self.frame(&Frame::whole(message.opcode(), message.as_bytes()))
    }

    /// Sends a message whose payload the caller writes itself, if that is possible.
    ///
    /// `true`: only the header was added to what waits, and the payload is to be written right after it,
    /// without a copy. `false`: the frame is complete, since a client has to mask a copy.
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

    /// Sends a ping; the peer answers with a pong of the same payload. §5.5.2.
    pub fn ping(&mut self, payload: &[u8]) -> Result<(), SendError> {
        self.control(Opcode::Ping, payload)
    }

    /// Sends a pong, in answer to a ping or unsolicited. §5.5.3.
    pub fn pong(&mut self, payload: &[u8]) -> Result<(), SendError> {
        self.control(Opcode::Pong, payload)
    }

    /// Sends a Close, unless one was sent before. §5.5.1.
    pub fn close(&mut self, reason: Option<CloseReason<'_>>) {
        let mut body = Vec::new();
        if let Some(CloseReason { code, text }) = reason {
            CloseReason::new(code, text).encode(&mut body);
        }
        // Fails only if a Close was sent before, and one Close is what the caller wants.
        let _ = self.frame(&Frame::whole(Opcode::Close, &body));
        self.closed = true;
    }

    /// Sends what the protocol demands in answer to an event.
    #[inline]
    pub fn answer(&mut self, event: &Event<'_>) {
        match event {
            Event::Message(_) | Event::Pong(_) => {}
            Event::Ping(payload) => {
                // §5.5.2: a pong must answer, unless a Close was sent.
                let _ = self.pong(payload);
            }
            // §5.5.1: a Close answers, typically with the code that was received.
            Event::Close(reason) => {
                self.close(reason.map(|reason| CloseReason::new(reason.code, "")))
            }
        }
    }

    /// Sends the Close that names the rule that the peer broke. §7.1.7.
    pub fn fail(&mut self, error: ProtocolError) {
        self.close(Some(CloseReason::new(
            error.close_code(),
            &error.to_string(),
        )));
    }

    /// Sends a Close with a code and a reason.
    pub fn close_with(&mut self, code: CloseCode, text: &str) {
        self.close(Some(CloseReason::new(code, text)));
    }

    /// Notes that a write failed, perhaps in the middle of a frame. The peer could not find the beginning of
    /// another frame, so none is sent.
    pub fn abandon(&mut self) {
        self.bytes.clear();
        self.closed = true;
    }

    /// Is our Close sent, or waiting to be written?
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// The bytes that wait to be written.
    #[inline]
    pub fn waiting(&self) -> &[u8] {
        &self.bytes
    }

    /// Notes that all [`waiting`](Self::waiting) bytes were written.
    #[inline]
    pub fn written(&mut self) {
        let keeps = self.bytes.len() >= KEPT && !self.account.is_scarce();
        self.bytes.clear();
        if !keeps && self.bytes.capacity() > KEPT {
            self.bytes.shrink_to(KEPT);
            self.account.shrunk(KEPT);
        }
    }

    /// Moves the waiting bytes into `buffer`, and uses its memory for the next ones.
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

    /// Grows to `needed` bytes, or to twice the capacity if that is more.
    #[cold]
    fn grow(&mut self, needed: usize) -> bool {
        let wanted = needed.max(2 * self.bytes.capacity());
        let bytes = &mut self.bytes;
        let more = wanted - bytes.len();
        self.account.grow(wanted, || bytes.try_reserve_exact(more))
    }

    /// Ends the connection with a Close: a frame must not be left out silently.
    #[cold]
    fn refuse(&mut self) {
        self.closed = true;
        let mut body = Vec::new();
        let told = "no memory is left for an answer of this length, try again later";
        CloseReason::new(CloseCode::TRY_AGAIN_LATER, told).encode(&mut body);
        let close = Frame::whole(Opcode::Close, &body);
        // If there is no room even for that, the connection ends without a Close.
        let room = FrameHeader::MAX_SIZE + body.len();
        if self.bytes.try_reserve(room).is_ok() {
            let key = self.keys.as_mut().map(|keys| keys.next_key());
            close.encode(key, &mut self.bytes);
        }
    }
}
