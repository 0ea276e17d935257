//! The write side of one connection, shared by all who have something to say to it.
//!
//! Everything that is written to a client goes through its [`Sender`], so there is one
//! order, frames never mix, and nothing follows a Close. A `Sender` never makes one thread
//! wait for another's write: a lock is held to look, to note, and for a `send` that cannot wait.
//!
//! There are two ways to write. [`push`](Sender::push) is for those who talk to many and
//! wait for none: what the client's socket does not take at once is kept for it, and a thread
//! that waits for room lives as long as something is kept. [`write`](Sender::write) is for the
//! thread that reads from this client, which shall not read on before its answers are gone.
//! Whoever finds somebody writing leaves the frames to them.
//!
//! What is kept has bounds, in bytes, in messages and in age. A client that exceeds them is
//! **evicted**: what is kept for it is dropped, it is told so with 1008 if it can still hear it,
//! and its connection ends. The others do not notice. When a connection ends, for this or any other
//! reason, what is still kept for the client must be taken within moments.

mod backlog;
mod burst;
mod channel;
mod last_call;
#[cfg(test)]
pub(crate) mod models;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use crate::transport::WITHOUT_WAITING;
pub(crate) use burst::Burst;

use crate::protocol::{CloseCode, Outgoing};
use crate::sync::fault;
use crate::transport::Transport;
use crate::watch::Recorder;
use channel::Channel;
use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Clients that lag at the same time: each of them has a thread.
pub(crate) const MOST_WRITERS: usize = 1_024;

/// Bytes for which there is room in any socket of which a third is free, which is what `poll` asks for.
const SHORT: usize = 8 << 10;

/// What all senders of a server have in common.
#[derive(Debug)]
pub(crate) struct WriteLimits {
    /// How long a client may take for what it is sent.
    patience: Duration,
    /// How many bytes are kept for a client.
    backlog: usize,
    writers: AtomicUsize,
    evicted: AtomicU64,
    dropped: AtomicU64,
}

impl WriteLimits {
    pub(crate) const fn new(patience: Duration, backlog: usize) -> Self {
        Self {
            patience,
            backlog,
            writers: AtomicUsize::new(0),
            evicted: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        }
    }

    /// Clients that were evicted.
    pub(crate) fn evicted(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
    }

    /// Messages that were kept for them, and dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// A handle to write to one client; its clones write to the same one.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    channel: Arc<Channel>,
    dialect: usize,
}

/// Two handles are equal when they write to the same client.
impl PartialEq for Sender {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.channel, &other.channel)
    }
}

impl Sender {
    /// A sender for the client at the other end of `tcp`. What is written is noted on the tape.
    pub(crate) fn new(
        tcp: Arc<TcpStream>,
        write_limits: Arc<WriteLimits>,
        recorder: Option<Arc<Recorder>>,
    ) -> Self {
        Self::over(Transport::Tcp(tcp), write_limits, recorder)
    }

    fn over(
        transport: Transport,
        write_limits: Arc<WriteLimits>,
        recorder: Option<Arc<Recorder>>,
    ) -> Self {
        Self {
            channel: Arc::new(Channel::new(transport, write_limits, recorder)),
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

    /// The client sent something, which belongs on its tape too.
    pub(crate) fn note_received(&self, bytes: &[u8]) {
        if let Some(recorder) = self.channel.recorder() {
            recorder.received(bytes);
        }
    }

    /// Sends whole frames, without waiting for anything.
    pub(crate) fn push(&self, burst: &Burst<'_>) {
        let mut state = self.channel.lock();
        if !state.closed || fault("a push does not look for a Close") {
            self.channel.push(&mut state, burst);
        }
    }

    /// Does what is sent now reach the system within moments, if it is short? Then it is not kept for the client.
    pub(crate) fn has_room(&self) -> bool {
        let kept = {
            let state = self.channel.lock();
            state.in_hand + state.backlog.bytes.len()
        };
        // A thread that is just writing has something in hand, and that fits, too.
        kept <= SHORT && self.channel.transport.has_room()
    }

    /// Sends a Close without waiting for anything: for a thread that ends others' connections.
    pub(crate) fn close(&self, close_frame: &[u8]) {
        let mut state = self.channel.lock();
        if !state.closed {
            state.closed = true;
            self.channel.push(&mut state, &Burst::new(close_frame, 1));
        }
    }

    /// Writes whole frames, and waits for the client to take them.
    ///
    /// `false`: a Close was sent, and these frames were not.
    pub(crate) fn write(&self, frames: &[u8]) -> io::Result<bool> {
        self.channel.write(frames, false)
    }

    /// Writes frames of which the last is a Close, unless one was sent before.
    pub(crate) fn write_last(&self, frames: &[u8]) -> io::Result<bool> {
        self.channel.write(frames, true)
    }

    /// The connection is about to end, because the client has gone or is let go: what is kept for it must
    /// be taken within moments.
    pub(crate) fn last_call(&self) {
        self.channel.last_call();
    }

    /// Waits until nothing is kept for the client any more, or it had its time. Was the thread that
    /// reads from it woken, because the connection was dismissed or evicted? And by when shall the
    /// connection be closed?
    pub(crate) fn wait_until_written(&self) -> (bool, Instant) {
        self.channel.wait_until_written()
    }

    /// Closes, and does not wait for the client's own Close: wakes the thread that reads from it.
    pub(crate) fn dismiss(&self, code: CloseCode, why: &str) {
        let mut close = Outgoing::server();
        close.close_with(code, why);
        self.close(close.waiting());
        self.channel.wake_reader(&mut self.channel.lock());
    }

    /// Was a Close sent?
    pub(crate) fn is_closed(&self) -> bool {
        self.channel.lock().closed
    }

    /// Did it not keep up?
    pub(crate) fn is_evicted(&self) -> bool {
        self.channel.lock().evicted
    }
}
