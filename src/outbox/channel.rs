//! One connection's write side: who writes, and what waits meanwhile.

use super::backlog::{Backlog, copy_of};
use super::burst::{Burst, frame_end};
use super::last_call::LastCall;
use super::{MOST_WRITERS, WriteLimits};
use crate::protocol::{CloseCode, Outgoing};
use crate::sync::{Condvar, Mutex, MutexGuard, fault, gap, now, spawn};
use crate::transport::Transport;
use crate::watch::{Excerpt, Recorder};
use std::io;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Messages that are kept for one client at the most: small ones reach this before the bytes.
const MOST_MESSAGES: usize = 16_384;
/// A writer's thread does little.
const STACK: usize = 64 << 10;

/// Laid out as a [`Recorder`] is: what each burst touches lies in one line of the processor's cache.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Channel {
    pub(super) transport: Transport,
    recorder: Option<Arc<Recorder>>,
    state: Mutex<State>,
    write_limits: Arc<WriteLimits>,
    /// Whoever was writing is done.
    written: Condvar,
}

#[derive(Debug, Default)]
#[repr(C)]
pub(super) struct State {
    /// A thread is writing. Whatever else is to be sent goes behind, into `backlog`.
    pub(super) writing: bool,
    /// A Close was sent, or is in the backlog, or can never be: nothing may follow.
    pub(super) closed: bool,
    pub(super) evicted: bool,
    /// The connection is about to end: by when.
    pub(super) last_call: Option<LastCall>,
    /// The thread that reads was woken by shutting down what it reads from.
    woken: bool,
    /// Somebody waits for `written`: to wake nobody would be a system call, too.
    awaited: bool,
    /// What the thread that writes has not sent yet of what it took.
    pub(super) in_hand: usize,
    pub(super) backlog: Backlog,
}

impl Channel {
    pub(super) fn new(
        transport: Transport,
        write_limits: Arc<WriteLimits>,
        recorder: Option<Arc<Recorder>>,
    ) -> Self {
        Self {
            transport,
            write_limits,
            recorder,
            state: Mutex::default(),
            written: Condvar::telling("all is written"),
        }
    }

    pub(super) const fn recorder(&self) -> Option<&Arc<Recorder>> {
        self.recorder.as_ref()
    }

    /// Sends what there is room for, and keeps the rest.
    pub(super) fn push(self: &Arc<Self>, state: &mut State, burst: &Burst<'_>) {
        let frames = burst.frames;
        if state.writing {
            return self.keep(state, frames, burst.messages);
        }
        let sent = match self.send(frames, Some(&burst.excerpt)) {
            Ok(sent) if sent == frames.len() => return,
            Ok(sent) => sent,
            Err(_) => return state.closed = true, // its reader is about to learn it
        };
        // The client lags. From here on a thread of its own writes to it, until it has caught up.
        state.writing = true;
        let rest = &frames[sent..];
        state.in_hand = rest.len();
        if fault("what is in hand is not counted") {
            state.in_hand = 0;
        }
        // A frame that was cut has to be completed, whatever happens to those behind it.
        let mut cut = frame_end(frames, sent) - sent;
        if fault("the end of a cut frame is not sent") {
            cut = 0;
        }
        let channel = Arc::clone(self);
        let since = now();
        let start = || {
            if self.write_limits.writers.fetch_add(1, Ordering::Relaxed) >= MOST_WRITERS {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let bytes = copy_of(rest)?;
            spawn("writer", STACK, move || {
                // An error ended the connection, which is its reader's to report.
                let _ = channel.write_out(&bytes, cut, since);
                channel.write_limits.writers.fetch_sub(1, Ordering::Relaxed);
            })
        };
        if start().is_err() {
            self.write_limits.writers.fetch_sub(1, Ordering::Relaxed);
            state.writing = false;
            self.evict(state);
            self.transport.shutdown(Shutdown::Both); // no thread, no farewell
        }
    }

    /// Writes, or leaves it to who is writing. `false`: a Close was sent, and these frames were not.
    pub(super) fn write(self: &Arc<Self>, frames: &[u8], closes: bool) -> io::Result<bool> {
        {
            let mut state = self.lock();
            if state.closed {
                return Ok(false);
            }
            // Before the first byte is written: from here on nobody else's Close is wanted.
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

    /// Puts frames behind those that wait, or evicts the client if they are too many.
    fn keep(&self, state: &mut State, frames: &[u8], messages: usize) {
        let backlog = &mut state.backlog;
        let bytes = state.in_hand + backlog.bytes.len() + frames.len();
        let is_over =
            bytes > self.write_limits.backlog || backlog.messages + messages > MOST_MESSAGES;
        if is_over || !backlog.add(frames, messages, self.write_limits.backlog) {
            return self.evict(state);
        }
        if let Some(recorder) = &self.recorder {
            recorder.waiting(bytes, 0);
        }
    }

    fn evict(&self, state: &mut State) {
        let dropped = std::mem::take(&mut state.backlog).messages;
        if let Some(recorder) = &self.recorder {
            recorder.waiting(0, dropped);
        }
        self.write_limits
            .dropped
            .fetch_add(dropped as u64, Ordering::Relaxed);
        self.write_limits.evicted.fetch_add(1, Ordering::Relaxed);
        (state.closed, state.evicted) = (!fault("an evicted client is sent more"), true);
        state.last_call.get_or_insert_with(LastCall::evicted);
        let mut close = Outgoing::server();
        close.close_with(CloseCode::POLICY_VIOLATION, "too slow: you did not keep up");
        state.backlog.bytes.extend_from_slice(close.waiting());
    }

    /// Writes `bytes`, of which the first `cut` are the end of a frame, and then what others left
    /// meanwhile, until nothing is left.
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
                if let Some(recorder) = self.recorder.as_ref().filter(|_| lagged) {
                    recorder.waiting(0, 0);
                }
                return outcome;
            }
            lagged = true;
            let is_farewell = state.evicted;
            drop(state);
            let since = since.unwrap_or_else(now);
            outcome = if is_farewell {
                self.write_some(&bytes, since, |_| None)
            } else {
                self.write_all(&bytes, 0, since)
            };
        }
    }

