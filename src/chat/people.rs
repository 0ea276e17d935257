//! Who is here: one person a connection, one name a person.

use super::earshot::Earshot;
use super::event::Name;
use super::likeness::{self, Likeness};
use super::refusal::{Code, Refusal};
use super::request::Recipient;
use super::room::Room;
use super::rooms::Rooms;
use super::rules::{self, FitName};
use super::session::Session;
use crate::address_quota::Household;
use crate::outbox::Sender;
use crate::protocol::{CloseCode, Outgoing};
use crate::sync::{Flag, Mutex, MutexGuard, fault, now};
use std::collections::HashMap;
use std::sync::Arc;

/// To a connection whose session goes on in another one. §7.4.2: from 4000 on, codes are ours.
const CONTINUED_ELSEWHERE: CloseCode = CloseCode::new(4001).expect("a code for private use");

/// Someone who is connected.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) number: u64,
    pub(super) sender: Sender,
    pub(super) household: Household,
    standing: Mutex<Standing>,
    pub(super) earshot: Earshot,
    /// Held by whoever takes this person out of rooms: the connection itself, or the one that
    /// replaces it. The second finds it done.
    leaving: Mutex<()>,
    /// Its connection has ended.
    going: Flag,
}

/// What changes about a person.
#[derive(Debug, Default)]
pub(super) struct Standing {
    pub(super) name: Option<Name>,
    /// As long as there is a name.
    session: Option<Arc<Session>>,
    /// Of the name, as long as there is one.
    likeness: Likeness,
    pub(super) rooms: Vec<Arc<Room>>,
    /// Topics of news; none chosen means all.
    pub(super) topics: Vec<String>,
}

impl Person {
    pub(super) fn new(number: u64, sender: Sender, household: Household) -> Arc<Self> {
        Arc::new(Self {
            number,
            sender,
            household,
            standing: Mutex::default(),
            earshot: Earshot::new(now()),
            leaving: Mutex::default(),
            going: Flag::default(),
        })
    }

    /// Held for a look or a change, never while a room is asked for something.
    pub(super) fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock()
    }

    /// Does this one want no whispers of that person?
    pub(super) fn ignores(&self, person: &str) -> bool {
        let session = self.standing().session.clone();
        session.is_some_and(|session| session.ignores(person))
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
        self.going.set(true);
        if fault("a name is given back before the rooms are left") {
            people.release(self);
        }
        self.leave(rooms, |_| true);
        people.release(self);
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        self.leaving.lock()
    }

    fn leave(&self, rooms: &Rooms, which: impl Fn(&Arc<Room>) -> bool) {
        let left: Vec<_> = self
            .standing()
            .rooms
            .extract_if(.., |own| which(own))
            .collect();
        for room in left {
            room.leave(self);
            rooms.left(&room, self.household);
        }
    }
}

/// All who have a name.
#[derive(Debug, Default)]
pub(super) struct People(Mutex<Names>);

/// No two have the same key, or the same look.
#[derive(Debug, Default)]
struct Names {
    by_key: HashMap<String, Arc<Person>>,
    by_look: HashMap<String, Arc<Person>>,
}

impl Names {
    /// Those who have this name, or one like it.
    fn holders(&self, likeness: &Likeness) -> impl Iterator<Item = &Arc<Person>> {
        let by_key = self.by_key.get(&likeness.key);
        by_key.into_iter().chain(self.by_look.get(&likeness.look))
    }

    /// `standing` is the person's, and has no name yet.
    fn give(&mut self, name: FitName<'_>, person: &Arc<Person>, standing: &mut Standing) {
        let Likeness { key, look } = name.likeness.clone();
        self.by_key.insert(key, Arc::clone(person));
        self.by_look.insert(look, Arc::clone(person));
        standing.name = Some(Name::new(name.text));
        standing.likeness = name.likeness;
    }

    /// Takes a person's name back, if there is one.
    fn take(&mut self, standing: &mut Standing) -> Option<Name> {
        let name = standing.name.take()?;
        let Likeness { key, look } = std::mem::take(&mut standing.likeness);
        self.by_key.remove(&key);
        self.by_look.remove(&look);
        Some(name)
    }
}

