//! J: the JSON type of each field. A number is never taken for a string.
//!
//! JSON has one kind of number, so for an integer the value counts, not its spelling. A value out of
//! range counts as the nearest value within it.

use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::client::lists::numbers;
use crate::kit::client::target::Target;
use crate::kit::client::watcher::Watcher;
use crate::witnessed::SharedServer;
use Meaning::{Absent, Is, Refused};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::Arc;

/// What a spelling means.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    Is(u64),
    /// As if the field were left out.
    Absent,
    Refused(&'static str),
}

/// Every integer field treats these spellings alike.
#[rustfmt::skip]
const SPELLINGS: &[(&str, Meaning)] = &[
    ("0", Is(0)),
    ("2", Is(2)),
    ("2.0", Is(2)),
    ("2e0", Is(2)),
    ("20e-1", Is(2)),
    ("-0", Is(0)),
    ("-0.0", Is(0)),
    ("-1", Is(0)),
    ("-1e30", Is(0)),
    ("1e2", Is(100)),
    ("1e9", Is(1_000_000_000)),
    ("9007199254740993", Is((1 << 53) + 1)),
    ("18446744073709551615", Is(u64::MAX)),
    ("18446744073709551616", Is(u64::MAX)),
    ("1e300", Is(u64::MAX)),
    ("null", Absent),
    ("1.5", Refused("bad_shape")),
    ("-0.5", Refused("bad_shape")),
    ("100.5", Refused("bad_shape")),
    ("1e-1", Refused("bad_shape")),
    (r#""2""#, Refused("bad_shape")),
    (r#""""#, Refused("bad_shape")),
    ("true", Refused("bad_shape")),
    ("[2]", Refused("bad_shape")),
    ("{}", Refused("bad_shape")),
    ("02", Refused("bad_json")),
    ("+2", Refused("bad_json")),
    ("2.", Refused("bad_json")),
    ("NaN", Refused("bad_json")),
    ("1e999", Refused("bad_json")), // more than a double holds
];

/// Lines in the room.
const LINES: u64 = 5;

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    [
        shared.row("J20 no other type for a string", strings),
        shared.row("J28 integers: limit", limit),
        shared.row("J28 integers: before", before),
        shared.row("J28 integers: since", since),
        shared.row(
            "J28 integers: in a request that has no such field",
            elsewhere,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn limit(target: Target) {
    let room = &talkative(target);
    each_spelling(target, |client, spelling, meaning| {
        client.join(&unique("bob"), room);
        let request = json!({"type": "history", "room": room});
        let expected = match meaning {
            Is(limit) => LINES.saturating_sub(limit) + 1..=LINES,
            _ => 1..=LINES,
        };
        let answer = ask(client, request, "limit", spelling);
        answer.map(|page| {
            assert!(
                numbers(&page["messages"]).into_iter().eq(expected),
                "{spelling}"
            )
        })
    });
}

fn before(target: Target) {
    let room = &talkative(target);
    each_spelling(target, |client, spelling, meaning| {
        client.join(&unique("bob"), room);
        let request = json!({"type": "history", "room": room});
        let expected = match meaning {
            Is(before) => 1..=LINES.min(before.saturating_sub(1)),
            _ => 1..=LINES,
        };
        let answer = ask(client, request, "before", spelling);
        answer.map(|page| {
            assert!(
                numbers(&page["messages"]).into_iter().eq(expected),
                "{spelling}"
            )
        })
    });
}

fn since(target: Target) {
    let room = &talkative(target);
    let epoch = ChatClient::connect(target).join(&unique("eve"), room)["epoch"].clone();
    each_spelling(target, |client, spelling, meaning| {
        let (name, epoch) = (unique("bob"), epoch.clone());
        let request = json!({"type": "join", "room": room, "name": name, "epoch": epoch});
        let (expected, lost) = match meaning {
            Is(since @ 0..=LINES) => (since + 1..=LINES, false),
            Is(_) => (1..=LINES, true),
            _ => (1..=LINES, false),
        };
        let answer = ask(client, request, "since", spelling);
        answer.map(|joined| {
            assert!(
                numbers(&joined["messages"]).into_iter().eq(expected),
                "{spelling}"
            );
            assert_eq!(joined["lost"], lost, "{spelling}");
        })
    });
}

/// The type of a field is checked in every request, also in those that do not use it.
fn elsewhere(target: Target) {
    each_spelling(target, |client, spelling, _| {
        ask(client, json!({"type": "rooms"}), "since", spelling).map(drop)
    });
}

fn strings(target: Target) {
    let strings = [
        "type", "id", "name", "room", "text", "to", "session", "epoch",
    ];
    let others = ["7", "true", "[]", r#"["a"]"#, "{}"];
    let topics = ["7", r#""rust""#, "[7]", "[null]", r#"[["rust"]]"#, "{}"];
    let wrong = (strings.iter())
        .flat_map(|field| others.map(|value| (*field, value)))
        .chain(topics.map(|value| ("topics", value)));
    for (field, value) in wrong {
        let mut client = ChatClient::connect(target);
        client.ask_text(&format!(r#"{{"type":"rooms","{field}":{value}}}"#));
        assert_eq!(client.next()["code"], "bad_shape", "{field}: {value}");
    }
    // `token` is a field of the request at `/ws/wire`.
    for value in others {
        let mut watcher = Watcher::connect(target);
        watcher.ask_text(&format!(r#"{{"type":"watch","token":{value}}}"#));
        assert_eq!(watcher.next()["code"], "bad_shape", "token: {value}");
    }
}

/// A room in which lines were said.
fn talkative(target: Target) -> String {
    let room = unique("room");
    let mut ada = ChatClient::in_room(target, "ada", &room);
    for number in 1..=LINES {
        ada.say_now(&room, &format!("line {number}"));
    }
    room
}

/// Tries each spelling on a connection of its own, because ten refusals end a connection.
fn each_spelling(
    target: Target,
    check: impl Fn(&mut ChatClient, &'static str, Meaning) -> Result<(), Value>,
) {
    for &(spelling, meaning) in SPELLINGS {
        let mut client = ChatClient::connect(target);
        let code = check(&mut client, spelling, meaning).err();
        let expected = match meaning {
            Refused(code) => Some(json!(code)),
            Is(_) | Absent => None,
        };
        assert_eq!(code, expected, "{spelling}");
    }
}

/// Sends `request` with one more field; returns the answer, or the code of the refusal.
fn ask(
    client: &mut ChatClient,
    request: Value,
    field: &str,
    spelling: &str,
) -> Result<Value, Value> {
    let request = request.to_string();
    let open = request.strip_suffix('}').expect("an object");
    client.ask_text(&format!("{open},\"{field}\":{spelling}}}"));
    let answer = client.find_answer(match field {
        "since" if request.contains("join") => "joined",
        "since" => "rooms",
        _ => "history",
    });
    match &answer["code"] {
        Value::Null => Ok(answer),
        code => Err(code.clone()),
    }
}
