//! What one end of a connection must make of the other's frames: the rows of ROWS.md's letters
//! F, M and C, one table a letter.
//!
//! A row is written here once and driven at every level: by a session in memory, cut at every byte
//! (`tests/rfc6455/table.rs`); by the real server over TCP, whole, byte by byte, and while
//! `/ws/wire` shows it (`tests/hostile/frames.rs`); and by `ws101 inspect` (`tests/inspect/table.rs`).
//! Rows that need a certain limit, a deadline or several clients are written where they run.

#![allow(dead_code, reason = "each level looks at its own part of an outcome")]

pub(crate) mod closes;
mod frames;
mod messages;

use crate::kit::bytes::{Seen, frame_from};
use ws101::protocol::{ProtocolError, Role};

/// A rule of RFC 6455 as everyone names it: the inspector, `/ws/wire`, and the Close.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) section: &'static str,
    pub(crate) close: u16,
}

const fn rule(name: &'static str, section: &'static str, close: u16) -> Rule {
    Rule {
        name,
        section,
        close,
    }
}

const MASKING: Rule = rule("masking", "5.1", 1002);
const RSV: Rule = rule("rsv", "5.2", 1002);
const OPCODE: Rule = rule("opcode", "5.2", 1002);
const LENGTH_MINIMAL: Rule = rule("length-minimal", "5.2", 1002);
const LENGTH_TOP_BIT: Rule = rule("length-top-bit", "5.2", 1002);
const NOTHING_TO_CONTINUE: Rule = rule("nothing-to-continue", "5.4", 1002);
const MESSAGE_UNFINISHED: Rule = rule("message-unfinished", "5.4", 1002);
const CONTROL_FRAGMENTED: Rule = rule("control-fragmented", "5.5", 1002);
const CONTROL_LENGTH: Rule = rule("control-length", "5.5", 1002);
const CLOSE_BODY: Rule = rule("close-body", "5.5.1", 1002);
const CLOSE_CODE: Rule = rule("close-code", "7.4", 1002);
const UTF8: Rule = rule("utf8", "8.1", 1007);
const MESSAGE_SIZE: Rule = rule("message-size", "10.4", 1009);

/// Bytes from one end, and what the other must make of them.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The letter and number that ROWS.md lists.
    pub(crate) id: &'static str,
    /// Where RFC 6455 says so.
    pub(crate) section: &'static str,
    pub(crate) title: String,
    /// The end that sends.
    pub(crate) from: Role,
    pub(crate) bytes: Vec<u8>,
    pub(crate) outcome: Outcome,
}

#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// The bytes break a rule. The error must come after exactly `after` of them.
    Refused {
        rule: &'static Rule,
        error: ProtocolError,
        after: usize,
    },
    /// The bytes are these frames. What follows a Close is ignored.
    Taken(Vec<Step>),
}

/// A frame, by its first byte and its payload, and the event that it causes when it has arrived.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) first: u8,
    pub(crate) payload: Vec<u8>,
    pub(crate) event: Option<Seen>,
}

/// Every row of every table.
pub(crate) fn all() -> Vec<Row> {
    [frames::table(), messages::table(), closes::table()].concat()
}

/// Bytes that a client must not send.
fn refused(
    id: &'static str,
    title: impl Into<String>,
    bytes: Vec<u8>,
    rule: &'static Rule,
    (error, after): (ProtocolError, usize),
) -> Row {
    let title = title.into();
    // The names are part of the wire view's protocol: a row holds them as text, not by the code.
    assert_eq!((error.rule(), error.section()), (rule.name, rule.section));
    Row {
        id,
        section: rule.section,
        title,
        from: Role::Client,
        bytes,
        outcome: Outcome::Refused { rule, error, after },
    }
}

/// Frames that a client may send.
fn taken(
    id: &'static str,
    section: &'static str,
    title: impl Into<String>,
    steps: impl Into<Vec<Step>>,
) -> Row {
    let steps = steps.into();
    let frames = (steps.iter()).map(|step| frame_from(Role::Client, step.first, &step.payload));
    Row {
        id,
        section,
        title: title.into(),
        from: Role::Client,
        bytes: frames.flatten().collect(),
        outcome: Outcome::Taken(steps),
    }
}

/// A frame that is an event by itself.
fn whole(first: u8, payload: impl AsRef<[u8]>, event: fn(Vec<u8>) -> Seen) -> Step {
    let payload = payload.as_ref().to_vec();
    Step {
        first,
        event: Some(event(payload.clone())),
        payload,
    }
}

/// A frame of a message that is not complete yet.
fn part(first: u8, payload: impl AsRef<[u8]>) -> Step {
    Step {
        first,
        payload: payload.as_ref().to_vec(),
        event: None,
    }
}

/// The last frame of a message.
fn last(payload: impl AsRef<[u8]>, message: Seen) -> Step {
    Step {
        event: Some(message),
        ..part(0x80, payload)
    }
}

/// A text in one frame.
fn text(text: &str) -> Step {
    Step {
        event: Some(Seen::Text(text.to_owned())),
        ..part(0x81, text)
    }
}

/// A Close with this code and sentence.
fn close(code: u16, sentence: &str) -> Step {
    Step {
        event: Some(Seen::Close(Some((code, sentence.to_owned())))),
        ..part(0x88, [&code.to_be_bytes(), sentence.as_bytes()].concat())
    }
}

impl Row {
    /// Appends bytes.
    fn followed_by(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A row about bytes of a server's.
    fn of_a_server(self) -> Self {
        Self {
            from: Role::Server,
            ..self
        }
    }
}

impl Step {
    /// Whether this is a Close: what follows it is ignored.
    pub(crate) fn is_end(&self) -> bool {
        matches!(self.event, Some(Seen::Close(_)))
    }

    /// The frame with which an endpoint answers on its own. §5.5.1: a Close is answered with a Close of
    /// its code. §5.5.2: a Pong has the payload of its Ping.
    pub(crate) fn answer(&self) -> Option<(u8, Vec<u8>)> {
        match self.event.as_ref()? {
            Seen::Ping(payload) => Some((0x8a, payload.clone())),
            Seen::Close(None) => Some((0x88, Vec::new())),
            Seen::Close(Some((code, _))) => Some((0x88, code.to_be_bytes().to_vec())),
            _ => None,
        }
    }
}
