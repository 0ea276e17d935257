//! One connection's write side: which thread writes, and what waits meanwhile.

use super::backlog::{Backlog, copy_of};
use super::burst::{Burst, frame_end};
use super::last_call::LastCall;
use super::observer::Observer;
use super::write_limits::{WriteLimits, WriterPlace};
use crate::protocol::{CloseCode, Outgoing};
use crate::sync::{Condvar, Mutex, MutexGuard, fault, gap, now, spawn};
use crate::transport::Transport;
use std::io;
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Instant;

/// The most messages in a backlog: with small ones it is full before the bytes are too many.
const MOST_MESSAGES: usize = 16_384;
/// A writer thread does little.
const STACK: usize = 64 << 10;

/// The state that all clones of a sender share.
///
/// A thread that sends to a thousand members finds nothing of their channels in the processor's cache, and
/// loads it line by line. So the fields that each burst touches lie together, at the beginning of a line.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Channel {
    pub(super) transport: Transport,
    observer: Option<Arc<dyn Observer>>,
    state: Mutex<State>,
    limits: Arc<WriteLimits>,
    /// The thread that was writing is done.
    written: Condvar,
}

#[derive(Debug, Default)]
#[repr(C)]
pub(super) struct State {
    /// A thread is writing. Other frames are appended to `backlog`, for it to write.
    pub(super) writing: bool,
    /// A Close was sent, or is in the backlog, or can never be sent: nothing may follow.
    pub(super) closed: bool,
    pub(super) evicted: bool,
    /// The deadlines of a connection that is about to end.
    pub(super) last_call: Option<LastCall>,
    /// The thread that reads was woken by shutting down what it reads from.
    woken: bool,
    /// A thread waits for `written`. To notify none would cost a system call, too.
    awaited: bool,
    /// Bytes that the writing thread has taken and not sent yet.
    pub(super) in_hand: usize,
    pub(super) backlog: Backlog,
}

impl Channel {
    pub(super) fn new(
        transport: Transport,
        limits: Arc<WriteLimits>,
        observer: Option<Arc<dyn Observer>>,
    ) -> Self {
        Self {
            transport,
            observer,
            state: Mutex::default(),
            limits,
            written: Condvar::telling("all is written"),
        }
    }

    /// Sends as much as there is room for, and keeps the rest.
    pub(super) fn push(self: &Arc<Self>, state: &mut State, burst: &Burst<'_>) {
        let frames = burst.frames;
        if state.writing {
            return self.keep(state, frames, burst.messages);
        }
        let sent = match self.send(frames, Some(burst)) {
            Ok(sent) if sent == frames.len() => return,
            Ok(sent) => sent,
            Err(_) => return state.closed = true, // its reader is about to learn it
        };
        // The client lags. From here on a writer thread serves it, until it has caught up.
        state.writing = true;
        let rest = &frames[sent..];
        state.in_hand = rest.len();
        if fault("what is in hand is not counted") {
            state.in_hand = 0;
        }
        // A frame that was cut has to be completed, whatever happens to the frames after it.
        let mut cut = frame_end(frames, sent) - sent;
        if fault("the end of a cut frame is not sent") {
            cut = 0;
        }
        if self.start_writer(rest, cut).is_err() {
            state.writing = false;
            self.evict(state);
            self.transport.shutdown(Shutdown::Both); // without a thread there is no Close
        }
    }

    /// Starts a thread that writes `rest`, of which the first `cut` bytes are the end of a frame.
    fn start_writer(self: &Arc<Self>, rest: &[u8], cut: usize) -> io::Result<()> {
        let (channel, since) = (Arc::clone(self), now());
        let place = WriterPlace::take(&self.limits).ok_or(io::ErrorKind::WouldBlock)?;
        let bytes = copy_of(rest)?;
        spawn("writer", STACK, move || {
            // An error has ended the connection, which its reader reports.
            let _ = channel.write_out(&bytes, cut, since);
            drop(place);
        })
    }

    /// Writes, or leaves it to the thread that is writing. Returns `false` if a Close was sent before.
    pub(super) fn write(self: &Arc<Self>, frames: &[u8], closes: bool) -> io::Result<bool> {
        {
            let mut state = self.lock();
            if state.closed {
                return Ok(false);
            }
            // Before the first byte is written: from here on no other Close is wanted.
            state.closed = closes && !fault("a Close is noted only when it is written");
            if state.writing {
                self.keep(&mut state, frames, 1);
                return Ok(true);
            }
            state.writing = !fault("a write does not say that it writes");
            state.in_hand = frames.len();
        }
        self.write_out(frames, 0, now())?;
        Ok(true)
    }

    /// Appends frames to the backlog, or evicts the client if they are too many.
    fn keep(&self, state: &mut State, frames: &[u8], messages: usize) {
        let backlog = &mut state.backlog;
        let bytes = state.in_hand + backlog.bytes.len() + frames.len();
        let is_over = bytes > self.limits.backlog || backlog.messages + messages > MOST_MESSAGES;
        if is_over || !backlog.add(frames, messages, self.limits.backlog) {
            return self.evict(state);
        }
        if let Some(observer) = &self.observer {
            observer.lagging(bytes, 0);
        }
    }

