//! What is typed, and what comes of it.

use super::{AT, Play, page, said, sent, shown};
use crate::cli::chat::command::HELP;
use crate::cli::chat::conversation::{Act, Conversation, Happening, Settings};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A person in the lobby.
pub(super) fn person() -> Play {
    let mut play = Play::new(true, &["lobby"]);
    play.connect("s1");
    play.joined("lobby", "e1", 5, &[]);
    play
}

/// What is said about what was typed.
fn notes(acts: &[Act]) -> Vec<&str> {
    let notes = acts.iter().filter_map(|act| match act {
        Act::Note(line) => line.strip_prefix("* "),
        _ => None,
    });
    notes.collect()
}

fn left(room: &str, name: &str, count: u64) -> Value {
    json!({"type": "left", "room": room, "name": name, "count": count})
}

fn asks(prompt: &str) -> Option<Act> {
    Some(Act::Ask(prompt.to_owned()))
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
        let mut play = person();
        let acts = play.types(typed);
        assert_eq!(sent(&acts), [request], "{typed}");
        assert_eq!(acts.len(), 1, "{typed}: nothing is asked for meanwhile");
        let acts = play.hears(&answer);
        assert_eq!(shown(&acts), lines, "{typed}");
        assert_eq!(acts.last(), asks(prompt).as_ref(), "{typed}");
    }
}

#[test]
fn earlier_lines_end_before_those_that_are_shown() {
    let mut play = person();
    play.types("/history 2");
    let messages = [said(4, "bob", "a", None), said(5, "bob", "b", None)];
    play.hears(&json!({"type": "history", "room": "lobby", "more": true, "messages": messages}));
    assert_eq!(sent(&play.types("/history 2"))[0]["before"], 4);
}

#[test]
fn a_person_goes_from_room_to_room() {
    let mut play = Play::new(true, &["lobby", "rust"]);
    play.connect("s1");
    play.joined("lobby", "e1", 5, &[]);
    play.joined("rust", "e1", 0, &[]);
    let acts = play.types("/join rust");
    assert_eq!(notes(&acts), ["what you type goes to rust"]);
    assert_eq!(acts.last(), asks("ada [rust]> ").as_ref());
    assert_eq!(sent(&play.types("hi"))[0]["room"], "rust");
    play.hears(
        &json!({"type": "said", "room": "rust", "seq": 1, "from": "ada", "text": "hi",
        "at": AT, "id": "c-1"}),
    );

    play.types("/leave lobby");
    assert_eq!(
        play.hears(&left("lobby", "ada", 0)).last(),
        asks("ada> ").as_ref()
    );
    assert_eq!(
        sent(&play.types("here"))[0]["room"],
        "rust",
        "the other one stays"
    );
    let nowhere = play.hears(&said(9, "bob", "is anyone there?", None));
    assert!(shown(&nowhere).is_empty(), "of a room that we have left");
}

#[test]
fn who_is_here_is_known_without_a_question() {
    let mut play = person();
    let entered = json!({"type": "entered", "room": "lobby", "name": "bob", "count": 2});
    let renamed = json!({"type": "renamed", "from": "bob", "to": "bo", "rooms": ["lobby"]});
    for (event, people) in [
        (entered, "* lobby: ada, bob (2 people)"),
        (renamed, "* lobby: ada, bo (2 people)"),
        (left("lobby", "bo", 1), "* lobby: ada (1 person)"),
        (left("rust", "ada", 1), "* lobby: ada (1 person)"),
    ] {
        play.hears(&event);
        let acts = play.types("/people");
        assert_eq!(shown(&acts), [people], "after {event}");
        assert!(sent(&acts).is_empty(), "after {event}");
    }
}

