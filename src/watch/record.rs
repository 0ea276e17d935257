//! What a watcher is told: each record is one JSON object in one text frame, and its `t` names it.

use crate::protocol::{Frame, Opcode, Role};
use serde::Serialize;

/// A record of anything but the handshake and the frames, which `inspect` makes. Later versions only add
/// fields.
#[derive(Debug, Serialize)]
#[serde(tag = "t", rename_all = "lowercase")]
pub(super) enum Record {
    /// The first record.
    Hello { v: u32, conn: u64 },
    /// The connection goes from one state to another.
    State {
        from: State,
        to: State,
        by: Party,
        code: u16,
    },
    /// The time from a ping of the server's to its pong.
    Rtt { us: u64 },
    /// The client does not keep up: bytes that wait for it, messages that were dropped.
    Queue { waiting: usize, dropped: usize },
    /// Frames that are missing here, because the watcher did not keep up.
    Drop { count: u64 },
}

/// How far the closing handshake has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Open,
    Closing,
    Closed,
}

/// Who changed the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Party {
    Client,
    Server,
    /// No Close came: the TCP connection just ended.
    Network,
}

impl From<Role> for Party {
    fn from(role: Role) -> Self {
        match role {
            Role::Client => Self::Client,
            Role::Server => Self::Server,
        }
    }
}

/// Appends a record as a frame.
pub(super) fn append(record: &impl Serialize, frames: &mut Vec<u8>) {
    let json = serde_json::to_string(record).expect("strings, numbers and lists are always JSON");
    Frame::whole(Opcode::Text, json.as_bytes()).encode(None, frames);
}
