//! A blocking WebSocket over any stream, for either end of a connection. RFC 6455 §4, §7.
//!
//! ```
//! use std::{net::TcpListener, thread};
//! use ws101::{CloseCode, Limits, Message, accept, connect};
//!
//! // A server that answers one message, and the client that asks.
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let address = listener.local_addr()?;
//! let server = thread::spawn(move || {
//!     let (tcp, _) = listener.accept()?;
//!     let mut socket = accept(tcp, &[], Limits::CHAT)?;
//!     let question = socket.next_message()?.map(|message| message.as_bytes().len());
//!     socket.send(Message::Text(&format!("{question:?} bytes came")))?;
//!     while socket.next_message()?.is_some() {} // until the client closes
//!     Ok::<(), ws101::SocketError>(())
//! });
//!
//! let mut socket = connect(&format!("ws://{address}/"))?;
//! socket.send(Message::Text("hello"))?;
//! assert_eq!(socket.next_message()?, Some(Message::Text("Some(5) bytes came")));
//! socket.close(CloseCode::NORMAL, "thank you")?;
//! server.join().expect("no panic")?;
//! # Ok::<(), ws101::SocketError>(())
//! ```
//!
//! - [`connect`] and [`accept`] do the handshake and give a [`WebSocket`];
//! - [`Stream`] is the TCP connection below it, with deadlines that a slow peer cannot stretch;
//! - [`WebSocket::split`] gives a [`Reader`] and a [`Writer`] for two threads, over one descriptor.

mod connect;
mod dial;
mod error;
mod halves;
mod keys;
mod source;
mod stream;
mod tap;
mod timeouts;
mod url;

#[cfg(feature = "server")]
pub(crate) use connect::read_head;
pub use connect::{Connect, accept, connect};
pub use error::SocketError;
pub use halves::{Reader, Writer};
pub use keys::RandomKeys;
pub use stream::Stream;
pub use tap::{Direction, Tap};
pub use url::{Url, UrlError};

use self::source::{EventSource, next_message, read_into};
use self::stream::write_both;
use crate::protocol::{
    CloseCode, Event, Limits, Message, Opcode, Outgoing, ProtocolError, Session,
};
use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

/// How long we wait for the other end's Close, and then for its end of the stream. §7.1.1.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// One end of a WebSocket connection, after the handshake.
#[derive(Debug)]
pub struct WebSocket<S> {
    stream: S,
    session: Session,
    protocol: Option<String>,
}

impl<S: Read + Write> WebSocket<S> {
    /// The server's end of a connection whose handshake is done.
    pub const fn server(stream: S, limits: Limits) -> Self {
        Self::from_session(stream, Session::server(limits), None)
    }

    /// The client's end of a connection whose handshake is done.
    pub fn client(stream: S, limits: Limits) -> Self {
        Self::from_session(stream, Session::client(limits, RandomKeys::new()), None)
    }

    const fn from_session(stream: S, session: Session, protocol: Option<String>) -> Self {
        Self {
            stream,
            session,
            protocol,
        }
    }

    /// The subprotocol that both ends agreed on.
    pub fn protocol(&self) -> Option<&str> {
        self.protocol.as_deref()
    }

    /// The stream below.
    pub const fn stream(&self) -> &S {
        &self.stream
    }

    /// The stream below, to set its deadline for example. What is read from it or written
    /// to it directly is missing in the conversation.
    pub const fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    /// The stream below, when this side has no more to say.
    pub fn into_stream(self) -> S {
        self.stream
    }

