//! The judge of requests, for the unit tests and the fuzzer: by what PROTOCOL.md promises, and not by how
//! they are parsed. It needs the chat's own types, so it cannot be with the other judges in `tests/fuzz`.

use super::read_request::Fields;
use super::write_event;
use crate::chat::{self, Code, Event, FitName, Join, Line, Request};
use serde_json::Value;

/// Panics if a promise is broken.
pub(crate) fn ask(text: &str) {
    let value = serde_json::from_str::<Value>(text);
    match (Fields::parse(text), value) {
        (Ok(fields), Ok(value)) => {
            if let Ok(request) = fields.request() {
                judge(&request, &value);
            }
        }
        (Err(refusal), Ok(_)) => assert_eq!(refusal.code, Code::BadShape),
        (Err(refusal), Err(_)) => assert_eq!(refusal.code, Code::BadJson),
        (Ok(fields), Err(error)) => panic!("{fields:?}, and {error}"),
    }
}

/// The fields are those of the JSON: of several of one name, the last.
fn judge(request: &Request<'_>, value: &Value) {
    let same = |name: &str, field: &str| assert_eq!(value[name], field, "{name}");
    match *request {
        Request::Say { room, text, id } => {
            same("room", room);
            same("text", text);
            assert_eq!(value["id"].as_str(), id);
            say(room, text, id);
        }
        Request::Whisper { to, text, id } => {
            same("to", to.name);
            assert_eq!(value["person"].as_str(), to.person);
            same("text", text);
            assert_eq!(value["id"].as_str(), id);
        }
        Request::Name(wanted) => {
            same("name", wanted);
            name(wanted);
        }
        Request::Join(ref join) => {
            same("room", join.room);
            judge_join(join, value);
        }
        Request::Typing(room) | Request::Leave(room) => same("room", room),
        Request::History { room, .. } => {
            same("room", room);
            integers(value, &["before", "limit"]);
        }
        Request::Follow(topics) => {
            assert_eq!(value["topics"].as_array().map(Vec::len), Some(topics.len()));
        }
        Request::Ignore(persons) => {
            let listed = value["persons"].as_array().map(Vec::len);
            assert_eq!(listed, Some(persons.len()));
        }
        Request::Rooms | Request::Ping(_) => {}
    }
}

fn judge_join(join: &Join<'_>, value: &Value) {
    assert_eq!(value["name"].as_str(), join.name);
    assert_eq!(value["session"].as_str(), join.session);
    let epoch = value["epoch"]
        .as_str()
        .filter(|_| value["since"].is_number());
    assert_eq!(epoch, join.known.map(|(epoch, _)| epoch));
    integers(value, &["since"]);
    let since = value["since"].as_u64().filter(|_| epoch.is_some());
    assert!(since.is_none_or(|since| Some(since) == join.known.map(|(_, known)| known)));
}

/// What was taken for integers has no fractions.
fn integers(value: &Value, fields: &[&str]) {
    for field in fields {
        let number = value[field].as_f64();
        assert!(number.is_none_or(|number| number.fract() == 0.0), "{field}");
    }
}

/// A line that may be said is sent as it was said, without the blanks around it.
fn say(room: &str, text: &str, id: Option<&str>) {
    let is_fit = chat::room(room).is_ok() && id.is_none_or(|id| chat::id(id).is_ok());
    let Ok(line) = chat::text(text, Some(room)) else {
        return;
    };
    let most = if room == "cheeper" { 140 } else { 2_000 };
    assert!((1..=most).contains(&line.chars().count()) && !line.contains('\0'));
    assert_eq!(line, text.trim());
    if !is_fit {
        return;
    }
    let fits = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-';
    assert!(
        (1..=32).contains(&room.len()) && room.chars().all(fits),
        "{room}"
    );
    assert!(id.is_none_or(|id| id.chars().count() <= 64));
    let (from, at) = ("ada", "2026-11-21T07:31:02.123Z");
    let said = Line {
        seq: 1,
        from: chat::Name::new(from),
        text: line.into(),
        at: at.into(),
        id: id.map(Into::into),
    };
    let mut json = String::new();
    write_event::write(&Event::Said { room, line: &said }, &mut json);
    let sent: Value = serde_json::from_str(&json).expect("an event is JSON");
    assert_eq!(sent["type"], "said");
    assert_eq!(sent["text"], line);
    assert_eq!(sent["id"].as_str(), id);
    // The server's own, whatever the request held.
    assert_eq!((&sent["from"], &sent["at"]), (&from.into(), &at.into()));
}

/// A name that is taken shows all of itself, and nothing beside itself.
fn name(wanted: &str) {
    let Ok(FitName { text: name, .. }) = chat::name(wanted) else {
        return;
    };
    assert!((1..=32).contains(&name.chars().count()));
    assert_eq!(name, name.trim());
    let hidden = |character: char| {
        character.is_control()
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    assert!(!name.chars().any(hidden), "{name:?}");
    for reserved in ["server", "system", "teacher"] {
        assert!(!name.eq_ignore_ascii_case(reserved));
    }
}

#[cfg(test)]
#[path = "../../../tests/kit/seeded.rs"]
mod seeded;

#[test]
fn r14_chat() {
    seeded::run("chat", |input| {
        if let Ok(text) = std::str::from_utf8(input) {
            ask(text);
        }
    });
}
