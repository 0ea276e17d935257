//! Typed commands and their effects.

use super::{AT, Script, said, sent, shown, transcript};
use crate::cli::chat::command::help;
use crate::cli::chat::conversation::{Conversation, Effect, Input, Settings};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A person in the lobby.
pub(super) fn person() -> Script {
    let mut script = Script::new(true, &["lobby"]);
    script.connect("s1");
    script.joined("lobby", "e1", 5, &[]);
    script
}

/// What is said about what was typed.
fn notes(effects: &[Effect]) -> Vec<&str> {
    let notes = effects.iter().filter_map(|effect| match effect {
        Effect::Note(line) => line.strip_prefix("* "),
        _ => None,
    });
    notes.collect()
}

fn left(room: &str, name: &str, count: u64) -> Value {
    json!({"type": "left", "room": room, "name": name, "count": count})
}

fn asks(prompt: &str) -> Option<Effect> {
    Some(Effect::Ask(prompt.to_owned()))
}

#[test]
fn each_request_waits_for_its_answer() {
    let history = |more| {
        json!({"type": "history", "room": "lobby", "more": more,
            "messages": [said(3, "bob", "a", None), said(4, "bob", "b", None)]})
    };
    let rooms = json!({"type": "rooms", "rooms": [{"room": "lobby", "count": 1}, {"room": "rust", "count": 2}]});
    let joined = json!({"type": "joined", "room": "rust", "name": "ada", "people": ["ada", "bob"],
        "count": 2, "epoch": "e1", "seq": 9, "messages": [], "lost": false});
    let before =
        |seq, limit| json!({"type": "history", "room": "lobby", "before": seq, "limit": limit});
    let begins = "* this is where lobby begins";
    #[rustfmt::skip] // A table: typed, sent, answered, shown, and the prompt for what is typed next.
    let table: [(&str, Value, Value, &[&str], &str); 6] = [
        ("/join rust", json!({"type": "join", "name": "ada", "room": "rust"}), joined,
            &["* you have joined rust (2 people)"], "ada [rust]> "),
        ("/leave", json!({"type": "leave", "room": "lobby"}), left("lobby", "ada", 0),
            &["* ada has left lobby (0 people)"], "ada> "),
        ("/leave lobby", json!({"type": "leave", "room": "lobby"}), left("lobby", "ada", 0),
            &["* ada has left lobby (0 people)"], "ada> "),
        ("/rooms", json!({"type": "rooms"}), rooms,
            &["* lobby (1 person)", "* rust (2 people)"], "ada> "),
        ("/history", before(6, 20), history(true),
            &["07:31 bob: a", "07:31 bob: b"], "ada> "),
        ("/history 5", before(6, 5), history(false),
            &["07:31 bob: a", "07:31 bob: b", begins], "ada> "),
    ];
    for (typed, request, answer, lines, prompt) in table {
        let mut script = person();
        let effects = script.types(typed);
        assert_eq!(sent(&effects), [request], "{typed}");
        assert_eq!(effects.len(), 1, "{typed}: nothing is asked for meanwhile");
        let effects = script.hears(&answer);
        assert_eq!(shown(&effects), lines, "{typed}");
        assert_eq!(effects.last(), asks(prompt).as_ref(), "{typed}");
    }
}

#[test]
fn earlier_lines_end_before_those_that_are_shown() {
    let mut script = person();
    script.types("/history 2");
    let messages = [said(4, "bob", "a", None), said(5, "bob", "b", None)];
    script.hears(&json!({"type": "history", "room": "lobby", "more": true, "messages": messages}));
    assert_eq!(sent(&script.types("/history 2"))[0]["before"], 4);
}

