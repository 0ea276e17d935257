//! What a connection tells its user. RFC 6455 §5.4, §5.5.

use super::close::CloseReason;
use super::message::Message;

/// Something that happened, lent from the connection's own memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// A message is complete.
    Message(Message<'a>),
    /// The peer asks whether we live. §5.5.2.
    Ping(&'a [u8]),
    /// The peer lives: an answer to a ping of ours, or a sign of life unasked. §5.5.3.
    Pong(&'a [u8]),
    /// The peer is done, and nothing that it sends after this counts. §5.5.1.
    Close(Option<CloseReason<'a>>),
}
