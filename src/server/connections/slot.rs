//! One connection's slot in the table, from its first byte to its end.

use super::requests;
use super::table::{ConnectionTable, Stage};
use crate::address_quota::Household;
use crate::outbox::Sender;
use crate::protocol::HandshakeError;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

pub(super) const TOO_MANY_FROM_ADDRESS: HandshakeError =
    HandshakeError::Busy("too many connections come from your address");

/// One connection's slot in the table. Dropping it, in whatever way, gives its place back.
#[derive(Debug)]
pub(in crate::server) struct Slot {
    table: Arc<ConnectionTable>,
    id: u64,
    tcp_peer: IpAddr,
}

impl Slot {
    pub(super) const fn new(table: Arc<ConnectionTable>, id: u64, tcp_peer: IpAddr) -> Self {
        Self {
            table,
            id,
            tcp_peer,
        }
    }

    /// A number that no other connection of this server has.
    pub(in crate::server) const fn id(&self) -> u64 {
        self.id
    }

    /// The address that the connection counts under.
    pub(in crate::server) fn address(&self) -> Option<IpAddr> {
        let state = self.table.lock();
        state.open.get(&self.id).map(|entry| entry.address)
    }

    /// The addresses that share a quota with this connection's.
    pub(in crate::server) fn household(&self) -> Household {
        Household::of(self.address().unwrap_or(self.tcp_peer))
    }

    /// The other end of the TCP connection: the client, or a proxy that it comes through.
    pub(in crate::server) const fn tcp_peer(&self) -> IpAddr {
        self.tcp_peer
    }

    /// Counts the connection under the address of a client that comes through a proxy.
    pub(in crate::server) fn count_under(&self, address: IpAddr) -> Result<(), HandshakeError> {
        let mut state = self.table.lock();
        let state = &mut *state;
        let Some(entry) = state.open.get_mut(&self.id) else {
            return Ok(());
        };
        if entry.address != address {
            let most = self.table.limits.per_address;
            if !state.households.has_room_for(address, most) {
                return Err(TOO_MANY_FROM_ADDRESS);
            }
            let before = entry.household();
            entry.address = address;
            state.households.remove(before);
            state.households.add(entry.household());
            if entry.is_requesting() {
                state.requesting.remove(before);
                state.requesting.add(entry.household());
            }
        }
        Ok(())
    }

    /// Notes that a request has begun, and that the rest of it is still to come. Only a few may be so slow
    /// at once.
    pub(in crate::server) fn begin_request(&self) -> Result<(), HandshakeError> {
        let household = self.household();
        let mut state = self.table.lock();
        if !requests::make_room(&mut state, household, self.table.limits.handshaking) {
            return Err(HandshakeError::Busy("too many requests are under way"));
        }
        let state = &mut *state;
        if let Some(entry) = state.open.get_mut(&self.id)
            && matches!(entry.stage, Stage::New | Stage::Idle)
        {
            entry.stage = Stage::Requesting;
            entry.since = Instant::now();
            state.requesting.add(household);
        }
        Ok(())
    }

    /// Notes that the request is complete, and that this connection's thread answers it.
    ///
    /// Returns `false` if it must not: the request was answered, because the server is ending or the
    /// request took too long, or the connection is closed already.
    pub(in crate::server) fn begin_answer(&self) -> bool {
        let mut state = self.table.lock();
        let state = &mut *state;
        let Some(entry) = state.open.get_mut(&self.id) else {
            return false;
        };
        match entry.stage {
            _ if state.ending => return false,
            // Before the answer: a client that has read it may rely on a place for its next request.
            Stage::Requesting => state.requesting.remove(entry.household()),
            Stage::New | Stage::Idle => {}
            _ => return false,
        }
        entry.stage = Stage::Answering;
        true
    }

    /// May the connection be kept after this answer? Not while newcomers wait for a place.
    pub(in crate::server) fn may_be_reused(&self) -> bool {
        let state = self.table.lock();
        !state.ending && state.queue.is_empty()
    }

    /// Notes that the answer is written, and that the connection waits for another request. Returns `false`
    /// if the server is ending, so that none will be answered.
    pub(in crate::server) fn await_request(&self) -> bool {
        let mut state = self.table.lock();
        if state.ending {
            return false;
        }
        if let Some(entry) = state.open.get_mut(&self.id) {
            entry.stage = Stage::Idle;
            entry.since = Instant::now();
        }
        true
    }

    /// Was its place given to another?
    pub(in crate::server) fn was_displaced(&self) -> bool {
        let state = self.table.lock();
        let entry = state.open.get(&self.id);
        entry.is_some_and(|entry| matches!(entry.stage, Stage::Displaced))
    }

    /// Notes that the handshake is done: from here on the server can close the WebSocket through `sender`.
    /// Returns `false` if it has just closed all others, and this one came too late for that.
    pub(in crate::server) fn upgrade(&self, sender: &Sender) -> bool {
        let mut state = self.table.lock();
        if state.ending {
            return false;
        }
        if let Some(entry) = state.open.get_mut(&self.id) {
            entry.stage = Stage::Upgraded(sender.clone());
        }
        true
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.table.lock();
        let Some(entry) = state.open.remove(&self.id) else {
            return;
        };
        if entry.is_requesting() {
            state.requesting.remove(entry.household());
        }
        state.households.remove(entry.household());
        drop(state);
        self.table.changed.notify_all();
    }
}
