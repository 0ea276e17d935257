//! What the client asks of the server: one JSON object in a text frame, with a `type`.

use serde_json::json;

/// The subprotocol that the client offers.
pub(super) const PROTOCOL: &str = "chat.ws101.v1";

/// What lets a `join` continue where an earlier connection ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Resume<'a> {
    /// The session of the earlier connection, to which our name belongs.
    pub(super) session: Option<&'a str>,
    /// The epoch of the history that we know, and the number of the latest line.
    pub(super) since: Option<(&'a str, u64)>,
}

pub(super) fn join(name: &str, room: &str, resume: &Resume<'_>) -> String {
    let mut request = json!({"type": "join", "name": name, "room": room});
    if let Some(session) = resume.session {
        request["session"] = json!(session);
    }
    if let Some((epoch, since)) = resume.since {
        request["epoch"] = json!(epoch);
        request["since"] = json!(since);
    }
    request.to_string()
}

pub(super) fn say(room: &str, text: &str, id: &str) -> String {
    json!({"type": "say", "room": room, "text": text, "id": id}).to_string()
}

pub(super) fn whisper(to: &str, text: &str, id: &str) -> String {
    json!({"type": "whisper", "to": to, "text": text, "id": id}).to_string()
}

pub(super) fn ignore(persons: &[&str]) -> String {
    json!({"type": "ignore", "persons": persons}).to_string()
}

/// The topics of news that are wanted; none stands for all.
pub(super) fn follow(topics: &[String]) -> String {
    json!({"type": "follow", "topics": topics}).to_string()
}

pub(super) fn name(name: &str) -> String {
    json!({"type": "name", "name": name}).to_string()
}

pub(super) fn leave(room: &str) -> String {
    json!({"type": "leave", "room": room}).to_string()
}

pub(super) fn history(room: &str, before: u64, limit: usize) -> String {
    json!({"type": "history", "room": room, "before": before, "limit": limit}).to_string()
}

pub(super) fn rooms_request() -> String {
    json!({"type": "rooms"}).to_string()
}
