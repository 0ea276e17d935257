//! The history file: one JSON object a line, which is only ever appended to.
//!
//! A line is written before any client receives it. So a line that was seen is in the file, even if the
//! process is killed in the next moment. (Not if the *machine* loses power: that would take an `fsync` for
//! each burst.) Each run of the server begins with a line that names it, `{"epoch":"…"}`;
//! [`History`](super::history::History) explains why.
//!
//! A disk can do worse than fail: it can stand still (`fsfreeze`, a network volume whose server is gone),
//! and no flag makes a write to a file return in time. So one thread does all that touches the file
//! ([`writer`]). A room hands its lines to that thread and waits for the acknowledgement, for
//! [`LONGEST_WAIT`] at most.
//!
//! After that, or after an error, the journal is **degraded**: no thread waits for it, and the chat goes on.
//! Lines that could not be written are kept, up to a bound, and tried again at growing intervals. Beyond the
//! bound the oldest lines are dropped, and the gap in the numbers shows the next run that they are missing.

mod load;
#[cfg(test)]
mod models;
mod place;
mod record;
#[cfg(test)]
mod tests;
mod writer;

pub(super) use load::{Foreign, Kept, KeptRoom};
pub(super) use record::write as write_record;

use crate::sync::{Condvar, Flag, Mutex, MutexGuard, now};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use writer::Writer;

/// The most bytes that wait for the writer thread, because it cannot write or because many rooms talk at once.
const BACKLOG: usize = 1 << 20;
/// How long a line is held back until it is in the file. This happens once: then the journal is degraded.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// How long the server's end waits for a journal that is degraded.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// The rooms' end of the journal. When it is dropped, the writer thread ends.
#[derive(Debug)]
pub(super) struct Journal(Arc<Shared>);

/// What the rooms and the writer thread share.
#[derive(Debug)]
struct Shared {
    path: PathBuf,
    state: Mutex<State>,
    /// There is something to write, or the end has come.
    work: Condvar,
    /// Something was written, or there is no more waiting for it.
    progress: Condvar,
    /// Changed with `state` locked.
    degraded: Flag,
}

#[derive(Debug, Default)]
struct State {
    /// Whole lines that the thread has not taken yet.
    waiting: Vec<u8>,
    /// The bytes that were handed over, and those of them that are in the file or dropped. The line that
    /// begins the run counts as the first of them.
    handed: u64,
    settled: u64,
    /// Lines for which there was no room.
    dropped: usize,
    /// Nothing more comes.
    ended: bool,
    /// The thread has ended, or will end without another attempt.
    over: bool,
}

impl Journal {
    /// Reads what the file has of `most_rooms` rooms. If another server writes to it, waits a moment for
    /// that server to end. [`start`](Self::start) the writer next.
    pub(super) fn open(path: &Path, epoch: &str, most_rooms: usize) -> (Self, Writer, Kept) {
        let file = place::open_in_turn(path);
        let mut found = load::load(path, most_rooms);
        for room in found.kept.rooms.values_mut() {
            room.history.begin_run(&epoch.into());
        }
        let shared = Arc::new(Shared {
            path: path.to_owned(),
            state: Mutex::new(State {
                handed: 1,
                ..State::default()
            }),
            work: Condvar::telling("there is something to write"),
            progress: Condvar::telling("something was written"),
            degraded: Flag::default(),
        });
        let writer = Writer::new(Arc::clone(&shared), epoch, file, found.end);
        (Self(shared), writer, found.kept)
    }

    /// Starts the writer thread. Returns when the run has begun in the file, or will later. Lines that
    /// another server has written since the file was read go to `adopt`.
    pub(super) fn start(
        &self,
        writer: Writer,
        adopt: impl Fn(&Foreign<'_>) + Send + 'static,
    ) -> io::Result<()> {
        writer.start(Box::new(adopt))?;
        let deadline = now() + LONGEST_WAIT;
        drop((self.0).wait(self.0.lock(), deadline, |state| state.settled >= 1));
        Ok(())
    }

    /// Appends whole lines. Returns when they are in the file, or the journal is degraded.
    pub(super) fn append(&self, records: &[u8]) {
        let deadline = now() + LONGEST_WAIT;
        let has_room = |state: &State| state.waiting.len() + records.len() <= BACKLOG;
        let mut state = self.0.wait(self.0.lock(), deadline, has_room);
        state.hand_over(records);
        let place = state.handed;
        // Otherwise the woken thread would have to wait for the lock.
        drop(state);
        self.0.work.notify_one();
        let is_written = |state: &State| state.settled >= place;
        drop(self.0.wait(self.0.lock(), deadline, is_written));
    }

    /// Ends the journal: makes one more attempt to write what is left, and waits a moment for that.
    pub(super) fn end(&self) {
        let mut state = self.0.lock();
        state.ended = true;
        self.0.work.notify_one();
        // Whether the attempt succeeded shows in the file.
        drop((self.0.progress).wait_timeout_while(state, LAST_WAIT, |state| !state.over));
    }

    pub(super) fn is_degraded(&self) -> bool {
        self.0.is_degraded()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.work.notify_one();
    }
}

impl Shared {
    /// Waits until `is_done`. A thread that waits in vain degrades the journal, so that no other one does.
    fn wait<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        deadline: Instant,
        is_done: impl Fn(&State) -> bool,
    ) -> MutexGuard<'a, State> {
        while !self.is_degraded() && !is_done(&state) {
            let left = deadline.saturating_duration_since(now());
            if left.is_zero() {
                self.degrade(state, &"the disk does not answer");
                return self.lock();
            }
            state = self.progress.wait_timeout(state, left);
        }
        state
    }

    /// Marks the journal as degraded: no thread waits for it until all is written.
    fn degrade(&self, state: MutexGuard<'_, State>, why: &dyn std::fmt::Display) {
        let was_degraded = self.degraded.set(true);
        drop(state);
        self.progress.notify_all();
        if !was_degraded {
            log::warn!(
                "the history cannot be written, the chat goes on: {}: {why}",
                self.path.display()
            );
        }
    }

    /// Notes that all is written. The log may stand still as well, so it is written to with nothing locked.
    fn recover(&self, mut state: MutexGuard<'_, State>) {
        let was_degraded = self.degraded.set(false);
        let dropped = std::mem::take(&mut state.dropped);
        drop(state);
        if was_degraded {
            let path = self.path.display();
            match dropped {
                0 => log::info!("the history is written again: {path}"),
                lines => log::warn!(
                    "the history is written again: {path}: {lines} lines are missing, there was no room for them"
                ),
            }
        }
    }

    fn is_degraded(&self) -> bool {
        self.degraded.is_set()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl State {
    fn hand_over(&mut self, records: &[u8]) {
        self.handed += records.len() as u64;
        let excess = (self.waiting.len() + records.len()).saturating_sub(BACKLOG);
        if excess > 0 {
            self.drop_oldest(excess);
        }
        self.waiting.extend_from_slice(records);
    }

    /// Drops whole lines, a quarter of them at once: otherwise each new line would move all others.
    fn drop_oldest(&mut self, excess: usize) {
        let least = excess.max(BACKLOG / 4).min(self.waiting.len());
        let end = self.waiting[least..].iter().position(|byte| *byte == b'\n');
        let end = end.map_or(self.waiting.len(), |end| least + end + 1);
        let dropped = self.waiting.drain(..end);
        self.dropped += dropped.filter(|byte| *byte == b'\n').count();
    }
}
