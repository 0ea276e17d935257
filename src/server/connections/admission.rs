//! Which newcomers are admitted, which wait for a moment, and which are refused.
//!
//! A class that opens a page in the same second can bring more connections than there are places, and nearly
//! all of them will be done soon. So a newcomer that finds no place waits in a short queue, as long as a
//! place can become free within moments. A WebSocket may stay for hours: if all places are taken by these,
//! the newcomer is refused at once.
//!
//! Meanwhile the admission thread closes connections that are of no use: browsers open some ahead of need,
//! and keep others for a while. A client that was just about to use one opens another, as after any idle
//! timeout (RFC 9112 §9.5).

use super::requests::PROTECTED;
use super::slot::{Slot, TOO_MANY_FROM_ADDRESS};
use super::table::{ConnectionTable, Entry, Newcomer, Queued, Stage, State};
use crate::address_quota::{Household, half};
use crate::protocol::HandshakeError;
use crate::server::config::Connections;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The most newcomers that wait at once …
const LONGEST_QUEUE: usize = 256;
/// How long a newcomer waits.
const LONGEST_WAIT: Duration = Duration::from_secs(3);
/// How often the admission thread looks for connections that are of no use.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);

const ABOUT_TO_END: HandshakeError = HandshakeError::Busy("the server is about to end");

/// … of this many connections in all: a newcomer that waits holds a descriptor, too.
pub(in crate::server) const fn longest_queue(connections: usize) -> usize {
    let share = connections.div_ceil(4);
    if share < LONGEST_QUEUE {
        share
    } else {
        LONGEST_QUEUE
    }
}

/// A newcomer, and its slot or the reason why it has none.
pub(in crate::server) type Admission = (Newcomer, Result<Slot, HandshakeError>);

impl ConnectionTable {
    /// Admits a newcomer or refuses it. Returns `None` if it waits; then
    /// [`next_queued`](Self::next_queued) returns it later.
    pub(in crate::server) fn admit(self: &Arc<Self>, newcomer: Newcomer) -> Option<Admission> {
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
        state.queue.push_back(Queued {
            newcomer,
            since: Instant::now(),
            refusal,
        });
        drop(state);
        self.changed.notify_all();
        None
    }

    /// Lets newcomers wait from here on: the calling thread admits them.
    pub(in crate::server) fn start_queueing(&self) {
        self.lock().is_queueing = true;
    }

    /// Waits until a queued newcomer can be admitted or has to be refused. Returns `None` once the server
    /// has ended and the queue is empty.
    pub(in crate::server) fn next_queued(self: &Arc<Self>) -> Option<Admission> {
        let mut state = self.lock();
        let mut checked: Option<Instant> = None;
        loop {
            if let Some((queued, fits)) = state.next_decided(&self.limits) {
                let newcomer = queued.newcomer;
                let outcome = if fits {
                    Ok(self.give_slot(&mut state, &newcomer))
                } else {
                    Err(queued.refusal)
                };
                return Some((newcomer, outcome));
            }
            if state.queue.is_empty() && state.ended {
                return None;
            }
            state = if state.queue.is_empty() {
                self.changed.wait(state)
            } else {
                if checked.is_none_or(|checked| checked.elapsed() >= CHECK_INTERVAL) {
                    checked = Some(Instant::now());
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
            transport: newcomer.transport.clone(),
            since: Instant::now(),
            stage: Stage::New,
        };
        state.open.insert(id, entry);
        Slot::new(Arc::clone(self), id, newcomer.address)
    }
}

impl State {
    /// Why there is no room for one more from `address`; `None` if there is.
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

    /// May a newcomer from `address` wait? One address must not fill the queue, and so keep all others out.
    fn may_wait(&self, address: IpAddr, limits: &Connections) -> bool {
        let most = longest_queue(limits.all);
        let household = Household::of(address);
        let is_theirs = |queued: &&Queued| Household::of(queued.newcomer.address) == household;
        self.is_queueing
            && self.queue.len() < most
            && self.queue.iter().filter(is_theirs).count() < half(most)
            && self
                .open
                .values()
                .any(|entry| entry.ends_soon() && self.is_in_the_way(entry, address, limits))
    }

    /// The first queued newcomer that can be decided on: there is room for it now, or it has waited long
    /// enough. A newcomer that waits for something else does not hold up those after it.
    fn next_decided(&mut self, limits: &Connections) -> Option<(Queued, bool)> {
        if self.ending {
            let mut queued = self.queue.pop_front()?;
            queued.refusal = ABOUT_TO_END;
            return Some((queued, false));
        }
        let fits = |queued: &Queued| self.refusal(queued.newcomer.address, limits).is_none();
        if let Some(index) = self.queue.iter().position(fits) {
            return Some((self.queue.remove(index)?, true));
        }
        let front = self.queue.front()?;
        if front.since.elapsed() < LONGEST_WAIT {
            return None;
        }
        Some((self.queue.pop_front()?, false))
    }

    /// Closes a connection for each queued newcomer, unless one that would make room for it is closing.
    fn make_room(&mut self, limits: &Connections) {
        for index in 0..self.queue.len() {
            let address = self.queue[index].newcomer.address;
            let in_the_way = |entry: &&Entry| self.is_in_the_way(entry, address, limits);
            let mut others = self.open.values().filter(in_the_way);
            if others.any(|entry| matches!(entry.stage, Stage::Closing)) {
                continue;
            }
            let all = self.open.iter().filter(|(_, entry)| in_the_way(entry));
            let idle = all.filter(|(_, entry)| entry.is_idle());
            let Some((&longest, _)) = idle.min_by_key(|(_, entry)| entry.since) else {
                continue;
            };
            if let Some(entry) = self.open.get_mut(&longest) {
                entry.cut_off(); // this wakes its thread, which ends
                entry.stage = Stage::Closing;
            }
        }
    }
}

impl Entry {
    /// Has nothing happened on it for a while, with no answer awaited?
    fn is_idle(&self) -> bool {
        match self.stage {
            Stage::Idle => true,
            Stage::New => self.since.elapsed() >= PROTECTED,
            _ => false,
        }
    }

    /// Is its request awaited, read or answered: for most, a matter of moments?
    const fn ends_soon(&self) -> bool {
        !matches!(self.stage, Stage::Upgraded(_))
    }
}
