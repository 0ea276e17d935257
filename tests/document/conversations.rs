//! The `chat` blocks: conversations with a running server, line by line.
//!
//! `ada > {…}` is sent on the connection of that name, which is opened when it is first mentioned.
//! `ada < {…}` is the next event on it. `"…"` stands for any text that is not empty, and one capital
//! letter for one text wherever it appears.

use crate::PROTOCOL;
use crate::kit::stopwatch::PATIENCE;
use crate::markdown::blocks;
use crate::server::with_server;
use serde_json::Value;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::thread;
use std::time::Instant;
use ws101::{Event, Message, Stream, WebSocket};

/// One conversation, on a server of its own.
#[derive(Default)]
struct Conversation {
    open: HashMap<String, WebSocket<Stream>>,
    letters: HashMap<String, String>,
}

impl Conversation {
    fn run(address: SocketAddr, lines: &[&str]) -> Result<(), String> {
        let mut conversation = Self::default();
        for line in lines {
            let in_line = |error: String| format!("{line}\n{error}");
            let (name, rest) = line.split_once(' ').ok_or(in_line("no name".to_owned()))?;
            let done = match rest.split_at_checked(2) {
                Some(("> ", said)) => conversation.send(address, name, said),
                Some(("< ", heard)) => conversation.expect(address, name, heard),
                _ => Err("neither > nor <".to_owned()),
            };
            done.map_err(in_line)?;
        }
        Ok(())
    }

    /// The connection of that name; a new one has received its welcome, unless the example expects that next.
    fn connection(
        &mut self,
        address: SocketAddr,
        name: &str,
        skip_welcome: bool,
    ) -> &mut WebSocket<Stream> {
        self.open.entry(name.to_owned()).or_insert_with(|| {
            let mut socket = ws101::connect(&format!("ws://{address}/ws")).expect("it listens");
            socket.set_deadline(Some(Instant::now() + PATIENCE));
            if skip_welcome {
                socket.next_message().expect("a welcome");
            }
            socket
        })
    }

    fn send(&mut self, address: SocketAddr, name: &str, said: &str) -> Result<(), String> {
        let mut said = said.to_owned();
        for (letter, text) in &self.letters {
            said = said.replace(&format!("\"{letter}\""), &format!("\"{text}\""));
        }
        let socket = self.connection(address, name, true);
        socket
            .send(Message::Text(&said))
            .map_err(|error| error.to_string())
    }

    fn expect(&mut self, address: SocketAddr, name: &str, expected: &str) -> Result<(), String> {
        let is_welcome = expected.contains("\"welcome\"");
        let socket = self.connection(address, name, !is_welcome);
        if let Some(close) = expected.strip_prefix("close ") {
            return match socket.next_event().map_err(|error| error.to_string())? {
                Event::Close(Some(reason))
                    if format!("{} {:?}", reason.code.number(), reason.text) == close =>
                {
                    Ok(())
                }
                other => Err(format!("{other:?} came")),
            };
        }
        let text = match socket.next_message().map_err(|error| error.to_string())? {
            Some(Message::Text(text)) => text.to_owned(),
            other => return Err(format!("{other:?} came")),
        };
        let expected: Value = serde_json::from_str(expected).map_err(|error| error.to_string())?;
        let heard: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        if self.is_same(&expected, &heard) {
            Ok(())
        } else {
            Err(format!("{text} came"))
        }
    }

    fn is_same(&mut self, expected: &Value, heard: &Value) -> bool {
        match (expected, heard) {
            (Value::String(mark), Value::String(text)) if mark == "…" => !text.is_empty(),
            (Value::String(mark), Value::String(text)) if is_letter(mark) => {
                let known = self
                    .letters
                    .entry(mark.clone())
                    .or_insert_with(|| text.clone());
                known == text
            }
            (Value::Array(expected), Value::Array(heard)) => {
                expected.len() == heard.len()
                    && expected
                        .iter()
                        .zip(heard)
                        .all(|(one, other)| self.is_same(one, other))
            }
            (Value::Object(expected), Value::Object(heard)) => {
                expected.len() == heard.len()
                    && expected.iter().all(|(key, one)| {
                        heard.get(key).is_some_and(|other| self.is_same(one, other))
                    })
            }
            _ => expected == heard,
        }
    }
}

fn is_letter(mark: &str) -> bool {
    matches!(mark.as_bytes(), [b'A'..=b'Z'])
}

/// Runs one conversation on a server of its own.
fn run(lines: &[&str]) -> Result<(), String> {
    with_server(|address| Conversation::run(address, lines))
}

#[test]
fn every_chat_example_is_true() {
    let blocks = blocks(PROTOCOL, "chat");
    assert!(blocks.len() >= 8, "the examples were found");
    let runs: Vec<_> = blocks
        .into_iter()
        .map(|(line, block)| (line, thread::spawn(move || run(&block))))
        .collect();
    for (line, run) in runs {
        let outcome = run.join().expect("no panic");
        assert_eq!(outcome, Ok(()), "PROTOCOL.md:{line}");
    }
}

/// An example in which one value is changed must fail.
#[test]
fn a_changed_example_fails() {
    let (_, block) = blocks(PROTOCOL, "chat").swap_remove(3);
    assert_eq!(run(&block), Ok(()), "unchanged");
    for (from, to) in [
        ("\"seq\":1", "\"seq\":2"),
        ("\"count\":2", "\"count\":3"),
        ("\"from\":\"ada\"", "\"from\":\"bob\""),
        ("hi <b>bob</b>\"", "hi &lt;b>bob</b>\""),
        ("\"type\":\"said\"", "\"type\":\"say\""),
        (",\"at\":\"…\"", ""),
        ("\"lost\":false", "\"lost\":true"),
    ] {
        let is_heard = |line: &str| line.contains(" < ");
        let changed: Vec<String> = block
            .iter()
            .map(|line| {
                if is_heard(line) {
                    line.replace(from, to)
                } else {
                    (*line).to_owned()
                }
            })
            .collect();
        let changed: Vec<&str> = changed.iter().map(String::as_str).collect();
        assert_ne!(changed, block, "{from} is there");
        assert!(run(&changed).is_err(), "{from} → {to} is noticed");
    }
}
