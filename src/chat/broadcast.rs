//! One message to everyone in a room, and one order for all of them.
//!
//! What happens in a room is first appended to a queue, under the queue's lock. That lock *is* the
//! order. A flush then gives what is pending to the members.
//!
//! A write costs the same whatever is in it, and waking a thread costs more than a write. So a thread
//! that has appended something and finds no flush under way **becomes the flusher**: it takes all that
//! is pending, gives it to each member in one push that never waits, looks again, and stops when nothing
//! is left. A thread that finds a flush under way goes back to reading; its lines go out with the next
//! round. When much is pending, authors wait for the flusher: a flood slows down the clients that
//! cause it, and TCP lets them know.
//!
//! A flusher does not read from its own client. After [`LONGEST_TURN`] rounds the next thread to arrive
//! **takes over**: in a room where there is always more to send, one thread would otherwise flush without
//! end.
//!
//! `members` is locked for a whole round. A thread that holds it knows that nothing is on its way, and can
//! let a member in or out between two events. A flusher that sees a thread waiting for `members` stops, and
//! leaves the rest to it.

use super::dialect::Dialects;
use super::event::{Event, Line, Name};
use super::journal;
use super::run::Run;
use crate::outbox::{Burst, Sender};
use crate::sync::{Condvar, Mutex, MutexGuard, fault, gap, yield_now};
use std::sync::Arc;
use std::thread;

/// The members of a room, and what is on its way to them. `S` is the room's own state, which changes
/// together with what is appended.
#[derive(Debug)]
pub(super) struct Broadcast<S> {
    /// Everyone in the room. Locked before `queue`, and only to send or to change it.
    members: Mutex<Vec<Sender>>,
    queue: Mutex<Queue<S>>,
    /// Something that was pending is on its way: there may be room in the queue.
    taken: Condvar,
    run: Arc<Run>,
}

/// Bytes that may be pending before authors have to wait. What one read brings is less, with what is
/// added to each line, and goes out in one round.
const FULL: usize = if cfg!(test) { 250 } else { 128 << 10 };

/// Rounds that one thread flushes for the others, if one of them can take over.
pub(super) const LONGEST_TURN: usize = if cfg!(test) { 2 } else { 4 };

/// What happened, and what of it is still to be sent.
#[derive(Debug)]
pub(super) struct Queue<S> {
    pub(super) state: S,
    dialects: Dialects,
    /// Is a dialect spoken by any of the members? By its place among all dialects.
    present: Vec<bool>,
    pending: Pending,
    /// The memory of the last round, for the next one.
    spare: Option<Pending>,
    /// The memory of the last message's text, for the next one.
    text: String,
    /// The author of the last line, and whether the line before it had another one.
    author: Option<Name>,
    many_speak: bool,
    /// A thread is flushing, and will see what is appended.
    flushing: bool,
    /// The rounds that it has flushed.
    rounds: usize,
    /// Threads that wait for `members`.
    waiting: usize,
    /// A thread waits until there is room. Without one, waking would be a system call for nothing.
    blocked: bool,
}

/// Messages that were appended and not sent yet.
#[derive(Debug, Default)]
struct Pending {
    messages: usize,
    /// Their frames, in each dialect that is present.
    frames: Vec<Vec<u8>>,
    /// The lines among them, as the journal keeps them.
    records: Vec<u8>,
}

impl Pending {
    fn new(dialects: usize) -> Self {
        Self {
            frames: vec![Vec::new(); dialects],
            ..Self::default()
        }
    }

    const fn is_empty(&self) -> bool {
        self.messages == 0
    }

    fn size(&self) -> usize {
        self.frames.iter().map(Vec::len).sum()
    }

    fn clear(&mut self) {
        self.frames.iter_mut().for_each(Vec::clear);
        self.records.clear();
        self.messages = 0;
    }

    /// Is it no more memory than a usual burst needs? That of a flood is not kept.
    fn is_usual(&self) -> bool {
        self.frames.iter().all(|frames| frames.capacity() <= FULL)
    }
}

