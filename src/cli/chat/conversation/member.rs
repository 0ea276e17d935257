//! The chat as one member sees it: rooms, people and lines, whatever connection they come by.

use super::effects::{Effects, Settings};
use super::ignored::Ignored;
use super::pending::{Kind, Pending};
use super::rooms::Rooms;
use crate::cli::chat::request;
use crate::cli::chat::server_event::{Earlier, Joined, Move, Notice, Said, ServerEvent, Whispered};
use crate::cli::chat::transcript::people;
use std::slice;

#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) rooms: Rooms,
    pub(super) ignored: Ignored,
    /// The topics of the news that are wanted; none stands for all.
    pub(super) topics: Vec<String>,
    pub(super) pending: Pending,
    pub(super) effects: Effects,
    /// Something could not be done.
    pub(super) failed: bool,
    /// A person types, and sees what they type.
    interactive: bool,
    /// The number of earlier lines to show on entering a room.
    history: usize,
    /// The last event, if someone was renamed: every room that we share with them tells it.
    last_rename: Option<(String, String)>,
}

impl Member {
    pub(super) fn new(settings: &Settings, effects: Effects) -> Self {
        Self {
            name: settings.name.clone().unwrap_or_default(),
            rooms: Rooms::new(&settings.rooms),
            ignored: Ignored::default(),
            topics: Vec::new(),
            pending: Pending::new(&settings.id_prefix),
            effects,
            failed: false,
            interactive: settings.interactive,
            history: settings.history,
            last_rename: None,
        }
    }

    /// Says that something is not done, and remembers it for the exit status.
    pub(super) fn refuse(&mut self, sentence: &str) {
        self.failed = true;
        self.effects.note(sentence);
    }

    /// Whether everything that was typed was done, or what was not.
    pub(super) fn outcome(&self) -> Result<(), String> {
        match self.pending.lines() {
            0 if self.failed && !self.interactive => Err("not everything could be done".to_owned()),
            0 => Ok(()),
            1 => Err("one line was not sent".to_owned()),
            count => Err(format!("{count} lines were not sent")),
        }
    }

    /// Tells the server once more what it knows only for a connection or a session.
    pub(super) fn repeat_choices(&mut self) {
        if !self.ignored.persons().is_empty() {
            self.send_ignored();
        }
        if !self.topics.is_empty() {
            self.send_topics();
        }
    }

    pub(super) fn send_ignored(&mut self) {
        self.effects.send(request::ignore(&self.ignored.persons()));
    }

    pub(super) fn send_topics(&mut self) {
        self.effects.send(request::follow(&self.topics));
    }

    /// Enters a room, perhaps again: some of its lines are acknowledgements, others are new.
    pub(super) fn joined(&mut self, joined: Joined, turn_to_it: bool) {
        self.pending.answered(&Kind::Join(joined.room.clone()));
        self.learn(&joined.people, &joined.persons);
        self.name.clone_from(&joined.name);
        if joined.lost {
            let gap = "some lines were missed and cannot be shown";
            self.effects.show(&format!("{}: {gap}", joined.room));
        }
        let typed: Vec<u64> = (joined.messages.iter())
            .filter(|said| self.pending.acknowledge_said(said, &self.name) && self.interactive)
            .map(|said| said.seq)
            .collect();

        let (name, count) = (joined.room.clone(), joined.people.len() as u64);
        let room = self.rooms.enter(&name);
        let is_new = room.since().is_none();
        let lines = room.joined(joined, self.history);
        if turn_to_it || self.rooms.current().is_none() {
            self.rooms.turn_to(&name);
        }
        for said in lines.iter().filter(|said| !typed.contains(&said.seq)) {
            self.show_said(said);
        }
        if is_new {
            let count = people(count);
            self.effects
                .show(&format!("you have joined {name} ({count})"));
        }
    }

