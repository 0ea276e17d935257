//! WebSocket 101.
#[cfg(feature = "server")]
pub mod cli;
#[cfg(feature = "server")]
mod outbox;
pub mod protocol;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "socket")]
mod socket;

pub use protocol::{CloseCode, CloseReason, Event, Limits, Message, Opcode, Role};
#[cfg(feature = "socket")]
pub use socket::{
    Connect, RandomKeys, Reader, SocketError, Stream, Url, UrlError, WebSocket, Writer, accept,
    connect,
};
