//! One connection to the chat, on a thread of its own that reports what arrives until it is over.

use super::conversation::Input;
use crate::cli::connect::explain;
use crate::dialects::json::PROTOCOL;
use crate::sync::spawn;
use crate::{Connect, Event, Limits, Message, Reader, SocketError, Writer};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// After this much silence the server is sent a ping, and after as much again it counts as gone.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a write may take. The server may have stopped reading.
const WRITE: Duration = Duration::from_secs(10);

/// Enough for parsing any JSON: its depth is bounded.
const STACK: usize = 1 << 20;

/// What a connection reports.
pub(super) enum Update {
    /// It is open, and this writes to it.
    Open(Writer),
    Input(Input),
}

/// Connects after a pause, and reads until the end. `report` returns whether another report is wanted.
pub(super) fn start(
    url: &str,
    pause: Duration,
    report: impl Fn(Update) -> bool + Send + 'static,
) -> io::Result<()> {
    let url = url.to_owned();
    let run = move || {
        thread::sleep(pause.mul_f64(0.5 + 0.5 * chance()));
        // A hundred lines of history come in one message, which is longer than a line of the chat may be.
        let connect = Connect::to(&url)
            .protocols(&[PROTOCOL])
            .limits(Limits::ECHO);
        match connect.open() {
            Ok(socket) => {
                let (reader, writer) = socket.split();
                if report(Update::Open(writer.clone())) {
                    read(reader, &writer, &report);
                }
            }
            Err(error) => {
                report(Update::Input(Input::Lost(explain(&url, &error))));
            }
        }
    };
    spawn("connection", STACK, run)
}

fn read(mut reader: Reader, writer: &Writer, report: impl Fn(Update) -> bool) {
    let mut is_pinged = false;
    loop {
        reader.set_deadline(Some(Instant::now() + SILENCE));
        let input = match reader.next_event() {
            Ok(Event::Message(Message::Text(text))) => Input::Frame(text.to_owned()),
            Ok(Event::Close(reason)) => {
                let reason = reason.map(|reason| (reason.code, reason.text.to_owned()));
                report(Update::Input(Input::Closed(reason)));
                return;
            }
            // The chat has no binary messages, and the socket has answered a ping.
            Ok(_) => {
                is_pinged = false;
                continue;
            }
            Err(error) if error.is_timeout() && !is_pinged => {
                is_pinged = true;
                if write(writer, |writer| writer.ping(b"")).is_ok() {
                    continue;
                }
                Input::Lost("the server does not read any more".to_owned())
            }
            Err(error) => Input::Lost(lost(&error)),
        };
        is_pinged = false;
        let is_over = matches!(input, Input::Lost(_));
        if !report(Update::Input(input)) || is_over {
            return;
        }
    }
}

/// Writes, within a deadline.
pub(super) fn write(
    writer: &Writer,
    what: impl FnOnce(&Writer) -> Result<(), SocketError>,
) -> Result<(), SocketError> {
    writer.set_deadline(Some(Instant::now() + WRITE));
    what(writer)
}

fn lost(error: &SocketError) -> String {
    match error {
        SocketError::Disconnected => "the server is gone".to_owned(),
        error if error.is_timeout() => "the server is silent".to_owned(),
        error => error.to_string(),
    }
}

/// A number from 0 to 1.
fn chance() -> f64 {
    random() as f64 / u64::MAX as f64
}

/// Random bits from the keys of a new hash table. They are good enough for pauses and ids, not for secrets.
pub(super) fn random() -> u64 {
    RandomState::new().hash_one(())
}