impl<S> Queue<S> {
    /// Appends an event, rendered once for each dialect that is present.
    pub(super) fn append(&mut self, event: &Event<'_>) {
        self.pending.messages += 1;
        for (dialect, is_present) in self.present.iter().enumerate() {
            if *is_present {
                let frames = &mut self.pending.frames[dialect];
                self.dialects.encode(dialect, event, &mut self.text, frames);
            }
        }
    }

    /// Notes a line for the journal, which is written before anyone sees the line.
    pub(super) fn record(&mut self, room: &str, line: &Line) {
        self.text.clear();
        journal::write_record(room, line, &mut self.text);
        let records = &mut self.pending.records;
        records.extend_from_slice(self.text.as_bytes());
        records.push(b'\n');
    }

    /// Notes the author of the next line.
    pub(super) fn note_author(&mut self, name: &Name) {
        self.many_speak = self.author.as_ref() != Some(name);
        if self.many_speak {
            self.author = Some(name.clone());
        }
    }

    fn note_dialects(&mut self, members: &[Sender]) {
        self.present.fill(false);
        for member in members {
            self.present[member.dialect()] = true;
        }
    }
}

/// Ends a thread's turn even if it panics: the room must not stay silent.
struct FlushGuard<'a, S>(&'a Broadcast<S>);

impl<S> Drop for FlushGuard<'_, S> {
    fn drop(&mut self) {
        if thread::panicking() {
            let mut queue = self.0.lock();
            queue.flushing = false;
            self.0.wake_blocked(&mut queue);
        }
    }
}

impl<S> Broadcast<S> {
    pub(super) fn new(state: S, run: Arc<Run>) -> Self {
        let dialects = run.dialects;
        let queue = Queue {
            state,
            dialects,
            present: vec![false; dialects.len()],
            pending: Pending::new(dialects.len()),
            spare: None,
            text: String::new(),
            author: None,
            many_speak: false,
            flushing: false,
            rounds: 0,
            waiting: 0,
            blocked: false,
        };
        Self {
            members: Mutex::default(),
            queue: Mutex::new(queue),
            taken: Condvar::telling("there is room for more lines"),
            run,
        }
    }

    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Queue<S>> {
        self.queue.lock()
    }

