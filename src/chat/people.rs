//! Who is here: one person a connection, one name a person.

use super::event::Name;
use super::refusal::{Code, Refusal};
use super::request::Recipient;
use super::room::Room;
use super::rooms::Rooms;
use super::rules;
use super::session::Session;
use crate::outbox::Sender;
use crate::protocol::{CloseCode, Outgoing};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// To a connection whose session goes on in another one. §7.4.2: from 4000 on, codes are ours.
const CONTINUED_ELSEWHERE: CloseCode = CloseCode::new(4001).expect("a code for private use");

/// Someone who is connected.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) number: u64,
    pub(super) sender: Sender,
    standing: Mutex<Standing>,
    /// Held by whoever takes this person out of rooms: the connection itself, or the one that
    /// replaces it. The second finds it done.
    leaving: Mutex<()>,
    /// Its connection has ended.
    going: AtomicBool,
}

/// What changes about a person.
#[derive(Debug, Default)]
pub(super) struct Standing {
    pub(super) name: Option<Name>,
    /// Its session's, as long as there is a name.
    pub(super) badge: Option<Arc<str>>,
    pub(super) rooms: Vec<Arc<Room>>,
    /// Topics of news; none chosen means all.
    pub(super) topics: Vec<String>,
}

impl Person {
    pub(super) fn new(number: u64, sender: Sender) -> Arc<Self> {
        Arc::new(Self {
            number,
            sender,
            standing: Mutex::default(),
            leaving: Mutex::default(),
            going: AtomicBool::new(false),
        })
    }

    /// Held for a look or a change, never while a room is asked for something.
    pub(super) fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The room of that name, if this person is in it.
    pub(super) fn room(&self, name: &str) -> Result<(Arc<Room>, Name), Refusal> {
        let standing = self.standing();
        let room = standing.rooms.iter().find(|room| room.name() == name);
        match (room, &standing.name) {
            (Some(room), Some(own)) => Ok((Arc::clone(room), own.clone())),
            _ => Err(Refusal::new(Code::NotJoined, "join the room first")),
        }
    }

    /// Goes from all rooms; those that nobody needs any more are gone, too.
    pub(super) fn leave_rooms(&self, rooms: &Rooms) {
        self.leave_those(rooms, |_| true);
    }

    /// Goes from one room.
    pub(super) fn leave_room(&self, room: &Arc<Room>, rooms: &Rooms) {
        self.leave_those(rooms, |own| Arc::ptr_eq(own, room));
    }

    fn leave_those(&self, rooms: &Rooms, which: impl Fn(&Arc<Room>) -> bool) {
        let _alone = self.alone();
        self.leave(rooms, which);
    }

    /// The connection has ended: goes from all rooms, and gives the name back. The rooms first, or
    /// whoever takes the name next would be in them twice, to the others.
    pub(super) fn go(self: &Arc<Self>, rooms: &Rooms, people: &People) {
        let _alone = self.alone();
        self.going.store(true, Ordering::Release);
        self.leave(rooms, |_| true);
        people.release(self);
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        self.leaving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self, rooms: &Rooms, which: impl Fn(&Arc<Room>) -> bool) {
        let left: Vec<_> = self
            .standing()
            .rooms
            .extract_if(.., |own| which(own))
            .collect();
        for room in left {
            room.leave(self);
            rooms.tidy(&room);
        }
    }
}

/// All who have a name.
#[derive(Debug, Default)]
pub(super) struct People(Mutex<HashMap<String, Arc<Person>>>);

