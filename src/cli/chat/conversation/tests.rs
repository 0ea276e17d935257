//! Courses of events, each as a script: what happens, and what is done about it.

mod again;
mod commands;
mod ends;
mod ignored;

use super::{Act, Conversation, Happening, Settings};
use crate::CloseCode;
use crate::cli::chat::page::Page;
use crate::time::Zone;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const AT: &str = "2026-11-21T07:31:02.123Z";

/// The page of a reader in London on that day.
fn page() -> Page {
    let today = Zone::UTC.read(AT).expect("a timestamp").day;
    Page::new(Zone::UTC, today, false)
}

struct Play {
    conversation: Conversation,
    now: Instant,
}

impl Play {
    fn new(interactive: bool, rooms: &[&str]) -> Self {
        let settings = Settings {
            name: Some("ada".to_owned()),
            rooms: rooms.iter().map(|&room| room.to_owned()).collect(),
            history: 20,
            interactive,
            follow: false,
            id_prefix: "c".to_owned(),
        };
        let page = page();
        let mut conversation = Conversation::new(settings, page);
        let now = Instant::now();
        assert_eq!(conversation.start(now), [Act::Connect(Duration::ZERO)]);
        Self { conversation, now }
    }

    /// A pipe that is in the lobby.
    fn in_lobby() -> Self {
        let mut play = Self::new(false, &["lobby"]);
        play.connect("s1");
        play.joined("lobby", "e1", 5, &[]);
        play
    }

    fn happens(&mut self, happening: Happening) -> Vec<Act> {
        self.conversation.handle(self.now, happening)
    }

    fn hears(&mut self, event: &Value) -> Vec<Act> {
        self.happens(Happening::Frame(event.to_string()))
    }

    fn types(&mut self, line: &str) -> Vec<Act> {
        self.happens(Happening::Line(line.as_bytes().to_vec()))
    }

    fn connect(&mut self, session: &str) -> Vec<Act> {
        self.happens(Happening::Connected);
        self.hears(&json!({"type": "welcome", "you": 1, "session": session}))
    }

    fn joined(&mut self, room: &str, epoch: &str, seq: u64, messages: &[Value]) -> Vec<Act> {
        self.hears(
            &json!({"type": "joined", "room": room, "name": "ada", "people": ["ada"],
            "count": 1, "epoch": epoch, "seq": seq, "messages": messages, "lost": false}),
        )
    }

    fn passes(&mut self, time: Duration) -> Vec<Act> {
        self.now += time;
        self.happens(Happening::Time)
    }
}

fn said(seq: u64, from: &str, text: &str, id: Option<&str>) -> Value {
    json!({"type": "said", "room": "lobby", "seq": seq, "from": from, "text": text, "at": AT, "id": id})
}

/// The frames among these acts.
fn sent(acts: &[Act]) -> Vec<Value> {
    let frames = acts.iter().filter_map(|act| match act {
        Act::Send(frame) => Some(serde_json::from_str(frame).expect("we send JSON")),
        _ => None,
    });
    frames.collect()
}

fn shown(acts: &[Act]) -> Vec<&str> {
    let lines = acts.iter().filter_map(|act| match act {
        Act::Show(line) => Some(line.as_str()),
        _ => None,
    });
    lines.collect()
}

fn say(text: &str, id: &str) -> Value {
    json!({"type": "say", "room": "lobby", "text": text, "id": id})
}

#[test]
fn a_pipe_joins_says_its_lines_in_order_and_leaves() {
    let mut play = Play::new(false, &["lobby"]);
    let join = json!({"type": "join", "name": "ada", "room": "lobby"});
    assert_eq!(sent(&play.connect("s1")), [join]);
    let earlier = [
        said(4, "bob", "earlier", None),
        said(5, "bob", "just now", None),
    ];
    let acts = play.joined("lobby", "e1", 5, &earlier);
    assert_eq!(
        shown(&acts),
        [
            "07:31 bob: earlier",
            "07:31 bob: just now",
            "* you have joined lobby (1 person)"
        ]
    );
    assert_eq!(acts.last(), Some(&Act::Ask("ada> ".to_owned())));

    assert_eq!(sent(&play.types("one")), [say("one", "c-1")]);
    assert!(sent(&play.types("two")).is_empty(), "one at a time");
    assert!(play.happens(Happening::InputEnded).is_empty(), "not yet");
    let acts = play.hears(&said(6, "ada", "one", Some("c-1")));
    assert_eq!(shown(&acts), ["07:31 ada: one"]);
    assert_eq!(sent(&acts), [say("two", "c-2")]);
    let acts = play.hears(&said(7, "ada", "two", Some("c-2")));
    assert_eq!(acts.last(), Some(&Act::Close));
    let acts = play.happens(Happening::Closed(Some((CloseCode::NORMAL, String::new()))));
    assert_eq!(acts, [Act::End(Ok(()))]);
}

