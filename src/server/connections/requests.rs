//! Whose request makes room for another's.
//!
//! The number of requests that may be incomplete at once is limited. A client that never completes one would keep that place
//! from all others, so the slowest request loses it to a new one.

use super::table::{Entry, Stage, State};
use crate::address_quota::{Household, half};
use crate::protocol::HandshakeError;
use crate::server::refuse;
use std::net::Shutdown;
use std::time::Duration;

/// How long a request may take, or a new connection be silent, even if others wait for its place.
pub(super) const PROTECTED: Duration = Duration::from_secs(1);

/// Makes room for a request of `household` among the `most` that may be incomplete. If there is none, the
/// slowest request loses its place: one of the household's own if it has half of all places, or else one of
/// those that have most. Returns `false` if there is no room.
pub(super) fn make_room(state: &mut State, household: Household, most: usize) -> bool {
    let (own, largest) = (state.requesting.of(household), state.requesting.largest());
    if own >= half(most) {
        return displace_slowest(state, own, PROTECTED, |other| other == household);
    }
    // A household that has more than the newcomer will have is not protected.
    let protected = if largest > own + 1 {
        Duration::ZERO
    } else {
        PROTECTED
    };
    state.requesting.all() < most || displace_slowest(state, largest, protected, |_| true)
}

/// Takes the place of the slowest request, if it has taken as long as `protected`: among the households
/// with `count` incomplete requests that `may_lose` one.
fn displace_slowest(
    state: &mut State,
    count: usize,
    protected: Duration,
    may_lose: impl Fn(Household) -> bool,
) -> bool {
    let State {
        open, requesting, ..
    } = state;
    let is_candidate = |entry: &&mut Entry| {
        let household = entry.household();
        entry.is_requesting() && may_lose(household) && requesting.of(household) == count
    };
    let candidates = open.values_mut().filter(is_candidate);
    match candidates.min_by_key(|entry| entry.since) {
        Some(slowest) if slowest.since.elapsed() >= protected => {
            let refusal = HandshakeError::TimedOut.response().to_bytes("GET");
            refuse::say(&slowest.transport, &refusal);
            // This wakes its thread, which ends once the client has had time to read the refusal.
            slowest.transport.shutdown(Shutdown::Read);
            slowest.stage = Stage::Displaced;
            requesting.remove(slowest.household());
            true
        }
        _ => false,
    }
}
