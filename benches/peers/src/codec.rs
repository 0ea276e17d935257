//! What every contender has to be able to do: three paths, with only the counting in common.

use super::cases::{Digest, Kind};
use super::connection::Connection;
use std::error::Error;
use std::hint::black_box;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// Sees every message that is read, every frame that is encoded.
///
/// One type for checking and for timing: so every contender's loop is compiled once, and
/// the compiler may inline into it what it would inline into an application's.
#[derive(Debug, Default)]
pub(crate) struct Viewer {
    /// What came, if anybody wants to know. To be timed, it is only looked at.
    pub(crate) digest: Option<Digest>,
}

impl Viewer {
    pub(crate) fn checking() -> Self {
        Self {
            digest: Some(Digest::default()),
        }
    }

    #[inline]
    pub(crate) fn see(&mut self, kind: Kind, payload: &[u8]) {
        black_box((kind, payload));
        if let Some(digest) = &mut self.digest {
            digest.add(kind, payload);
        }
    }
}

/// From a stream of masked frames to messages, as a server.
pub(crate) trait ReadPath<'a>: Sized {
    fn new(connection: Connection<'a>) -> Self;

    /// Reads so many messages and lets each be seen: text only if it is UTF-8.
    fn read(&mut self, messages: usize, viewer: &mut Viewer) -> Outcome<()>;
}

/// From a binary message to a stream, as a server.
pub(crate) trait WritePath<'a>: Sized {
    /// Ready to write `payload` into a sink.
    fn new(payload: &'a [u8]) -> Self;

    /// Writes it so many times, each a message of its own that is flushed before the next.
    fn write(&mut self, messages: usize) -> Outcome<()>;

    fn into_connection(self) -> Connection<'a>;
}

/// From a binary payload to a server's frame, in memory that is used again if the
/// contender has a way to do so.
pub(crate) trait Encode<'a>: Sized {
    fn new(payload: &'a [u8]) -> Self;

    /// Makes the frame so many times and lets each be seen.
    fn encode(&mut self, frames: usize, viewer: &mut Viewer);
}
