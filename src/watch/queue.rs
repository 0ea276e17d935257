//! What waits for one watcher: a bounded number of bytes, because the connection does not wait.

use super::frame_collector::Followed;
use crate::protocol::Role;
use crate::sync::{Condvar, Mutex, MutexGuard};
use std::collections::VecDeque;
use std::time::Duration;

/// The most bytes that wait for one watcher.
const MOST_BYTES: usize = 512 << 10;
/// What an item costs in addition to its bytes.
const ITEM_SIZE: usize = 64;

/// The queue between a connection and one of its watchers.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Item>,
    size: usize,
    /// Frames that found no room, and that the watcher does not know of yet.
    dropped: u64,
    /// Whether bytes of this direction, by [`Role`], were lost: then nothing more of it is queued until a
    /// frame begins.
    lost: [bool; 2],
    /// The client lags, as far as the watcher knows.
    lagging: bool,
    ended: bool,
    left: bool,
}

/// Something that a watcher is to be told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// What was read or written in one call. With `resumes`, bytes are missing before it, and a frame
    /// begins here.
    Bytes {
        sender: Role,
        at: Duration,
        bytes: Vec<u8>,
        resumes: bool,
    },
    /// This many frames are missing here.
    Dropped(u64),
    /// The client lags: the bytes that wait for it, and the messages that were dropped.
    Lagging { bytes: usize, dropped: usize },
    /// The connection has ended.
    End,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::telling("something waits for the watcher"),
        }
    }

    /// Queues bytes, if there is room.
    pub(super) fn offer(&self, sender: Role, at: Duration, bytes: &[u8], followed: &Followed) {
        let mut state = self.lock();
        let lost = state.lost[sender as usize];
        // Bytes of a frame whose beginning is missing mean nothing.
        let start = if lost { followed.boundary } else { Some(0) };
        let room = MOST_BYTES.saturating_sub(state.size + ITEM_SIZE);
        let bytes = start.map(|start| &bytes[start..]);
        match bytes {
            Some(bytes) if bytes.len() <= room => {
                if lost {
                    // The frame that ended before this one begins is missing.
                    state.dropped += u64::from(start > Some(0));
                    state.lost[sender as usize] = false;
                }
                state.queue_dropped();
                if bytes.is_empty() {
                    state.lost[sender as usize] = lost;
                } else {
                    state.size += bytes.len() + ITEM_SIZE;
                    let bytes = bytes.to_vec();
                    state.items.push_back(Item::Bytes {
                        sender,
                        at,
                        bytes,
                        resumes: lost,
                    });
                }
            }
            _ => {
                state.dropped += followed.frames.count() as u64;
                state.lost[sender as usize] = true;
            }
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Notes that the client does not keep up, or does again.
    pub(super) fn lagging(&self, bytes: usize, dropped: usize) {
        let mut state = self.lock();
        let was_lagging = std::mem::replace(&mut state.lagging, bytes > 0);
        if bytes == 0 && dropped == 0 && !was_lagging {
            return;
        }
        // Only the latest one counts.
        if let Some(Item::Lagging { .. }) = state.items.back() {
            state.items.pop_back();
            state.size -= ITEM_SIZE;
        }
        if state.size + ITEM_SIZE <= MOST_BYTES {
            state.size += ITEM_SIZE;
            state.items.push_back(Item::Lagging { bytes, dropped });
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Queues nothing more of this direction until a frame begins.
    pub(super) fn lose(&self, sender: Role) {
        self.lock().lost[sender as usize] = true;
    }

    /// Notes that the connection has ended: nothing more comes.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// Notes that the watcher has gone.
    pub(super) fn leave(&self) {
        let mut state = self.lock();
        (state.left, state.size) = (true, MOST_BYTES);
        state.items = VecDeque::new();
        drop(state);
        self.changed.notify_all();
    }

    pub(super) fn is_left(&self) -> bool {
        self.lock().left
    }

    /// Waits for the next item. Returns `None` once the watcher has gone.
    pub(super) fn next(&self) -> Option<Item> {
        let mut state = self.lock();
        loop {
            if state.left {
                return None;
            }
            if let Some(item) = state.next() {
                return Some(item);
            }
            state = self.changed.wait(state);
        }
    }

    /// The next item, if there is one.
    pub(super) fn next_now(&self) -> Option<Item> {
        self.lock().next()
    }

    /// Each change is made in one step, so a panic leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl State {
    fn queue_dropped(&mut self) {
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 {
            self.size += ITEM_SIZE;
            self.items.push_back(Item::Dropped(dropped));
        }
    }

    fn next(&mut self) -> Option<Item> {
        if self.items.is_empty() {
            // Frames that are missing at the very end, or before a long silence.
            self.queue_dropped();
        }
        match self.items.pop_front() {
            Some(item) => {
                self.size -= ITEM_SIZE;
                if let Item::Bytes { bytes, .. } = &item {
                    self.size -= bytes.len();
                }
                Some(item)
            }
            None => std::mem::take(&mut self.ended).then_some(Item::End),
        }
    }
}
