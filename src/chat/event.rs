//! What happens in the chat, as plain values. How an event looks on a wire is for a
//! [`Dialect`](super::dialect::Dialect) to say.

use super::refusal::Refusal;
use std::sync::Arc;

/// Something that a client is to know.
#[derive(Debug, Clone)]
pub(crate) enum Event<'a> {
    /// The first event that a client receives. `wire` is the token to watch its own frames with.
    Welcome {
        you: u64,
        session: &'a str,
        wire: &'a str,
        limits: &'a Limits,
    },
    /// To a newcomer: the room as it is, and the lines that it missed.
    Joined {
        room: &'a str,
        name: &'a str,
        people: &'a [Presence],
        epoch: &'a str,
        seq: u64,
        lines: Vec<&'a Line>,
        /// Lines are missing between those that the newcomer knew and `lines`.
        lost: bool,
    },
    Entered {
        room: &'a str,
        name: &'a str,
        person: &'a str,
        count: usize,
    },
    Left {
        room: &'a str,
        name: &'a str,
        count: usize,
    },
    /// Everyone in a room, in place of many `Entered` and `Left`.
    People {
        room: &'a str,
        people: &'a [Presence],
    },
    Renamed {
        from: &'a str,
        to: &'a str,
        person: &'a str,
        rooms: &'a [&'a str],
    },
    /// A line. For its author this is the acknowledgement.
    Said {
        room: &'a str,
        line: &'a Line,
    },
    Whispered {
        from: &'a str,
        person: &'a str,
        to: &'a str,
        text: &'a str,
        at: &'a str,
        id: Option<&'a str>,
    },
    Typing {
        room: &'a str,
        name: &'a str,
        active: bool,
    },
    /// A message from the server itself.
    Notice {
        kind: &'a str,
        text: &'a str,
        topic: Option<&'a str>,
        at: &'a str,
    },
    /// Older lines, on request. `more`: there are still older ones.
    History {
        room: &'a str,
        lines: Vec<&'a Line>,
        more: bool,
    },
    Rooms {
        rooms: &'a [RoomCount],
    },
    /// The answer to a ping, with the number that came with it.
    Pong {
        t: &'a str,
    },
    /// The answer to a request that is refused: its type and its id, as far as they are known.
    Refused {
        refusal: &'a Refusal,
        about: Option<&'a str>,
        id: Option<&'a str>,
    },
}

/// A line as it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its number in the room.
    pub(crate) seq: u64,
    pub(crate) from: Name,
    pub(crate) text: Box<str>,
    pub(crate) at: Arc<str>,
    /// The id that its author's client gave it.
    pub(crate) id: Option<Box<str>>,
}

impl Line {
    /// About as many bytes as the line takes, in memory and on a wire.
    pub(super) fn size(&self) -> usize {
        /// The fields of fixed size, and what stands around all of them.
        const AROUND: usize = 100;
        let id = self.id.as_ref().map_or(0, |id| id.len());
        AROUND + self.from.as_str().len() + self.text.len() + id
    }
}

/// A person's name. Many places hold it, and share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(Arc<str>);

impl Name {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A person's presence in a room.
#[derive(Debug)]
pub(crate) struct Presence {
    /// The number of the connection.
    pub(crate) number: u64,
    /// The public id of the session: it outlives a change of name and a lost connection.
    pub(crate) person: Arc<str>,
    pub(crate) name: Name,
}

/// A room in the list of rooms.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RoomCount {
    pub(crate) room: String,
    /// How many people are in it.
    pub(crate) count: usize,
}

/// The limits that a client is better off knowing before it meets them.
#[derive(Debug)]
pub(crate) struct Limits {
    pub(crate) name: usize,
    pub(crate) room: usize,
    pub(crate) text: usize,
    pub(crate) id: usize,
    pub(crate) message: u64,
    pub(crate) history: u64,
    pub(crate) rooms: usize,
    pub(crate) says_per_second: Option<u32>,
    pub(crate) burst: Option<u32>,
}
