//! One connection as the others know it: its name, its rooms, and how to reach it.

use super::earshot::Earshot;
use super::event::Name;
use super::likeness::Likeness;
use super::refusal::{Code, Refusal};
use super::room::Room;
use super::rooms::Rooms;
use super::session::Session;
use crate::address_quota::Household;
use crate::outbox::Sender;
use crate::sync::{Flag, Mutex, MutexGuard, now};
use std::sync::Arc;

/// A connection to the chat, and the person who uses it.
#[derive(Debug)]
pub(super) struct Member {
    /// The number of the connection.
    pub(super) number: u64,
    pub(super) sender: Sender,
    pub(super) household: Household,
    state: Mutex<MemberState>,
    pub(super) earshot: Earshot,
    /// Held by the thread that takes this member out of rooms: the connection's own, or that of the
    /// connection that replaces it. The second one finds nothing left to do.
    leaving: Mutex<()>,
    /// The connection has ended.
    pub(super) departing: Flag,
}

/// What changes about a member.
#[derive(Debug, Default)]
pub(super) struct MemberState {
    pub(super) name: Option<Name>,
    /// As long as there is a name.
    pub(super) session: Option<Arc<Session>>,
    /// The likeness of the name, as long as there is one.
    pub(super) likeness: Likeness,
    pub(super) rooms: Vec<Arc<Room>>,
    /// The topics of news that the member follows; an empty list means all.
    pub(super) topics: Vec<String>,
}

impl Member {
    pub(super) fn new(number: u64, sender: Sender, household: Household) -> Arc<Self> {
        Arc::new(Self {
            number,
            sender,
            household,
            state: Mutex::default(),
            earshot: Earshot::new(now()),
            leaving: Mutex::default(),
            departing: Flag::default(),
        })
    }

    /// Locks the state, for a look or a change; never while a room is asked for something.
    pub(super) fn state(&self) -> MutexGuard<'_, MemberState> {
        self.state.lock()
    }

    /// Are whispers from that person not wanted?
    pub(super) fn ignores(&self, person: &str) -> bool {
        let session = self.state().session.clone();
        session.is_some_and(|session| session.ignores(person))
    }

    /// The room of that name, if the member is in it, and the member's own name.
    pub(super) fn room(&self, name: &str) -> Result<(Arc<Room>, Name), Refusal> {
        let state = self.state();
        let room = state.rooms.iter().find(|room| room.name() == name);
        match (room, &state.name) {
            (Some(room), Some(own)) => Ok((Arc::clone(room), own.clone())),
            _ => Err(Refusal::new(Code::NotJoined, "join the room first")),
        }
    }

    /// Leaves all rooms. Rooms that are of no use any more are removed.
    pub(super) fn leave_rooms(&self, rooms: &Rooms) {
        let _alone = self.leave_alone();
        self.leave(rooms, |_| true);
    }

    pub(super) fn leave_room(&self, room: &Arc<Room>, rooms: &Rooms) {
        let _alone = self.leave_alone();
        self.leave(rooms, |own| Arc::ptr_eq(own, room));
    }

    /// Waits until no other thread takes this member out of rooms, and lets none begin.
    pub(super) fn leave_alone(&self) -> MutexGuard<'_, ()> {
        self.leaving.lock()
    }

    /// Leaves some rooms. Call it with [`leave_alone`](Self::leave_alone) held.
    pub(super) fn leave(&self, rooms: &Rooms, which: impl Fn(&Arc<Room>) -> bool) {
        let left: Vec<_> = self
            .state()
            .rooms
            .extract_if(.., |own| which(own))
            .collect();
        for room in left {
            room.leave(self.number, &self.sender);
            rooms.left(&room, self.household);
        }
    }
}
