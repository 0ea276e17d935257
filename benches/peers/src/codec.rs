//! What every contender can do: three paths, with only the counting in common.

use super::cases::{Digest, Kind};
use super::connection::Connection;
use std::error::Error;
use std::hint::black_box;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// Sees every message that is read, every frame that is encoded.
///
/// There is one type for checking and for timing, so that every contender's loop is compiled once, and
/// the compiler may inline into it what it would inline into an application.
#[derive(Debug, Default)]
pub(crate) struct Viewer {
    /// The messages that arrived, if they are checked; when they are timed, they are only looked at.
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

    /// Reads `messages` messages and shows each: text only if it is UTF-8.
    fn read(&mut self, messages: usize, viewer: &mut Viewer) -> Outcome<()>;
}

/// From a binary message to a stream, as a server.
pub(crate) trait WritePath<'a>: Sized {
    /// Ready to write `payload` into a sink.
    fn new(payload: &'a [u8]) -> Self;

    /// Writes it `messages` times, each as a message of its own that is flushed before the next.
    fn write(&mut self, messages: usize) -> Outcome<()>;

    fn into_connection(self) -> Connection<'a>;
}

/// From a binary payload to a server's frame, in reused memory if the contender offers that.
pub(crate) trait Encode<'a>: Sized {
    fn new(payload: &'a [u8]) -> Self;

    /// Makes the frame `frames` times and shows each.
    fn encode(&mut self, frames: usize, viewer: &mut Viewer);
}
