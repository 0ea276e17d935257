//! WebSocket 101: RFC 6455 written by hand, on plain `std` threads. To run, to watch, to read, to measure.
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
//! # Scope
//!
//! - Both roles, blocking, one thread per connection. No async runtime.
//! - Strict: what the RFC forbids is refused at the first byte that shows it, with a close
//!   code that the peer can read.
//! - Bounded: everything that a client can make grow has a limit.
//! - No `unsafe`.
//!
//! Out of scope: TLS, which a proxy in front can end, and compression, which browsers offer and ws101 declines.
//!
//! # Floors
//!
//! A file imports only from floors below its own, and no files import each other in a circle; `tests/layers` holds both.
//!
//! | floor | what it does |
//! |---|---|
//! | [`cli`] | the command line, one file per subcommand |
//! | [`server`] | sockets and threads: accept, read a request, answer or upgrade, keep time, end well |
//! | `dialects` | how events and requests look on a wire: `chat.ws101.v1` |
//! | `chat` | people, rooms and lines, as values; events go out through the outbox |
//! | `watch` | the frames of a connection, recorded and shown to its owner: `/ws/wire` |
//! | `socket` | [`WebSocket`] over any stream, in either role: [`connect`], [`accept`], [`WebSocket::split`] |
//! | `endpoint` | the seam between a connection and what it is for |
//! | `outbox` | `Sender`: the write side of one connection, shared by all threads that write to it |
//! | `transport` | how bytes come from a peer and leave for it: the one file that knows TCP |
//! | `sync` | locks that survive a panic, named threads, and models that run both in every order |
//! | `time`, `flags`, `json` | times as text; settings that are flags; JSON objects |
//! | `rate`, `token`, `address_quota` | rate limits; secrets; the share of one address in a common resource |
//! | `inspect` | the bytes of a frame or a handshake explained: fields, meanings, verdicts |
//! | [`protocol`] | RFC 6455 on byte slices: no sockets, no threads, no clocks, no logs |
//!
//! # Seams
//!
//! A new capability goes behind one of these.
//!
//! | seam | file | what it decides |
//! |---|---|---|
//! | `Endpoint` | `endpoint.rs` | what a WebSocket connection is for: the chat, an echo, the wire view |
//! | `Dialect` | `chat/dialect.rs` | how the chat's events look on a wire |
//! | `Observer` | `outbox/observer.rs` | who looks on at a connection |
//! | `Transport` | `transport.rs` | how bytes come and leave: by TCP |
//!
//! # Reading order
//!
//! A file is one idea, mostly one section of the RFC, and can be read in one sitting.
//!
//! | | read | and find |
//! |---|---|---|
//! | 1 | `bin/tiny.rs` | the whole server in 200 lines, with the `Mutex<Vec<Sender>>` that every broadcast goes through: ten minutes |
//! | 2 | `protocol/header.rs` | the frame header of §5.2, decoded and encoded: fifteen minutes |
//! | 3 | `protocol` | the rest of the RFC, in the order of the table in `protocol/mod.rs`: an afternoon |
//! | 4 | `socket.rs` | the same session over a blocking stream |
//! | 5 | `transport.rs` | TCP: reads, sends that do not wait, and an end whose last bytes arrive |
//! | 6 | `outbox.rs` | `Sender`: how one thread writes to another thread's client without waiting |
//! | 7 | `chat/broadcast.rs` | the real `members: Mutex<Vec<Sender>>`, and its loop: one write per member for a whole burst |
//! | 8 | `chat/room.rs` | one order of lines for all members |
//! | 9 | `dialects/json.rs` | events and requests as JSON |
//! | 10 | `server/routes.rs` | the paths, one row each |
//! | 11 | `server/connection.rs` | one thread: a request is answered, or upgraded |
//! | 12 | `server/peer.rs` | one WebSocket's life on the server: read, handle, reply, ping, close |
//! | 13 | `watch.rs`, `inspect.rs` | frames recorded, and explained bit by bit |
//!
//! `PROTOCOL.md` explains the protocol beside the source; all of its examples are executed.
//!
//! # Features
//!
//! | feature | brings | without it |
//! |---|---|---|
//! | `server` (default) | [`server`], [`cli`], the program | |
//! | `terminal` (default) | a line that can be edited while others arrive | plain lines |
//! | `simdutf8` (default) | UTF-8 validated many bytes at a time | the standard library's validation |
//! | `socket` (with `server`) | [`WebSocket`], [`connect`], [`accept`] | [`protocol`] alone, on three small dependencies |

#[cfg(feature = "server")]
mod address_quota;
#[cfg(feature = "server")]
mod chat;
#[cfg(feature = "server")]
pub mod cli;
#[cfg(feature = "server")]
mod dialects;
#[cfg(feature = "server")]
mod endpoint;
#[cfg(feature = "server")]
mod flags;
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
mod time;
#[cfg(feature = "server")]
mod token;
#[cfg(feature = "socket")]
mod transport;
#[cfg(feature = "server")]
mod watch;

pub use protocol::{CloseCode, CloseReason, Event, Limits, Message, Opcode, Role};
#[cfg(feature = "socket")]
pub use socket::{
    Connect, Direction, RandomKeys, Reader, SocketError, Stream, Tap, Url, UrlError, WebSocket,
    Writer, accept, connect,
};

/// What `tests/fuzz` cannot call from outside.
#[cfg(all(feature = "server", fuzzing))]
#[doc(hidden)]
pub fn judge_chat(text: &str) {
    dialects::json::judge::ask(text);
}
