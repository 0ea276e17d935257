//! What each typed command does.

use super::effects::Effect;
use super::member::Member;
use super::pending::{Kind, To};
use crate::cli::chat::command::{Command, help};
use crate::cli::chat::request::{self, Resume};
use crate::cli::chat::transcript::people;

const NO_ROOM: &str = "you are in no room: /join ROOM";

/// Runs commands on behalf of a member.
#[derive(Debug)]
pub(super) struct Runner<'a> {
    pub(super) member: &'a mut Member,
    /// Whether requests can be sent.
    pub(super) is_here: bool,
    /// The session that joining a room has to name.
    pub(super) claim: Option<&'a str>,
}

impl Runner<'_> {
    pub(super) fn run(&mut self, command: Command<'_>) {
        match command {
            // The conversation itself has run those that concern the connection.
            Command::Nothing | Command::Quit => {}
            Command::Say(text) => match self.member.rooms.current() {
                Some(room) => (self.member.pending).say(To::Room(room.to_owned()), text),
                None => self.member.refuse(NO_ROOM),
            },
            Command::Whisper {
                to,
                text,
                is_quoted,
            } => self.whisper(to, text, is_quoted),
            Command::Name(name) => self.ask(Kind::Name, request::name(name)),
            Command::Join(room) => self.join(room),
            Command::Leave(room) => match room.or(self.member.rooms.current()) {
                Some(room) => self.ask(Kind::Leave, request::leave(room)),
                None => self.member.refuse("you are in no room"),
            },
            Command::People(room) => self.show_people(room),
            Command::Rooms => self.ask(Kind::Rooms, request::rooms_request()),
            Command::History(count) => self.history(count),
            Command::Follow(topics) => self.follow(topics),
            Command::Ignore(Some(name)) => self.ignore(name),
            Command::Ignore(None) => self.show_ignored(),
            Command::Help => help().for_each(|line| self.member.effects.push(Effect::Note(line))),
        }
    }

    /// Sends a request as soon as the lines before it are acknowledged.
    fn ask(&mut self, kind: Kind, json: String) {
        if self.is_here {
            self.member.pending.ask(kind, json);
        } else {
            self.member.refuse("not now: there is no connection");
        }
    }

    fn whisper(&mut self, to: &str, text: &str, is_quoted: bool) {
        let longer = self
            .member
            .rooms
            .long_name_at_start(&format!("{to} {text}"));
        match longer.filter(|_| !is_quoted) {
            Some(longer) => {
                let both = format!("/whisper \"{longer}\" TEXT, or /whisper \"{to}\" TEXT");
                self.member.refuse(&format!("whom do you mean? {both}"));
            }
            None => (self.member.pending).say(To::Person(to.to_owned()), text),
        }
    }

    fn join(&mut self, room: &str) {
        if self.member.rooms.get(room).is_some() {
            self.member.rooms.turn_to(room);
            return (self.member.effects).note(&format!("what you type goes to {room}"));
        }
        let resume = Resume {
            session: self.claim,
            since: None,
        };
        let json = request::join(&self.member.name, room, &resume);
        self.ask(Kind::Join(room.to_owned()), json);
    }

    fn show_people(&mut self, room: Option<&str>) {
        let rooms = &self.member.rooms;
        let room = room.or(rooms.current()).unwrap_or_default();
        let Some(names) = rooms.get(room).map(|room| &room.people) else {
            let elsewhere = "you are not in that room: /rooms lists how many people are where";
            return self.member.refuse(elsewhere);
        };
        let (count, names) = (people(names.len() as u64), names.join(", "));
        let line = format!("{room}: {names} ({count})");
        self.member.effects.show(&line);
    }

    fn history(&mut self, count: usize) {
        let rooms = &self.member.rooms;
        let current = rooms.current().unwrap_or_default();
        match rooms.get(current) {
            Some(room) => {
                let json = request::history(current, room.oldest(), count);
                self.ask(Kind::History, json);
            }
            None => self.member.refuse(NO_ROOM),
        }
    }

    /// The server does not answer this request, and forgets it with the connection.
    fn follow(&mut self, topics: Vec<&str>) {
        if !self.is_here {
            return self.member.refuse("not now: there is no connection");
        }
        self.member.effects.note(&match topics.is_empty() {
            true => "you follow all news".to_owned(),
            false => format!("you follow the news on {}", topics.join(", ")),
        });
        self.member.topics = topics.into_iter().map(str::to_owned).collect();
        self.member.send_topics();
    }

    fn ignore(&mut self, name: &str) {
        if name == self.member.name {
            return self.member.refuse("that is you");
        }
        let how = match self.member.ignored.toggle(name) {
            Some(true) => "hidden",
            Some(false) => "shown again",
            None => {
                return self.member.refuse(&format!(
                    "no one called {name} is in a room of yours or has whispered to you"
                ));
            }
        };
        self.member.effects.note(&format!("{name} is {how}"));
        if self.is_here {
            self.member.send_ignored();
        }
    }

    fn show_ignored(&mut self) {
        let names = self.member.ignored.names().join(", ");
        self.member.effects.note(&match names.is_empty() {
            true => "you ignore no one".to_owned(),
            false => format!("you ignore {names}"),
        });
    }
}
