//! A chat server that a test directs line by line, on our own `accept`.

use crate::PATIENCE;
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpListener};
use std::time::Instant;
use ws101::{CloseCode, CloseReason, Event, Limits, Message, Stream, WebSocket, accept};

pub(crate) const AT: &str = "2020-11-21T07:31:02.123Z";

/// Where clients connect.
#[derive(Debug)]
pub(crate) struct Stage {
    listener: TcpListener,
    addr: SocketAddr,
}

/// A client that has connected.
#[derive(Debug)]
pub(crate) struct Guest(WebSocket<Stream>);

impl Stage {
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("it is bound");
        Self { listener, addr }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.addr)
    }

    /// The next client.
    pub(crate) fn next(&self) -> WebSocket<Stream> {
        self.next_with(&[])
    }

    pub(crate) fn next_with(&self, protocols: &[&str]) -> WebSocket<Stream> {
        let (tcp, _) = self.listener.accept().expect("a client comes");
        let mut socket = accept(tcp, protocols, Limits::CHAT).expect("it asks for a WebSocket");
        socket.set_deadline(Some(Instant::now() + PATIENCE));
        socket
    }

    /// The next client of the chat, welcomed with this session.
    pub(crate) fn guest(&self, session: &str) -> Guest {
        let mut guest = Guest(self.next_with(&["chat.ws101.v1"]));
        guest.tell(&json!({"type": "welcome", "you": 7, "session": session, "new_field": 1}));
        guest
    }
}

impl Guest {
    pub(crate) fn tell(&mut self, event: &Value) {
        let text = event.to_string();
        self.0.send(Message::Text(&text)).expect("it is sent");
    }

    /// The next message of the client.
    pub(crate) fn hear(&mut self) -> Value {
        match self.0.next_message().expect("the client says something") {
            Some(Message::Text(text)) => serde_json::from_str(text).expect("it is JSON"),
            other => panic!("not a text: {other:?}"),
        }
    }

    /// Expects this join, and lets the client in.
    pub(crate) fn let_in(&mut self, join: &Value, messages: &[Value]) {
        assert_eq!(self.hear(), *join);
        let seq = messages
            .last()
            .map_or(10, |said| said["seq"].as_u64().expect("a number"));
        self.tell(
            &json!({"type": "joined", "room": join["room"], "name": join["name"],
            "people": [join["name"]], "count": 1, "epoch": "e1", "seq": seq,
            "messages": messages, "lost": false}),
        );
    }

    /// Expects this line, and acknowledges it. Returns its id.
    pub(crate) fn acknowledge(&mut self, seq: u64, text: &str) -> String {
        let say = self.hear();
        assert_eq!(
            (&say["type"], &say["text"]),
            (&json!("say"), &json!(text)),
            "{say}"
        );
        let id = say["id"].as_str().expect("an id").to_owned();
        self.tell(&said(seq, "ada", text, Some(&id)));
        id
    }

    /// Expects a Close, and nothing before it.
    pub(crate) fn hear_close(mut self) {
        match self.0.next_event().expect("a Close comes") {
            Event::Close(Some(CloseReason { code, .. })) => assert_eq!(code, CloseCode::NORMAL),
            other => panic!("not a Close with 1000: {other:?}"),
        }
        self.0.finish();
    }

    pub(crate) fn close(mut self, code: u16, text: &str) {
        let code = CloseCode::new(code).expect("it may travel");
        self.0.send_close(code, text).expect("it is sent");
        self.0.finish();
    }
}

pub(crate) fn said(seq: u64, from: &str, text: &str, id: Option<&str>) -> Value {
    json!({"type": "said", "room": "lobby", "seq": seq, "from": from, "text": text, "at": AT, "id": id})
}

pub(crate) fn join() -> Value {
    json!({"type": "join", "name": "ada", "room": "lobby"})
}