    /// Waits for the next message. `None` is the end: the other side closed, and was answered.
    ///
    /// Pings are answered meanwhile, pongs are passed over.
    #[inline]
    pub fn next_message(&mut self) -> Result<Option<Message<'_>>, SocketError> {
        next_message(self)
    }

    /// Waits for the next thing that happens, control frames included.
    ///
    /// What the protocol demands as an answer is written before this returns, but for a
    /// pong: it goes out with the next write, or before the next wait.
    #[inline(always)] // what is returned in registers need not be copied
    pub fn next_event(&mut self) -> Result<Event<'_>, SocketError> {
        self.wait()?;
        let Session { incoming, outgoing } = &mut self.session;
        match incoming.next_event() {
            Ok(Some(event)) => {
                outgoing.answer(&event);
                if let Event::Close(_) = event {
                    // A peer that has sent a Close may not listen any more. Its reason is worth more than
                    // our answer.
                    let _ = flush(&mut self.stream, outgoing);
                }
                Ok(event)
            }
            Ok(None) => Err(SocketError::Closed),
            Err(error) => Err(fail(&mut self.stream, outgoing, error)),
        }
    }

    /// Sends a message, now. A server's payload is written from where it lies, not copied first.
    #[inline]
    pub fn send(&mut self, message: Message<'_>) -> Result<(), SocketError> {
        let outgoing = &mut self.session.outgoing;
        let payload = if outgoing.send_lent(message)? {
            message.as_bytes()
        } else {
            &[]
        };
        let written = write_both(&mut self.stream, outgoing.waiting(), payload);
        settle(outgoing, written)
    }

    /// Puts a message behind what waits to be sent: many small ones cost one write.
    pub fn queue(&mut self, message: Message<'_>) -> Result<(), SocketError> {
        Ok(self.session.outgoing.send(message)?)
    }

    /// Writes what waits.
    #[inline]
    pub fn flush(&mut self) -> Result<(), SocketError> {
        flush(&mut self.stream, &mut self.session.outgoing)
    }

    /// Asks the other side for a sign of life; it comes as [`Event::Pong`]. §5.5.2.
    pub fn ping(&mut self, payload: &[u8]) -> Result<(), SocketError> {
        self.session.outgoing.ping(payload)?;
        self.flush()
    }

    /// Sends our Close. What comes from the other side until it answers can still be read.
    pub fn send_close(&mut self, code: CloseCode, text: &str) -> Result<(), SocketError> {
        self.session.outgoing.close_with(code, text);
        self.flush()
    }

    /// Makes sure that an event is complete.
    #[inline]
    fn wait(&mut self) -> Result<(), SocketError> {
        match self.session.incoming.find() {
            Ok(true) => Ok(()),
            found => self.wait_for_bytes(found),
        }
    }

    /// Reads until an event is complete.
    #[inline(never)]
    fn wait_for_bytes(
        &mut self,
        mut found: Result<bool, ProtocolError>,
    ) -> Result<(), SocketError> {
        let Session { incoming, outgoing } = &mut self.session;
        loop {
            match found {
                Ok(true) => return Ok(()),
                Ok(false) if incoming.has_ended() => return Err(SocketError::Closed),
                Ok(false) => {}
                Err(error) => return Err(fail(&mut self.stream, outgoing, error)),
            }
            flush(&mut self.stream, outgoing)?;
            read_into(&mut self.stream, incoming)?;
            found = incoming.find();
        }
    }
}

impl<S: Read + Write> EventSource for WebSocket<S> {
    #[inline]
    fn wait(&mut self) -> Result<Option<Opcode>, SocketError> {
        self.wait()?;
        Ok(self.session.incoming.found_control())
    }

    #[inline(always)]
    fn next_event(&mut self) -> Result<Event<'_>, SocketError> {
        self.next_event()
    }
}

impl WebSocket<Stream> {
    /// Sets the moment by which every read and write must be done, however slow the peer is.
    pub const fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.stream.set_deadline(deadline);
    }

    /// Says goodbye: sends our Close, waits for the other side's, ends the connection.
    ///
    /// Messages that were still on their way are passed over. The wait ends after five seconds.
    pub fn close(mut self, code: CloseCode, text: &str) -> Result<(), SocketError> {
        self.set_deadline(Some(Instant::now() + CLOSE_TIMEOUT));
        self.send_close(code, text)?;
        while !self.session.incoming.has_ended() {
            self.next_event()?;
        }
        self.finish();
        Ok(())
    }

    /// Ends the TCP connection in such a way that the other side can read what we sent last.
    pub fn finish(self) {
        self.stream.finish();
    }

    /// Two halves, one to read and one to write, for two threads.
    pub fn split(self) -> (Reader, Writer) {
        halves::split(self.stream, self.session)
    }
}

#[inline]
fn flush(stream: &mut impl Write, outgoing: &mut Outgoing) -> Result<(), SocketError> {
    if !outgoing.waiting().is_empty() {
        let written = stream
            .write_all(outgoing.waiting())
            .and_then(|()| stream.flush());
        settle(outgoing, written)?;
    }
    Ok(())
}

/// Notes what became of a write: after one that failed, nothing else is written.
#[inline]
fn settle(outgoing: &mut Outgoing, written: io::Result<()>) -> Result<(), SocketError> {
    match written {
        Ok(()) => outgoing.written(),
        Err(_) => outgoing.abandon(),
    }
    Ok(written?)
}

/// The connection has failed: our Close tells the other side, if it still listens.
fn fail(stream: &mut impl Write, outgoing: &mut Outgoing, error: ProtocolError) -> SocketError {
    outgoing.fail(error);
    // What broke the connection is worth more to the caller than that its Close could not be written.
    let _ = flush(stream, outgoing);
    error.into()
}
