//! A chat client under test. It sends requests and waits for events, always with a deadline.

use super::target::{Pace, Target};
use super::tcp_state;
use crate::kit::bytes::frame_from;
use crate::kit::stopwatch::PATIENCE;
use rustix::net::sockopt::set_socket_linger;
use serde_json::{Value, json};
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use ws101::{CloseCode, Connect, Event, Message, Role, SocketError, Stream, WebSocket};

/// A name that no other row uses, for a person or a room: many rows share one server.
pub(crate) fn unique(stem: &str) -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("{stem}-{}", LAST.fetch_add(1, Ordering::Relaxed))
}

#[derive(Debug)]
pub(crate) struct ChatClient {
    socket: WebSocket<Stream>,
    pace: Pace,
    pub(crate) name: String,
    /// The first event that the server sent.
    pub(crate) welcome: Value,
    pings: u64,
}

/// What a client receives.
#[derive(Debug)]
pub(crate) enum Received {
    Event(Value),
    /// A Close: its code and its reason.
    Close(u16, String),
    /// The connection ended without one, or the deadline passed.
    Nothing(SocketError),
}

/// Two clients in a room of their own. The first has been told that the second entered.
pub(crate) fn two_in_a_room(target: impl Into<Target>) -> (ChatClient, ChatClient, String) {
    let target = target.into();
    let room = unique("room");
    let mut ada = ChatClient::in_room(target, "ada", &room);
    let bob = ChatClient::in_room(target, "bob", &room);
    assert_eq!(ada.until("entered")["name"], *bob.name);
    (ada, bob, room)
}

impl ChatClient {
    /// Connects and receives the welcome.
    pub(crate) fn connect(target: impl Into<Target>) -> Self {
        Self::connect_with(target, &[])
    }

    /// As [`connect`](Self::connect), with further headers in the request.
    pub(crate) fn connect_with(target: impl Into<Target>, headers: &[(&str, &str)]) -> Self {
        let Target { addr, pace, .. } = target.into();
        let url = format!("ws://{addr}/ws");
        let socket = Connect::to(&url).headers(headers).timeout(PATIENCE).open();
        let mut client = Self::welcomed(socket.expect("the handshake succeeds"));
        client.pace = pace;
        client
    }

    /// A client on a socket whose handshake is complete; receives the welcome.
    pub(crate) fn welcomed(socket: WebSocket<Stream>) -> Self {
        let mut client = Self {
            socket,
            pace: Pace::Whole,
            name: String::new(),
            welcome: Value::Null,
            pings: 0,
        };
        client.welcome = client.next();
        assert_eq!(client.welcome["type"], "welcome", "{}", client.welcome);
        client
    }

    /// Connects and joins a room, under a new name that begins with `stem`.
    pub(crate) fn in_room(target: impl Into<Target>, stem: &str, room: &str) -> Self {
        let mut client = Self::connect(target);
        client.join(&unique(stem), room);
        client
    }

    /// The token with which another connection can continue this session.
    pub(crate) fn session(&self) -> &str {
        self.welcome["session"].as_str().expect("a token")
    }

    /// Joins a room; returns the `joined` event.
    pub(crate) fn join(&mut self, name: &str, room: &str) -> Value {
        self.ask(json!({"type": "join", "name": name, "room": room}));
        let joined = self.until("joined");
        self.name = joined["name"].as_str().expect("a name").to_owned();
        joined
    }

    /// Connects and joins the lobby, whose lines it knows up to `since` in the run `epoch`. Returns the
    /// client and the `joined` event.
    pub(crate) fn rejoin(
        addr: SocketAddr,
        name: &str,
        epoch: &Value,
        since: Value,
    ) -> (Self, Value) {
        let mut client = Self::connect(addr);
        client.ask(
            json!({"type": "join", "name": name, "room": "lobby", "epoch": epoch, "since": since}),
        );
        let joined = client.next();
        assert_eq!(joined["type"], "joined", "{joined}");
        client.name = name.to_owned();
        (client, joined)
    }

    /// Joins a further room; the name is known by then.
    pub(crate) fn enter(&mut self, room: &str) -> Value {
        self.ask(json!({"type": "join", "room": room}));
        self.until("joined")
    }

    pub(crate) fn say(&mut self, room: &str, text: &str) {
        self.ask(json!({"type": "say", "room": room, "text": text}));
    }

    /// Says a line and waits until the server has broadcast it; returns its number.
    pub(crate) fn say_now(&mut self, room: &str, text: &str) -> u64 {
        self.say(room, text);
        let name = self.name.clone();
        let own = |event: &Value| event["type"] == "said" && event["from"] == *name;
        self.find(own)["seq"].as_u64().expect("a number")
    }

    pub(crate) fn ask(&mut self, request: Value) {
        self.ask_text(&request.to_string());
    }

    /// Sends text that may not even be JSON.
    pub(crate) fn ask_text(&mut self, text: &str) {
        let sent = self.try_send([text]);
        sent.expect("the connection is open");
    }

    /// Sends many requests in one write, so that they most likely arrive in adjacent packets.
    pub(crate) fn ask_all(&mut self, requests: impl IntoIterator<Item = Value>) {
        self.try_ask_all(requests).expect("the connection is open");
    }

