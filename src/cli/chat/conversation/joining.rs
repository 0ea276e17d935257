//! Into rooms: the first time, and again after a lost connection.

use super::{Conversation, Kind, Phase, Room};
use crate::cli::chat::page;
use crate::cli::chat::request::{self, Resume};
use crate::cli::chat::server_event::{Joined, Refusal};

impl Conversation {
    /// Joins all our rooms, as a new connection must.
    pub(super) fn join_all(&mut self) {
        let rooms = self.rooms.iter().map(|room| room.name.clone());
        self.phase = Phase::Joining(rooms.collect());
        self.join_next();
    }

    pub(super) fn join_next(&mut self) {
        let Phase::Joining(rooms) = &mut self.phase else {
            return;
        };
        let Some(name) = rooms.pop_front() else {
            return self.arrive();
        };
        let room = self.rooms.iter().find(|room| room.name == name);
        let resume = Resume {
            session: self.claim(),
            since: room.and_then(Room::since),
        };
        let json = request::join(&self.name, &name, &resume);
        self.request(Kind::Join(name), json);
    }

    /// The earlier connection that has our name, as long as this one does not have it.
    pub(super) fn claim(&self) -> Option<&str> {
        let session = self.session.as_deref();
        session.filter(|_| self.session != self.welcome)
    }

    fn arrive(&mut self) {
        self.phase = Phase::Here;
        self.was_here = true;
        self.attempts = 0;
        if self.lost_since.take().is_some() {
            self.note("connected again");
        }
    }

    pub(super) fn joined(&mut self, joined: Joined) {
        self.answered(&Kind::Join(joined.room.clone()));
        self.meet(&joined.people, &joined.persons);
        if self.session != self.welcome {
            self.ignore_again();
        }
        self.name.clone_from(&joined.name);
        // From now on it is this connection that our name belongs to.
        self.session.clone_from(&self.welcome);
        let name = joined.room.clone();
        let is_wanted = self.phase == Phase::Here;
        if self.room(&name).is_none() {
            self.rooms.push(Room::new(&name));
        }
        if is_wanted || self.current.is_none() {
            self.current = Some(name.clone());
        }
        let is_new = self.room(&name).is_some_and(|room| room.since().is_none());
        let count = page::people(joined.people.len() as u64);
        self.catch_up(joined);
        if is_new {
            self.show_note(&format!("you have joined {name} ({count})"));
        }
        self.join_next();
    }

    /// The lines that came along with a room: some are acknowledgements, some are news.
    fn catch_up(&mut self, joined: Joined) {
        if joined.lost {
            self.show_note(&format!(
                "{}: some lines were missed and cannot be shown",
                joined.room
            ));
        }
        let (most, several) = (self.settings.history, self.rooms.len() > 1);
        let typed: Vec<u64> = joined
            .messages
            .iter()
            .filter(|said| self.acknowledge_said(said) && self.settings.interactive)
            .map(|said| said.seq)
            .collect();
        let Some(room) = self.room(&joined.room) else {
            return;
        };
        for said in room.joined(joined, most) {
            if !typed.contains(&said.seq) && !self.ignored.hides(&said.from) {
                let lines = self.page.said(&said, several);
                self.show(lines);
            }
        }
    }

    pub(super) fn not_joined(&mut self, room: &str, refusal: &Refusal) {
        let is_joining = matches!(self.phase, Phase::Joining(_));
        if is_joining && ["name_taken", "name_reserved", "bad_name"].contains(&&*refusal.code) {
            if !self.settings.interactive {
                return self.end(Err(refusal.message.clone()));
            }
            self.phase = Phase::Naming;
            let how = if self.was_here { ": /nick NAME" } else { "" };
            return self.note(&format!("{}{how}", refusal.message));
        }
        self.refuse(&refusal.message);
        if is_joining {
            self.rooms.retain(|other| other.name != room);
            if self.rooms.is_empty() && !self.settings.interactive {
                return self.end(Err(refusal.message.clone()));
            }
            self.current = self.rooms.first().map(|room| room.name.clone());
            self.join_next();
        }
    }
}
