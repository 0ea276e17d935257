//! What waits for a watcher: so many bytes and no more, since the connection does not wait.

use super::track::Step;
use crate::protocol::Role;
use crate::sync::{Condvar, Mutex, MutexGuard};
use std::collections::VecDeque;
use std::time::Duration;

/// Bytes that wait for one watcher.
const MOST_BYTES: usize = 512 << 10;
/// What an item costs besides its bytes.
const ITEM: usize = 64;

/// Between a connection and one who watches it.
#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Item>,
    size: usize,
    /// Frames that were not taken in, and not told of yet.
    dropped: u64,
    /// Of these senders something was lost: nothing is taken in before a frame begins.
    lost: [bool; 2],
    /// The client lags, as was told last.
    lagging: bool,
    ended: bool,
    left: bool,
}

/// Something that a watcher is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// What was read or written at once. `anew`: something is missing before it, and a frame begins here.
    Bytes {
        sender: Role,
        at: Duration,
        bytes: Vec<u8>,
        anew: bool,
    },
    /// So many frames are missing here.
    Dropped(u64),
    /// So many bytes wait for the client, and so many messages were dropped.
    Waiting { bytes: usize, dropped: usize },
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

    /// Takes bytes in, if there is room.
    pub(super) fn offer(&self, sender: Role, at: Duration, bytes: &[u8], step: &Step) {
        let mut state = self.lock();
        let lost = state.lost[sender as usize];
        // What belongs to a frame whose beginning is missing means nothing.
        let start = if lost { step.boundary } else { Some(0) };
        let room = MOST_BYTES.saturating_sub(state.size + ITEM);
        let bytes = start.map(|start| &bytes[start..]);
        match bytes {
            Some(bytes) if bytes.len() <= room => {
                if lost {
                    // The frame that ended before this one begins is missing.
                    state.dropped += u64::from(start > Some(0));
                    state.lost[sender as usize] = false;
                }
                state.tell_dropped();
                if bytes.is_empty() {
                    state.lost[sender as usize] = lost;
                } else {
                    state.size += bytes.len() + ITEM;
                    let bytes = bytes.to_vec();
                    state.items.push_back(Item::Bytes {
                        sender,
                        at,
                        bytes,
                        anew: lost,
                    });
                }
            }
            _ => {
                state.dropped += step.found.count as u64;
                state.lost[sender as usize] = true;
            }
        }
        drop(state);
        self.changed.notify_one();
    }

    /// The client does not keep up, or does again.
    pub(super) fn waiting(&self, bytes: usize, dropped: usize) {
        let mut state = self.lock();
        let was_lagging = std::mem::replace(&mut state.lagging, bytes > 0);
        if bytes == 0 && dropped == 0 && !was_lagging {
            return;
        }
        // Only the last of them counts.
        if let Some(Item::Waiting { .. }) = state.items.back() {
            state.items.pop_back();
            state.size -= ITEM;
        }
        if state.size + ITEM <= MOST_BYTES {
            state.size += ITEM;
            state.items.push_back(Item::Waiting { bytes, dropped });
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Of this sender nothing is taken in before a frame begins.
    pub(super) fn lose(&self, sender: Role) {
        self.lock().lost[sender as usize] = true;
    }

    /// The connection has ended: nothing more comes.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// The watcher has gone.
    pub(crate) fn leave(&self) {
        let mut state = self.lock();
        (state.left, state.size) = (true, MOST_BYTES);
        state.items = VecDeque::new();
        drop(state);
        self.changed.notify_all();
    }

    pub(super) fn is_left(&self) -> bool {
        self.lock().left
    }

    /// Waits for the next item; `None` when the watcher has gone.
    pub(crate) fn next(&self) -> Option<Item> {
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

    /// The next item, if one is there.
    pub(crate) fn next_now(&self) -> Option<Item> {
        self.lock().next()
    }

    /// Each change is complete when it is made.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl State {
    fn tell_dropped(&mut self) {
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 {
            self.size += ITEM;
            self.items.push_back(Item::Dropped(dropped));
        }
    }

    fn next(&mut self) -> Option<Item> {
        if self.items.is_empty() {
            // What is missing at the very end, or before a long silence.
            self.tell_dropped();
        }
        match self.items.pop_front() {
            Some(item) => {
                self.size -= ITEM;
                if let Item::Bytes { bytes, .. } = &item {
                    self.size -= bytes.len();
                }
                Some(item)
            }
            None => std::mem::take(&mut self.ended).then_some(Item::End),
        }
    }
}
