//! What a watcher is told: one JSON object in one text frame, its `t` says what.

use crate::protocol::{Frame, Opcode, Role};
use serde::Serialize;

/// What a watcher is told besides the handshake and the frames, which `inspect` records. Later versions only add fields.
#[derive(Debug, Serialize)]
#[serde(tag = "t", rename_all = "lowercase")]
pub(super) enum Record {
    /// The first.
    Hello { v: u32, conn: u64 },
    /// The connection goes from one state to another.
    State {
        from: State,
        to: State,
        by: Party,
        code: u16,
    },
    /// From a ping of the server's to its answer.
    Rtt { us: u64 },
    /// So many bytes wait for a client that does not keep up; so many messages were dropped.
    Queue { waiting: usize, dropped: usize },
    /// So many frames are missing here: the watcher did not keep up.
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

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Party {
    Client,
    Server,
    /// Nobody said so: the connection below just ended.
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
