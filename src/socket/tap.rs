//! A look at the bytes of a connection.

use std::fmt;
use std::sync::Arc;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The other side sent them.
    In,
    /// We send them.
    Out,
}

/// A listener to every byte of a connection, as it is on the wire, in whatever pieces it is read and written.
/// Two threads may call it at once: one that reads and one that writes.
#[derive(Clone)]
pub struct Tap(Arc<Listener>);

type Listener = dyn Fn(Direction, &[u8]) + Send + Sync;

impl Tap {
    /// A tap that calls `listener`, which delays the connection for as long as it takes.
    pub fn new(listener: impl Fn(Direction, &[u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    pub(super) fn tell(&self, direction: Direction, bytes: &[u8]) {
        (self.0)(direction, bytes);
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tap")
    }
}
