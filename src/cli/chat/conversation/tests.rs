//! Courses of events as scripts: the inputs, and the effects of each.

mod again;
mod commands;
mod ends;
mod ignored;

use super::{Conversation, Effect, Input, Settings};
use crate::CloseCode;
use crate::cli::chat::transcript::Transcript;
use crate::time::Zone;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const AT: &str = "2026-11-21T07:31:02.123Z";

/// The transcript of a reader in London on that day.
fn transcript() -> Transcript {
    let today = Zone::UTC.read(AT).expect("a timestamp").day;
    Transcript::new(Zone::UTC, today, false)
}

struct Script {
    conversation: Conversation,
    now: Instant,
}

impl Script {
    fn new(interactive: bool, rooms: &[&str]) -> Self {
        let settings = Settings {
            name: Some("ada".to_owned()),
            rooms: rooms.iter().map(|&room| room.to_owned()).collect(),
            history: 20,
            interactive,
            follow: false,
            id_prefix: "c".to_owned(),
        };
        let page = transcript();
        let mut conversation = Conversation::new(settings, page);
        let now = Instant::now();
        assert_eq!(conversation.start(now), [Effect::Connect(Duration::ZERO)]);
        Self { conversation, now }
    }

    /// A pipe that is in the lobby.
    fn in_lobby() -> Self {
        let mut script = Self::new(false, &["lobby"]);
        script.connect("s1");
        script.joined("lobby", "e1", 5, &[]);
        script
    }

    fn happens(&mut self, input: Input) -> Vec<Effect> {
        self.conversation.handle(self.now, input)
    }

    fn hears(&mut self, event: &Value) -> Vec<Effect> {
        self.happens(Input::Frame(event.to_string()))
    }

    fn types(&mut self, line: &str) -> Vec<Effect> {
        self.happens(Input::Line(line.as_bytes().to_vec()))
    }

    fn connect(&mut self, session: &str) -> Vec<Effect> {
        self.happens(Input::Connected);
        self.hears(&json!({"type": "welcome", "you": 1, "session": session}))
    }

    fn joined(&mut self, room: &str, epoch: &str, seq: u64, messages: &[Value]) -> Vec<Effect> {
        self.hears(
            &json!({"type": "joined", "room": room, "name": "ada", "people": ["ada"],
            "count": 1, "epoch": epoch, "seq": seq, "messages": messages, "lost": false}),
        )
    }

    fn passes(&mut self, time: Duration) -> Vec<Effect> {
        self.now += time;
        self.happens(Input::Wake)
    }
}

fn said(seq: u64, from: &str, text: &str, id: Option<&str>) -> Value {
    json!({"type": "said", "room": "lobby", "seq": seq, "from": from, "text": text, "at": AT, "id": id})
}

/// The frames among these effects.
fn sent(effects: &[Effect]) -> Vec<Value> {
    let frames = effects.iter().filter_map(|effect| match effect {
        Effect::Send(frame) => Some(serde_json::from_str(frame).expect("we send JSON")),
        _ => None,
    });
    frames.collect()
}

fn shown(effects: &[Effect]) -> Vec<&str> {
    let lines = effects.iter().filter_map(|effect| match effect {
        Effect::Show(line) => Some(line.as_str()),
        _ => None,
    });
    lines.collect()
}

fn say(text: &str, id: &str) -> Value {
    json!({"type": "say", "room": "lobby", "text": text, "id": id})
}

#[test]
fn a_pipe_joins_says_its_lines_in_order_and_leaves() {
    let mut script = Script::new(false, &["lobby"]);
    let join = json!({"type": "join", "name": "ada", "room": "lobby"});
    assert_eq!(sent(&script.connect("s1")), [join]);
    let earlier = [
        said(4, "bob", "earlier", None),
        said(5, "bob", "just now", None),
    ];
    let effects = script.joined("lobby", "e1", 5, &earlier);
    assert_eq!(
        shown(&effects),
        [
            "07:31 bob: earlier",
            "07:31 bob: just now",
            "* you have joined lobby (1 person)"
        ]
    );
    assert_eq!(effects.last(), Some(&Effect::Ask("ada> ".to_owned())));

    assert_eq!(sent(&script.types("one")), [say("one", "c-1")]);
    assert!(sent(&script.types("two")).is_empty(), "one at a time");
    assert!(script.happens(Input::End).is_empty(), "not yet");
    let effects = script.hears(&said(6, "ada", "one", Some("c-1")));
    assert_eq!(shown(&effects), ["07:31 ada: one"]);
    assert_eq!(sent(&effects), [say("two", "c-2")]);
    let effects = script.hears(&said(7, "ada", "two", Some("c-2")));
    assert_eq!(effects.last(), Some(&Effect::Close));
    let effects = script.happens(Input::Closed(Some((CloseCode::NORMAL, String::new()))));
    assert_eq!(effects, [Effect::End(Ok(()))]);
}

#[test]
fn haste_is_followed_by_a_pause() {
    let mut script = Script::in_lobby();
    script.types("one");
    let refusal = json!({"type": "error", "code": "rate_limited", "message": "slowly", "id": "c-1",
        "retry_ms": 300, "about": "say"});
    assert!(sent(&script.hears(&refusal)).is_empty());
    assert_eq!(
        script.conversation.wake_at(),
        Some(script.now + Duration::from_millis(300))
    );
    assert!(sent(&script.passes(Duration::from_millis(299))).is_empty());
    let effects = script.passes(Duration::from_millis(1));
    assert_eq!(
        sent(&effects),
        [say("one", "c-1")],
        "the same line, the same id"
    );
}