    /// As [`ask_all`](Self::ask_all), to a server that may have closed the connection.
    pub(crate) fn try_ask_all(
        &mut self,
        requests: impl IntoIterator<Item = Value>,
    ) -> Result<(), SocketError> {
        self.try_send(requests.into_iter().map(|request| request.to_string()))
    }

    fn try_send(
        &mut self,
        texts: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<(), SocketError> {
        self.socket.set_deadline(Some(Instant::now() + PATIENCE));
        for text in texts {
            match self.pace {
                Pace::Whole => self.socket.queue(Message::Text(text.as_ref()))?,
                Pace::ByteByByte => {
                    let frame = frame_from(Role::Client, 0x81, text.as_ref().as_bytes());
                    let mut tcp = self.tcp();
                    frame.iter().try_for_each(|byte| tcp.write_all(&[*byte]))?;
                }
            }
        }
        self.socket.flush()
    }

    /// Sends a binary message, which the chat does not accept.
    pub(crate) fn ask_binary(&mut self, bytes: &[u8]) {
        let sent = self.socket.send(Message::Binary(bytes));
        sent.expect("the connection is open");
    }

    /// The next event.
    pub(crate) fn next(&mut self) -> Value {
        match self.hear(PATIENCE) {
            Received::Event(event) => event,
            other => panic!(
                "{} expected an event: {other:?}; {}",
                self.name,
                tcp_state::describe(self.tcp())
            ),
        }
    }

    pub(crate) fn hear(&mut self, within: Duration) -> Received {
        self.socket.set_deadline(Some(Instant::now() + within));
        loop {
            match self.socket.next_event() {
                Ok(Event::Message(Message::Text(text))) => {
                    return Received::Event(serde_json::from_str(text).expect("JSON"));
                }
                Ok(Event::Close(reason)) => {
                    let (code, text) =
                        reason.map_or((1005, ""), |reason| (reason.code.number(), reason.text));
                    return Received::Close(code, text.to_owned());
                }
                Ok(Event::Message(Message::Binary(_))) => panic!("the chat sends text"),
                Ok(_) => {}
                Err(error) => return Received::Nothing(error),
            }
        }
    }

    /// The next event of this type; skips others.
    pub(crate) fn until(&mut self, kind: &str) -> Value {
        self.find(|event| event["type"] == kind)
    }

    /// The next event for which `is_it` holds; skips others.
    pub(crate) fn find(&mut self, mut is_it: impl FnMut(&Value) -> bool) -> Value {
        loop {
            let event = self.next();
            if is_it(&event) {
                return event;
            }
            assert_ne!(event["type"], "error", "{}: {event}", self.name);
        }
    }

    /// The next event of this type, or the next refusal.
    pub(crate) fn find_answer(&mut self, kind: &str) -> Value {
        loop {
            let event = self.next();
            if event["type"] == kind || event["type"] == "error" {
                return event;
            }
        }
    }

    /// The next `count` events of this type; skips others.
    pub(crate) fn count(&mut self, kind: &str, count: usize) -> Vec<Value> {
        (0..count).map(|_| self.until(kind)).collect()
    }

    /// Every event that arrives before the answer to a ping sent now. The server writes to a client in
    /// one order, so events that others caused before the ping are among them. Also shows that the
    /// connection is open.
    pub(crate) fn waiting(&mut self) -> Vec<Value> {
        self.pings += 1;
        let t = self.pings;
        self.ask(json!({"type": "ping", "t": t}));
        let mut events = Vec::new();
        loop {
            match self.hear(PATIENCE) {
                Received::Event(pong) if pong == json!({"type": "pong", "t": t}) => return events,
                Received::Event(event) => events.push(event),
                // A ping may have been refused: then the refusal is among the events.
                other => panic!(
                    "{} expected a pong: {other:?}, after {events:?}; {}",
                    self.name,
                    tcp_state::describe(self.tcp())
                ),
            }
        }
    }

    /// No event has arrived, and the connection is open.
    pub(crate) fn assert_undisturbed(&mut self) {
        let events = self.waiting();
        assert!(events.is_empty(), "{} received {events:?}", self.name);
    }

    /// Waits for a Close; skips the events before it.
    pub(crate) fn until_close(&mut self) -> (u16, String) {
        loop {
            match self.hear(PATIENCE) {
                Received::Event(_) => {}
                Received::Close(code, reason) => return (code, reason),
                Received::Nothing(error) => panic!(
                    "{} expected a Close: {error}; {}",
                    self.name,
                    tcp_state::describe(self.tcp())
                ),
            }
        }
    }

    /// Closes the connection, and returns when the server has answered with its own Close.
    pub(crate) fn close(self) {
        let closed = self.socket.close(CloseCode::NORMAL, "");
        closed.expect("the server answers");
    }

    /// Ends the connection with a reset, as when a process is killed with unread input.
    pub(crate) fn vanish(self) {
        set_socket_linger(self.tcp(), Some(Duration::ZERO)).expect("a connection has options");
    }

    /// The TCP connection below.
    pub(crate) fn tcp(&self) -> &TcpStream {
        self.socket.stream().tcp()
    }

    /// The WebSocket below.
    pub(crate) fn into_socket(self) -> WebSocket<Stream> {
        self.socket
    }
}
