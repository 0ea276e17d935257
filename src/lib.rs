//! WebSocket 101: RFC 6455 by hand, on plain `std` threads. To read, to use, to measure.
//!
//! # A message in eleven bytes
//!
//! ```
//! use ws101::protocol::{Event, Limits, Message, Session};
//!
//! // RFC 6455 §5.7: a masked "Hello", as a client sends it.
//! let mut session = Session::server(Limits::CHAT);
//! session.incoming.receive(&[0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);
//! assert_eq!(session.next_event()?, Some(Event::Message(Message::Text("Hello"))));
//! # Ok::<(), ws101::protocol::ProtocolError>(())
//! ```
//!
//! To talk over a network, see [`connect`] and [`WebSocket`].
//!
//! # Floors
//!
//! A file imports only from floors below its own, and a test holds it to that.
//!
//! | floor | what happens there |
//! |---|---|
//! | [`cli`] | the command line, one file a subcommand |
//! | [`server`] | sockets and threads: accept, read a request, answer or upgrade, keep time, end well |
//! | `dialects` | how events and requests look on a wire: `chat.ws101.v1` |
//! | `chat` | people, rooms and lines, as values; events go out through the outbox |
//! | `socket` | [`WebSocket`] over any stream, either role; [`connect`], [`accept`], [`WebSocket::split`] |
//! | `outbox` | the write side of one connection, shared by all who write to it |
//! | `inspect` | the bytes of a frame or a handshake, explained: fields, meanings, verdicts |
//! | `watch` | what lately went over one connection, for its owner to look at |
//! | `transport` | how bytes leave for a client |
//! | `sync` | locks that survive a panic, named threads; in tests, models of both |
//! | `date`, `json`, `rate`, `address_quota` | the time as text; JSON objects; rate limits; each address's share of a common resource |
//! | [`protocol`] | RFC 6455 on byte slices: no sockets, no threads, no clocks, no logs |
//!
//! # Reading order
//!
//! `bin/tiny.rs` first: the server in miniature, 200 lines, with the `Mutex<Vec<Sender>>` that every
//! broadcast goes through. Then
//!
//! `protocol/header` → `mask` → `utf8` → `frame` → `decoder` → `message` → `close` → `session`, `incoming`, `outgoing` →
//! `upgrade`, `handshake` → `socket` → `outbox`, `watch` → `chat/broadcast`, `chat/room` → `dialects/json` →
//! `server/connection` → `server/peer` → `inspect`. A file is one idea,
//! mostly one section of the RFC, and can be read in one sitting. Beside it lies `PROTOCOL.md`,
//! whose examples are all executed.
//!
//! # In scope, and not
//!
//! - Both roles, blocking, a thread for each connection. No async runtime.
//! - Strict: what the RFC forbids is refused, at the first byte that shows it, with a close
//!   code that the other side can read.
//! - No TLS: a proxy in front ends it. No compression: it is offered by browsers, and declined.
//! - No `unsafe`.
//!
//! # Features
//!
//! | feature | brings | without it |
//! |---|---|---|
//! | `server` (default) | [`server`], [`cli`], the program | |
//! | `terminal` (default) | lines that can be edited while others come in | plain lines |
//! | `simdutf8` (default) | UTF-8 checked many bytes at a time | the standard library's check |
//! | `socket` (with `server`) | [`WebSocket`], [`connect`], [`accept`] | [`protocol`] alone, on three small dependencies |

#[cfg(feature = "server")]
mod address_quota;
#[cfg(feature = "server")]
mod chat;
#[cfg(feature = "server")]
pub mod cli;
#[cfg(feature = "server")]
mod date;
#[cfg(feature = "server")]
mod dialects;
#[cfg(all(feature = "server", any(test, feature = "fuzzing")))]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "server")]
mod inspect;
#[cfg(feature = "server")]
mod json;
#[cfg(feature = "server")]
mod outbox;
pub mod protocol;
#[cfg(feature = "server")]
mod rate;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "socket")]
mod socket;
#[cfg(feature = "socket")]
#[cfg_attr(not(feature = "server"), allow(dead_code))] // a socket alone needs only the lock
mod sync;
#[cfg(feature = "server")]
mod transport;
#[cfg(feature = "server")]
mod watch;

pub use protocol::{CloseCode, CloseReason, Event, Limits, Message, Opcode, Role};
#[cfg(feature = "socket")]
pub use socket::{
    Connect, Direction, RandomKeys, Reader, SocketError, Stream, Tap, Url, UrlError, WebSocket,
    Writer, accept, connect,
};
