//! What the server says, as a client reads it: one JSON object in a text frame, with a `type`.
//!
//! What is unknown is passed over, so that an older client goes on working with a newer server.

use serde_json::Value;

/// A line that somebody said, with its place in the room's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) room: String,
    pub(super) seq: u64,
    pub(super) from: String,
    pub(super) text: String,
    /// When, by the server's clock: `2026-11-21T07:31:02.123Z`.
    pub(super) at: String,
    /// The sender's own number for it.
    pub(super) id: Option<String>,
}

/// We are in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Joined {
    pub(super) room: String,
    /// Our name.
    pub(super) name: String,
    pub(super) people: Vec<String>,
    /// Who they are, whatever they are called; in the same order.
    pub(super) persons: Vec<String>,
    /// The run of the history in which `seq` is the latest line's place.
    pub(super) epoch: String,
    pub(super) seq: u64,
    pub(super) messages: Vec<Said>,
    /// Lines that we asked for are missing in `messages`.
    pub(super) lost: bool,
}

/// Somebody has come or gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) room: String,
    pub(super) name: String,
    pub(super) person: Option<String>,
    /// How many are there now.
    pub(super) count: u64,
}

/// A line to one person only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Whispered {
    pub(super) from: String,
    pub(super) person: Option<String>,
    pub(super) to: String,
    pub(super) text: String,
    pub(super) at: String,
    pub(super) id: Option<String>,
}

/// A line that the server itself says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) kind: String,
    pub(super) topic: Option<String>,
    pub(super) text: String,
}

/// Earlier lines, as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Earlier {
    pub(super) room: String,
    pub(super) messages: Vec<Said>,
    /// There are still earlier ones.
    pub(super) more: bool,
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ServerEvent {
    /// With this connection's session.
    Welcome(String),
    Joined(Joined),
    Entered(Move),
    Left(Move),
    /// Too many came and went to tell each: these are in the room, and who they are.
    People(String, Vec<String>, Vec<String>),
    /// From, to, and who it is.
    Renamed(String, String, Option<String>),
    Said(Said),
    Whispered(Whispered),
    Notice(Notice),
    History(Earlier),
    Rooms(Vec<(String, u64)>),
    Error(Refusal),
    /// `typing`, `pong`, and what later servers may add.
    Other,
}

/// A request that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: String,
    /// A sentence for people.
    pub(super) message: String,
    pub(super) id: Option<String>,
    pub(super) retry_ms: Option<u64>,
    /// The `type` of the request.
    pub(super) about: Option<String>,
}

impl ServerEvent {
    /// Reads a frame. `None`: it is not what a chat server sends.
    pub(super) fn parse(frame: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(frame).ok()?;
        let event = &value;
        Some(match event.get("type")?.as_str()? {
            "welcome" => Self::Welcome(text(event, "session")?),
            "joined" => Self::Joined(joined(event)?),
            "entered" => Self::Entered(someone(event)?),
            "left" => Self::Left(someone(event)?),
            "people" => Self::People(text(event, "room")?, names(event)?, persons(event)),
            "renamed" => Self::Renamed(
                text(event, "from")?,
                text(event, "to")?,
                text(event, "person"),
            ),
            "said" => Self::Said(said(event)?),
            "whispered" => Self::Whispered(whispered(event)?),
            "notice" => Self::Notice(notice(event)?),
            "history" => Self::History(earlier(event)?),
            "rooms" => Self::Rooms(rooms(event)?),
            "error" => Self::Error(refusal(event)?),
            _ => Self::Other,
        })
    }
}

fn joined(event: &Value) -> Option<Joined> {
    Some(Joined {
        room: text(event, "room")?,
        name: text(event, "name")?,
        people: names(event)?,
        persons: persons(event),
        epoch: text(event, "epoch")?,
        seq: number(event, "seq")?,
        messages: messages(event)?,
        lost: flag(event, "lost"),
    })
}

fn someone(event: &Value) -> Option<Move> {
    Some(Move {
        room: text(event, "room")?,
        name: text(event, "name")?,
        person: text(event, "person"),
        count: number(event, "count")?,
    })
}

fn notice(event: &Value) -> Option<Notice> {
    Some(Notice {
        kind: text(event, "kind")?,
        topic: text(event, "topic"),
        text: text(event, "text")?,
    })
}

fn earlier(event: &Value) -> Option<Earlier> {
    Some(Earlier {
        room: text(event, "room")?,
        messages: messages(event)?,
        more: flag(event, "more"),
    })
}

fn whispered(event: &Value) -> Option<Whispered> {
    Some(Whispered {
        from: text(event, "from")?,
        person: text(event, "person"),
        to: text(event, "to")?,
        text: text(event, "text")?,
        at: text(event, "at")?,
        id: text(event, "id"),
    })
}

fn said(event: &Value) -> Option<Said> {
    Some(Said {
        room: text(event, "room")?,
        seq: number(event, "seq")?,
        from: text(event, "from")?,
        text: text(event, "text")?,
        at: text(event, "at")?,
        id: text(event, "id"),
    })
}

fn refusal(event: &Value) -> Option<Refusal> {
    Some(Refusal {
        code: text(event, "code")?,
        message: text(event, "message")?,
        id: text(event, "id"),
        retry_ms: number(event, "retry_ms"),
        about: text(event, "about"),
    })
}

fn rooms(event: &Value) -> Option<Vec<(String, u64)>> {
    let rooms = event.get("rooms")?.as_array()?;
    let each = |room| Some((text(room, "room")?, number(room, "count")?));
    rooms.iter().map(each).collect()
}

fn messages(event: &Value) -> Option<Vec<Said>> {
    event
        .get("messages")?
        .as_array()?
        .iter()
        .map(said)
        .collect()
}

fn names(event: &Value) -> Option<Vec<String>> {
    texts(event, "people")
}

/// An older server does not say who they are.
fn persons(event: &Value) -> Vec<String> {
    texts(event, "persons").unwrap_or_default()
}

fn texts(event: &Value, field: &str) -> Option<Vec<String>> {
    let people = event.get(field)?.as_array()?;
    let each = |name: &Value| name.as_str().map(str::to_owned);
    people.iter().map(each).collect()
}

fn text(event: &Value, field: &str) -> Option<String> {
    event.get(field)?.as_str().map(str::to_owned)
}

fn number(event: &Value, field: &str) -> Option<u64> {
    event.get(field)?.as_u64()
}

fn flag(event: &Value, field: &str) -> bool {
    event.get(field).and_then(Value::as_bool).unwrap_or(false)
}
