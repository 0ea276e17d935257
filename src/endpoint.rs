//! What a WebSocket connection is for: the seam between a connection's thread and a protocol spoken
//! over it.

use crate::protocol::{CloseCode, Message, Outgoing};

/// The Close that an endpoint ends its connection with: a code, and a reason for people.
pub(crate) type CloseWith = (CloseCode, &'static str);

/// What one WebSocket connection is for: it takes each message, and appends its answers to `replies`.
///
/// The connection's thread calls it, reads and writes for it, and drops it when the connection ends.
/// Replies go out after the last message of each read, in one write. An endpoint that speaks without
/// being asked keeps a [`Sender`](crate::outbox::Sender) of its own.
pub(crate) trait Endpoint {
    /// The connection is open.
    fn opened(&mut self, _replies: &mut Outgoing) {}

    /// Takes one message; an error closes the connection.
    fn message(&mut self, message: Message<'_>, replies: &mut Outgoing) -> Result<(), CloseWith>;

    /// Every message of one read has been taken.
    fn burst_ended(&mut self) {}
}
