//! What is typed.

use super::unsent::To;
use super::{Act, Conversation, Kind, Phase, Request, Room};
use crate::cli::chat::command::{Command, HELP};
use crate::cli::chat::page;
use crate::cli::chat::request::{self, Resume};
use std::time::Duration;

impl Conversation {
    pub(super) fn typed(&mut self, line: &[u8]) {
        self.asked = false;
        let command = std::str::from_utf8(line)
            .map_err(|_| "a line is not UTF-8, and was not said".to_owned())
            .and_then(Command::parse);
        match command {
            Ok(Command::Say(name)) if self.is_nameless() => self.rename(name),
            Ok(command) => self.command(command),
            Err(sentence) => self.refuse(&sentence),
        }
    }

    fn command(&mut self, command: Command<'_>) {
        match command {
            Command::Nothing => {}
            Command::Say(text) => match self.current.clone() {
                Some(room) => self.unsent.push(To::Room(room), text),
                None => self.refuse("you are in no room: /join ROOM"),
            },
            Command::Message {
                to,
                text,
                is_quoted,
            } => match self.longer_name(to, text).filter(|_| !is_quoted) {
                Some(longer) => self.refuse(&format!(
                    "whom do you mean? /msg \"{longer}\" TEXT, or /msg \"{to}\" TEXT"
                )),
                None => self.unsent.push(To::Person(to.to_owned()), text),
            },
            Command::Nick(name) => self.rename(name),
            Command::Join(room) if self.room(room).is_some() => self.turn_to(room),
            Command::Join(room) => {
                let resume = Resume {
                    session: self.claim(),
                    since: None,
                };
                let json = request::join(&self.name, room, &resume);
                self.ask_server(Kind::Join(room.to_owned()), json);
            }
            Command::Leave(room) => match room.map(str::to_owned).or(self.current.clone()) {
                Some(room) => self.ask_server(Kind::Leave, request::leave(&room)),
                None => self.refuse("you are in no room"),
            },
            Command::Ignore(name) => self.ignore(name),
            Command::People(room) => self.tell_people(room.map(str::to_owned)),
            Command::Rooms => self.ask_server(Kind::Rooms, request::rooms_request()),
            Command::History(count) => self.ask_for_history(count),
            Command::Quit => self.ending = true,
            Command::Help => self
                .acts
                .extend(HELP.lines().map(|line| Act::Note(line.to_owned()))),
        }
    }

    /// A command that takes a connection. Nothing is awaited when one is typed: lines are asked for
    /// one after the other.
    fn ask_server(&mut self, kind: Kind, json: String) {
        if self.phase == Phase::Here {
            self.awaited = Some(Request {
                kind,
                json,
                waits: true,
                again_at: None,
            });
        } else {
            self.refuse("not now: there is no connection");
        }
    }

    fn rename(&mut self, name: &str) {
        match self.phase {
            Phase::Naming => {
                self.name = name.to_owned();
                if self.connected {
                    self.join_all();
                } else {
                    self.phase = Phase::Connecting;
                    self.acts.push(Act::Connect(Duration::ZERO));
                }
            }
            _ => self.ask_server(Kind::Nick, request::name(name)),
        }
    }

    /// "grace hopper hi" may be for "grace hopper", or say "hopper hi" to "grace": a guess could tell
    /// a secret to the wrong one.
    fn longer_name(&self, to: &str, text: &str) -> Option<String> {
        let line = format!("{to} {text}").to_ascii_lowercase();
        let begins = |name: &&String| {
            let rest = line.strip_prefix(&name.to_ascii_lowercase());
            name.contains(char::is_whitespace)
                && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        };
        let mut people = self.rooms.iter().flat_map(|room| &room.people);
        people.find(begins).cloned()
    }

    fn turn_to(&mut self, room: &str) {
        self.current = Some(room.to_owned());
        self.note(&format!("what you type goes to {room}"));
    }

    fn tell_people(&mut self, room: Option<String>) {
        let room = room.or(self.current.clone()).unwrap_or_default();
        let Some(Room { people, .. }) = self.room(&room) else {
            return self.refuse("you are not in that room: /rooms lists how many are where");
        };
        let (count, names) = (people.len() as u64, people.join(", "));
        self.show_note(&format!("{room}: {names} ({})", page::people(count)));
    }

    fn ask_for_history(&mut self, count: usize) {
        let current = self.current.clone().unwrap_or_default();
        match self.room(&current).map(|room| room.oldest()) {
            None => self.refuse("you are in no room: /join ROOM"),
            Some(oldest) => {
                let json = request::history(&current, oldest, count);
                self.ask_server(Kind::History, json);
            }
        }
    }

    pub(super) fn room(&mut self, name: &str) -> Option<&mut Room> {
        self.rooms.iter_mut().find(|room| room.name == name)
    }

    /// Something is not done, and that is said.
    pub(super) fn refuse(&mut self, sentence: &str) {
        self.failed = true;
        self.note(sentence);
    }
}
