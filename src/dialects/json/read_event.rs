//! Events as a client reads them.
//!
//! Unknown events and fields are ignored, so that an older client goes on working with a newer server.

use serde_json::Value;

/// A line, with its place in the room's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) room: String,
    pub(crate) seq: u64,
    pub(crate) from: String,
    pub(crate) text: String,
    /// The time by the server's clock: `2026-11-21T07:31:02.123Z`.
    pub(crate) at: String,
    /// The id that its author's client gave it.
    pub(crate) id: Option<String>,
}

/// The room that this client has entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Joined {
    pub(crate) room: String,
    /// This client's own name.
    pub(crate) name: String,
    pub(crate) people: Vec<String>,
    /// Their public ids, in the same order.
    pub(crate) persons: Vec<String>,
    /// The run of the server in which `seq` is the number of the latest line.
    pub(crate) epoch: String,
    pub(crate) seq: u64,
    pub(crate) messages: Vec<Said>,
    /// Lines that this client asked for are missing in `messages`.
    pub(crate) lost: bool,
}

/// An arrival or a departure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) room: String,
    pub(crate) name: String,
    pub(crate) person: Option<String>,
    /// How many people are there now.
    pub(crate) count: u64,
}

/// A line for one person only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whispered {
    pub(crate) from: String,
    pub(crate) person: Option<String>,
    pub(crate) to: String,
    pub(crate) text: String,
    pub(crate) at: String,
    pub(crate) id: Option<String>,
}

/// A message from the server itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) kind: String,
    pub(crate) topic: Option<String>,
    pub(crate) text: String,
}

/// Earlier lines, on request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Earlier {
    pub(crate) room: String,
    pub(crate) messages: Vec<Said>,
    /// There are still earlier ones.
    pub(crate) more: bool,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ServerEvent {
    /// The token of this connection's session.
    Welcome(String),
    Joined(Joined),
    Entered(Move),
    Left(Move),
    /// A room, the people in it and their public ids: in place of many arrivals and departures.
    People(String, Vec<String>, Vec<String>),
    /// The old name, the new one, and the public id.
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
pub(crate) struct Refusal {
    pub(crate) code: String,
    /// A sentence for people.
    pub(crate) message: String,
    pub(crate) id: Option<String>,
    pub(crate) retry_ms: Option<u64>,
    /// The `type` of the request.
    pub(crate) about: Option<String>,
}

impl ServerEvent {
    /// Reads a message. `None`: it is not one that a chat server sends.
    pub(crate) fn parse(message: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(message).ok()?;
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

/// The public ids, which older servers do not send.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::json::write_event::tests::each_event;

    #[test]
    fn every_event_that_the_server_writes_can_be_read() {
        let mut others = Vec::new();
        each_event(|_, json| match ServerEvent::parse(json).expect(json) {
            ServerEvent::Other => others.push(json.to_owned()),
            ServerEvent::Said(said) => {
                assert_eq!((said.seq, &*said.from, &*said.text), (7, "ada", "\"hi\"\n"));
                assert_eq!((&*said.room, said.id.as_deref()), ("lobby", Some("c1")));
            }
            ServerEvent::Joined(joined) => {
                assert_eq!(joined.people, ["ada", r"b\b"]);
                assert_eq!((joined.messages.len(), joined.lost), (2, true));
            }
            _ => {}
        });
        assert_eq!(others.len(), 2, "typing and pong: {others:?}");
    }
}
