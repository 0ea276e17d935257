//! What the server says.

use super::{Act, Conversation, Kind, NO_CHAT, Phase};
use crate::cli::chat::page;
use crate::cli::chat::server_event::{
    Earlier, Move, Notice, Refusal, Said, ServerEvent, Whispered,
};
use std::slice;
use std::time::{Duration, Instant};

/// How long to wait where the server wants a pause, and does not say for how long.
const SOME_PAUSE: Duration = Duration::from_secs(1);

impl Conversation {
    pub(super) fn hear(&mut self, now: Instant, frame: &str) {
        let is_greeting = matches!(self.phase, Phase::Greeting { .. });
        match ServerEvent::parse(frame) {
            Some(ServerEvent::Welcome(session)) if is_greeting => {
                self.welcome = Some(session);
                self.join_all();
            }
            // What comes before a welcome is not a chat; what cannot be read later on is passed over.
            _ if is_greeting => self.end(Err(NO_CHAT.to_owned())),
            Some(event) => self.event(now, event),
            None => {}
        }
    }

    fn event(&mut self, now: Instant, event: ServerEvent) {
        match event {
            ServerEvent::Joined(joined) => self.joined(joined),
            ServerEvent::Entered(who) => self.entered(who),
            ServerEvent::Left(who) => self.left(&who),
            ServerEvent::People(room, people, persons) => {
                self.meet(&people, &persons);
                self.many_moved(&room, people);
            }
            ServerEvent::Renamed(from, to, person) => {
                self.meet(slice::from_ref(&to), person.as_slice());
                self.renamed(from, to);
            }
            ServerEvent::Said(said) => self.said(&said),
            ServerEvent::Whispered(whispered) => self.whispered(whispered),
            ServerEvent::Notice(Notice { kind, topic, text }) => {
                let topic = topic.map_or(String::new(), |topic| format!(" ({topic})"));
                self.show_note(&format!("{kind}{topic}: {text}"));
            }
            ServerEvent::History(earlier) => self.history(&earlier),
            ServerEvent::Rooms(rooms) => {
                self.answered(&Kind::Rooms);
                for (room, count) in rooms {
                    self.show_note(&format!("{room} ({})", page::people(count)));
                }
            }
            ServerEvent::Error(refusal) => self.refused(now, &refusal),
            ServerEvent::Welcome(_) | ServerEvent::Other => {}
        }
    }

    fn entered(&mut self, who: Move) {
        self.meet(slice::from_ref(&who.name), who.person.as_slice());
        let Move {
            room, name, count, ..
        } = who;
        self.show_note(&format!(
            "{name} has joined {room} ({})",
            page::people(count)
        ));
        if let Some(room) = self.room(&room) {
            room.people.push(name);
        }
    }

    fn left(&mut self, who: &Move) {
        let Move {
            room, name, count, ..
        } = who;
        self.show_note(&format!(
            "{name} has left {room} ({})",
            page::people(*count)
        ));
        if *name != self.name {
            if let Some(room) = self.room(room) {
                room.people.retain(|other| other != name);
            }
            return;
        }
        self.answered(&Kind::Leave);
        self.rooms.retain(|other| other.name != *room);
        if self.current.as_ref() == Some(room) {
            self.current = self.rooms.first().map(|room| room.name.clone());
        }
    }

    fn many_moved(&mut self, room: &str, people: Vec<String>) {
        let count = page::people(people.len() as u64);
        self.show_note(&format!("many came and went: {count} in {room}"));
        if let Some(room) = self.room(room) {
            room.people = people;
        }
    }

    fn whispered(&mut self, whispered: Whispered) {
        self.meet(
            slice::from_ref(&whispered.from),
            whispered.person.as_slice(),
        );
        let Whispered {
            from,
            to,
            text,
            at,
            id,
            ..
        } = whispered;
        let (is_from_us, is_for_us) = (from == self.name, to == self.name);
        // One that was sent again comes under the name that we had the first time.
        let is_answer = (is_from_us || !is_for_us) && self.acknowledge(id.as_deref());
        let is_ours = is_from_us || is_answer;
        if !is_ours && self.ignored.hides(&from) {
            return;
        }
        let you = |name: String, is_you| if is_you { "you".to_owned() } else { name };
        let lines = self
            .page
            .whispered(&you(from, is_ours), &you(to, is_for_us), &text, &at);
        self.show(lines);
    }

