//! What a whole connection and its reading half have in common: both are sources of events.

use super::error::SocketError;
use crate::protocol::{Event, Incoming, Message, Opcode};
use std::io::{self, Read};

/// Where events come from: a whole connection, or its reading half.
pub(super) trait EventSource {
    /// Waits until an event is complete. If it is a control frame, says which.
    fn wait(&mut self) -> Result<Option<Opcode>, SocketError>;
    /// Waits for the next event, and answers it.
    fn next_event(&mut self) -> Result<Event<'_>, SocketError>;
}

/// Waits for the next message, and passes over pings and pongs.
#[inline]
pub(super) fn next_message(
    source: &mut impl EventSource,
) -> Result<Option<Message<'_>>, SocketError> {
    while let Some(opcode) = source.wait()? {
        source.next_event()?;
        if opcode == Opcode::Close {
            return Ok(None);
        }
    }
    match source.next_event()? {
        Event::Message(message) => Ok(Some(message)),
        _ => unreachable!("what was found is not a control frame"),
    }
}

/// Reads once into `incoming`, whatever signals arrive. The end of the stream is an error here, because a
/// conversation ends with a Close.
pub(super) fn read_into(
    stream: &mut impl Read,
    incoming: &mut Incoming,
) -> Result<(), SocketError> {
    // Without memory for what comes, the next event is that error.
    let Some(space) = incoming.space() else {
        return Ok(());
    };
    let count = read(stream, space)?;
    if count == 0 {
        return Err(SocketError::Disconnected);
    }
    incoming.filled(count);
    Ok(())
}

pub(super) fn read(stream: &mut impl Read, space: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(space) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
