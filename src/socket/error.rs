//! What can go wrong with a socket, and on which side.

use super::url::UrlError;
use crate::protocol::{HandshakeError, HeaderError, ProtocolError, ResponseError, SendError};
use std::{fmt, io};

/// Why a connection could not be made, or did not go on.
#[derive(Debug)]
pub enum SocketError {
    /// The address is not a WebSocket URL.
    Url(UrlError),
    /// What was to be sent with the request may not be in one; nothing was sent.
    Header(HeaderError),
    /// The network, or a deadline ([`io::ErrorKind::TimedOut`]).
    Io(io::Error),
    /// The server did not agree to talk.
    Response(ResponseError),
    /// The client did not ask to talk, or not in a way that is understood.
    Request(HandshakeError),
    /// The other side broke a rule, and was sent a Close that says so.
    Protocol(ProtocolError),
    /// We may not send this, or not any more.
    Send(SendError),
    /// The conversation is over: both sides have said goodbye.
    Closed,
    /// The other side is gone without a goodbye. Browsers call this 1006.
    Disconnected,
}

impl SocketError {
    /// Is it a deadline that passed? Then reading may go on with a new one. After a write that came too late,
    /// nothing can be sent any more.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::TimedOut)
    }
}

impl fmt::Display for SocketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(error) => error.fmt(f),
            Self::Header(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
            Self::Response(error) => error.fmt(f),
            Self::Request(error) => error.fmt(f),
            Self::Protocol(error) => {
                let (code, section) = (error.close_code().number(), error.section());
                write!(f, "{error} (close code {code}, RFC 6455 §{section})")
            }
            Self::Send(error) => error.fmt(f),
            Self::Closed => write!(f, "the connection is closed"),
            Self::Disconnected => write!(f, "the other side is gone without a Close"),
        }
    }
}

impl std::error::Error for SocketError {}

macro_rules! from {
    ($($error:ty => $variant:ident),* $(,)?) => {$(
        impl From<$error> for SocketError {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        }
    )*};
}

from! {
    UrlError => Url,
    HeaderError => Header,
    io::Error => Io,
    ResponseError => Response,
    HandshakeError => Request,
    ProtocolError => Protocol,
    SendError => Send,
}