    /// Told in each room that we share with them, and shown once.
    fn renamed(&mut self, from: String, to: String) {
        for room in &mut self.rooms {
            let same = room.people.iter_mut().filter(|name| **name == from);
            same.for_each(|name| name.clone_from(&to));
        }
        if from == self.name {
            self.name.clone_from(&to);
            self.answered(&Kind::Nick);
        }
        let both = Some((from, to));
        if self.last_rename != both
            && let Some((from, to)) = &both
        {
            self.show_note(&format!("{from} is now {to}"));
        }
        self.last_rename = both;
    }

    fn said(&mut self, said: &Said) {
        let is_typed = self.acknowledge_said(said) && self.settings.interactive;
        self.last_rename = None;
        let several = self.rooms.len() > 1;
        let Some(room) = self.room(&said.room) else {
            return;
        };
        let is_new = room.is_new(said);
        room.knows(said);
        // What we typed is on our screen already.
        if is_new && !is_typed && !self.ignored.hides(&said.from) {
            let lines = self.page.said(said, several);
            self.show(lines);
        }
    }

    fn history(&mut self, earlier: &Earlier) {
        self.answered(&Kind::History);
        let several = self.rooms.len() > 1;
        for said in &earlier.messages {
            if !self.ignored.hides(&said.from) {
                let lines = self.page.said(said, several);
                self.show(lines);
            }
            if let Some(room) = self.room(&earlier.room) {
                room.knows(said);
            }
        }
        if !earlier.more {
            self.show_note(&format!("this is where {} begins", earlier.room));
        }
    }

    /// Was it the line that we sent? A repeat is acknowledged under the name that we had the first
    /// time; then its text tells it from a line of someone else who uses our ids.
    pub(super) fn acknowledge_said(&mut self, said: &Said) -> bool {
        let is_ours = said.from == self.name || self.unsent.first_says(&said.text);
        is_ours && self.acknowledge(said.id.as_deref())
    }

    fn acknowledge(&mut self, id: Option<&str>) -> bool {
        let is_first = self.unsent.is_first(id);
        if is_first {
            self.unsent.done();
        }
        is_first
    }

    /// Names, and whose they are, in the same order.
    pub(super) fn meet(&mut self, names: &[String], persons: &[String]) {
        for (name, person) in names.iter().zip(persons) {
            self.ignored.meet(name, person);
        }
    }

    pub(super) fn answered(&mut self, kind: &Kind) {
        self.awaited.take_if(|request| request.kind == *kind);
    }

    fn refused(&mut self, now: Instant, refusal: &Refusal) {
        let pause = refusal.retry_ms.map_or(SOME_PAUSE, Duration::from_millis);
        let is_haste = refusal.code == "rate_limited";
        let is_line = match &refusal.id {
            Some(id) => self.unsent.is_first(Some(id)),
            None => self.awaited.as_ref().is_none_or(|request| request.waits),
        };
        if is_line && self.unsent.is_in_flight() {
            if is_haste {
                return self.unsent.later(now, pause);
            }
            self.unsent.done();
            return self.refuse(&format!("not said: {}", refusal.message));
        }
        match self.awaited.take() {
            Some(mut request) if is_haste => {
                request.again_at = Some(now + pause);
                self.awaited = Some(request);
            }
            Some(request) => match request.kind {
                Kind::Join(room) => self.not_joined(&room, refusal),
                _ => self.refuse(&refusal.message),
            },
            None => self.refuse(&refusal.message),
        }
    }

    pub(super) fn show(&mut self, lines: Vec<String>) {
        self.acts.extend(lines.into_iter().map(Act::Show));
    }

    pub(super) fn show_note(&mut self, text: &str) {
        let line = self.page.note(text);
        self.acts.push(Act::Show(line));
    }
}
