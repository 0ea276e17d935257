//! A person in the chat without a browser: our own client, speaking the wire format.

use crate::record::PATIENCE;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Instant;
use ws101::{Connect, Message, Stream, WebSocket};

pub(crate) struct ChatClient {
    socket: WebSocket<Stream>,
    name: String,
}

impl ChatClient {
    /// Enters a room.
    pub(crate) fn enter(server: SocketAddr, name: &str, room: &str) -> Self {
        Self::enter_with(server, &json!({ "name": name, "room": room }))
    }

    /// Enters a room under a name as soon as its holder has gone.
    pub(crate) fn enter_after(server: SocketAddr, name: &str, room: &str) -> Self {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut client = Self::connect(server);
            client.send("join", &json!({ "name": name, "room": room }));
            let heard = client.received_so_far();
            if heard.iter().any(|event| event["type"] == "joined") {
                name.clone_into(&mut client.name);
                return client;
            }
            assert!(
                Instant::now() < deadline,
                "{name} is never free: {heard:#?}"
            );
        }
    }

    /// Enters a room with the given fields of a `join`.
    pub(crate) fn enter_with(server: SocketAddr, join: &Value) -> Self {
        let mut client = Self::connect(server);
        client.send("join", join);
        let joined = client.expect_event("joined", |_| true);
        client.name = joined["name"].as_str().expect("a name").to_owned();
        client
    }

    fn connect(server: SocketAddr) -> Self {
        let address = format!("ws://{server}/ws");
        let socket = Connect::to(&address)
            .protocols(&["chat.ws101.v1"])
            .open()
            .unwrap_or_else(|error| panic!("{address}: {error}"));
        Self {
            socket,
            name: String::new(),
        }
    }

    /// Joins another room as well.
    pub(crate) fn join_also(&mut self, room: &str) {
        self.send("join", &json!({ "room": room }));
        self.expect_event("joined", |event| event["room"] == room);
    }

    pub(crate) fn send(&mut self, kind: &str, fields: &Value) {
        let mut event = fields.clone();
        event["type"] = json!(kind);
        self.socket.set_deadline(Some(Instant::now() + PATIENCE));
        self.socket
            .send(Message::Text(&event.to_string()))
            .unwrap_or_else(|error| panic!("{}: {kind}: {error}", self.name));
    }

    /// Says a line, and waits until it comes back. Returns it as it was sent.
    pub(crate) fn say(&mut self, room: &str, text: &str) -> Value {
        self.send("say", &json!({ "room": room, "text": text }));
        let name = self.name.clone();
        self.expect_event("said", |event| {
            event["from"] == *name && event["text"] == text
        })
    }

    /// Waits for an event of a kind, and skips the events before it.
    pub(crate) fn expect_event(&mut self, kind: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        self.socket.set_deadline(Some(Instant::now() + PATIENCE));
        let mut passed = Vec::new();
        loop {
            let event: Value = match self.socket.next_message() {
                Ok(Some(Message::Text(text))) => serde_json::from_str(text).expect("JSON"),
                other => panic!(
                    "{} waits for {kind}, and there is {other:?} after {passed:#?}",
                    self.name
                ),
            };
            if event["type"] == kind && is_it(&event) {
                return event;
            }
            passed.push(event);
        }
    }

    /// Everything that arrives within one round trip from now: what was sent to this person
    /// before, and nothing else.
    pub(crate) fn received_so_far(&mut self) -> Vec<Value> {
        let t = 101;
        self.send("ping", &json!({ "t": t }));
        self.socket.set_deadline(Some(Instant::now() + PATIENCE));
        let mut heard = Vec::new();
        loop {
            let event: Value = match self.socket.next_message() {
                Ok(Some(Message::Text(text))) => serde_json::from_str(text).expect("JSON"),
                other => panic!("{}: {other:?} after {heard:#?}", self.name),
            };
            if event["type"] == "pong" && event["t"] == t {
                return heard;
            }
            heard.push(event);
        }
    }
}