    fn evict(&self, state: &mut State) {
        let dropped = std::mem::take(&mut state.backlog).messages;
        if let Some(observer) = &self.observer {
            observer.lagging(0, dropped);
        }
        self.limits.note_eviction(dropped);
        (state.closed, state.evicted) = (!fault("an evicted client is sent more"), true);
        state.last_call.get_or_insert_with(LastCall::evicted);
        let mut close = Outgoing::server();
        close.close_with(CloseCode::POLICY_VIOLATION, "too slow: you did not keep up");
        state.backlog.bytes.extend_from_slice(close.waiting());
    }

    /// Writes `bytes`, of which the first `cut` are the end of a frame, and then the backlog, until
    /// nothing is left of it.
    fn write_out(&self, bytes: &[u8], cut: usize, since: Instant) -> io::Result<()> {
        let mut outcome = self.write_all(bytes, cut, since);
        let mut lagged = false;
        loop {
            let mut state = self.lock();
            let Backlog { bytes, since, .. } = std::mem::take(&mut state.backlog);
            state.in_hand = bytes.len();
            if outcome.is_err() || bytes.is_empty() {
                gap(&mut state, "writing ends after the last look, not with it");
                state.writing = false;
                if outcome.is_err() {
                    (state.in_hand, state.closed) = (0, true);
                }
                if state.evicted && !fault("the reader of an evicted client sleeps on") {
                    self.wake_reader(&mut state);
                }
                if state.awaited {
                    self.written.notify_all();
                }
                if let Some(observer) = self.observer.as_ref().filter(|_| lagged) {
                    observer.lagging(0, 0);
                }
                return outcome;
            }
            lagged = true;
            let is_eviction = state.evicted;
            drop(state);
            let since = since.unwrap_or_else(now);
            outcome = if is_eviction {
                self.write_some(&bytes, since, |_| None)
            } else {
                self.write_all(&bytes, 0, since)
            };
        }
    }

    /// Sends all of `bytes`, of which the first `cut` are the end of a frame. If the client is evicted
    /// meanwhile, only the frame that was begun.
    fn write_all(&self, bytes: &[u8], cut: usize, since: Instant) -> io::Result<()> {
        self.write_some(bytes, since, |sent| {
            Some(match sent {
                _ if sent <= cut => cut,
                _ => cut + frame_end(&bytes[cut..], sent - cut),
            })
        })
    }

    /// Sends `bytes`, which have waited since `since`: the deadline does not move when a few get through.
    /// If the client is evicted meanwhile, only as far as `shorten` says.
    fn write_some(
        &self,
        bytes: &[u8],
        since: Instant,
        shorten: impl Fn(usize) -> Option<usize>,
    ) -> io::Result<()> {
        let (mut sent, mut end) = (0, bytes.len());
        let mut is_shortened = false;
        while sent < end {
            match self.send(&bytes[sent..end], None)? {
                0 => self.wait_for_room(since)?,
                count => {
                    sent += count;
                    continue;
                }
            }
            let mut state = self.lock();
            state.in_hand = end - sent;
            if state.evicted
                && !std::mem::replace(&mut is_shortened, true)
                && let Some(shorter) = shorten(sent)
            {
                end = shorter;
            }
        }
        Ok(())
    }

    /// Sends as much of `bytes` as there is room for; `burst` is the whole burst that they are, if so.
    fn send(&self, bytes: &[u8], burst: Option<&Burst<'_>>) -> io::Result<usize> {
        match &self.observer {
            None => self.send_now(bytes),
            Some(observer) => observer.sending(bytes, burst, &mut || self.send_now(bytes)),
        }
    }

    fn send_now(&self, bytes: &[u8]) -> io::Result<usize> {
        // A reader finds out by itself that its client is gone, not that we cannot send: it is woken.
        self.transport.send_now(bytes).inspect_err(|_| {
            self.transport.shutdown(Shutdown::Both);
        })
    }

    fn wait_for_room(&self, since: Instant) -> io::Result<()> {
        let call = self.lock().last_call;
        let deadline = call.map_or(since + self.limits.timeout, |call| call.written);
        let left = deadline.saturating_duration_since(now());
        if left.is_zero() {
            let mut state = self.lock();
            if state.last_call.is_none() {
                self.evict(&mut state);
            }
            let message = "the client does not take what it is sent";
            return Err(io::Error::new(io::ErrorKind::TimedOut, message));
        }
        if self.transport.wait_writable(left, call.is_none())? {
            self.last_call();
        }
        Ok(())
    }

    /// Notes that the connection is about to end: what is kept must be taken within moments.
    pub(super) fn last_call(&self) {
        (self.lock().last_call).get_or_insert_with(LastCall::leaving);
    }

    /// Waits for the thread that is writing, which has a deadline. Returns whether the reader was woken,
    /// and when the connection shall be closed.
    pub(super) fn wait_until_written(&self) -> (bool, Instant) {
        let mut state = self.lock();
        state.awaited = !fault("a thread waits for the writer without saying so");
        let mut state = self.written.wait_while(state, |state| state.writing);
        state.closed = !fault("another can begin when all is written"); // or another could begin
        let call = *state.last_call.get_or_insert_with(LastCall::leaving);
        (state.woken, call.over)
    }

    /// Lets the thread that reads from this client see the end of the stream; what the client was sent
    /// stays readable.
    pub(super) fn wake_reader(&self, state: &mut State) {
        state.woken = true;
        self.transport.shutdown(Shutdown::Read);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}
