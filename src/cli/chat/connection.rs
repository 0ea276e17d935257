//! One connection to the chat, on a thread of its own: it tells what happens, until it is over.

use super::conversation::Happening;
use super::request::PROTOCOL;
use crate::cli::connect::explain;
use crate::sync::spawn;
use crate::{Connect, Event, Limits, Message, Reader, SocketError, Writer};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// After so much silence the server is asked whether it lives, and after as much again it is not.
const SILENCE: Duration = Duration::from_secs(30);
/// For a write, to a server that may have stopped reading.
const WRITE: Duration = Duration::from_secs(10);

/// The thread parses JSON that comes from a server of whatever kind.
const STACK: usize = 1 << 20;

/// What a connection tells.
pub(super) enum News {
    /// It is open; this is how to write to it.
    Open(Writer),
    Happening(Happening),
}

/// Connects after a pause, and reads until the end. `tell` says whether anybody listens.
pub(super) fn start(
    url: &str,
    pause: Duration,
    tell: impl Fn(News) -> bool + Send + 'static,
) -> io::Result<()> {
    let url = url.to_owned();
    let run = move || {
        thread::sleep(pause.mul_f64(0.5 + 0.5 * chance()));
        // A hundred lines of history come in one message, which is more than a chat line may be.
        let connect = Connect::to(&url)
            .protocols(&[PROTOCOL])
            .limits(Limits::ECHO);
        match connect.open() {
            Ok(socket) => {
                let (reader, writer) = socket.split();
                if tell(News::Open(writer.clone())) {
                    read(reader, &writer, &tell);
                }
            }
            Err(error) => {
                tell(News::Happening(Happening::Lost(explain(&url, &error))));
            }
        }
    };
    spawn("connection", STACK, run)
}

fn read(mut reader: Reader, writer: &Writer, tell: impl Fn(News) -> bool) {
    let mut is_asked = false;
    loop {
        reader.set_deadline(Some(Instant::now() + SILENCE));
        let happening = match reader.next_event() {
            Ok(Event::Message(Message::Text(text))) => Happening::Frame(text.to_owned()),
            Ok(Event::Close(reason)) => {
                let reason = reason.map(|reason| (reason.code, reason.text.to_owned()));
                tell(News::Happening(Happening::Closed(reason)));
                return;
            }
            // The chat has no binary messages; pings are answered already.
            Ok(_) => {
                is_asked = false;
                continue;
            }
            Err(error) if error.is_timeout() && !is_asked => {
                is_asked = true;
                if write(writer, |writer| writer.ping(b"")).is_ok() {
                    continue;
                }
                Happening::Lost("the server takes nothing any more".to_owned())
            }
            Err(error) => Happening::Lost(lost(&error)),
        };
        is_asked = false;
        let is_over = matches!(happening, Happening::Lost(_));
        if !tell(News::Happening(happening)) || is_over {
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

/// Something between 0 and 1. The keys of a new hash table are random enough for a pause.
fn chance() -> f64 {
    random() as f64 / u64::MAX as f64
}

/// Random bits from the standard library: for pauses and for ids, not for secrets.
pub(super) fn random() -> u64 {
    RandomState::new().hash_one(())
}
