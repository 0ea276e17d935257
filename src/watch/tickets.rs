//! Who may watch what: a token for each connection that can be watched, known to its client alone.

use super::recorder::Recorder;
use crate::address_quota::{AddressQuota, Household, Remembered, is_one_client};
use crate::protocol::{HandshakeError, Limits};
use crate::sync::{Mutex, MutexGuard};
use crate::token;
use std::collections::HashMap;
use std::hint::black_box;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Watchers of all connections together: each of them has a second thread.
pub(crate) const MOST_WATCHERS: usize = 256;
/// How long a connection that has ended can still be watched: its end is worth seeing.
const AFTERLIFE: Duration = Duration::from_secs(60);
/// Ended connections that are kept for that. If there are more, the addresses with most of them lose the
/// oldest.
const MOST_ENDED: usize = 1_024;

/// The tokens of all connections that can be watched, and the seats of the watchers.
#[derive(Debug, Default)]
pub(crate) struct Tickets {
    state: Mutex<State>,
    watchers: Mutex<AddressQuota>,
    missed: AtomicU64,
}

#[derive(Debug)]
struct State {
    entries: HashMap<u64, Entry>,
    ended: Remembered<(Instant, u64)>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            ended: Remembered::new(MOST_ENDED),
        }
    }
}

/// A connection that can be watched. Its `Debug` is empty, because no log shall have the token.
struct Entry {
    token: Box<str>,
    /// The client's.
    address: Option<IpAddr>,
    subject: Subject,
}

/// What a watcher must know about a connection.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) connection: u64,
    /// What the server accepts from the client.
    pub(crate) limits: Limits,
    /// The subprotocols that may be spoken, which are no secret.
    pub(crate) subprotocols: &'static [&'static str],
    pub(crate) recorder: Arc<Recorder>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entry")
    }
}

/// The right to be watched. Dropping it, in whatever way, is the connection's end.
pub(crate) struct Ticket {
    tickets: Arc<Tickets>,
    subject: Subject,
}

/// A watcher's place. Dropping it, in whatever way, gives it back.
#[derive(Debug)]
pub(crate) struct Seat(Arc<Tickets>, Household);

impl Tickets {
    /// Lets a connection be watched from now on; returns the token for it, too.
    pub(crate) fn open(
        self: &Arc<Self>,
        subject: Subject,
        address: Option<IpAddr>,
    ) -> (Ticket, String) {
        let token = token::random(16);
        let entry = Entry {
            token: token.as_str().into(),
            address,
            subject: subject.clone(),
        };
        let mut state = self.lock();
        state.forget(Instant::now());
        state.entries.insert(subject.connection, entry);
        let ticket = Ticket {
            tickets: Arc::clone(self),
            subject,
        };
        (ticket, token)
    }

    /// The connection with this token, if its client has the address of the client that asks.
    ///
    /// Every token is compared to its end, so that the time that this takes tells nothing about any.
    pub(super) fn find(
        &self,
        token: &str,
        address: Option<IpAddr>,
        now: Instant,
    ) -> Option<Subject> {
        let mut state = self.lock();
        state.forget(now);
        let mut found = None;
        for entry in state.entries.values() {
            if is_same(token.as_bytes(), entry.token.as_bytes()) {
                found = Some(entry);
            }
        }
        let entry = found?;
        let is_own = match (entry.address, address) {
            (Some(one), Some(other)) => is_one_client(one, other),
            _ => false,
        };
        is_own.then(|| entry.subject.clone())
    }

    /// A seat for one more watcher at this address.
    pub(crate) fn seat(self: &Arc<Self>, household: Household) -> Result<Seat, HandshakeError> {
        if !self.watchers.lock().add_to(MOST_WATCHERS, household) {
            let why = "all places of watchers are taken, or half of them from your address";
            return Err(HandshakeError::Busy(why));
        }
        Ok(Seat(Arc::clone(self), household))
    }

    /// The number of watchers.
    pub(crate) fn watchers(&self) -> usize {
        self.watchers.lock().all()
    }

