//! The rooms that we are in, and what we know of each.

use crate::cli::chat::server_event::{Joined, Said};
use std::collections::VecDeque;

/// All rooms that we are in, or mean to be.
#[derive(Debug)]
pub(super) struct Rooms {
    rooms: Vec<Room>,
    /// Where typed lines go.
    current: Option<String>,
}

/// One room.
#[derive(Debug)]
pub(super) struct Room {
    name: String,
    pub(super) people: Vec<String>,
    /// The run of the history that the numbers below belong to.
    epoch: Option<String>,
    /// The number of the latest line that we know.
    seq: u64,
    /// When it was said, by the server's clock. Unlike its number this means the same in every run.
    last_at: String,
    /// The number of the earliest line that we have shown.
    oldest: Option<u64>,
}

impl Rooms {
    pub(super) fn new(names: &[String]) -> Self {
        Self {
            rooms: names.iter().map(|name| Room::new(name)).collect(),
            current: names.first().cloned(),
        }
    }

    pub(super) fn names(&self) -> VecDeque<String> {
        self.rooms.iter().map(|room| room.name.clone()).collect()
    }

    pub(super) const fn are_none(&self) -> bool {
        self.rooms.is_empty()
    }

    pub(super) const fn are_several(&self) -> bool {
        self.rooms.len() > 1
    }

    /// The room that typed lines go to.
    pub(super) fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Room> {
        self.rooms.iter().find(|room| room.name == name)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Room> {
        self.rooms.iter_mut().find(|room| room.name == name)
    }

    /// Sends typed lines to this room.
    pub(super) fn turn_to(&mut self, name: &str) {
        self.current = Some(name.to_owned());
    }

    /// The room of this name, made if it is new.
    pub(super) fn enter(&mut self, name: &str) -> &mut Room {
        let known = self.rooms.iter().position(|room| room.name == name);
        let index = known.unwrap_or_else(|| {
            self.rooms.push(Room::new(name));
            self.rooms.len() - 1
        });
        &mut self.rooms[index]
    }

    /// Forgets a room. Lines that would go there go to the first of the others.
    pub(super) fn remove(&mut self, name: &str) {
        self.rooms.retain(|room| room.name != name);
        if self.current.as_deref() == Some(name) {
            self.current = self.rooms.first().map(|room| room.name.clone());
        }
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) {
        let people = self.rooms.iter_mut().flat_map(|room| &mut room.people);
        people
            .filter(|name| *name == from)
            .for_each(|name| to.clone_into(name));
    }

    /// A name with blanks that `line` may begin with.
    ///
    /// "grace hopper hi" may be a whisper to "grace hopper", or "hopper hi" to "grace". A guess could tell
    /// a secret to the wrong person.
    pub(super) fn long_name_at_start(&self, line: &str) -> Option<&str> {
        let line = line.to_ascii_lowercase();
        let begins = |name: &&String| {
            let rest = line.strip_prefix(&name.to_ascii_lowercase());
            name.contains(char::is_whitespace)
                && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        };
        let mut people = self.rooms.iter().flat_map(|room| &room.people);
        people.find(begins).map(String::as_str)
    }
}

impl Room {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            people: Vec::new(),
            epoch: None,
            seq: 0,
            last_at: String::new(),
            oldest: None,
        }
    }

    /// The epoch and number after which lines are new to us; `None` before the first visit.
    pub(super) fn since(&self) -> Option<(&str, u64)> {
        Some((self.epoch.as_deref()?, self.seq))
    }

    /// The number that all earlier lines are below.
    pub(super) fn oldest(&self) -> u64 {
        self.oldest.unwrap_or(self.seq + 1)
    }

    /// Notes a line, and returns whether it is new. An acknowledgement that was asked for twice comes twice.
    pub(super) fn read(&mut self, said: &Said) -> bool {
        let is_new = said.seq > self.seq;
        self.seq = self.seq.max(said.seq);
        self.oldest = Some(self.oldest().min(said.seq));
        if said.at > self.last_at {
            self.last_at.clone_from(&said.at);
        }
        is_new
    }

    /// Enters the room, perhaps again. Returns those of its lines that we have not seen; on the first
    /// visit, `most` of them.
    pub(super) fn joined(&mut self, joined: Joined, most: usize) -> Vec<Said> {
        let Joined {
            epoch,
            seq,
            mut messages,
            people,
            ..
        } = joined;
        match &self.epoch {
            None => drop(messages.drain(..messages.len().saturating_sub(most))),
            Some(known) if *known == epoch => messages.retain(|said| said.seq > self.seq),
            // Another run has other numbers, but both have what was said before the time that we know.
            Some(_) => {
                self.oldest = None;
                messages.retain(|said| said.at > self.last_at);
            }
        }
        self.people = people;
        self.epoch = Some(epoch);
        self.seq = seq;
        for said in &messages {
            self.read(said);
        }
        messages
    }
}