#[test]
fn a_refused_line_is_reported_and_counts() {
    let mut script = Script::in_lobby();
    script.types("one");
    script.types("two");
    let refusal =
        json!({"type": "error", "code": "text_too_long", "message": "too long", "id": "c-1"});
    let effects = script.hears(&refusal);
    assert!(
        effects.contains(&Effect::Note("* not sent: too long".to_owned())),
        "{effects:?}"
    );
    assert_eq!(sent(&effects), [say("two", "c-2")]);
    script.happens(Input::End);
    script.hears(&said(6, "ada", "two", Some("c-2")));
    let effects = script.happens(Input::Closed(None));
    assert!(matches!(effects[..], [Effect::End(Err(_))]), "{effects:?}");
}

#[test]
fn a_taken_name_ends_a_pipe_and_asks_a_person() {
    let taken = json!({"type": "error", "code": "name_taken", "message": "the name ada is taken",
        "about": "join"});
    let mut pipe = Script::new(false, &["lobby"]);
    pipe.connect("s1");
    let effects = pipe.hears(&taken);
    assert_eq!(
        effects,
        [
            Effect::Close,
            Effect::End(Err("the name ada is taken".to_owned()))
        ]
    );

    let mut person = Script::new(true, &["lobby"]);
    person.connect("s1");
    let effects = person.hears(&taken);
    assert_eq!(effects.last(), Some(&Effect::Ask("name: ".to_owned())));
    let effects = person.types("grace");
    assert_eq!(
        sent(&effects),
        [json!({"type": "join", "name": "grace", "room": "lobby"})]
    );
}

#[test]
fn what_a_person_typed_is_not_shown_again() {
    let mut script = Script::new(true, &["lobby", "rust"]);
    script.connect("s1");
    let effects = script.joined("lobby", "e1", 5, &[]);
    assert_eq!(
        sent(&effects)[0]["room"],
        "rust",
        "one room after the other"
    );
    let effects = script.joined("rust", "e1", 0, &[]);
    assert_eq!(
        effects.last(),
        Some(&Effect::Ask("ada [lobby]> ".to_owned()))
    );
    script.types("hi");
    assert!(shown(&script.hears(&said(6, "ada", "hi", Some("c-1")))).is_empty());
    let effects = script.hears(&said(7, "bob", "hi\nall", None));
    assert_eq!(shown(&effects), ["07:31 [lobby] bob: hi", "      │ all"]);
}

#[test]
fn nothing_that_a_terminal_obeys_gets_through() {
    let mut script = Script::in_lobby();
    let evil = "\x1b]0;owned\x07\u{9b}2J\r";
    let renamed = json!({"type": "renamed", "from": "bob", "to": evil, "rooms": ["lobby"]});
    let whisper = json!({"type": "whispered", "from": evil, "to": "ada", "text": evil, "at": AT});
    let notice = json!({"type": "notice", "kind": evil, "topic": evil, "text": evil, "at": evil});
    let error = json!({"type": "error", "code": "bad_json", "message": evil});
    let entered = json!({"type": "entered", "room": evil, "name": evil, "count": 2});
    let rooms = json!({"type": "rooms", "rooms": [{"room": evil, "count": 2}]});
    for event in [
        said(6, evil, evil, None),
        renamed,
        whisper,
        notice,
        error,
        entered,
        rooms,
    ] {
        let effects = script.hears(&event);
        let lines = effects.iter().filter_map(|effect| match effect {
            Effect::Show(line) | Effect::Note(line) => Some(line),
            _ => None,
        });
        let lines: Vec<_> = lines.collect();
        assert!(!lines.is_empty(), "{event}");
        for line in lines {
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
}

#[test]
fn a_server_that_is_no_chat() {
    let mut script = Script::new(false, &["lobby"]);
    script.happens(Input::Connected);
    let effects = script.passes(Duration::from_secs(10));
    assert!(
        matches!(effects[..], [Effect::Close, Effect::End(Err(_))]),
        "{effects:?}"
    );
}

#[test]
fn a_command_waits_for_the_lines_before_it() {
    let mut script = Script::in_lobby();
    script.types("one");
    assert!(
        script.types("/nick grace").is_empty(),
        "and nothing more is asked for"
    );
    let effects = script.hears(&said(6, "ada", "one", Some("c-1")));
    assert_eq!(sent(&effects), [json!({"type": "name", "name": "grace"})]);
    let renamed = json!({"type": "renamed", "from": "ada", "to": "grace", "rooms": ["lobby"]});
    let effects = script.hears(&renamed);
    assert_eq!(shown(&effects), ["* ada is now grace"]);
    assert_eq!(effects.last(), Some(&Effect::Ask("grace> ".to_owned())));
}

#[test]
fn a_name_with_blanks_is_not_cut_short() {
    let mut script = Script::in_lobby();
    script.hears(&json!({"type": "people", "room": "lobby", "count": 3,
        "people": ["ada", "grace", "Grace Hopper"]}));
    for line in [
        "/msg grace hopper my secret",
        "/msg GRACE  hopper",
        "/msg grace hopper",
    ] {
        let effects = script.types(line);
        assert_eq!(sent(&effects), [] as [Value; 0], "{line}");
    }
    for (line, to, text) in [
        ("/msg \"grace hopper\" hi", "grace hopper", "hi"),
        ("/msg \"grace\" hopper hi", "grace", "hopper hi"),
        ("/msg grace hoppers", "grace", "hoppers"),
    ] {
        let mut script = Script::in_lobby();
        script.hears(&json!({"type": "people", "room": "lobby", "count": 3,
            "people": ["ada", "grace", "Grace Hopper"]}));
        let effects = script.types(line);
        assert_eq!(sent(&effects)[0]["to"], to, "{line}");
        assert_eq!(sent(&effects)[0]["text"], text, "{line}");
    }
}
