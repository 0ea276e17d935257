//! What the server says: one JSON object in one text frame, its `type` says what.

use super::{line, rules};
use crate::protocol::{Frame, Opcode};
use serde::{Serialize, Serializer};
use serde_json::Number;
use serde_json::value::RawValue;
use std::sync::Arc;

/// Everything that a client can be told. Later versions only add fields.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Event<'a> {
    /// The first that a client hears.
    Welcome {
        you: u64,
        session: &'a str,
        wire: &'a str,
        server: &'static str,
        limits: Limits,
    },
    /// To the one who joined.
    Joined {
        room: &'a str,
        name: &'a str,
        people: Names<'a>,
        persons: Persons<'a>,
        count: usize,
        epoch: &'a str,
        seq: u64,
        messages: Vec<&'a RawValue>,
        lost: bool,
    },
    /// To those who were there before.
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
    /// Instead of many of the two above.
    People {
        room: &'a str,
        people: Names<'a>,
        persons: Persons<'a>,
        count: usize,
    },
    Renamed {
        from: &'a str,
        to: &'a str,
        person: &'a str,
        rooms: &'a [&'a str],
    },
    /// A line. To its author it is the acknowledgement.
    Said {
        room: &'a str,
        seq: u64,
        from: &'a str,
        text: &'a str,
        at: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
    },
    Whispered {
        from: &'a str,
        person: &'a str,
        to: &'a str,
        text: &'a str,
        at: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
    },
    Typing {
        room: &'a str,
        name: &'a str,
        active: bool,
    },
    Notice {
        kind: &'a str,
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        topic: Option<&'a str>,
        at: &'a str,
    },
    History {
        room: &'a str,
        messages: Vec<&'a RawValue>,
        more: bool,
    },
    Rooms {
        rooms: Vec<RoomCount>,
    },
    Pong {
        t: &'a Number,
    },
    Error {
        code: &'static str,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        about: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_ms: Option<u64>,
    },
}

/// A person's name. Many places hold it, and share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(Arc<str>);

impl Name {
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Somebody in a room.
#[derive(Debug)]
pub(super) struct Occupant {
    /// Of the connection.
    pub(super) number: u64,
    /// Of the session: it outlives a change of name and a lost connection.
    pub(super) person: Arc<str>,
    pub(super) name: Name,
}

/// What people are called.
#[derive(Debug)]
pub(super) struct Names<'a>(pub(super) &'a [Occupant]);

impl Serialize for Names<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|occupant| &occupant.name))
    }
}

/// Who they are, in the same order.
#[derive(Debug)]
pub(super) struct Persons<'a>(pub(super) &'a [Occupant]);

impl Serialize for Persons<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|occupant| &*occupant.person))
    }
}

/// A room, for the list.
#[derive(Debug, Serialize)]
pub(super) struct RoomCount {
    pub(super) room: String,
    pub(super) count: usize,
}

/// What a client may as well know beforehand.
#[derive(Debug, Serialize)]
pub(super) struct Limits {
    pub(super) name: usize,
    pub(super) room: usize,
    pub(super) text: usize,
    pub(super) id: usize,
    pub(super) message: u64,
    pub(super) history: u64,
    pub(super) rooms: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) says_per_second: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) burst: Option<u32>,
}

impl Limits {
    /// Those that are the same everywhere.
    pub(super) const fn fixed() -> Self {
        Self {
            name: rules::LONGEST_NAME,
            room: rules::LONGEST_ROOM,
            text: rules::LONGEST_TEXT,
            id: rules::LONGEST_ID,
            message: crate::protocol::Limits::CHAT.message,
            history: super::history::MOST_AT_ONCE,
            rooms: super::guest::MOST_ROOMS,
            says_per_second: None,
            burst: None,
        }
    }
}

impl Event<'_> {
    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings, numbers and lists are always JSON")
    }

    /// The same in memory that was used before.
    pub(super) fn write_json<'b>(&self, json: &'b mut String) -> &'b str {
        json.clear();
        line::write_json(self, json);
        json
    }

    /// Appends it as a frame.
    pub(super) fn encode(&self, frames: &mut Vec<u8>) {
        encode(&self.to_json(), frames);
    }
}

/// Appends JSON as a text frame, as a server sends it.
pub(super) fn encode(json: &str, frames: &mut Vec<u8>) {
    Frame::whole(Opcode::Text, json.as_bytes()).encode(None, frames);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_is_a_text_frame() {
        let [ada, bob] = [("p1", "ada"), ("p2", "bob")].map(|(person, name)| Occupant {
            number: 1,
            person: person.into(),
            name: Name::new(name),
        });
        assert_eq!(bob.name.as_str(), "bob");
        let both = [ada, bob];
        let people = Event::People {
            room: "lobby",
            people: Names(&both),
            persons: Persons(&both),
            count: 2,
        };
        let rooms = Event::Rooms {
            rooms: vec![RoomCount {
                room: "lobby".to_owned(),
                count: 2,
            }],
        };
        let error = Event::Error {
            code: "bad_json",
            message: "no",
            id: None,
            about: Some("say"),
            retry_ms: None,
        };
        let notice = Event::Notice {
            kind: "news",
            text: "\"2.0\"",
            topic: None,
            at: "now",
        };
        for (event, json) in [
            (
                people,
                r#"{"type":"people","room":"lobby","people":["ada","bob"],"persons":["p1","p2"],"count":2}"#,
            ),
            (
                rooms,
                r#"{"type":"rooms","rooms":[{"room":"lobby","count":2}]}"#,
            ),
            (
                error,
                r#"{"type":"error","code":"bad_json","message":"no","about":"say"}"#,
            ),
            (
                notice,
                r#"{"type":"notice","kind":"news","text":"\"2.0\"","at":"now"}"#,
            ),
        ] {
            let mut frames = vec![0x81, 0];
            event.encode(&mut frames);
            // Behind what was there; §5.2: FIN and text, no mask, a length in seven bits.
            let mut expected = vec![0x81, 0, 0x81, json.len() as u8];
            expected.extend(json.bytes());
            assert_eq!(frames, expected, "{json}");
        }
    }
}