    /// Sends all of `bytes`, of which the first `cut` are the end of a frame. When the client is
    /// evicted meanwhile, only the frame that was begun.
    fn write_all(&self, bytes: &[u8], cut: usize, since: Instant) -> io::Result<()> {
        self.write_some(bytes, since, |sent| {
            Some(match sent {
                _ if sent <= cut => cut,
                _ => cut + frame_end(&bytes[cut..], sent - cut),
            })
        })
    }

    /// Sends `bytes`, which wait since `since`: the deadline does not move when a little gets through. When
    /// the client is evicted meanwhile, only as far as `shorten` says.
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

    /// As much as there is room for. `digest` is what it is, if that is known.
    fn send(&self, bytes: &[u8], excerpt: Option<&Arc<Excerpt>>) -> io::Result<usize> {
        match &self.recorder {
            None => self.send_unrecorded(bytes),
            Some(recorder) => recorder.sending(bytes, excerpt, || self.send_unrecorded(bytes)),
        }
    }

    fn send_unrecorded(&self, bytes: &[u8]) -> io::Result<usize> {
        // A reader learns by itself that its client is gone, not that we cannot send: it is woken.
        let sent = self.transport.send_now(bytes);
        sent.inspect_err(|_| self.transport.shutdown(Shutdown::Both))
    }

    fn wait_for_room(&self, since: Instant) -> io::Result<()> {
        let call = self.lock().last_call;
        let deadline = call.map_or(since + self.write_limits.patience, |call| call.written);
        let left = deadline.saturating_duration_since(now());
        if left.is_zero() {
            let mut state = self.lock();
            if state.last_call.is_none() {
                self.evict(&mut state);
            }
            let told = "the client does not take what it is sent";
            return Err(io::Error::new(io::ErrorKind::TimedOut, told));
        }
        if self.transport.wait_writable(left, call.is_none())? {
            self.last_call();
        }
        Ok(())
    }

    /// The connection is about to end: what is kept must be taken within moments.
    pub(super) fn last_call(&self) {
        (self.lock().last_call).get_or_insert_with(LastCall::leaving);
    }

    /// Waits for the thread that is writing, which has a deadline. Was the reader woken, and when shall
    /// the connection be closed?
    pub(super) fn wait_until_written(&self) -> (bool, Instant) {
        let mut state = self.lock();
        state.awaited = !fault("a thread waits for the writer without saying so");
        let mut state = self.written.wait_while(state, |state| state.writing);
        state.closed = !fault("another can begin when all is written"); // or another could begin
        let call = *state.last_call.get_or_insert_with(LastCall::leaving);
        (state.woken, call.over)
    }

    /// Lets the thread that reads from this client see the end; what the client was sent stays readable.
    pub(super) fn wake_reader(&self, state: &mut State) {
        state.woken = true;
        self.transport.shutdown(Shutdown::Read);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}
