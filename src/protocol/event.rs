//! What can happen on a connection. RFC 6455 §5.4, §5.5.

use super::close::CloseReason;
use super::message::Message;

/// Something that the peer did, borrowed from the memory of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// A message is complete.
    Message(Message<'a>),
    /// The peer asks whether this end is alive; a pong must answer. §5.5.2.
    Ping(&'a [u8]),
    /// The peer answers a ping, or sends an unsolicited pong. §5.5.3.
    Pong(&'a [u8]),
    /// The peer closes, and sends nothing after this. §5.5.1.
    Close(Option<CloseReason<'a>>),
}