#[test]
fn a_person_goes_from_room_to_room() {
    let mut script = Script::new(true, &["lobby", "rust"]);
    script.connect("s1");
    script.joined("lobby", "e1", 5, &[]);
    script.joined("rust", "e1", 0, &[]);
    let effects = script.types("/join rust");
    assert_eq!(notes(&effects), ["what you type goes to rust"]);
    assert_eq!(effects.last(), asks("ada [rust]> ").as_ref());
    assert_eq!(sent(&script.types("hi"))[0]["room"], "rust");
    script.hears(
        &json!({"type": "said", "room": "rust", "seq": 1, "from": "ada", "text": "hi",
        "at": AT, "id": "c-1"}),
    );

    script.types("/leave lobby");
    assert_eq!(
        script.hears(&left("lobby", "ada", 0)).last(),
        asks("ada> ").as_ref()
    );
    assert_eq!(
        sent(&script.types("here"))[0]["room"],
        "rust",
        "the other one stays"
    );
    let nowhere = script.hears(&said(9, "bob", "is anyone there?", None));
    assert!(shown(&nowhere).is_empty(), "of a room that we have left");
}

#[test]
fn who_is_here_is_known_without_a_question() {
    let mut script = person();
    let entered = json!({"type": "entered", "room": "lobby", "name": "bob", "count": 2});
    let renamed = json!({"type": "renamed", "from": "bob", "to": "bo", "rooms": ["lobby"]});
    for (event, people) in [
        (entered, "* lobby: ada, bob (2 people)"),
        (renamed, "* lobby: ada, bo (2 people)"),
        (left("lobby", "bo", 1), "* lobby: ada (1 person)"),
        (left("rust", "ada", 1), "* lobby: ada (1 person)"),
    ] {
        script.hears(&event);
        let effects = script.types("/people");
        assert_eq!(shown(&effects), [people], "after {event}");
        assert!(sent(&effects).is_empty(), "after {event}");
    }
}

#[test]
fn what_cannot_be_done_is_told_and_fails_a_pipe() {
    let no_room = "you are in no room: /join ROOM";
    let table: [(&[u8], &str); 8] = [
        (b"\xff", "a line is not UTF-8, and was not sent"),
        (
            b"/dance",
            "/dance is not a command: //dance says it, /help lists the commands",
        ),
        (b"/nick", "this command is incomplete: /name NAME"),
        (
            b"/people mars",
            "you are not in that room: /rooms lists how many people are where",
        ),
        (b"hi", no_room),
        (b"/history", no_room),
        (b"/leave", "you are in no room"),
        (
            b"/people",
            "you are not in that room: /rooms lists how many people are where",
        ),
    ];
    for (index, (typed, sentence)) in table.into_iter().enumerate() {
        let mut script = Script::in_lobby();
        if index > 3 {
            script.types("/leave");
            script.hears(&left("lobby", "ada", 0));
        }
        let effects = script.happens(Input::Line(typed.to_vec()));
        assert_eq!(notes(&effects), [sentence]);
        assert!(sent(&effects).is_empty(), "{sentence}");
        assert_eq!(effects.last(), asks("ada> ").as_ref(), "{sentence}");
        script.happens(Input::End);
        let end = script.happens(Input::Closed(None));
        let failed = Err("not everything could be done".to_owned());
        assert_eq!(end, [Effect::End(failed)], "{sentence}");
    }
}

#[test]
fn topics_are_followed_on_every_connection() {
    let follow = |topics: &[&str]| json!({"type": "follow", "topics": topics});
    let mut script = person();
    let effects = script.types("/follow rust, go");
    assert_eq!(sent(&effects), [follow(&["rust", "go"])]);
    assert_eq!(notes(&effects), ["you follow the news on rust, go"]);

    script.happens(Input::Lost("gone".to_owned()));
    let effects = script.types("/follow rust");
    assert_eq!(notes(&effects), ["not now: there is no connection"]);
    script.connect("s2");
    let effects = script.joined("lobby", "e1", 5, &[]);
    assert_eq!(
        sent(&effects),
        [follow(&["rust", "go"])],
        "and not for each room"
    );

    let effects = script.types("/follow");
    assert_eq!(sent(&effects), [follow(&[])]);
    assert_eq!(notes(&effects), ["you follow all news"]);
    script.happens(Input::Lost("gone".to_owned()));
    script.connect("s3");
    assert!(
        sent(&script.joined("lobby", "e1", 5, &[])).is_empty(),
        "a new connection follows all"
    );
}

