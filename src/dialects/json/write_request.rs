//! Requests as a client writes them.

use crate::json::Object;

/// How far a client knows a room that it joins again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Resume<'a> {
    /// The session of the earlier connection: it gives the client its name back.
    pub(crate) session: Option<&'a str>,
    /// The run of the server and the last line in it that the client knows.
    pub(crate) since: Option<(&'a str, u64)>,
}

pub(crate) fn join(name: &str, room: &str, resume: &Resume<'_>) -> String {
    let (epoch, since) = resume.since.unzip();
    let mut json = String::new();
    begin(&mut json, "join")
        .text("name", name)
        .text("room", room)
        .text_if("session", resume.session)
        .text_if("epoch", epoch)
        .number_if("since", since)
        .end();
    json
}

pub(crate) fn say(room: &str, text: &str, id: &str) -> String {
    with_texts("say", &[("room", room), ("text", text), ("id", id)])
}

pub(crate) fn whisper(to: &str, text: &str, id: &str) -> String {
    with_texts("whisper", &[("to", to), ("text", text), ("id", id)])
}

pub(crate) fn ignore(persons: &[&str]) -> String {
    let mut json = String::new();
    let persons = persons.iter().copied();
    begin(&mut json, "ignore").texts("persons", persons).end();
    json
}

/// Follows these topics of news; an empty list stands for all.
pub(crate) fn follow(topics: &[String]) -> String {
    let mut json = String::new();
    let topics = topics.iter().map(String::as_str);
    begin(&mut json, "follow").texts("topics", topics).end();
    json
}

pub(crate) fn name(name: &str) -> String {
    with_texts("name", &[("name", name)])
}

pub(crate) fn leave(room: &str) -> String {
    with_texts("leave", &[("room", room)])
}

pub(crate) fn history(room: &str, before: u64, limit: usize) -> String {
    let mut json = String::new();
    begin(&mut json, "history")
        .text("room", room)
        .number("before", before)
        .count("limit", limit)
        .end();
    json
}

pub(crate) fn rooms_request() -> String {
    with_texts("rooms", &[])
}

/// A request whose fields are all texts.
fn with_texts(kind: &str, fields: &[(&str, &str)]) -> String {
    let mut json = String::new();
    let object = begin(&mut json, kind);
    let fields = fields.iter();
    fields
        .fold(object, |object, (name, value)| object.text(name, value))
        .end();
    json
}

fn begin<'j>(json: &'j mut String, kind: &str) -> Object<'j> {
    Object::begin(json).text("type", kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{Join, Recipient, Request};
    use crate::dialects::json::read_request::Fields;

    #[test]
    fn every_request_that_a_client_writes_is_read_as_such() {
        let resume = Resume {
            session: Some("s"),
            since: Some(("e1", 7)),
        };
        let (room, text, id) = ("lobby", "\"hi\"", Some("c1"));
        let to = Recipient {
            name: "bob",
            person: None,
        };
        let again = Join {
            room,
            name: Some("ada"),
            session: Some("s"),
            known: Some(("e1", 7)),
        };
        let first = Join {
            room,
            name: Some("ada"),
            session: None,
            known: None,
        };
        let (before, limit) = (Some(8), 100);
        #[rustfmt::skip]
        let rows = [
            (join("ada", room, &Resume::default()), Request::Join(first)),
            (join("ada", room, &resume), Request::Join(again)),
            (say(room, text, "c1"), Request::Say { room, text, id }),
            (whisper("bob", text, "c1"), Request::Whisper { to, text, id }),
            (ignore(&["p1"]), Request::Ignore(&["p1".into()])),
            (follow(&["rust".to_owned()]), Request::Follow(&["rust".into()])),
            (name("eve"), Request::Name("eve")),
            (leave(room), Request::Leave(room)),
            (history(room, 8, 100), Request::History { room, before, limit }),
            (rooms_request(), Request::Rooms),
        ];
        for (json, expected) in rows {
            let fields = Fields::parse(&json).expect("JSON");
            assert_eq!(fields.request(), Ok(expected), "{json}");
        }
    }
}
