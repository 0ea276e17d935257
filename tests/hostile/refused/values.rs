//! Names, lines and rooms that can be none.

use super::Who::{Member, Stranger};
use super::{Row, say};
use serde_json::json;

pub(super) fn bad_names() -> Vec<Row> {
    let refused = |code| json!({"code": code, "about": "join", "id": "c1"});
    let names =
        |what, code: &'static str, name: String| (what, Stranger, join(&name), refused(code));
    vec![
        (
            "J11 no name",
            Stranger,
            r#"{"type":"join","room":"{room}","id":"c1"}"#.into(),
            refused("bad_name"),
        ),
        names("J11 an empty name", "bad_name", String::new()),
        names("J11 a name of blanks", "bad_name", "   ".into()),
        names("J12 a name of 33 characters", "bad_name", "x".repeat(33)),
        names("J12 a name of 130 bytes", "bad_name", "ß".repeat(65)),
        names("J12 a name of 60000 bytes", "bad_name", "x".repeat(60_000)),
        names("J13 a name that is taken", "name_taken", "{witness}".into()),
        names("J13 the same in capitals", "name_taken", "{WITNESS}".into()),
        names(
            "J13 the same between blanks",
            "name_taken",
            "  {witness} ".into(),
        ),
        names("J14 a bell in a name", "bad_name", "a\u{7}b".into()),
        names("J14 a line end in a name", "bad_name", "a\nb".into()),
        names("J14 U+0000 in a name", "bad_name", "a\0b".into()),
        names("J14 a direction in a name", "bad_name", "a\u{202e}b".into()),
        names("J14 an isolate in a name", "bad_name", "a\u{2066}b".into()),
        names(
            "J14 a zero-width name",
            "bad_name",
            "\u{200b}\u{200d}".into(),
        ),
        names(
            "J14 64 accents over one letter",
            "bad_name",
            format!("a{}", "\u{301}".repeat(24)),
        ),
        names("J14 two blanks in a name", "bad_name", "a  b".into()),
        names("J16 server", "name_reserved", "server".into()),
        names("J16 System", "name_reserved", "System".into()),
        names("J16 TEACHER", "name_reserved", " TEACHER ".into()),
    ]
}

pub(super) fn bad_lines() -> Vec<Row> {
    let refused = |code| json!({"code": code, "about": "say", "id": "c1"});
    let nobody = r#"{"type":"whisper","to":"nobody","text":"hi","id":"c1"}"#;
    vec![
        ("J17 an empty line", Member, say(""), refused("empty_text")),
        (
            "J17 a line of blanks",
            Member,
            say(" \t\n\u{2003}"),
            refused("empty_text"),
        ),
        (
            "J17 an empty whisper",
            Member,
            r#"{"type":"whisper","to":"{witness}","text":" ","id":"c1"}"#.into(),
            json!({"code": "empty_text", "about": "whisper", "id": "c1"}),
        ),
        (
            "J18 2001 characters",
            Member,
            say(&"ß".repeat(2_001)),
            refused("text_too_long"),
        ),
        ("J19 U+0000", Member, say("a\0b"), refused("bad_text")),
        (
            "J19 half a pair",
            Member,
            r#"{"type":"say","room":"{room}","text":"\ud800","id":"c1"}"#.into(),
            json!({"code": "bad_json"}),
        ),
        (
            "refused: a whisper to nobody",
            Member,
            nobody.into(),
            json!({"code": "no_such_person", "about": "whisper", "id": "c1"}),
        ),
    ]
}

pub(super) fn bad_rooms() -> Vec<Row> {
    let rooms = |what, room: &str| {
        let request = json!({"type": "join", "name": "ada", "room": room}).to_string();
        (
            what,
            Stranger,
            request,
            json!({"code": "bad_room", "about": "join"}),
        )
    };
    vec![
        rooms("refused: a room without a name", ""),
        rooms("refused: a room in capitals", "Lobby"),
        rooms("refused: a room with a blank", "the lobby"),
        rooms("refused: a room with an accent", "lobbý"),
        rooms("refused: a room of 33 characters", &"x".repeat(33)),
    ]
}

fn join(name: &str) -> String {
    json!({"type": "join", "name": name, "room": "{room}", "id": "c1"}).to_string()
}