impl People {
    /// Gives `person` the name, if it is free or the older connection of the same session has it.
    /// That one loses it and is closed; it is handed back, to be let out of its rooms.
    pub(super) fn claim(
        &self,
        name: FitName<'_>,
        person: &Arc<Person>,
        session: &Arc<Session>,
    ) -> Result<Option<Arc<Person>>, Refusal> {
        self.wait_for_those_who_go(&name.likeness);
        let mut names = self.lock();
        if person.sender.is_closed() && !fault("a connection that was replaced claims a name") {
            // It has just been replaced itself; this was said before it could know.
            return Err(Refusal::new(Code::NotJoined, "this connection is over"));
        }
        let older = session.holder().filter(|older| !Arc::ptr_eq(older, person));
        if let Some(holder) = older.as_ref().filter(|it| it.number > person.number) {
            // The client has come back by a later connection already: this one it has given up.
            return Err(taken(&name, holder));
        }
        let is_older = |other: &Arc<Person>| {
            older
                .as_ref()
                .is_some_and(|older| Arc::ptr_eq(other, older))
        };
        if let Some(holder) = names.holders(&name.likeness).find(|other| !is_older(other)) {
            return Err(taken(&name, holder));
        }
        if let Some(older) = &older {
            if !fault("the older connection keeps its name") {
                names.take(&mut older.standing());
            }
            let mut close = Outgoing::server();
            close.close_with(CONTINUED_ELSEWHERE, "continued elsewhere");
            older.sender.dismiss(close.waiting());
        }
        let mut standing = person.standing();
        names.give(name, person, &mut standing);
        standing.session = Some(Arc::clone(session));
        drop(standing);
        session.hold(person);
        Ok(older)
    }

    /// Gives `person` another name instead of the one it has; returns the old one and its rooms.
    pub(super) fn rename(
        &self,
        person: &Arc<Person>,
        name: FitName<'_>,
    ) -> Result<(Name, Vec<Arc<Room>>), Refusal> {
        self.wait_for_those_who_go(&name.likeness);
        let mut names = self.lock();
        let is_other = |holder: &&Arc<Person>| !Arc::ptr_eq(holder, person);
        if let Some(holder) = names.holders(&name.likeness).find(is_other) {
            return Err(taken(&name, holder));
        }
        let mut standing = person.standing();
        let Some(old) = names.take(&mut standing) else {
            return Err(Refusal::new(Code::NotJoined, "join a room first"));
        };
        names.give(name, person, &mut standing);
        Ok((old, standing.rooms.clone()))
    }

    /// The name is free.
    fn release(&self, person: &Arc<Person>) {
        self.lock().take(&mut person.standing());
    }

    /// Whoever has heard that somebody left may take that name: it is free in a moment.
    fn wait_for_those_who_go(&self, likeness: &Likeness) {
        let holders: Vec<_> = self.lock().holders(likeness).cloned().collect();
        for holder in holders {
            if holder.going.is_set() && !fault("a newcomer does not wait for those who go") {
                drop(holder.alone());
            }
        }
    }

    /// The one who has this name, in any spelling, if that is the person who is meant. A name that only
    /// looks like it is somebody else's.
    pub(super) fn find(&self, to: Recipient<'_>) -> Result<Arc<Person>, Refusal> {
        let refuse = |told| Err(Refusal::new(Code::NoSuchPerson, told));
        if rules::is_too_long(to.name) {
            return refuse("nobody here has that name");
        }
        let key = likeness::key(to.name);
        let found = self.lock().by_key.get(&key).cloned();
        let is_it = |person: &Arc<Person>| {
            let standing = person.standing();
            let name = standing.name.as_ref();
            name.is_some_and(|name| likeness::is_same_spelling(name.as_str(), to.name))
        };
        let Some(found) = found.filter(is_it) else {
            return refuse("nobody here has that name");
        };
        let session = found.standing().session.clone();
        let own = session.as_ref().map(|session| &**session.person());
        if to.person.is_some_and(|person| own != Some(person)) {
            return refuse("that name belongs to another person now");
        }
        Ok(found)
    }

    pub(super) fn len(&self) -> usize {
        self.lock().by_key.len()
    }

    /// Everyone who wants to hear of `topic`. `each` must not wait.
    pub(super) fn each_following(&self, topic: Option<&str>, each: impl Fn(&Sender)) {
        for person in self.lock().by_key.values() {
            let standing = person.standing();
            let wanted = |topic: &str| {
                standing.topics.is_empty() || standing.topics.iter().any(|own| own == topic)
            };
            if topic.is_none_or(wanted) {
                each(&person.sender);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Names> {
        self.0.lock()
    }
}

fn taken(name: &FitName<'_>, holder: &Person) -> Refusal {
    let text = name.text;
    let is_same = (holder.standing().name.as_ref())
        .is_some_and(|held| likeness::is_same_spelling(held.as_str(), text));
    let told = match is_same {
        true => format!("the name {text} is taken in this server"),
        false => format!("the name {text} looks like one that is in use in this server"),
    };
    Refusal::new(Code::NameTaken, told)
}