#[test]
fn help_is_shown_as_it_stands() {
    let effects = person().types("/help");
    let lines: Vec<_> = help().map(Effect::Note).collect();
    assert_eq!(effects[..lines.len()], lines);
}

#[test]
fn a_command_that_was_refused_for_its_haste_is_sent_again() {
    let mut script = person();
    script.types("/rooms");
    let haste =
        json!({"type": "error", "code": "rate_limited", "message": "slowly", "about": "rooms"});
    assert!(script.hears(&haste).is_empty());
    let second = Duration::from_secs(1);
    assert_eq!(script.conversation.wake_at(), Some(script.now + second));
    assert!(script.passes(second - Duration::from_millis(1)).is_empty());
    let effects = script.passes(Duration::from_millis(1));
    assert_eq!(sent(&effects), [json!({"type": "rooms"})]);
    assert_eq!(script.conversation.wake_at(), None, "once");

    let refused = json!({"type": "error", "code": "internal", "message": "no", "about": "rooms"});
    let effects = script.hears(&refused);
    assert_eq!(notes(&effects), ["no"]);
    assert_eq!(effects.last(), asks("ada> ").as_ref());
}

#[test]
fn a_room_that_refuses_us_leaves_the_others() {
    let full =
        json!({"type": "error", "code": "room_full", "message": "lobby is full", "about": "join"});
    let join = |room| json!({"type": "join", "name": "ada", "room": room});

    let mut pipe = Script::new(false, &["lobby"]);
    pipe.connect("s1");
    let end = Effect::End(Err("lobby is full".to_owned()));
    assert_eq!(
        pipe.hears(&full).last(),
        Some(&end),
        "a pipe has nowhere to go"
    );
    assert!(pipe.types("hi").is_empty(), "it has ended");

    let mut two = Script::new(false, &["lobby", "rust"]);
    two.connect("s1");
    let effects = two.hears(&full);
    assert_eq!(
        (notes(&effects), sent(&effects)),
        (vec!["lobby is full"], vec![join("rust")])
    );
    two.joined("rust", "e1", 0, &[]);
    assert_eq!(sent(&two.types("hi"))[0]["room"], "rust");

    let mut person = Script::new(true, &["lobby"]);
    person.connect("s1");
    let effects = person.hears(&full);
    assert_eq!(notes(&effects), ["lobby is full"]);
    assert_eq!(
        effects.last(),
        asks("ada> ").as_ref(),
        "a person can choose another"
    );
    assert_eq!(sent(&person.types("/join rust")), [join("rust")]);
}

#[test]
fn without_a_name_a_person_is_asked_and_a_pipe_ends() {
    let start = |interactive| {
        let settings = Settings {
            name: None,
            rooms: vec!["lobby".to_owned()],
            history: 20,
            interactive,
            follow: false,
            id_prefix: "c".to_owned(),
        };
        let mut conversation = Conversation::new(settings, transcript());
        let now = Instant::now();
        let effects = conversation.start(now);
        (Script { conversation, now }, effects)
    };
    let needed = Effect::End(Err("a name is needed: --name NAME".to_owned()));
    assert_eq!(start(false).1, [needed]);

    let (mut person, effects) = start(true);
    assert_eq!(effects.last(), asks("name: ").as_ref());
    assert_eq!(
        person.types("  ").last(),
        asks("name: ").as_ref(),
        "no name yet"
    );
    assert_eq!(person.types("grace"), [Effect::Connect(Duration::ZERO)]);
    assert_eq!(sent(&person.connect("s1"))[0]["name"], "grace");

    let (mut gone, _) = start(true);
    assert_eq!(gone.happens(Input::End), [Effect::End(Ok(()))]);
}