    /// Takes in every event but those that concern the connection.
    pub(super) fn event(&mut self, event: ServerEvent) {
        match event {
            ServerEvent::Entered(who) => self.entered(who),
            ServerEvent::Left(who) => self.left(&who),
            ServerEvent::People(room, names, persons) => {
                self.learn(&names, &persons);
                let count = people(names.len() as u64);
                (self.effects).show(&format!("many came and went: {count} in {room}"));
                if let Some(room) = self.rooms.get_mut(&room) {
                    room.people = names;
                }
            }
            ServerEvent::Renamed(from, to, person) => {
                self.learn(slice::from_ref(&to), person.as_slice());
                self.renamed(from, to);
            }
            ServerEvent::Said(said) => self.said(&said),
            ServerEvent::Whispered(whispered) => self.whispered(&whispered),
            ServerEvent::Notice(Notice { kind, topic, text }) => {
                let topic = topic.map_or(String::new(), |topic| format!(" ({topic})"));
                self.effects.show(&format!("{kind}{topic}: {text}"));
            }
            ServerEvent::History(earlier) => self.history(&earlier),
            ServerEvent::Rooms(rooms) => {
                self.pending.answered(&Kind::Rooms);
                for (room, count) in rooms {
                    self.effects.show(&format!("{room} ({})", people(count)));
                }
            }
            ServerEvent::Welcome(_)
            | ServerEvent::Joined(_)
            | ServerEvent::Error(_)
            | ServerEvent::Other => {}
        }
    }

    fn entered(&mut self, who: Move) {
        let Move {
            room,
            name,
            person,
            count,
        } = who;
        self.learn(slice::from_ref(&name), person.as_slice());
        let count = people(count);
        self.effects
            .show(&format!("{name} has joined {room} ({count})"));
        if let Some(room) = self.rooms.get_mut(&room) {
            room.people.push(name);
        }
    }

    fn left(&mut self, who: &Move) {
        let Move {
            room, name, count, ..
        } = who;
        let count = people(*count);
        self.effects
            .show(&format!("{name} has left {room} ({count})"));
        if *name == self.name {
            self.pending.answered(&Kind::Leave);
            self.rooms.remove(room);
        } else if let Some(room) = self.rooms.get_mut(room) {
            room.people.retain(|other| other != name);
        }
    }

    fn renamed(&mut self, from: String, to: String) {
        self.rooms.rename(&from, &to);
        if from == self.name {
            self.name.clone_from(&to);
            self.pending.answered(&Kind::Name);
        }
        let both = Some((from, to));
        if self.last_rename != both
            && let Some((from, to)) = &both
        {
            self.effects.show(&format!("{from} is now {to}"));
        }
        self.last_rename = both;
    }

    fn said(&mut self, said: &Said) {
        let is_acknowledged = self.pending.acknowledge_said(said, &self.name);
        self.last_rename = None;
        let Some(room) = self.rooms.get_mut(&said.room) else {
            return;
        };
        let is_new = room.read(said);
        // A person has what they typed on the screen already.
        if is_new && !(is_acknowledged && self.interactive) {
            self.show_said(said);
        }
    }

    fn whispered(&mut self, whispered: &Whispered) {
        let Whispered {
            from,
            person,
            to,
            id,
            ..
        } = whispered;
        self.learn(slice::from_ref(from), person.as_slice());
        let (is_from_us, is_for_us) = (*from == self.name, *to == self.name);
        // One that was sent again is acknowledged under the name that we had the first time.
        let is_answer = (is_from_us || !is_for_us) && self.pending.acknowledge(id.as_deref());
        let is_ours = is_from_us || is_answer;
        if is_ours || !self.ignored.hides(from) {
            let from = if is_ours { "you" } else { from };
            let to = if is_for_us { "you" } else { to };
            self.effects.show_whisper(from, to, whispered);
        }
    }

    fn history(&mut self, earlier: &Earlier) {
        self.pending.answered(&Kind::History);
        for said in &earlier.messages {
            self.show_said(said);
            if let Some(room) = self.rooms.get_mut(&earlier.room) {
                room.read(said);
            }
        }
        if !earlier.more {
            let begins = format!("this is where {} begins", earlier.room);
            self.effects.show(&begins);
        }
    }

    fn show_said(&mut self, said: &Said) {
        if !self.ignored.hides(&said.from) {
            self.effects.show_said(said, self.rooms.are_several());
        }
    }

    /// Learns which persons bear these names, in the same order.
    fn learn(&mut self, names: &[String], persons: &[String]) {
        for (name, person) in names.iter().zip(persons) {
            self.ignored.learn(name, person);
        }
    }
}
