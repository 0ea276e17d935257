//! How a client enters and leaves rooms, under which name, and what it wants to receive.

use super::{ChatClient, MOST_ROOMS, allow};
use crate::chat::dialect::Replies;
use crate::chat::event::{Event, Name, Presence};
use crate::chat::refusal::{Code, Refusal};
use crate::chat::request::Join;
use crate::chat::room::Room;
use crate::chat::rules;
use crate::sync::fault;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

/// The most topics that one connection may follow, and the most bytes of one.
const MOST_TOPICS: usize = 32;
const LONGEST_TOPIC: usize = 64;
/// The most persons that one session may ignore.
const MOST_IGNORED: usize = 64;

impl ChatClient {
    pub(super) fn join(
        &mut self,
        join: &Join<'_>,
        now: Instant,
        replies: &mut dyn Replies,
    ) -> Result<(), Refusal> {
        let room = rules::room(join.room)?;
        self.allowance.check(&self.chat.again, now)?;
        self.take_name(join)?;
        let rooms = self.member.state().rooms.clone();
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
        // Answers to earlier requests come before what the room sends.
        replies.flush();
        let (entered, bytes) = self.enter(room, &name, join.known)?;
        self.allowance.pay(&self.chat.again, bytes, now);
        self.member.state().rooms.push(entered);
        if self.member.sender.is_closed()
            && !fault("a connection that was replaced stays in a room")
        {
            // It was replaced in this very moment, perhaps before the room was on its list.
            self.member.leave_rooms(&self.chat.rooms);
        }
        Ok(())
    }

    /// Enters the room of that name; returns it, and how many bytes the client was sent.
    fn enter(
        &self,
        room: &str,
        name: &Name,
        known: Option<(&str, u64)>,
    ) -> Result<(Arc<Room>, usize), Refusal> {
        let (sender, household) = (&self.member.sender, self.member.household);
        loop {
            let room = self.chat.rooms.enter(room, household)?;
            let newcomer = Presence {
                number: self.member.number,
                person: Arc::clone(self.session.person()),
                name: name.clone(),
            };
            if let Some(bytes) = room.join(newcomer, sender, household, known) {
                return Ok((room, bytes));
            }
            self.chat.rooms.left(&room, household); // it has just been forgotten
        }
    }

    /// Gives the connection its name, in the first room that it joins.
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
        if let Some(older) = self.chat.people.claim(name, &self.member, &session)?
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

    pub(super) fn leave(&mut self, room: &str, replies: &mut dyn Replies) -> Result<(), Refusal> {
        let (room, name) = self.member.room(room)?;
        self.member.leave_room(&room, &self.chat.rooms);
        let left = Event::Left {
            room: room.name(),
            name: name.as_str(),
            count: room.count(),
        };
        replies.send(&left);
        Ok(())
    }

    pub(super) fn rename(
        &mut self,
        name: &str,
        now: Instant,
        replies: &mut dyn Replies,
    ) -> Result<(), Refusal> {
        self.name()?;
        let name = rules::name(name)?;
        allow(&mut self.renames, now)?;
        let (old, rooms) = self.chat.people.rename(&self.member, name)?;
        let name = self.name()?;
        if rooms.is_empty() || old == name {
            let renamed = Event::Renamed {
                from: old.as_str(),
                to: name.as_str(),
                person: self.session.person(),
                rooms: &[],
            };
            replies.send(&renamed);
        }
        for room in rooms.into_iter().filter(|_| old != name) {
            room.rename(self.member.number, &name);
            self.touch(room);
        }
        Ok(())
    }

    /// Ignores persons for the whole session: a client that comes back need not ask again.
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
        self.member.state().topics = topics.iter().map(|topic| topic.to_lowercase()).collect();
        Ok(())
    }
}
