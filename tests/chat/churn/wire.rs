//! What a client of the churn sends and receives, and its random choices.

use crate::kit::stopwatch::PATIENCE;
use rustix::net::sockopt::set_socket_linger;
use serde_json::{Value, json};
use std::io::Write;
use std::time::{Duration, Instant};
use ws101::{Event, Message, SocketError, Stream, WebSocket};

/// Why a connection ended.
pub(super) enum Ending {
    /// It is lost, and the client is to reconnect.
    Lost,
    /// All is done.
    Done,
    /// The server did something wrong.
    Failure(String),
}

pub(super) type Step = Result<(), Ending>;

pub(super) fn room_name(room: usize) -> String {
    format!("room-{room}")
}

pub(super) fn say(id: &str, room: usize) -> Value {
    json!({"type": "say", "room": room_name(room), "text": id, "id": id})
}

pub(super) fn ask(socket: &mut WebSocket<Stream>, requests: &[Value]) -> Step {
    socket.set_deadline(Some(Instant::now() + PATIENCE));
    for request in requests {
        socket
            .queue(Message::Text(&request.to_string()))
            .map_err(|_| Ending::Lost)?;
    }
    socket.flush().map_err(|_| Ending::Lost)
}

/// The next event, if one comes in time.
pub(super) fn hear(
    socket: &mut WebSocket<Stream>,
    within: Duration,
) -> Result<Option<Value>, Ending> {
    socket.set_deadline(Some(Instant::now() + within.max(Duration::from_millis(1))));
    loop {
        match socket.next_event() {
            Ok(Event::Message(message)) => {
                let event = serde_json::from_slice(message.as_bytes());
                return event
                    .map(Some)
                    .map_err(|error| Ending::Failure(error.to_string()));
            }
            Ok(Event::Close(reason)) => {
                return Err(Ending::Failure(format!("was closed: {reason:?}")));
            }
            Ok(_) => {}
            Err(error) if error.is_timeout() => return Ok(None),
            Err(SocketError::Protocol(error)) => return Err(Ending::Failure(error.to_string())),
            Err(_) => return Err(Ending::Lost),
        }
    }
}

/// Breaks off, in one of the ways in which connections end. A connection that does not end is returned,
/// to be held open: only for a client that `can_come_back` while the server thinks it connected.
pub(super) fn break_off(
    socket: WebSocket<Stream>,
    random: &mut Random,
    can_come_back: bool,
) -> Option<WebSocket<Stream>> {
    let tcp = socket.stream().tcp().clone();
    if random.below(2) == 0 {
        // Within a frame: its header declares more than is sent.
        let _ = (&*tcp).write(b"\x81\xfe\x01\x00\x37\xfa\x21\x3dhalf");
    }
    match random.below(4) {
        // As if the process were stopped, or a proxy hung: the connection stays, and no byte moves.
        0 | 1 if can_come_back => return Some(socket),
        // As if the process were killed with unread input: a reset.
        2 => {
            let _ = set_socket_linger(&*tcp, Some(Duration::ZERO));
        }
        // As if the process were killed: a FIN.
        _ => {}
    }
    None
}

/// Pseudorandom numbers, determined by the seed (xorshift64*).
#[derive(Debug)]
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.max(1);
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit.max(1)
    }
}
