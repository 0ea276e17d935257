//! Which newcomers are taken in, which wait for a moment, and which are refused.
//!
//! A class that opens a page in the same second can bring more connections than there are places, and nearly
//! all of them will be done soon. So a newcomer that finds no place waits in a short queue, as long as one can
//! become free within moments. A WebSocket may stay for hours: nothing is gained by waiting for the end of
//! one, and the newcomer is refused at once.
//!
//! Meanwhile a thread, the usher, closes connections that are of no use to anyone: browsers open some ahead of
//! need, and keep others for a while. A client that was just about to use one opens another, as after
//! any idle timeout (RFC 9112 §9.5).

use super::{ConnectionTable, Entry, Slot, Stage, State};
use crate::address_quota::{Household, half};
use crate::protocol::HandshakeError;
use crate::server::config::Connections;
use std::net::{IpAddr, Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a request may take, or a new connection be silent, even when others wait for its place.
const PROTECTED: Duration = Duration::from_secs(1);
/// Newcomers that wait at once, at the most …
const LONGEST_QUEUE: usize = 256;
/// How long a newcomer waits.
const LONGEST_WAIT: Duration = Duration::from_secs(3);
/// How often the usher looks for connections that are of no use.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// … and of so many connections in all, for one that waits holds a descriptor, too.
pub(in crate::server) const fn longest_queue(connections: usize) -> usize {
    let share = connections.div_ceil(4);
    if share < LONGEST_QUEUE {
        share
    } else {
        LONGEST_QUEUE
    }
}

/// A connection that has no place yet.
#[derive(Debug)]
pub(in crate::server) struct Newcomer {
    pub(in crate::server) tcp: Arc<TcpStream>,
    pub(in crate::server) address: IpAddr,
}

/// A newcomer that waits.
#[derive(Debug)]
pub(super) struct Queued {
    newcomer: Newcomer,
    since: Instant,
    /// What it is told if it waits in vain.
    refusal: HandshakeError,
}

/// A newcomer, and its place or the reason why it has none.
pub(in crate::server) type Decided = (Newcomer, Result<Slot, HandshakeError>);

impl ConnectionTable {
    /// Takes a newcomer in, refuses it, or lets it wait: then [`ConnectionTable::next_queued`] has it
    /// later, and this returns `None`. A place is left when its [`Slot`] is dropped.
    pub(in crate::server) fn admit(self: &Arc<Self>, newcomer: Newcomer) -> Option<Decided> {
        let mut state = self.lock();
        if state.ending {
            return Some((newcomer, Err(ABOUT_TO_END)));
        }
        let Some(refusal) = state.refusal(newcomer.address, &self.limits) else {
            let slot = self.give_slot(&mut state, &newcomer);
            return Some((newcomer, Ok(slot)));
        };
        if !state.may_wait(newcomer.address, &self.limits) {
            return Some((newcomer, Err(refusal)));
        }
        state.waiting.push_back(Queued {
            newcomer,
            since: Instant::now(),
            refusal,
        });
        drop(state);
        self.changed.notify_all();
        None
    }

    /// From here on newcomers may wait: the calling thread admits them.
    pub(in crate::server) fn start_queueing(&self) {
        self.lock().is_queueing = true;
    }

    /// Blocks until one of those who wait can be taken in or has to be refused; `None` when the server
    /// has ended and nobody waits.
    pub(in crate::server) fn next_queued(self: &Arc<Self>) -> Option<Decided> {
        let mut state = self.lock();
        let mut looked: Option<Instant> = None;
        loop {
            if let Some((waiting, fits)) = state.next_decided(&self.limits) {
                let newcomer = waiting.newcomer;
                let outcome = if fits {
                    Ok(self.give_slot(&mut state, &newcomer))
                } else {
                    Err(waiting.refusal)
                };
                return Some((newcomer, outcome));
            }
            if state.waiting.is_empty() && state.ended {
                return None;
            }
            state = if state.waiting.is_empty() {
                self.changed.wait(state)
            } else {
                if looked.is_none_or(|looked| looked.elapsed() >= CHECK_INTERVAL) {
                    looked = Some(Instant::now());
                    state.make_room(&self.limits);
                }
                self.changed.wait_timeout(state, CHECK_INTERVAL)
            };
        }
    }

    fn give_slot(self: &Arc<Self>, state: &mut State, newcomer: &Newcomer) -> Slot {
        state.last_id += 1;
        let id = state.last_id;
        state.households.add(Household::of(newcomer.address));
        let entry = Entry {
            address: newcomer.address,
            tcp: Arc::clone(&newcomer.tcp),
            since: Instant::now(),
            stage: Stage::New,
        };
        state.open.insert(id, entry);
        Slot::new(Arc::clone(self), id, newcomer.address)
    }
}

pub(super) const TOO_MANY_FROM_ADDRESS: HandshakeError =
    HandshakeError::Busy("too many connections come from your address");
const ABOUT_TO_END: HandshakeError = HandshakeError::Busy("the server is about to end");

impl State {
    /// Why there is no room for one more from `address`, if there is none.
    fn refusal(&self, address: IpAddr, limits: &Connections) -> Option<HandshakeError> {
        if self.open.len() >= limits.all {
            return Some(HandshakeError::Busy("all connections are taken"));
        }
        let has_room = self.households.has_room_for(address, limits.per_address);
        (!has_room).then_some(TOO_MANY_FROM_ADDRESS)
    }

    /// Would the end of this connection make room for one from `address`?
    fn is_in_the_way(&self, entry: &Entry, address: IpAddr, limits: &Connections) -> bool {
        self.open.len() >= limits.all || entry.household() == Household::of(address)
    }

    /// Is it worth waiting for? One address must not fill the queue, and so lock out all others.
    fn may_wait(&self, address: IpAddr, limits: &Connections) -> bool {
        let most = longest_queue(limits.all);
        let household = Household::of(address);
        let is_theirs = |waiting: &&Queued| Household::of(waiting.newcomer.address) == household;
        self.is_queueing
            && self.waiting.len() < most
            && self.waiting.iter().filter(is_theirs).count() < half(most)
            && self
                .open
                .values()
                .any(|entry| entry.ends_soon() && self.is_in_the_way(entry, address, limits))
    }

    /// The first of those who wait about whom something can be said: there is room now, or it has
    /// waited long enough. Who waits for something else does not hold up those behind.
    fn next_decided(&mut self, limits: &Connections) -> Option<(Queued, bool)> {
        if self.ending {
            let mut waiting = self.waiting.pop_front()?;
            waiting.refusal = ABOUT_TO_END;
            return Some((waiting, false));
        }
        let fits = |waiting: &Queued| self.refusal(waiting.newcomer.address, limits).is_none();
        if let Some(index) = self.waiting.iter().position(fits) {
            return Some((self.waiting.remove(index)?, true));
        }
        let front = self.waiting.front()?;
        if front.since.elapsed() < LONGEST_WAIT {
            return None;
        }
        Some((self.waiting.pop_front()?, false))
    }

    /// Closes a connection for each that waits, unless one that would make room for it is just going.
    fn make_room(&mut self, limits: &Connections) {
        for index in 0..self.waiting.len() {
            let address = self.waiting[index].newcomer.address;
            let in_the_way = |entry: &&Entry| self.is_in_the_way(entry, address, limits);
            let mut others = self.open.values().filter(in_the_way);
            if others.any(|entry| matches!(entry.stage, Stage::Closing)) {
                continue;
            }
            let all = self.open.iter().filter(|(_, entry)| in_the_way(entry));
            let useless = all.filter(|(_, entry)| entry.is_idle());
            let Some((&longest, _)) = useless.min_by_key(|(_, entry)| entry.since) else {
                continue;
            };
            if let Some(entry) = self.open.get_mut(&longest) {
                entry.cut(); // this wakes its thread, which goes
                entry.stage = Stage::Closing;
            }
        }
    }

    /// Is there room for another request of `household`? If need be, the slowest request makes room for it:
    /// one of their own when they have half of all places, or else one of those who have most. Who never ends
    /// a request would otherwise lock out everyone else.
    pub(super) fn make_room_for_request(&mut self, household: Household, most: usize) -> bool {
        let (own, largest) = (self.requesting.of(household), self.requesting.largest());
        if own >= half(most) {
            return self.displace_slowest(own, PROTECTED, |other| other == household);
        }
        // Who has more than the newcomer will have does not get the second that is for those in no hurry.
        let protected = if largest > own + 1 {
            Duration::ZERO
        } else {
            PROTECTED
        };
        self.requesting.all() < most || self.displace_slowest(largest, protected, |_| true)
    }

    /// Of the households that have `share` requests under way, and may be meant: if the slowest has taken so
    /// long, its place is free.
    fn displace_slowest(
        &mut self,
        share: usize,
        so_long: Duration,
        may_be: impl Fn(Household) -> bool,
    ) -> bool {
        let is_theirs = |entry: &&mut Entry| {
            let household = entry.household();
            entry.is_requesting() && may_be(household) && self.requesting.of(household) == share
        };
        let requesting = self.open.values_mut().filter(is_theirs);
        match requesting.min_by_key(|entry| entry.since) {
            Some(slowest) if slowest.since.elapsed() >= so_long => {
                slowest.refuse(&HandshakeError::TimedOut.response().to_bytes("GET"));
                // This wakes its thread, which goes as soon as the refusal can have been read.
                let _ = slowest.tcp.shutdown(Shutdown::Read);
                slowest.stage = Stage::Displaced;
                self.requesting.remove(slowest.household());
                true
            }
            _ => false,
        }
    }
}

impl Entry {
    /// Nothing was said on it for a while, and nobody waits for an answer.
    fn is_idle(&self) -> bool {
        match self.stage {
            Stage::Idle => true,
            Stage::New => self.since.elapsed() >= PROTECTED,
            _ => false,
        }
    }

    /// Its request is awaited, read or answered: a matter of moments, for most.
    const fn ends_soon(&self) -> bool {
        !matches!(self.stage, Stage::Upgraded(_))
    }
}