#[test]
fn what_cannot_be_done_is_told_and_fails_a_pipe() {
    let no_room = "you are in no room: /join ROOM";
    let table: [(&[u8], &str); 8] = [
        (b"\xff", "a line is not UTF-8, and was not said"),
        (
            b"/dance",
            "/dance is not a command: //dance says it, /help lists the commands",
        ),
        (b"/nick", "something is missing: /nick NAME"),
        (
            b"/people mars",
            "you are not in that room: /rooms lists how many are where",
        ),
        (b"hi", no_room),
        (b"/history", no_room),
        (b"/leave", "you are in no room"),
        (
            b"/people",
            "you are not in that room: /rooms lists how many are where",
        ),
    ];
    for (index, (typed, sentence)) in table.into_iter().enumerate() {
        let mut play = Play::in_lobby();
        if index > 3 {
            play.types("/leave");
            play.hears(&left("lobby", "ada", 0));
        }
        let acts = play.happens(Happening::Line(typed.to_vec()));
        assert_eq!(notes(&acts), [sentence]);
        assert!(sent(&acts).is_empty(), "{sentence}");
        assert_eq!(acts.last(), asks("ada> ").as_ref(), "{sentence}");
        play.happens(Happening::InputEnded);
        let end = play.happens(Happening::Closed(None));
        let failed = Err("not everything could be done".to_owned());
        assert_eq!(end, [Act::End(failed)], "{sentence}");
    }
}

#[test]
fn help_is_shown_as_it_stands() {
    let acts = person().types("/help");
    let lines: Vec<_> = HELP
        .lines()
        .map(|line| Act::Note(line.to_owned()))
        .collect();
    assert_eq!(acts[..lines.len()], lines);
}

#[test]
fn a_command_that_was_refused_for_its_haste_is_sent_again() {
    let mut play = person();
    play.types("/rooms");
    let haste =
        json!({"type": "error", "code": "rate_limited", "message": "slowly", "about": "rooms"});
    assert!(play.hears(&haste).is_empty());
    let second = Duration::from_secs(1);
    assert_eq!(play.conversation.wake_at(), Some(play.now + second));
    assert!(play.passes(second - Duration::from_millis(1)).is_empty());
    let acts = play.passes(Duration::from_millis(1));
    assert_eq!(sent(&acts), [json!({"type": "rooms"})]);
    assert_eq!(play.conversation.wake_at(), None, "once");

    let refused = json!({"type": "error", "code": "internal", "message": "no", "about": "rooms"});
    let acts = play.hears(&refused);
    assert_eq!(notes(&acts), ["no"]);
    assert_eq!(acts.last(), asks("ada> ").as_ref());
}

#[test]
fn a_room_that_refuses_us_leaves_the_others() {
    let full =
        json!({"type": "error", "code": "room_full", "message": "lobby is full", "about": "join"});
    let join = |room| json!({"type": "join", "name": "ada", "room": room});

    let mut pipe = Play::new(false, &["lobby"]);
    pipe.connect("s1");
    let end = Act::End(Err("lobby is full".to_owned()));
    assert_eq!(
        pipe.hears(&full).last(),
        Some(&end),
        "a pipe has nowhere to go"
    );
    assert!(pipe.types("hi").is_empty(), "it has ended");

    let mut two = Play::new(false, &["lobby", "rust"]);
    two.connect("s1");
    let acts = two.hears(&full);
    assert_eq!(
        (notes(&acts), sent(&acts)),
        (vec!["lobby is full"], vec![join("rust")])
    );
    two.joined("rust", "e1", 0, &[]);
    assert_eq!(sent(&two.types("hi"))[0]["room"], "rust");

    let mut person = Play::new(true, &["lobby"]);
    person.connect("s1");
    let acts = person.hears(&full);
    assert_eq!(notes(&acts), ["lobby is full"]);
    assert_eq!(
        acts.last(),
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
        let mut conversation = Conversation::new(settings, page());
        let now = Instant::now();
        let acts = conversation.start(now);
        (Play { conversation, now }, acts)
    };
    let needed = Act::End(Err("a name is needed: --name NAME".to_owned()));
    assert_eq!(start(false).1, [needed]);

    let (mut person, acts) = start(true);
    assert_eq!(acts.last(), asks("name: ").as_ref());
    assert_eq!(
        person.types("  ").last(),
        asks("name: ").as_ref(),
        "no name yet"
    );
    assert_eq!(person.types("grace"), [Act::Connect(Duration::ZERO)]);
    assert_eq!(sent(&person.connect("s1"))[0]["name"], "grace");

    let (mut gone, _) = start(true);
    assert_eq!(gone.happens(Happening::InputEnded), [Act::End(Ok(()))]);
}