impl People {
    /// Gives `person` the name, if it is free or the older connection of the same session has it.
    /// That one loses it and is closed; it is handed back, to be let out of its rooms.
    pub(super) fn claim(
        &self,
        name: &str,
        person: &Arc<Person>,
        session: &Session,
    ) -> Result<Option<Arc<Person>>, Refusal> {
        self.wait_for_one_who_goes(name);
        let mut by_name = self.lock();
        if person.sender.is_closed() {
            // It has just been replaced itself; this was said before it could know.
            return Err(Refusal::new(Code::NotJoined, "this connection is over"));
        }
        let older = session.holder().filter(|older| !Arc::ptr_eq(older, person));
        if (older.as_ref()).is_some_and(|holder| holder.number > person.number) {
            // The client has come back by a later connection already: this one it has given up.
            return Err(taken(name));
        }
        let is_older = |other: &Arc<Person>| {
            older
                .as_ref()
                .is_some_and(|older| Arc::ptr_eq(other, older))
        };
        let key = rules::key(name);
        if by_name.get(&key).is_some_and(|other| !is_older(other)) {
            return Err(taken(name));
        }
        if let Some(older) = &older {
            remove(&mut by_name, older);
            let mut close = Outgoing::server();
            close.close_with(CONTINUED_ELSEWHERE, "continued elsewhere");
            older.sender.dismiss(close.waiting());
        }
        by_name.insert(key, Arc::clone(person));
        let mut standing = person.standing();
        standing.name = Some(Name::new(name));
        standing.badge = Some(Arc::clone(session.person()));
        drop(standing);
        session.hold(person);
        Ok(older)
    }

    /// Gives `person` another name instead of the one it has; returns the old one and its rooms.
    pub(super) fn rename(
        &self,
        person: &Arc<Person>,
        name: &str,
    ) -> Result<(Name, Vec<Arc<Room>>), Refusal> {
        self.wait_for_one_who_goes(name);
        let mut by_name = self.lock();
        let key = rules::key(name);
        if by_name
            .get(&key)
            .is_some_and(|other| !Arc::ptr_eq(other, person))
        {
            return Err(taken(name));
        }
        let mut standing = person.standing();
        let Some(old) = standing.name.replace(Name::new(name)) else {
            standing.name = None;
            return Err(Refusal::new(Code::NotJoined, "join a room first"));
        };
        by_name.remove(&rules::key(old.as_str()));
        by_name.insert(key, Arc::clone(person));
        Ok((old, standing.rooms.clone()))
    }

    /// The name is free.
    fn release(&self, person: &Arc<Person>) {
        remove(&mut self.lock(), person);
    }

    /// Whoever has heard that somebody left may take that name: it is free in a moment.
    fn wait_for_one_who_goes(&self, name: &str) {
        let holder = self.lock().get(&rules::key(name)).cloned();
        if let Some(holder) = holder.filter(|holder| holder.going.load(Ordering::Acquire)) {
            drop(holder.alone());
        }
    }

    /// The one who has this name, if that is the person who is meant.
    pub(super) fn find(&self, to: Recipient<'_>) -> Result<Arc<Person>, Refusal> {
        let found = self.lock().get(&rules::key(to.name)).cloned();
        let none = || Refusal::new(Code::NoSuchPerson, "nobody here has that name");
        let found = found.ok_or_else(none)?;
        let own = found.standing().badge.clone();
        if to
            .person
            .is_some_and(|person| own.as_deref() != Some(person))
        {
            let told = "that name belongs to another person now";
            return Err(Refusal::new(Code::NoSuchPerson, told));
        }
        Ok(found)
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    /// Everyone who wants to hear of `topic`. `each` must not wait.
    pub(super) fn each_following(&self, topic: Option<&str>, each: impl Fn(&Sender)) {
        for person in self.lock().values() {
            let standing = person.standing();
            let wanted = |topic: &str| {
                standing.topics.is_empty() || standing.topics.iter().any(|own| own == topic)
            };
            if topic.is_none_or(wanted) {
                each(&person.sender);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Person>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn taken(name: &str) -> Refusal {
    Refusal::new(
        Code::NameTaken,
        format!("the name {name} is taken in this server"),
    )
}

/// Takes a person's name back, unless they have none.
fn remove(by_name: &mut HashMap<String, Arc<Person>>, person: &Arc<Person>) {
    if let Some(name) = person.standing().name.take() {
        by_name.remove(&rules::key(name.as_str()));
    }
}
