//! All connections of a server: how many there may be, and how they end together.

use super::config::Connections;
use super::households::Households;
use crate::outbox::Sender;
use crate::protocol::HandshakeError;
use rustix::net::{SendFlags, send};
use std::collections::HashMap;
use std::net::{IpAddr, Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a request may take even when others wait for its place.
const UNHURRIED: Duration = Duration::from_secs(1);

/// The connections that are open.
#[derive(Debug)]
pub(super) struct Registry {
    limits: Connections,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    open: HashMap<u64, Entry>,
    households: Households,
    /// Those whose request is not complete.
    asking: usize,
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
    /// Its request is not complete: nothing was written, and everyone may.
    Asking,
    /// Its own thread answers.
    Answered,
    /// It took so long to ask that it was refused, and its place given to another.
    Displaced,
    /// It is a WebSocket, and this knows whose turn it is.
    Upgraded(Sender),
}

impl Registry {
    /// An empty registry.
    pub(super) fn new(limits: Connections) -> Self {
        Self {
            limits,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Takes a new connection in, if there is room. It leaves when the [`Place`] is dropped.
    pub(super) fn admit(
        self: &Arc<Self>,
        address: IpAddr,
        tcp: Arc<TcpStream>,
    ) -> Result<Place, HandshakeError> {
        let mut state = self.lock();
        if state.ending {
            return Err(HandshakeError::Busy("the server is about to end"));
        }
        if state.open.len() >= self.limits.all {
            return Err(HandshakeError::Busy("all connections are taken"));
        }
        if state.asking >= self.limits.handshaking && !state.displace_slowest() {
            return Err(HandshakeError::Busy("too many handshakes are under way"));
        }
        state
            .households
            .count_in(address, self.limits.per_address)?;
        state.last_id += 1;
        let id = state.last_id;
        state.asking += 1;
        state.open.insert(
            id,
            Entry {
                address,
                tcp,
                since: Instant::now(),
                stage: Stage::Asking,
            },
        );
        Ok(Place {
            registry: Arc::clone(self),
            id,
        })
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
                .filter_map(|entry| entry.say_goodbye(refusal))
                .collect()
        };
        senders.iter().for_each(|sender| sender.close(close_frame));
        // Who was still asking owes us nothing: once the refusal could be read, that was all.
        let courtesy = grace.min(Duration::from_secs(1));
        if !self.wait_until_empty(courtesy) {
            let state = self.lock();
            for entry in state.open.values().filter(|entry| entry.is_asking()) {
                let _ = entry.tcp.shutdown(Shutdown::Both);
            }
        }
        if !self.wait_until_empty(grace - courtesy) {
            for entry in self.lock().open.values() {
                let _ = entry.tcp.shutdown(Shutdown::Both);
            }
            self.wait_until_empty(Duration::from_millis(500));
        }
        self.lock().ended = true;
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
            state = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }

    /// Counts and entries change together under the lock, so a panic leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Makes room for one who has just come, at the cost of the one who has been asking for
    /// longest: those who never end their requests would otherwise lock out everyone else.
    fn displace_slowest(&mut self) -> bool {
        let asking = self.open.values_mut().filter(|entry| entry.is_asking());
        match asking.min_by_key(|entry| entry.since) {
            Some(slowest) if slowest.since.elapsed() >= UNHURRIED => {
                slowest.refuse(&HandshakeError::TimedOut.response().to_bytes("GET"));
                // This wakes its thread, which goes as soon as the refusal can have been read.
                let _ = slowest.tcp.shutdown(Shutdown::Read);
                slowest.stage = Stage::Displaced;
                self.asking -= 1;
                true
            }
            _ => false,
        }
    }
}

/// One connection's place among the others. Dropping it, in whatever way, gives it back.
#[derive(Debug)]
pub(super) struct Place {
    registry: Arc<Registry>,
    id: u64,
}

impl Place {
    /// A number that no other connection of this server has.
    pub(super) const fn id(&self) -> u64 {
        self.id
    }

    /// The address that it counts under.
    pub(super) fn address(&self) -> Option<IpAddr> {
        let state = self.registry.lock();
        state.open.get(&self.id).map(|entry| entry.address)
    }

    /// It counts under another address, for which its neighbour is a proxy.
    pub(super) fn belongs_to(&self, address: IpAddr) -> Result<(), HandshakeError> {
        let mut state = self.registry.lock();
        state
            .households
            .count_in(address, self.registry.limits.per_address)?;
        if let Some(entry) = state.open.get_mut(&self.id) {
            let before = std::mem::replace(&mut entry.address, address);
            state.households.count_out(before);
        }
        Ok(())
    }

    /// The request is complete, and this connection's thread will answer it. `false`: it has been
    /// answered, since the server is ending or it took too long.
    pub(super) fn will_answer(&self) -> bool {
        let mut state = self.registry.lock();
        let ending = state.ending;
        match state.open.get_mut(&self.id) {
            Some(entry) if entry.is_asking() && !ending => {
                entry.stage = Stage::Answered;
                // Before the answer: who has read it may rely on a place for the next one.
                state.asking -= 1;
                true
            }
            _ => false,
        }
    }

    /// Has its place been given to another?
    pub(super) fn is_displaced(&self) -> bool {
        let state = self.registry.lock();
        let entry = state.open.get(&self.id);
        entry.is_some_and(|entry| matches!(entry.stage, Stage::Displaced))
    }

    /// The handshake is done: from now on the server can say goodbye through `sender`.
    /// `false`: it has just done so to everyone, and this connection came too late for it.
    pub(super) fn upgraded(&self, sender: &Sender) -> bool {
        let mut state = self.registry.lock();
        if state.ending {
            return false;
        }
        if let Some(entry) = state.open.get_mut(&self.id) {
            entry.stage = Stage::Upgraded(sender.clone());
        }
        true
    }
}

impl Entry {
    /// Refuses who is still asking; gives the sender of a WebSocket, to say goodbye through.
    fn say_goodbye(&self, refusal: &[u8]) -> Option<Sender> {
        match &self.stage {
            Stage::Upgraded(sender) => return Some(sender.clone()),
            Stage::Answered | Stage::Displaced => {}
            Stage::Asking => self.refuse(refusal),
        }
        None
    }

    /// Without waiting: so little fits into a connection to which nothing was written yet.
    fn refuse(&self, refusal: &[u8]) {
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        let _ = send(&*self.tcp, refusal, flags);
        // Only our side ends: what the client is still sending can be taken in.
        let _ = self.tcp.shutdown(Shutdown::Write);
    }

    const fn is_asking(&self) -> bool {
        matches!(self.stage, Stage::Asking)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.registry.lock();
        let Some(entry) = state.open.remove(&self.id) else {
            return;
        };
        if entry.is_asking() {
            state.asking -= 1;
        }
        state.households.count_out(entry.address);
        drop(state);
        self.registry.changed.notify_all();
    }
}
