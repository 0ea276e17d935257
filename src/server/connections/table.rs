//! The open connections and those that wait, under one lock; and how they end together.

use crate::address_quota::{AddressQuota, Household};
use crate::outbox::Sender;
use crate::protocol::HandshakeError;
use crate::server::config::Connections;
use crate::server::refuse;
use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::transport::Transport;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Shutdown};
use std::time::{Duration, Instant};

/// The connections of a server.
#[derive(Debug)]
pub(in crate::server) struct ConnectionTable {
    pub(super) limits: Connections,
    state: Mutex<State>,
    pub(super) changed: Condvar,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) last_id: u64,
    pub(super) open: HashMap<u64, Entry>,
    /// Open connections, by address.
    pub(super) households: AddressQuota,
    /// Connections whose request has begun and is not complete, by address.
    pub(super) requesting: AddressQuota,
    /// Newcomers for which a place may soon be free, in the order in which they came.
    pub(super) queue: VecDeque<Queued>,
    /// A thread admits queued newcomers.
    pub(super) is_queueing: bool,
    pub(super) ending: bool,
    pub(super) ended: bool,
}

/// A connection that has no place yet.
#[derive(Debug)]
pub(in crate::server) struct Newcomer {
    pub(in crate::server) transport: Transport,
    pub(in crate::server) address: IpAddr,
}

/// A newcomer that waits for a place.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) newcomer: Newcomer,
    pub(super) since: Instant,
    /// The answer if it waits in vain.
    pub(super) refusal: HandshakeError,
}

/// An open connection.
#[derive(Debug)]
pub(super) struct Entry {
    /// The address that it counts under.
    pub(super) address: IpAddr,
    pub(super) transport: Transport,
    /// When its stage began.
    pub(super) since: Instant,
    pub(super) stage: Stage,
}

/// How far a connection has come, which decides who may write to it when the server ends.
#[derive(Debug)]
pub(super) enum Stage {
    /// Nothing has come yet and nothing was written: any thread may.
    New,
    /// A request has begun. Its own thread writes only after it has [begun its
    /// answer](super::Slot::begin_answer).
    Requesting,
    /// Its own thread answers.
    Answering,
    /// It was answered and may send another request. No answer is awaited, so it can be closed at any time.
    Idle,
    /// Its request took so long that it was refused, and its place given to another.
    Displaced,
    /// It was idle and is being closed, because a newcomer needs its place.
    Closing,
    /// It is a WebSocket, and its sender keeps the order of what is written.
    Upgraded(Sender),
}

impl ConnectionTable {
    /// An empty table.
    pub(in crate::server) fn new(limits: Connections) -> Self {
        Self {
            limits,
            state: Mutex::default(),
            changed: Condvar::telling("a place was taken or given back"),
        }
    }

    /// The number of open connections.
    pub(in crate::server) fn len(&self) -> usize {
        self.lock().open.len()
    }

    /// Ends every connection: a WebSocket with `close_frame`, a request that is not complete with `refusal`.
    ///
    /// Waits until they have ended. A WebSocket has `grace` to answer its Close; then it is cut off.
    pub(in crate::server) fn end(&self, close_frame: &[u8], refusal: &[u8], grace: Duration) {
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
        // A client that was refused owes no answer: it has a second to read the refusal.
        let time_to_read = grace.min(Duration::from_secs(1));
        if !self.wait_until_empty(time_to_read) {
            let state = self.lock();
            for entry in state.open.values().filter(|entry| !entry.is_past_request()) {
                entry.cut_off();
            }
        }
        if !self.wait_until_empty(grace - time_to_read) {
            self.lock().open.values().for_each(Entry::cut_off);
            self.wait_until_empty(Duration::from_millis(500));
        }
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// Have all connections ended?
    pub(in crate::server) fn has_ended(&self) -> bool {
        self.lock().ended
    }

    fn wait_until_empty(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
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
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl Entry {
    /// Answers an incomplete request with `refusal`; returns the sender of a WebSocket, for the Close.
    fn end(&self, refusal: &[u8]) -> Option<Sender> {
        match &self.stage {
            Stage::Upgraded(sender) => return Some(sender.clone()),
            Stage::Answering | Stage::Displaced | Stage::Closing => {}
            Stage::New | Stage::Requesting => refuse::say(&self.transport, refusal),
            Stage::Idle => self.cut_off(),
        }
        None
    }

    /// Ends both directions, without a word. This wakes the connection's thread.
    pub(super) fn cut_off(&self) {
        self.transport.shutdown(Shutdown::Both);
    }

    const fn is_past_request(&self) -> bool {
        !matches!(self.stage, Stage::New | Stage::Requesting)
    }

    pub(super) fn household(&self) -> Household {
        Household::of(self.address)
    }

    pub(super) const fn is_requesting(&self) -> bool {
        matches!(self.stage, Stage::Requesting)
    }
}
