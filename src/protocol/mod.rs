//! RFC 6455 on byte slices: no sockets, no threads, no clocks, no logs.
//!
//! Bytes go in, values come out. Incomplete input is `None`, never an error; wrong input is an error
//! that names the section it breaks.
//!
//! - For both directions of a connection after its handshake: [`Session`], which turns bytes into
//!   [`Event`]s and answers what the protocol must answer.
//! - For the opening handshake: [`Upgrade`] on a server, [`Request`] on a client, over the heads that
//!   [`http`] reads and writes.
//! - For single frames: [`Frame`] and [`FrameHeader`] to write them, [`FrameDecoder`] to read them.
//!
//! ```
//! use ws101::protocol::{Event, Limits, Message, Session};
//!
//! let mut session = Session::server(Limits::CHAT);
//! session.incoming.receive(&[0x89, 0x80, 0, 0, 0, 0]); // a ping from a client, without a payload
//! assert_eq!(session.next_event()?, Some(Event::Ping(b"")));
//! assert_eq!(session.outgoing.waiting(), [0x8a, 0x00]); // §5.5.2: the pong that answers it
//! # Ok::<(), ws101::protocol::ProtocolError>(())
//! ```
//!
//! The source has one idea a file. Read it in this order:
//!
//! | file | what it holds | section |
//! |---|---|---|
//! | `role`, `opcode` | the two ends; what a frame is for | §5.1, §5.2 |
//! | `header` | two to fourteen bytes in front of a payload | §5.2 |
//! | `layout` | a header taken apart without a verdict | §5.2 |
//! | `mask` | what a client does to its payloads | §5.3 |
//! | `utf8` | text, judged byte by byte | §8.1 |
//! | `frame` | a header and its payload, as bytes | §5.1 |
//! | `decoder` | bytes to frames, as they arrive | §5.5 |
//! | `fast_path` | a short message that is all there, in one match | §5.2 |
//! | `follow` | where frames begin and end, by header alone | §5.2 |
//! | `message` | frames put together, limits kept | §5.4 |
//! | `close_code`, `close` | why a connection is closed | §5.5.1, §7.4 |
//! | `memory` | what a peer can make this end allocate | §10.4 |
//! | `buffer` | bytes that have arrived and are not used up | |
//! | `event` | what a connection tells its user | §5.4, §5.5 |
//! | `session`, `incoming`, `outgoing` | one connection's life | §5.5, §7 |
//! | `http` | request and response heads | RFC 9112 |
//! | `handshake` | the accept key, the server's side and the client's | §1.3, §4 |
//! | `error` | what a frame can break, and the close code for it | §7.1.7 |

mod buffer;
mod close;
mod close_code;
mod decoder;
mod error;
mod event;
mod fast_path;
mod follow;
mod frame;
mod handshake;
mod header;
pub mod http;
mod incoming;
mod layout;
pub mod mask;
mod memory;
mod message;
mod opcode;
mod outgoing;
mod role;
mod session;
mod utf8;

pub use buffer::ReadBuffer;
pub use close::CloseReason;
pub use close_code::CloseCode;
pub use decoder::{Delivery, FrameDecoder, Part};
pub use error::ProtocolError;
pub use event::Event;
pub use fast_path::WholeMessage;
pub use follow::{FrameFollower, Stretch};
pub use frame::Frame;
pub use handshake::{
    AcceptSteps, HandshakeError, HeaderError, Request, ResponseError, ResponseRule, Upgrade,
    UpgradeRule, accept_key,
};
pub use header::FrameHeader;
pub use incoming::Incoming;
pub use layout::Layout;
pub use mask::MaskKey;
pub use memory::Reserve;
#[cfg(feature = "server")]
pub(crate) use message::in_place;
pub use message::{Assembler, Limits, Message, Progress};
pub use opcode::{Kind, Opcode};
pub use outgoing::{KeySource, Outgoing, SendError};
pub use role::Role;
pub use session::{Session, SessionState};
pub use utf8::{Utf8Decoder, Utf8Error, Utf8Fault, from_utf8};
