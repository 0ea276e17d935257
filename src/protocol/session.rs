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

use super::error::ProtocolError;
use super::event::Event;
use super::incoming::Incoming;
use super::message::Limits;
use super::outgoing::{KeySource, Outgoing};
use super::role::Role;

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
