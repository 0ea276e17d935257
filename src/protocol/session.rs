//! One connection after its handshake: bytes in, events and answers out. RFC 6455 §5.5, §7.
//!
//! A connection is open until each end has sent **one** Close. The first Close asks, the second answers,
//! and then the server closes the TCP connection (§7.1.1):
//!
//! ```text
//!                       our Close not sent     our Close sent
//!   theirs not received Open                   Closing: its answer is awaited
//!   theirs received     (never: answered       Closed
//!                        in the same call)
//! ```
//!
//! Nothing is sent after our Close, and nothing is read after theirs. A broken rule ends both
//! directions at once: our Close names the rule, and further input is ignored (§7.1.7).
//!
//! [`Session`] joins the two directions. Each also works alone: one thread can hold the [`Incoming`]
//! half and another the [`Outgoing`] half.

use super::error::ProtocolError;
use super::event::Event;
use super::incoming::Incoming;
use super::message::Limits;
use super::outgoing::{KeySource, Outgoing};
use super::role::Role;

/// How far the closing handshake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// Both ends may send.
    Open,
    /// Our Close is sent, and theirs is awaited.
    Closing,
    /// Both Closes are sent.
    Closed,
}

/// Both directions of one connection, from the end of its handshake to its last Close.
#[derive(Debug)]
pub struct Session {
    /// The receiving half.
    pub incoming: Incoming,
    /// The sending half.
    pub outgoing: Outgoing,
}

impl Session {
    /// The end of a server, just after the handshake.
    pub const fn server(limits: Limits) -> Self {
        Self {
            incoming: Incoming::new(Role::Client, limits),
            outgoing: Outgoing::server(),
        }
    }

    /// The end of a client. `keys` gives every frame an unpredictable masking key. §5.3, §10.3.
    pub fn client(limits: Limits, keys: impl KeySource + 'static) -> Self {
        Self {
            incoming: Incoming::new(Role::Server, limits),
            outgoing: Outgoing::client(keys),
        }
    }

    /// How far the closing handshake is.
    pub const fn state(&self) -> SessionState {
        match (self.outgoing.is_closed(), self.incoming.has_ended()) {
            (false, _) => SessionState::Open,
            (true, false) => SessionState::Closing,
            (true, true) => SessionState::Closed,
        }
    }

    /// The next event, or `None` until more bytes have arrived.
    ///
    /// The answers that the protocol demands (a pong, the second Close, the Close that names a broken
    /// rule) are in [`outgoing`](Self::outgoing) when this returns.
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
