//! A client of `/ws/wire`, which watches another connection.

use super::target::Target;
use super::tcp_state;
use crate::kit::bytes::hex;
use crate::kit::stopwatch::PATIENCE;
use serde_json::{Value, json};
use std::time::Instant;
use ws101::{Connect, Event, Message, Stream, WebSocket};

#[derive(Debug)]
pub(crate) struct Watcher(WebSocket<Stream>);

impl Watcher {
    /// Connects; sends nothing.
    pub(crate) fn connect(target: impl Into<Target>) -> Self {
        Self::connect_with(target, &[])
    }

    /// As [`connect`](Self::connect), with further headers in the request.
    pub(crate) fn connect_with(target: impl Into<Target>, headers: &[(&str, &str)]) -> Self {
        let url = format!("ws://{}/ws/wire", target.into().addr);
        let socket = Connect::to(&url).headers(headers).timeout(PATIENCE).open();
        Self(socket.expect("the handshake succeeds"))
    }

    /// Connects and watches. Also returns the first three records: the greeting and the handshake.
    pub(crate) fn of(target: impl Into<Target>, token: &Value) -> (Self, [Value; 3]) {
        let mut watcher = Self::connect(target);
        watcher.ask(token);
        let first = [watcher.next(), watcher.next(), watcher.next()];
        assert_eq!(first[0]["t"], "hello", "{first:?}");
        (watcher, first)
    }

    pub(crate) fn ask(&mut self, token: &Value) {
        self.ask_text(&json!({"type": "watch", "token": token}).to_string());
    }

    pub(crate) fn ask_text(&mut self, text: &str) {
        let sent = self.0.send(Message::Text(text));
        sent.expect("the connection is open");
    }

    /// The next record or error.
    pub(crate) fn next(&mut self) -> Value {
        self.record()
            .unwrap_or_else(|code| panic!("Close {code} instead of a record"))
    }

    /// The next record, or the code of a Close.
    pub(crate) fn record(&mut self) -> Result<Value, u16> {
        self.0.set_deadline(Some(Instant::now() + PATIENCE));
        loop {
            match self.0.next_event() {
                Ok(Event::Message(Message::Text(text))) => {
                    return Ok(serde_json::from_str(text).expect("JSON"));
                }
                Ok(Event::Close(reason)) => {
                    return Err(reason.map_or(1005, |reason| reason.code.number()));
                }
                Ok(_) => {}
                Err(error) => {
                    let state = tcp_state::describe(self.0.stream().tcp());
                    panic!("{error} instead of a record or a Close; {state}");
                }
            }
        }
    }

    /// The next record of this kind; skips others.
    pub(crate) fn until(&mut self, kind: &str) -> Value {
        loop {
            let record = self.next();
            if record["t"] == kind {
                return record;
            }
        }
    }

    /// Expects a Close with this code.
    pub(crate) fn expect_close(&mut self, code: u16) {
        assert_eq!(self.record(), Err(code));
    }
}

/// The bytes that a record holds in hexadecimal.
pub(crate) fn bytes_of(digits: &Value) -> Vec<u8> {
    hex(digits.as_str().expect("digits"))
}
