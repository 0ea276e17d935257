//! What a client says to the server: one JSON object in a text frame, with a `type`.

use serde_json::json;

/// The subprotocol that we offer.
pub(super) const PROTOCOL: &str = "chat.ws101.v1";

/// What makes a `join` go on where an earlier connection ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Resume<'a> {
    /// The earlier connection's session: our name is given back to us.
    pub(super) session: Option<&'a str>,
    /// The history that we know, and how far.
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
