//! How a guest comes and goes, and under which name.

use super::{Guest, MOST_ROOMS, allow, reply};
use crate::chat::event::Event;
use crate::chat::refusal::{Code, Refusal};
use crate::chat::request::Join;
use crate::chat::rules;
use crate::protocol::Outgoing;
use crate::sync::fault;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

/// Topics that one connection may follow, and how long one is.
const MOST_TOPICS: usize = 32;
const LONGEST_TOPIC: usize = 64;
/// Persons that one session ignores.
const MOST_IGNORED: usize = 64;

impl Guest {
    pub(super) fn join(
        &mut self,
        join: &Join<'_>,
        now: Instant,
        replies: &mut Outgoing,
    ) -> Result<(), Refusal> {
        let room = rules::room(join.room)?;
        self.allowance.check(&self.chat.again, now)?;
        self.take_name(join)?;
        let rooms = self.person.standing().rooms.clone();
        if rooms.iter().any(|own| own.name() == room) {
            return Err(Refusal::new(Code::AlreadyJoined, "you are in this room"));
        }
        if rooms.len() >= MOST_ROOMS {
            return Err(Refusal::new(
                Code::BadRoom,
                format!("you are in {MOST_ROOMS} rooms, leave one first"),
            ));
        }
        let name = self.name()?;
        // What was answered before comes before what the room sends.
        let _ = self.person.sender.write(replies.waiting());
        replies.written();
        let entered = loop {
            let entered = self.chat.rooms.enter(room, self.person.household)?;
            let told = entered.join(&self.person, self.session.person(), &name, join.known);
            if let Some(bytes) = told {
                self.allowance.pay(&self.chat.again, bytes, now);
                break entered;
            }
            self.chat.rooms.left(&entered, self.person.household);
        };
        self.person.standing().rooms.push(entered);
        if self.person.sender.is_closed()
            && !fault("a connection that was replaced stays in a room")
        {
            // Replaced in this very moment, perhaps before the room was on the list.
            self.person.leave_rooms(&self.chat.rooms);
        }
        Ok(())
    }

    /// The first room that is joined gives the connection its name.
    fn take_name(&mut self, join: &Join<'_>) -> Result<(), Refusal> {
        if let Ok(own) = self.name() {
            return match join.name.map(str::trim) {
                Some(other) if other != own.as_str() => {
                    let told = format!(
                        "you are {} here: change it with a name request",
                        own.as_str()
                    );
                    Err(Refusal::new(Code::AlreadyJoined, told))
                }
                _ => Ok(()),
            };
        }
        let name = rules::name(join.name.unwrap_or_default())?;
        let session = join
            .session
            .and_then(|token| self.chat.sessions.find(token));
        let session = session.unwrap_or_else(|| Arc::clone(&self.session));
        if let Some(older) = self.chat.people.claim(name, &self.person, &session)?
            && !fault("the older connection stays in its rooms")
        {
            older.leave_rooms(&self.chat.rooms);
        }
        self.was_named = true;
        if !Arc::ptr_eq(&session, &self.session) {
            self.chat.sessions.continue_as(&self.token, &session);
            self.session = session;
        }
        Ok(())
    }

    pub(super) fn leave(&mut self, room: &str, replies: &mut Outgoing) -> Result<(), Refusal> {
        let (room, name) = self.person.room(room)?;
        self.person.leave_room(&room, &self.chat.rooms);
        let left = Event::Left {
            room: room.name(),
            name: name.as_str(),
            count: room.count(),
        };
        reply(&left, replies);
        Ok(())
    }

    pub(super) fn rename(
        &mut self,
        name: &str,
        now: Instant,
        replies: &mut Outgoing,
    ) -> Result<(), Refusal> {
        self.name()?;
        let name = rules::name(name)?;
        allow(&mut self.renames, now)?;
        let (old, rooms) = self.chat.people.rename(&self.person, name)?;
        let name = self.name()?;
        if rooms.is_empty() || old == name {
            let renamed = Event::Renamed {
                from: old.as_str(),
                to: name.as_str(),
                person: self.session.person(),
                rooms: &[],
            };
            reply(&renamed, replies);
        }
        for room in rooms.into_iter().filter(|_| old != name) {
            room.rename(&self.person, &name);
            self.stir(room);
        }
        Ok(())
    }

    /// For the whole session: a client that comes back need not say it again.
    pub(super) fn ignore(&self, persons: &[Cow<'_, str>]) -> Result<(), Refusal> {
        self.name()?;
        if persons.len() > MOST_IGNORED || persons.iter().any(|person| person.len() > LONGEST_TOPIC)
        {
            return Err(Refusal::new(
                Code::BadShape,
                "at most 64 persons can be ignored, of 64 bytes each",
            ));
        }
        self.session.ignore(persons);
        Ok(())
    }

    pub(super) fn follow(&self, topics: &[Cow<'_, str>]) -> Result<(), Refusal> {
        if topics.len() > MOST_TOPICS || topics.iter().any(|topic| topic.len() > LONGEST_TOPIC) {
            return Err(Refusal::new(
                Code::BadShape,
                "at most 32 topics of 64 bytes can be followed",
            ));
        }
        self.person.standing().topics = topics.iter().map(|topic| topic.to_lowercase()).collect();
        Ok(())
    }
}
