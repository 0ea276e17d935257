//! Each event, byte for byte, and against the table in PROTOCOL.md.

use super::*;
use crate::chat::{Code, Name, Refusal};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

fn json(event: &Event<'_>) -> String {
    let mut json = String::new();
    write(event, &mut json);
    json
}

fn line() -> Line {
    Line {
        seq: 7,
        from: Name::new("ada"),
        text: "\"hi\"\n".into(),
        at: "1994-11-06T08:49:37.007Z".into(),
        id: Some("c1".into()),
    }
}

fn people() -> [Presence; 2] {
    [("p1", "ada"), ("p2", r"b\b")].map(|(person, name)| Presence {
        number: 1,
        person: person.into(),
        name: Name::new(name),
    })
}

const LIMITS: Limits = Limits {
    name: 1,
    room: 2,
    text: 3,
    id: 4,
    message: 5,
    history: 6,
    rooms: 7,
    says_per_second: Some(8),
    burst: None,
};

const SAID: &str = r#"{"type":"said","room":"lobby","seq":7,"from":"ada","text":"\"hi\"\n","at":"1994-11-06T08:49:37.007Z","id":"c1"}"#;
const PEOPLE: &str = r#""people":["ada","b\\b"],"persons":["p1","p2"],"count":2"#;

/// Hands each event, with all fields that it can have, and the JSON that it is to `check`.
#[rustfmt::skip]
pub(crate) fn each_event(mut check: impl FnMut(&Event<'_>, &str)) {
    let (room, name, person, at, id) = ("lobby", "ada", "p1", "now", Some("c1"));
    let (line, people) = (&line(), &people());
    let mut refusal = Refusal::new(Code::RateLimited, "not so fast");
    refusal.retry = Some(Duration::from_millis(99));
    let rooms = &[RoomCount { room: "a".to_owned(), count: 2 }, RoomCount { room: "b".to_owned(), count: 0 }];
    check(&Event::Welcome { you: 9, session: "s", wire: "w", limits: &LIMITS },
        &format!(r#"{{"type":"welcome","you":9,"session":"s","wire":"w","server":"{SERVER}","limits":{{"name":1,"room":2,"text":3,"id":4,"message":5,"history":6,"rooms":7,"says_per_second":8}}}}"#));
    check(&Event::Joined { room, name, people, epoch: "e1", seq: 7, lines: vec![line, line], lost: true },
        &format!(r#"{{"type":"joined","room":"lobby","name":"ada",{PEOPLE},"epoch":"e1","seq":7,"messages":[{SAID},{SAID}],"lost":true}}"#));
    check(&Event::Entered { room, name, person, count: 2 },
        r#"{"type":"entered","room":"lobby","name":"ada","person":"p1","count":2}"#);
    check(&Event::Left { room, name, count: 1 },
        r#"{"type":"left","room":"lobby","name":"ada","count":1}"#);
    check(&Event::People { room, people },
        &format!(r#"{{"type":"people","room":"lobby",{PEOPLE}}}"#));
    check(&Event::Renamed { from: name, to: "eve", person, rooms: &["lobby", "hall"] },
        r#"{"type":"renamed","from":"ada","to":"eve","person":"p1","rooms":["lobby","hall"]}"#);
    check(&Event::Said { room, line }, SAID);
    check(&Event::Whispered { from: name, person, to: "bob", text: "hi", at, id },
        r#"{"type":"whispered","from":"ada","person":"p1","to":"bob","text":"hi","at":"now","id":"c1"}"#);
    check(&Event::Typing { room, name, active: true },
        r#"{"type":"typing","room":"lobby","name":"ada","active":true}"#);
    check(&Event::Notice { kind: "news", text: "\"2.0\"", topic: Some("rust"), at },
        r#"{"type":"notice","kind":"news","text":"\"2.0\"","topic":"rust","at":"now"}"#);
    check(&Event::History { room, lines: vec![line], more: false },
        &format!(r#"{{"type":"history","room":"lobby","messages":[{SAID}],"more":false}}"#));
    check(&Event::Rooms { rooms },
        r#"{"type":"rooms","rooms":[{"room":"a","count":2},{"room":"b","count":0}]}"#);
    check(&Event::Pong { t: "1.50" }, r#"{"type":"pong","t":1.50}"#);
    check(&Event::Refused { refusal: &refusal, about: Some("say"), id },
        r#"{"type":"error","code":"rate_limited","message":"not so fast","id":"c1","about":"say","retry_ms":100}"#);
}

#[test]
fn each_event_is_this_json() {
    each_event(|event, expected| {
        assert_eq!(json(event), expected);
        serde_json::from_str::<Value>(expected).expect("JSON");
    });
}

#[test]
#[rustfmt::skip]
fn fields_without_a_value_are_left_out() {
    let (room, text, at) = ("lobby", "hi", "now");
    let line = &Line { id: None, ..line() };
    let refusal = &Refusal::new(Code::BadJson, "no");
    let (about, id) = (None, None);
    let kind = "quote";
    for (event, left_out) in [
        (Event::Said { room, line }, &["id"][..]),
        (Event::Whispered { from: "a", person: "p", to: "b", text, at, id }, &["id"]),
        (Event::Notice { kind, text, topic: None, at }, &["topic"]),
        (Event::Refused { refusal, about, id }, &["about", "id", "retry_ms"]),
    ] {
        let json: Value = serde_json::from_str(&json(&event)).expect("JSON");
        for field in left_out {
            assert!(json.get(field).is_none(), "{field} in {json}");
        }
    }
}

/// The document lists each event with its fields; a `?` marks a field that may be left out.
#[test]
fn protocol_md_has_each_event_and_its_fields() {
    let document = include_str!("../../../../PROTOCOL.md");
    let (_, table) = document
        .split_once("| event | fields |\n|---|---|\n")
        .expect("the table of events");
    let (table, _) = table.split_once("\n\n").expect("the end of the table");
    let documented: BTreeMap<String, BTreeSet<String>> = table.lines().map(documented).collect();
    let mut known = BTreeMap::new();
    each_event(|_, json| {
        let json: Value = serde_json::from_str(json).expect("JSON");
        let fields = json.as_object().expect("an object").keys();
        let fields = fields.filter(|field| *field != "type").cloned();
        let kind = json["type"].as_str().expect("a type").to_owned();
        known.insert(kind, fields.collect::<BTreeSet<_>>());
    });
    assert_eq!(documented, known);
}

/// A row of the table: what stands between backquotes, but for what is in parentheses.
fn documented(row: &str) -> (String, BTreeSet<String>) {
    let mut words = row.split('`').skip(1).step_by(2).map(str::to_owned);
    let kind = words.next().expect("the event's name");
    let values = row.split(['(', ')']).nth(1).unwrap_or_default();
    let fields = words.filter(|word| !values.contains(&format!("`{word}`")));
    let fields = fields.map(|field| field.trim_end_matches('?').to_owned());
    (kind, fields.collect())
}
