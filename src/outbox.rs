//! The write side of one connection, shared by every thread that sends to its client.
//!
//! Everything that is written to a client goes through its [`Sender`]. So there is one order, frames
//! never mix, and nothing follows a Close. A `Sender` never makes one thread wait for another's write:
//! its lock is held to look, to take note, and for a `send` that cannot block.
//!
//! There are two ways to write:
//!
//! - [`push`](Sender::push) is for a thread that sends to many clients and waits for none. What the
//!   client's socket does not take at once is kept in its backlog, and a writer thread empties that. The
//!   thread lives only as long as the client lags.
//! - [`write`](Sender::write) is for the thread that reads from this client, which shall not read on
//!   before its answers are gone.
//!
//! Either of them, if another thread is writing, leaves its frames in the backlog for that thread.
//!
//! The backlog is bounded in bytes, in messages and in age. A client that exceeds a bound is **evicted**:
//! its backlog is dropped, it is sent a Close with 1008 if it can still take one, and its connection ends.
//! Other clients do not notice. When a connection ends, for this reason or any other, its client has a
//! second or two to take what is left.

mod backlog;
mod burst;
mod channel;
mod last_call;
#[cfg(test)]
pub(crate) mod models;
mod observer;
#[cfg(test)]
pub(crate) mod tests;
mod write_limits;

pub(crate) use burst::Burst;
pub(crate) use observer::Observer;
pub(crate) use write_limits::{MOST_WRITERS, WriteLimits};

use crate::protocol::{CloseCode, Outgoing};
use crate::sync::fault;
use crate::transport::Transport;
use channel::Channel;
use std::io;
use std::sync::Arc;
use std::time::Instant;

/// Bytes for which any socket has room when `poll` says that it is writable: a third of it is free then.
const SHORT: usize = 8 << 10;

/// A handle to write to one client; its clones write to the same client.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    channel: Arc<Channel>,
    dialect: usize,
}

/// Two handles are equal if they write to the same client.
impl PartialEq for Sender {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.channel, &other.channel)
    }
}

impl Sender {
    /// A sender for the client at the other end of `transport`; `observer` is told what it sends.
    pub(crate) fn new(
        transport: Transport,
        limits: Arc<WriteLimits>,
        observer: Option<Arc<dyn Observer>>,
    ) -> Self {
        Self {
            channel: Arc::new(Channel::new(transport, limits, observer)),
            dialect: 0,
        }
    }

    /// Marks the handle with the dialect that the client speaks.
    pub(crate) fn speaking(self, dialect: usize) -> Self {
        Self { dialect, ..self }
    }

    /// The mark by which a broadcast finds the bytes that are meant for this client.
    pub(crate) const fn dialect(&self) -> usize {
        self.dialect
    }

    /// Sends whole frames, without waiting for anything.
    pub(crate) fn push(&self, burst: &Burst<'_>) {
        let mut state = self.channel.lock();
        if !state.closed || fault("a push does not look for a Close") {
            self.channel.push(&mut state, burst);
        }
    }

    /// Would a short burst reach the system within moments, instead of joining a backlog?
    pub(crate) fn has_room(&self) -> bool {
        let kept = {
            let state = self.channel.lock();
            state.in_hand + state.backlog.bytes.len()
        };
        // A thread that is just writing has something in hand, and that fits, too.
        kept <= SHORT && self.channel.transport.has_room()
    }

    /// Sends a Close without waiting for anything: for a thread that ends another thread's connection.
    pub(crate) fn close(&self, close_frame: &[u8]) {
        let mut state = self.channel.lock();
        if !state.closed {
            state.closed = true;
            self.channel.push(&mut state, &Burst::new(close_frame, 1));
        }
    }

    /// Writes whole frames, and waits until the client has taken them.
    ///
    /// Returns `false` if a Close was sent before; then these frames are not.
    pub(crate) fn write(&self, frames: &[u8]) -> io::Result<bool> {
        self.channel.write(frames, false)
    }

    /// Writes frames of which the last is a Close, unless a Close was sent before.
    pub(crate) fn write_last(&self, frames: &[u8]) -> io::Result<bool> {
        self.channel.write(frames, true)
    }

    /// Notes that the connection is about to end: the client must take what is kept for it within moments.
    pub(crate) fn last_call(&self) {
        self.channel.last_call();
    }

    /// Waits until nothing is kept for the client, or its time is up.
    ///
    /// Returns whether the thread that reads from the client was woken, because the connection was
    /// dismissed or evicted, and the moment by which the connection shall be closed.
    pub(crate) fn wait_until_written(&self) -> (bool, Instant) {
        self.channel.wait_until_written()
    }

    /// Sends a Close, and does not wait for the client's: wakes the thread that reads from it.
    pub(crate) fn dismiss(&self, code: CloseCode, reason: &str) {
        let mut close = Outgoing::server();
        close.close_with(code, reason);
        self.close(close.waiting());
        self.channel.wake_reader(&mut self.channel.lock());
    }

    /// Was a Close sent?
    pub(crate) fn is_closed(&self) -> bool {
        self.channel.lock().closed
    }

    /// Was the client evicted?
    pub(crate) fn is_evicted(&self) -> bool {
        self.channel.lock().evicted
    }
}
