//! All connections of a server: how far each has come, and how they end together.
//!
//! | file | what happens there |
//! |---|---|
//! | `admission` | which newcomers are taken in, which wait, which are refused |
//! | `place` | one connection's place, from its first byte to its end |

mod admission;
#[cfg(test)]
mod models;
mod slot;
#[cfg(test)]
mod tests;

pub(super) use admission::{Decided, Newcomer, longest_queue};
pub(super) use slot::Slot;

use super::config::Connections;
use crate::address_quota::{AddressQuota, Household};
use crate::outbox::{Sender, WITHOUT_WAITING};
use crate::sync::{Condvar, Mutex, MutexGuard};
use admission::Queued;
use rustix::net::send;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The connections that are open.
#[derive(Debug)]
pub(super) struct ConnectionTable {
    limits: Connections,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    open: HashMap<u64, Entry>,
    /// Whose the open ones are.
    households: AddressQuota,
    /// Whose those are whose request has begun and is not complete.
    requesting: AddressQuota,
    /// Newcomers for whom a place may soon be free, in the order in which they came.
    waiting: VecDeque<Queued>,
    /// A thread admits those who wait.
    is_queueing: bool,
    ending: bool,
    ended: bool,
}

#[derive(Debug)]
struct Entry {
    address: IpAddr,
    tcp: Arc<TcpStream>,
    since: Instant,
    stage: Stage,
}

/// How far a connection has come, and so who may write to it when the server ends.
#[derive(Debug)]
enum Stage {
    /// Nothing has come yet: nothing was written either, and everyone may.
    New,
    /// A request has begun. Its own thread writes only after it has said that it [`will answer`](Slot::begin_answer).
    Requesting,
    /// Its own thread answers.
    Answering,
    /// It was answered and may ask again. Nobody waits for an answer, so it can be closed at any time.
    Idle,
    /// It took so long to ask that it was refused, and its place given to another.
    Displaced,
    /// It was kept and is closed now, because a newcomer needs its place.
    Closing,
    /// It is a WebSocket, and this knows whose turn it is.
    Upgraded(Sender),
}

impl ConnectionTable {
    /// An empty registry.
    pub(super) fn new(limits: Connections) -> Self {
        Self {
            limits,
            state: Mutex::default(),
            changed: Condvar::telling("a place was taken or given back"),
        }
    }

    /// How many connections are open.
    pub(super) fn len(&self) -> usize {
        self.lock().open.len()
    }

    /// Says goodbye to everyone: with `close_frame` to a WebSocket, with `refusal` to who is still
    /// asking. Waits until they have left: `grace` for those who answer, then the others are cut.
    pub(super) fn end(&self, close_frame: &[u8], refusal: &[u8], grace: Duration) {
        let senders: Vec<Sender> = {
            let mut state = self.lock();
            state.ending = true;
            state
                .open
                .values()
                .filter_map(|entry| entry.end(refusal))
                .collect()
        };
        senders.iter().for_each(|sender| sender.close(close_frame));
        // Who was still asking owes us nothing: once the refusal could be read, that was all.
        let courtesy = grace.min(Duration::from_secs(1));
        if !self.wait_until_empty(courtesy) {
            let state = self.lock();
            for entry in state.open.values().filter(|entry| !entry.is_past_request()) {
                entry.cut();
            }
        }
        if !self.wait_until_empty(grace - courtesy) {
            self.lock().open.values().for_each(Entry::cut);
            self.wait_until_empty(Duration::from_millis(500));
        }
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// Has everyone left?
    pub(super) fn has_ended(&self) -> bool {
        self.lock().ended
    }

    fn wait_until_empty(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut state = self.lock();
        while !state.open.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.changed.wait_timeout(state, left);
        }
        true
    }

    /// Counts and entries change together under the lock, so a panic leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl Entry {
    /// Refuses who is still asking; gives the sender of a WebSocket, to say goodbye through.
    fn end(&self, refusal: &[u8]) -> Option<Sender> {
        match &self.stage {
            Stage::Upgraded(sender) => return Some(sender.clone()),
            Stage::Answering | Stage::Displaced | Stage::Closing => {}
            Stage::New | Stage::Requesting => self.refuse(refusal),
            Stage::Idle => self.cut(),
        }
        None
    }

    /// Without waiting: so little fits into a connection to which nothing was written yet.
    fn refuse(&self, refusal: &[u8]) {
        let _ = send(&*self.tcp, refusal, WITHOUT_WAITING);
        // Only our side ends: what the client is still sending can be taken in.
        let _ = self.tcp.shutdown(Shutdown::Write);
    }

    /// Without a word: between two answers there is none to say.
    fn cut(&self) {
        let _ = self.tcp.shutdown(Shutdown::Both);
    }

    const fn is_past_request(&self) -> bool {
        !matches!(self.stage, Stage::New | Stage::Requesting)
    }

    fn household(&self) -> Household {
        Household::of(self.address)
    }

    const fn is_requesting(&self) -> bool {
        matches!(self.stage, Stage::Requesting)
    }
}
