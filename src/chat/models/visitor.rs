//! A connection without a socket, and what its client makes of what it hears.

use super::household;
use crate::chat::Chat;
use crate::dialects::json::Client;
use crate::endpoint::Endpoint;
use crate::outbox::models::{Pair, close_frame, pair};
use crate::protocol::Outgoing;
use crate::sync::model;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a connection's thread does, and its client hears.
pub(super) struct Visitor {
    client: Option<Client>,
    pair: Pair,
    replies: Outgoing,
}

impl Visitor {
    /// `number` is that of the connection: later ones have higher numbers.
    pub(super) fn new(chat: &Arc<Chat>, number: u64) -> Self {
        Self::with_room(chat, number, 1 << 20, 1 << 20)
    }

    /// A client that takes `room` bytes and does not read; the server keeps `backlog` more for it.
    pub(super) fn with_room(chat: &Arc<Chat>, number: u64, room: usize, backlog: usize) -> Self {
        let pair = pair(room, backlog);
        let client = Client::new(
            chat,
            number,
            household(number),
            pair.sender.clone(),
            String::new(),
        );
        let mut replies = Outgoing::server();
        client.welcome(&mut replies);
        Self {
            client: Some(client),
            pair,
            replies,
        }
    }

    pub(super) fn joined(chat: &Arc<Chat>, number: u64, name: &str) -> Self {
        let mut visitor = Self::new(chat, number);
        visitor.ask(&[join("lobby", name)]);
        visitor
    }

    /// Requests that come in one read; `false`, if the connection is over.
    pub(super) fn ask(&mut self, requests: &[Value]) -> bool {
        let client = self.client.as_mut().expect("it is connected");
        if self.pair.sender.is_closed() {
            return false;
        }
        for request in requests {
            let heard = client.hear(&request.to_string(), &mut self.replies);
            heard.expect("no reason to end the connection");
        }
        client.burst_ended();
        let written = self.pair.sender.write(self.replies.waiting());
        self.replies.written();
        written.unwrap_or(false)
    }

    /// What the server does with this connection when it ends.
    pub(super) fn goodbye(&self) -> impl Fn() + use<> {
        let sender = self.pair.sender.clone();
        move || sender.close(&close_frame())
    }

    pub(super) fn is_evicted(&self) -> bool {
        self.pair.sender.is_evicted()
    }

    /// The connection ends.
    pub(super) fn leave(&mut self) {
        self.pair.sender.last_call();
        self.client = None;
        self.pair.sender.wait_until_written();
        self.pair.client.close();
    }

    /// The connection ends, and its client reads at last.
    pub(super) fn read_and_leave(&mut self) {
        let client = Arc::clone(&self.pair.client);
        let reader = model::spawn(move || while client.read() {});
        self.leave();
        reader.join().expect("no panic");
    }

    /// The token of its session.
    pub(super) fn session(&self) -> Value {
        let mut welcome = Outgoing::server();
        let client = self.client.as_ref().expect("it is connected");
        client.welcome(&mut welcome);
        let json = welcome.waiting().iter().position(|byte| *byte == b'{');
        let json = &welcome.waiting()[json.expect("a text frame")..];
        serde_json::from_slice::<Value>(json).expect("JSON")["session"].clone()
    }

    pub(super) fn close_code(&self) -> Option<u16> {
        self.pair.client.heard().close
    }

    /// Everything that it was told.
    pub(super) fn events(&self) -> Vec<Value> {
        let heard = self.pair.client.heard();
        let parse = |text: &String| serde_json::from_str(text).expect("JSON");
        heard.texts.iter().map(parse).collect()
    }

    /// Waits until it is told something else.
    pub(super) fn wait(&self) -> bool {
        self.pair.client.read()
    }

    /// What it knows of a room by all that it was told.
    pub(super) fn view(&self, room: &str) -> View {
        let mut view = View::default();
        for event in self.events() {
            let rooms = event["rooms"].as_array();
            if event["room"] == room || rooms.is_some_and(|rooms| rooms.contains(&room.into())) {
                view.add(&event);
            }
        }
        view
    }
}

pub(super) fn join(room: &str, name: &str) -> Value {
    json!({"type": "join", "room": room, "name": name})
}

pub(super) fn say(text: &str) -> Value {
    json!({"type": "say", "room": "lobby", "text": text})
}

/// A line that can be repeated.
pub(super) fn say_once(id: &str) -> Value {
    json!({"type": "say", "room": "lobby", "text": id, "id": id})
}

/// A room as one client sees it.
#[derive(Debug, Default)]
pub(super) struct View {
    own_name: String,
    is_inside: bool,
    pub(super) people: BTreeSet<String>,
    /// The number of the latest line.
    pub(super) last: u64,
    /// All lines, in order: by whom, and what.
    pub(super) lines: Vec<(String, String)>,
    /// Lines that came again.
    pub(super) repeated: usize,
}

impl View {
    /// Takes in an event. Panics if it does not follow from those before it.
    fn add(&mut self, event: &Value) {
        let text = |key: &str| event[key].as_str().expect("a string").to_owned();
        match &*text("type") {
            "joined" => return self.join(event),
            _ => assert!(self.is_inside, "not in this room: {event}"),
        }
        match &*text("type") {
            "said" => self.say(event),
            "left" if text("name") == self.own_name => self.is_inside = false,
            "left" => {
                assert!(self.people.remove(&text("name")), "not here: {event}");
                assert_eq!(event["count"], self.people.len(), "{event}");
            }
            "entered" => {
                assert!(self.people.insert(text("name")), "twice: {event}");
                assert_eq!(event["count"], self.people.len(), "{event}");
            }
            "renamed" => {
                assert!(self.people.remove(&text("from")), "not here: {event}");
                assert!(self.people.insert(text("to")), "twice: {event}");
                if self.own_name == text("from") {
                    self.own_name = text("to");
                }
            }
            other => panic!("{other} in a model"),
        }
    }

    fn join(&mut self, event: &Value) {
        self.own_name = event["name"].as_str().expect("a name").to_owned();
        let people = event["people"].as_array().expect("names");
        let names = people
            .iter()
            .map(|name| name.as_str().expect("a name").to_owned());
        self.people = names.collect();
        assert_eq!(self.people.len(), people.len(), "twice: {event}");
        assert!(self.people.contains(&self.own_name));
        let lines = event["messages"].as_array().expect("lines");
        self.last = event["seq"].as_u64().expect("a number") - lines.len() as u64;
        self.lines.clear();
        lines.iter().for_each(|line| self.say(line));
        self.is_inside = true;
    }

    fn say(&mut self, line: &Value) {
        let seq = line["seq"].as_u64().expect("a number");
        if seq <= self.last {
            self.repeated += 1;
            return;
        }
        assert_eq!(seq, self.last + 1, "a line is missing or comes too early");
        self.last = seq;
        let [from, text] = ["from", "text"].map(|key| line[key].as_str().expect("a string"));
        self.lines.push((from.to_owned(), text.to_owned()));
    }

    /// The lines of one author, which must have come in the order in which they were said.
    pub(super) fn assert_said(&self, author: &str, expected: &[&str]) {
        let own = self.lines.iter().filter(|(from, _)| from == author);
        let texts: Vec<&str> = own.map(|(_, text)| &**text).collect();
        assert_eq!(texts, expected, "{author}");
    }

    pub(super) fn assert_people(&self, expected: &[&str]) {
        let people: Vec<&str> = self.people.iter().map(|name| &**name).collect();
        assert_eq!(people, expected);
    }
}