#[test]
fn haste_is_followed_by_a_pause() {
    let mut play = Play::in_lobby();
    play.types("one");
    let refusal = json!({"type": "error", "code": "rate_limited", "message": "slowly", "id": "c-1",
        "retry_ms": 300, "about": "say"});
    assert!(sent(&play.hears(&refusal)).is_empty());
    assert_eq!(
        play.conversation.wake_at(),
        Some(play.now + Duration::from_millis(300))
    );
    assert!(sent(&play.passes(Duration::from_millis(299))).is_empty());
    let acts = play.passes(Duration::from_millis(1));
    assert_eq!(
        sent(&acts),
        [say("one", "c-1")],
        "the same line, the same id"
    );
}

#[test]
fn a_refused_line_is_told_and_counts() {
    let mut play = Play::in_lobby();
    play.types("one");
    play.types("two");
    let refusal =
        json!({"type": "error", "code": "text_too_long", "message": "too long", "id": "c-1"});
    let acts = play.hears(&refusal);
    assert!(
        acts.contains(&Act::Note("* not said: too long".to_owned())),
        "{acts:?}"
    );
    assert_eq!(sent(&acts), [say("two", "c-2")]);
    play.happens(Happening::InputEnded);
    play.hears(&said(6, "ada", "two", Some("c-2")));
    let acts = play.happens(Happening::Closed(None));
    assert!(matches!(acts[..], [Act::End(Err(_))]), "{acts:?}");
}

#[test]
fn a_taken_name_ends_a_pipe_and_asks_a_person() {
    let taken = json!({"type": "error", "code": "name_taken", "message": "the name ada is taken",
        "about": "join"});
    let mut pipe = Play::new(false, &["lobby"]);
    pipe.connect("s1");
    let acts = pipe.hears(&taken);
    assert_eq!(
        acts,
        [
            Act::Close,
            Act::End(Err("the name ada is taken".to_owned()))
        ]
    );

    let mut person = Play::new(true, &["lobby"]);
    person.connect("s1");
    let acts = person.hears(&taken);
    assert_eq!(acts.last(), Some(&Act::Ask("name: ".to_owned())));
    let acts = person.types("grace");
    assert_eq!(
        sent(&acts),
        [json!({"type": "join", "name": "grace", "room": "lobby"})]
    );
}

#[test]
fn what_a_person_typed_is_not_shown_again() {
    let mut play = Play::new(true, &["lobby", "rust"]);
    play.connect("s1");
    let acts = play.joined("lobby", "e1", 5, &[]);
    assert_eq!(sent(&acts)[0]["room"], "rust", "one room after the other");
    let acts = play.joined("rust", "e1", 0, &[]);
    assert_eq!(acts.last(), Some(&Act::Ask("ada [lobby]> ".to_owned())));
    play.types("hi");
    assert!(shown(&play.hears(&said(6, "ada", "hi", Some("c-1")))).is_empty());
    let acts = play.hears(&said(7, "bob", "hi\nall", None));
    assert_eq!(shown(&acts), ["07:31 [lobby] bob: hi", "      │ all"]);
}

#[test]
fn nothing_that_a_terminal_obeys_gets_through() {
    let mut play = Play::in_lobby();
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
        let acts = play.hears(&event);
        let lines = acts.iter().filter_map(|act| match act {
            Act::Show(line) | Act::Note(line) => Some(line),
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
    let mut play = Play::new(false, &["lobby"]);
    play.happens(Happening::Connected);
    let acts = play.passes(Duration::from_secs(10));
    assert!(
        matches!(acts[..], [Act::Close, Act::End(Err(_))]),
        "{acts:?}"
    );
}

#[test]
fn a_command_waits_for_the_lines_before_it() {
    let mut play = Play::in_lobby();
    play.types("one");
    assert!(
        play.types("/nick grace").is_empty(),
        "and nothing more is asked for"
    );
    let acts = play.hears(&said(6, "ada", "one", Some("c-1")));
    assert_eq!(sent(&acts), [json!({"type": "name", "name": "grace"})]);
    let renamed = json!({"type": "renamed", "from": "ada", "to": "grace", "rooms": ["lobby"]});
    let acts = play.hears(&renamed);
    assert_eq!(shown(&acts), ["* ada is now grace"]);
    assert_eq!(acts.last(), Some(&Act::Ask("grace> ".to_owned())));
}

#[test]
fn a_name_with_blanks_is_not_cut_short() {
    let mut play = Play::in_lobby();
    play.hears(&json!({"type": "people", "room": "lobby", "count": 3,
        "people": ["ada", "grace", "Grace Hopper"]}));
    for line in [
        "/msg grace hopper my secret",
        "/msg GRACE  hopper",
        "/msg grace hopper",
    ] {
        let acts = play.types(line);
        assert_eq!(sent(&acts), [] as [Value; 0], "{line}");
    }
    for (line, to, text) in [
        ("/msg \"grace hopper\" hi", "grace hopper", "hi"),
        ("/msg \"grace\" hopper hi", "grace", "hopper hi"),
        ("/msg grace hoppers", "grace", "hoppers"),
    ] {
        let mut play = Play::in_lobby();
        play.hears(&json!({"type": "people", "room": "lobby", "count": 3,
            "people": ["ada", "grace", "Grace Hopper"]}));
        let acts = play.types(line);
        assert_eq!(sent(&acts)[0]["to"], to, "{line}");
        assert_eq!(sent(&acts)[0]["text"], text, "{line}");
    }
}
