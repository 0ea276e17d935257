//! Values that cannot be names, lines or rooms.

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
        names("J13 the name in capitals", "name_taken", "{WITNESS}".into()),
        names(
            "J13 the name between blanks",
            "name_taken",
            "  {witness} ".into(),
        ),
        names(
            "J13 the name in full width",
            "name_taken",
            "{ｗｉｔｎｅｓｓ}".into(),
        ),
        names(
            "J13 the name with a Cyrillic і",
            "name_taken",
            "{wіtness}".into(),
        ),
    ]
}

/// Characters that a name cannot contain.
pub(super) fn unfit_names() -> Vec<Row> {
    let unfit = |what, name: &str| {
        let refused = json!({"code": "bad_name", "about": "join", "id": "c1"});
        (what, Stranger, join(name), refused)
    };
    let over_a = |marks: &str| format!("a{marks}");
    vec![
        unfit("J14 a bell in a name", "a\u{7}b"),
        unfit("J14 a line end in a name", "a\nb"),
        unfit("J14 U+0000 in a name", "a\0b"),
        unfit("J14 a line separator in a name", "a\u{2028}b"),
        unfit("J14 a direction in a name", "a\u{202e}b"),
        unfit("J14 an isolate in a name", "a\u{2066}b"),
        unfit("J14 a zero-width name", "\u{200b}\u{200d}"),
        unfit("J14 emoji joined by U+200D", "👩\u{200d}🚀"),
        unfit("J14 a soft hyphen in a name", "a\u{ad}b"),
        unfit("J14 a Hangul filler in a name", "a\u{3164}b"),
        unfit("J14 a variation selector in a name", "❤\u{fe0f}"),
        unfit("J14 a tag in a name", "a\u{e0041}b"),
        unfit("J14 private use in a name", "a\u{e000}b"),
        unfit("J14 an unassigned character in a name", "a\u{378}b"),
        unfit("J14 a noncharacter in a name", "a\u{fffe}b"),
        unfit(
            "J14 64 accents over one letter",
            &over_a(&"\u{301}".repeat(24)),
        ),
        unfit(
            "J14 25 Hebrew points under one letter",
            &over_a(&"\u{5b0}".repeat(25)),
        ),
        unfit(
            "J14 25 spacing marks beside one letter",
            &over_a(&"\u{903}".repeat(25)),
        ),
        unfit(
            "J14 25 enclosing circles around one letter",
            &over_a(&"\u{20dd}".repeat(25)),
        ),
        unfit(
            "J14 four accents over one letter",
            &over_a("\u{300}\u{301}\u{302}\u{303}"),
        ),
        unfit("J14 two accents over é and ǟ", "é\u{301}ǟ\u{300}\u{301}"),
        unfit("J14 an accent over nothing", "a \u{301}b"),
        unfit("J14 two blanks in a name", "a  b"),
    ]
}

/// Names that would seem to have authority, however they are spelt.
pub(super) fn reserved_names() -> Vec<Row> {
    let reserved = |what, name: &str| {
        let refused = json!({"code": "name_reserved", "about": "join", "id": "c1"});
        (what, Stranger, join(name), refused)
    };
    vec![
        reserved("J16 server", "server"),
        reserved("J16 System", "System"),
        reserved("J16 TEACHER", " TEACHER "),
        reserved("J16 server with a Cyrillic ѕ", "ѕerver"),
        reserved("J16 server in full width", "ｓｅｒｖｅｒ"),
        reserved("J16 server in bold script", "𝓼𝓮𝓻𝓿𝓮𝓻"),
        reserved("J16 TEACHER with a Cyrillic Т", "ТEACHER"),
        reserved("J16 systern", "systern"),
        reserved("J16 server and a full stop", "server."),
        reserved("J16 server between stars", "★ server ★"),
        reserved("J16 s e r v e r", "s e r v e r"),
        reserved("J16 ser-ver", "ser-ver"),
        reserved("J16 server with an accent", "sérver"),
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
            "refused: a whisper to a name that is not there",
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
