//! Requests that are malformed, or not possible now.

use super::Who::{Member, Stranger};
use super::{Row, say};
use serde_json::json;

pub(super) fn not_requests() -> Vec<Row> {
    let bad_json = || json!({"code": "bad_json"});
    let bad_shape = || json!({"code": "bad_shape"});
    let about = |kind| json!({"code": "bad_shape", "about": kind, "id": "c1"});
    let inside = format!(r#"{{"type":"rooms","x":{}}}"#, nested(1_000));
    vec![
        ("J01 empty message", Member, String::new(), bad_json()),
        ("J02 an open brace", Member, "{".into(), bad_json()),
        ("J02 cut", Member, r#"{"type":"say""#.into(), bad_json()),
        (
            "J02 two braces too many",
            Member,
            r#"{"type":"rooms"}}}"#.into(),
            bad_json(),
        ),
        ("J02 prose", Stranger, "hello".into(), bad_json()),
        ("J04 nested 127 deep", Member, nested(127), bad_shape()),
        ("J04 nested 128 deep", Member, nested(128), bad_json()),
        (
            "J04 nested 60000 deep",
            Member,
            "[".repeat(60_000),
            bad_json(),
        ),
        (
            "J04 nested 1000 deep in an unknown field",
            Member,
            inside,
            bad_json(),
        ),
        (
            "J06 unknown type",
            Member,
            r#"{"type":"shout","id":"c1"}"#.into(),
            json!({"code": "unknown_type", "id": "c1"}),
        ),
        ("J06 a list", Member, r#"["say"]"#.into(), bad_shape()),
        ("J06 no type", Member, "{}".into(), bad_shape()),
        (
            "J20 a number as text",
            Member,
            r#"{"type":"say","room":"{room}","text":7}"#.into(),
            bad_shape(),
        ),
        (
            "J20 a list as text",
            Member,
            r#"{"type":"say","room":"{room}","text":["hi"]}"#.into(),
            bad_shape(),
        ),
        (
            "J20 an object as text",
            Member,
            r#"{"type":"say","room":"{room}","text":{}}"#.into(),
            bad_shape(),
        ),
        (
            "J20 null as text",
            Member,
            r#"{"type":"say","room":"{room}","text":null,"id":"c1"}"#.into(),
            about("say"),
        ),
        (
            "J20 no text",
            Member,
            r#"{"type":"say","room":"{room}","id":"c1"}"#.into(),
            about("say"),
        ),
        (
            "J20 no room",
            Member,
            r#"{"type":"say","text":"hi","id":"c1"}"#.into(),
            about("say"),
        ),
        (
            "J20 a ping without t",
            Member,
            r#"{"type":"ping","id":"c1"}"#.into(),
            about("ping"),
        ),
        (
            "J20 topics that are no list",
            Member,
            r#"{"type":"follow","topics":"rust"}"#.into(),
            bad_shape(),
        ),
        (
            "J20 33 topics",
            Member,
            json!({"type": "follow", "topics": vec!["x"; 33], "id": "c1"}).to_string(),
            about("follow"),
        ),
        (
            "J20 an id of 65 characters",
            Member,
            json!({"type": "say", "room": "{room}", "text": "hi", "id": "ß".repeat(65)})
                .to_string(),
            json!({"code": "bad_shape", "about": "say"}),
        ),
        (
            "J29 4000 unknown keys",
            Member,
            format!(
                "{{{}\"type\":\"shout\"}}",
                (0..4_000)
                    .map(|key| format!("\"{key}\":0,"))
                    .collect::<String>()
            ),
            json!({"code": "unknown_type"}),
        ),
    ]
}

pub(super) fn out_of_turn() -> Vec<Row> {
    let not_joined = |kind| json!({"code": "not_joined", "about": kind});
    let in_room = |kind: &str| json!({"type": kind, "room": "{room}"}).to_string();
    vec![
        (
            "J09 say before join",
            Stranger,
            say("hi"),
            json!({"code": "not_joined", "about": "say", "id": "c1"}),
        ),
        (
            "J09 typing before join",
            Stranger,
            in_room("typing"),
            not_joined("typing"),
        ),
        (
            "J09 history before join",
            Stranger,
            in_room("history"),
            not_joined("history"),
        ),
        (
            "J09 leave before join",
            Stranger,
            in_room("leave"),
            not_joined("leave"),
        ),
        (
            "J09 a name before join",
            Stranger,
            r#"{"type":"name","name":"ada"}"#.into(),
            not_joined("name"),
        ),
        (
            "J09 whisper before join",
            Stranger,
            r#"{"type":"whisper","to":"{witness}","text":"hi"}"#.into(),
            not_joined("whisper"),
        ),
        (
            "J09 say in another room",
            Member,
            r#"{"type":"say","room":"elsewhere","text":"hi"}"#.into(),
            not_joined("say"),
        ),
        (
            "J10 join twice",
            Member,
            in_room("join"),
            json!({"code": "already_joined", "about": "join"}),
        ),
        (
            "J10 join a further room under another name",
            Member,
            r#"{"type":"join","room":"further","name":"somebody else"}"#.into(),
            json!({"code": "already_joined", "about": "join"}),
        ),
    ]
}

fn nested(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}