    /// Locks the queue when there is room in it.
    pub(super) fn lock_with_room(&self) -> MutexGuard<'_, Queue<S>> {
        let mut queue = self.lock();
        while queue.pending.size() >= FULL {
            if queue.flushing || queue.waiting > 0 {
                queue.blocked = !fault("a speaker waits for room without saying so");
                queue = self.taken.wait(queue);
            } else {
                drop(queue);
                self.flush();
                queue = self.lock();
            }
        }
        queue
    }

    /// Wakes the threads that wait for room in the queue.
    fn wake_blocked(&self, queue: &mut Queue<S>) {
        if std::mem::take(&mut queue.blocked) {
            self.taken.notify_all();
        }
    }

    /// Changes the members between two events. Flush afterwards: other threads may have relied on it.
    pub(super) fn with_members<T>(
        &self,
        change: impl FnOnce(&mut Vec<Sender>, &mut Queue<S>) -> T,
    ) -> T {
        self.lock().waiting += 1;
        let mut members = self.members.lock();
        let mut queue = self.lock();
        if !queue.pending.records.is_empty() {
            // Then hardly anything is left for which the file must be waited for with the queue locked,
            // which would stop every thread that looks into this room.
            self.send_round(&mut members, queue);
            queue = self.lock();
        }
        queue.waiting -= usize::from(!fault("who holds the members still waits for them"));
        let count = members.len();
        let changed = change(&mut members, &mut queue);
        if members.len() != count {
            queue.note_dialects(&members);
        }
        changed
    }

    /// Sends what is pending, unless a flush is under way.
    pub(super) fn flush(&self) {
        let Some(many_speak) = self.begin_turn() else {
            return;
        };
        let _guard = FlushGuard(self);
        if many_speak {
            // A client that has just been sent something may answer now, and its line come along.
            // Otherwise each line would go a round of its own where processors are few, since the round
            // keeps the other threads from appending theirs. Only once a turn: Linux seldom gives a
            // processor to a thread that yields often.
            yield_now();
        }
        loop {
            let mut members = self.members.lock();
            let mut queue = self.lock();
            if queue.pending.is_empty() || queue.waiting > 0 {
                gap(&mut queue, "a turn ends after the last look, not with it");
                queue.flushing = false;
                self.wake_blocked(&mut queue);
                return;
            }
            queue.rounds += 1;
            self.send_round(&mut members, queue);
        }
    }

    /// Becomes the flusher, unless nothing is pending or a flush is under way. Do many speak?
    fn begin_turn(&self) -> Option<bool> {
        let mut queue = self.lock();
        if queue.flushing && queue.rounds >= LONGEST_TURN {
            queue.rounds = 0; // one thread takes over, not all that arrive
            drop(queue);
            self.with_members(|members, queue| self.send_pending(members, queue));
            queue = self.lock();
        }
        if queue.flushing || queue.pending.is_empty() {
            return None;
        }
        (queue.flushing, queue.rounds) = (true, 0);
        Some(queue.many_speak)
    }

    /// Sends what is pending before an answer about it: no answer overtakes the line that it is about,
    /// or one before it.
    pub(super) fn catch_up(&self) {
        if fault("an answer overtakes what is pending") {
            return;
        }
        let is_behind = {
            let queue = self.lock();
            queue.flushing || !queue.pending.is_empty()
        };
        if is_behind {
            self.with_members(|members, queue| self.send_pending(members, queue));
            self.flush();
        }
    }

    /// Sends what is pending, with both locks held.
    pub(super) fn send_pending(&self, members: &[Sender], queue: &mut Queue<S>) {
        let is_skipped = fault("the members change before what is pending is sent");
        if !queue.pending.is_empty() && !is_skipped {
            self.send(members, &queue.pending);
            queue.pending.clear();
            if !fault("send_pending wakes nobody") {
                self.wake_blocked(queue);
            }
        }
    }

    /// Sends what is pending, with the queue unlocked: more can be appended while the history file
    /// keeps this thread waiting.
    fn send_round(
        &self,
        members: &mut MutexGuard<'_, Vec<Sender>>,
        mut queue: MutexGuard<'_, Queue<S>>,
    ) {
        let spare = queue.spare.take();
        let spare = spare.unwrap_or_else(|| Pending::new(queue.present.len()));
        let mut pending = std::mem::replace(&mut queue.pending, spare);
        self.wake_blocked(&mut queue);
        drop(queue);
        gap(members, "members come and go in the middle of a round");
        self.send(members, &pending);
        pending.clear();
        if pending.is_usual() {
            self.lock().spare = Some(pending);
        }
    }

    /// Gives each member what is pending, in its own dialect. First comes the file, so that a line that
    /// was seen can be relied on. Its thread writes, and this one waits for a limited time: `members`
    /// stays locked until the round is over.
    fn send(&self, members: &[Sender], pending: &Pending) {
        if let (Some(journal), false) = (&self.run.journal, pending.records.is_empty()) {
            journal.append(&pending.records);
        }
        let bursts = pending.frames.iter();
        let bursts: Vec<Burst<'_>> = bursts
            .map(|frames| Burst::new(frames, pending.messages))
            .collect();
        for member in members {
            member.push(&bursts[member.dialect()]);
        }
    }
}

#[cfg(test)]
impl<S> Broadcast<S> {
    /// Another thread flushes, for the test: it has sent this many rounds.
    pub(super) fn pretend_to_flush(&self, rounds: usize) {
        let mut queue = self.lock();
        (queue.flushing, queue.rounds) = (true, rounds);
    }

    pub(super) fn stop_pretending(&self) {
        self.lock().flushing = false;
    }

    pub(super) fn pending(&self) -> usize {
        self.lock().pending.messages
    }

    pub(super) fn forget_pending(&self) {
        self.lock().pending.clear();
    }
}
