//! What was said, in a file: one JSON object a line, only ever appended to.
//!
//! A line is written before anyone sees it, so a line that was seen is in the file, even
//! when the process is killed in the next moment. (Not when the *machine* loses power: that would
//! take an `fsync` for each burst.) Each run of the server begins with a line that names it,
//! `{"epoch":"…"}`; [`History`] explains what for.
//!
//! A file that cannot be written to never stops the chat. What could not be written waits,
//! up to a bound, and is tried again later and later; beyond the bound it is dropped, and the
//! gap in the numbers tells the next run.

mod load;
mod retry;
#[cfg(test)]
mod tests;

use crate::date;
pub(super) use load::{Kept, KeptRoom};
use retry::Retry;
use rustix::fs::OFlags;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Bytes that wait for a file that cannot be written to.
const BACKLOG: usize = 1 << 20;
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(60);
/// How often to look whether the file is still where it was.
const GLANCE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    epoch: String,
    degraded: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: Option<File>,
    /// What is not in the file yet, from its first missing byte on.
    waiting: Vec<u8>,
    /// The file ends in the middle of a line that will not be completed.
    torn: bool,
    retry: Option<Retry>,
    looked: Instant,
}

impl Journal {
    /// Opens the file for the run `epoch`; returns what it remembers of each room.
    pub(super) fn open(path: &Path, epoch: &str) -> (Arc<Self>, Kept) {
        let (mut kept, torn) = load::load(path);
        for room in kept.rooms.values_mut() {
            room.history.begin_run(epoch);
        }
        let journal = Arc::new(Self {
            path: path.to_owned(),
            epoch: epoch.to_owned(),
            degraded: AtomicBool::new(false),
            state: Mutex::new(State {
                file: None,
                waiting: Vec::new(),
                torn,
                retry: None,
                looked: Instant::now(),
            }),
        });
        journal.append(b"");
        (journal, kept)
    }

    /// Appends whole lines. What cannot be written now is kept for later.
    pub(super) fn append(self: &Arc<Self>, records: &[u8]) {
        let mut state = self.lock();
        if state.waiting.len() + records.len() > BACKLOG {
            // Whatever of it is in the file already is half a line. With a new opening, nobody
            // can take the lines to come for the continuation of an earlier run.
            state.torn = true;
            state.file = None;
            state.waiting.clear();
        } else {
            state.waiting.extend_from_slice(records);
        }
        if state.retry.is_none_or(|retry| retry.at <= Instant::now()) {
            self.attempt(&mut state);
        }
    }

    /// Tries once more what could not be written.
    pub(super) fn retry_now(self: &Arc<Self>) {
        let mut state = self.lock();
        if state.retry.is_some() {
            self.attempt(&mut state);
        }
    }

    /// Tries again if it is time for that. How long to wait for the next time, if there is one.
    fn retry_if_due(self: &Arc<Self>) -> Option<Duration> {
        let mut state = self.lock();
        if state.retry?.at <= Instant::now() {
            self.attempt(&mut state);
        }
        Some(state.retry?.at.saturating_duration_since(Instant::now()))
    }

    pub(super) fn is_degraded(&self) -> bool {
        self.degraded.load(Ordering::Relaxed)
    }

    fn attempt(self: &Arc<Self>, state: &mut State) {
        match self.write(state) {
            Ok(()) => {
                if state.retry.take().is_some() {
                    self.degraded.store(false, Ordering::Relaxed);
                    log::info!("the history is written again: {}", self.path.display());
                }
            }
            Err(error) => {
                let pause = state
                    .retry
                    .map_or(FIRST_RETRY, |retry| (retry.pause * 2).min(LONGEST_RETRY));
                let at = Instant::now() + pause;
                if state.retry.replace(Retry { at, pause }).is_none() {
                    self.degraded.store(true, Ordering::Relaxed);
                    log::warn!(
                        "the history cannot be written, the chat goes on: {}: {error}",
                        self.path.display()
                    );
                    retry::start(self);
                }
            }
        }
    }

    fn write(&self, state: &mut State) -> io::Result<()> {
        if state.looked.elapsed() >= GLANCE {
            state.looked = Instant::now();
            // A file without a name is deleted: what is written there, nobody will find.
            state
                .file
                .take_if(|file| file.metadata().map_or(0, |found| found.nlink()) == 0);
        }
        let mut file = match state.file.take() {
            Some(file) => file,
            None => {
                let file = open_to_append(&self.path)?;
                // In front of what waits, and written like it: half of it, if the disk is full.
                state
                    .waiting
                    .splice(..0, self.opening(state.torn).into_bytes());
                state.torn = false;
                file
            }
        };
        let written = write_all(&mut file, &mut state.waiting);
        state.file = Some(file);
        written
    }

    /// The line that begins a run, on a line of its own.
    fn opening(&self, torn: bool) -> String {
        let (end, at) = (if torn { "\n" } else { "" }, date::timestamp(date::now()));
        format!("{end}{{\"epoch\":\"{}\",\"at\":\"{at}\"}}\n", self.epoch)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes from the front of `waiting` what is written, so that the rest can follow later.
fn write_all(file: &mut File, waiting: &mut Vec<u8>) -> io::Result<()> {
    let mut written = 0;
    let outcome = loop {
        match file.write(&waiting[written..]) {
            _ if written == waiting.len() => break Ok(()),
            Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    waiting.drain(..written);
    outcome
}

/// Never waits: a pipe that nobody reads from is an error like any other.
fn open_to_append(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .custom_flags(OFlags::NONBLOCK.bits() as i32)
        .open(path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(io::Error::other("another server writes to it")),
        // Where there are no locks, nobody else is kept out.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}