    /// The number of frames that watchers missed.
    pub(crate) fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }

    pub(super) fn count_missed(&self, frames: u64) {
        self.missed.fetch_add(frames, Ordering::Relaxed);
    }

    /// Notes that the connection has ended.
    fn close(&self, connection: u64, now: Instant) {
        let mut state = self.lock();
        state.forget(now);
        let household = (state.entries.get(&connection)).and_then(|entry| entry.address);
        // A connection without an address cannot be watched either.
        let gone = match household.map(Household::of) {
            Some(household) => state.ended.push(household, (now, connection)),
            None => Some((now, connection)),
        };
        if let Some((_, connection)) = gone {
            state.entries.remove(&connection);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl State {
    /// Forgets connections that ended a while ago.
    fn forget(&mut self, now: Instant) {
        let is_due =
            |(ended, _): &(Instant, u64)| now.saturating_duration_since(*ended) >= AFTERLIFE;
        while let Some((_, connection)) = self.ended.pop_if(is_due) {
            self.entries.remove(&connection);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.subject.recorder.end();
        self.tickets.close(self.subject.connection, Instant::now());
    }
}

impl Seat {
    pub(super) const fn tickets(&self) -> &Arc<Tickets> {
        &self.0
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.watchers.lock().remove(self.1);
    }
}

/// Takes the same time whichever bytes differ.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let differing = |sum: u8, (one, other): (&u8, &u8)| black_box(sum | (one ^ other));
    one.len() == other.len() && one.iter().zip(other).fold(0, differing) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));
    const ELSEWHERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2)));

    fn subject(connection: u64) -> Subject {
        Subject {
            connection,
            limits: Limits::CHAT,
            subprotocols: &[],
            recorder: Arc::new(Recorder::new(b"", b"")),
        }
    }

    fn finds(tickets: &Tickets, token: &str, address: Option<IpAddr>, now: Instant) -> Option<u64> {
        tickets
            .find(token, address, now)
            .map(|subject| subject.connection)
    }

    #[test]
    fn j31_a_token_opens_its_own_connection_from_its_own_address() {
        let (tickets, now) = (Arc::<Tickets>::default(), Instant::now());
        let (_one, first) = tickets.open(subject(1), HOME);
        let (_two, second) = tickets.open(subject(2), ELSEWHERE);
        assert_eq!(finds(&tickets, &first, HOME, now), Some(1));
        assert_eq!(finds(&tickets, &second, ELSEWHERE, now), Some(2));
        for (token, address) in [
            (second.as_str(), HOME),
            (first.as_str(), None),
            ("", HOME),
            (&first[..31], HOME),
            (&first.to_uppercase().replace(char::is_numeric, "F"), HOME),
            (&(first.clone() + "0"), HOME),
        ] {
            assert_eq!(finds(&tickets, token, address, now), None, "{address:?}");
        }
    }

    #[test]
    fn j31_a_token_outlives_its_connection_by_a_minute() {
        let tickets = Arc::<Tickets>::default();
        let (ticket, token) = tickets.open(subject(1), HOME);
        let long = Instant::now() + 10 * AFTERLIFE;
        assert_eq!(finds(&tickets, &token, HOME, long), Some(1), "it stands");
        drop(ticket);
        let now = Instant::now();
        let almost = now + AFTERLIFE.saturating_sub(Duration::from_secs(5));
        assert_eq!(finds(&tickets, &token, HOME, almost), Some(1));
        assert_eq!(finds(&tickets, &token, HOME, now + AFTERLIFE), None);
    }

    #[test]
    fn the_last_of_many_ended_connections_are_kept_and_those_of_others() {
        let tickets = Arc::<Tickets>::default();
        let (_, other) = tickets.open(subject(0), ELSEWHERE);
        let open = |number| tickets.open(subject(number), HOME).1;
        let tokens: Vec<String> = (1..=MOST_ENDED as u64).map(open).collect();
        let now = Instant::now();
        assert_eq!(finds(&tickets, &other, ELSEWHERE, now), Some(0));
        assert_eq!(finds(&tickets, &tokens[0], HOME, now), None);
        assert_eq!(finds(&tickets, &tokens[1], HOME, now), Some(2));
    }

    #[test]
    fn places_are_limited_and_given_back() {
        let tickets = Arc::<Tickets>::default();
        let seats = |address: Option<IpAddr>| {
            let household = Household::of(address.expect("an address"));
            let seats = (0..=MOST_WATCHERS).map_while(|_| tickets.seat(household).ok());
            seats.collect::<Vec<Seat>>()
        };
        let [mut own, others] = [HOME, ELSEWHERE].map(seats);
        assert_eq!([own.len(), others.len()], [MOST_WATCHERS / 2; 2]);
        own.pop();
        assert_eq!(seats(HOME).len(), 1);
    }
}
