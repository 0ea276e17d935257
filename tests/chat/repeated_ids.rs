//! An id that comes again: its line is acknowledged as it was said, whatever comes under it now,
//! and is not said again.

use crate::kit::client::chat::{ChatClient, two_in_a_room, unique};
use crate::kit::server::shared::{House, Own};
use crate::kit::table::{row, shared};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) fn rows(house: &Arc<House>) -> Vec<Trial> {
    vec![
        shared(house, "an id again: with another text", |house| {
            let (mut ada, mut bob, room) = two_in_a_room(house.addr());
            let said = say(&mut ada, &room, "first", "said");
            assert_eq!(bob.next(), said);
            assert_eq!(say(&mut ada, &room, "second", "said"), said);
            bob.assert_undisturbed();
        }),
        shared(house, "an id again: under another name", |house| {
            let (mut ada, mut bob, room) = two_in_a_room(house.addr());
            let said = say(&mut ada, &room, "hi", "said");
            ada.ask(json!({"type": "name", "name": unique("grace")}));
            ada.until("renamed");
            assert_eq!(say(&mut ada, &room, "hi", "said"), said);
            assert_eq!((bob.next(), &bob.next()["type"]), (said, &json!("renamed")));
            bob.assert_undisturbed();
        }),
        shared(
            house,
            "an id again: by a connection that came back, under another name",
            came_back,
        ),
        shared(
            house,
            "an id again: after the room was left and joined",
            |house| {
                let (mut ada, _bob, room) = two_in_a_room(house.addr());
                let said = say(&mut ada, &room, "hi", "said");
                ada.ask(json!({"type": "leave", "room": room}));
                ada.until("left");
                ada.enter(&room);
                assert_eq!(say(&mut ada, &room, "other", "said"), said);
            },
        ),
        shared(
            house,
            "an id again: of a whisper, to somebody else",
            of_a_whisper,
        ),
        shared(
            house,
            "an id again: lines and whispers count apart",
            |house| {
                let (mut ada, mut bob, room) = two_in_a_room(house.addr());
                let whispered = whisper(&mut ada, &bob.name, "psst", "whispered");
                let said = say(&mut ada, &room, "hi", "said");
                assert_eq!((bob.next(), bob.next()), (whispered, said));
            },
        ),
        shared(
            house,
            "an id again: what is no line is refused all the same",
            |house| {
                let (mut ada, _bob, room) = two_in_a_room(house.addr());
                say(&mut ada, &room, "hi", "said");
                let refused = say(&mut ada, &room, " ", "error");
                assert_eq!(refused["code"], "empty_text");
            },
        ),
        row(
            "an id again: its line is not in the history any more",
            || {
                let server = Own::start(&["--rate", "off"]);
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
                let said = say(&mut ada, &room, "first", "said");
                bob.ask_all((0..1_000).map(|_| json!({"type": "say", "room": room, "text": "!"})));
                bob.count("said", 1_001);
                ada.count("said", 1_000);
                assert_eq!(say(&mut ada, &room, "second", "said"), said);
            },
        ),
        row(
            "an id again: of long lines the last 64 KiB are known, and whether older ones are the same",
            long_lines,
        ),
    ]
}

/// Says a line under an id, always the same one: the next event of this type.
fn say(client: &mut ChatClient, room: &str, text: &str, answer: &str) -> Value {
    client.ask(json!({"type": "say", "room": room, "text": text, "id": "c1"}));
    client.find_answer(answer)
}

fn whisper(client: &mut ChatClient, to: &str, text: &str, answer: &str) -> Value {
    client.ask(json!({"type": "whisper", "to": to, "text": text, "id": "c1"}));
    client.find_answer(answer)
}

fn came_back(house: &House) {
    let (ada, mut bob, room) = two_in_a_room(house.addr());
    let session = ada.session().to_owned();
    let mut ada = ada;
    let said = say(&mut ada, &room, "first", "said");
    let whispered = whisper(&mut ada, &bob.name, "psst", "whispered");
    assert_eq!((bob.next(), bob.next()), (said.clone(), whispered.clone()));
    ada.vanish();
    let name = unique("grace");
    let mut grace = ChatClient::connect(house.addr());
    grace.ask(json!({"type": "join", "name": name, "room": room, "session": session}));
    grace.until("joined");
    assert_eq!(say(&mut grace, &room, "second", "said"), said);
    assert_eq!(
        whisper(&mut grace, &bob.name, "hey", "whispered"),
        whispered
    );
    let told = bob.waiting();
    let moves = ["left", "entered"].map(|kind| json!(kind));
    assert!(
        told.iter().all(|event| moves.contains(&event["type"])),
        "{told:?}"
    );
}

fn of_a_whisper(house: &House) {
    let (mut ada, mut bob, room) = two_in_a_room(house.addr());
    let mut eve = ChatClient::in_room(house.addr(), "eve", &room);
    let whispered = whisper(&mut ada, &bob.name, "for bob", "whispered");
    assert_eq!(bob.until("whispered"), whispered);
    assert_eq!(
        whisper(&mut ada, &eve.name, "for eve", "whispered"),
        whispered
    );
    ada.ask(json!({"type": "name", "name": unique("grace")}));
    bob.ask(json!({"type": "name", "name": unique("bobby")}));
    ada.count("renamed", 2);
    let to = bob.name.clone();
    assert_eq!(whisper(&mut ada, &to, "for bob", "whispered"), whispered);
    for client in [&mut bob, &mut eve] {
        let told = client.waiting();
        let is_rename = |event: &Value| event["type"] == "renamed";
        assert!(told.iter().all(is_rename), "{told:?}");
    }
}

fn long_lines() {
    let server = Own::start(&["--rate", "off"]);
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    let text = |number: usize| format!("{number:04}{}", "ß".repeat(1_996));
    let say = |number: usize, text: &str| json!({"type": "say", "room": "lobby", "text": text, "id": format!("c{number}")});
    ada.ask_all((1..=128).map(|number| say(number, &text(number))));
    let said = ada.count("said", 128);
    for number in 1..=128 {
        ada.ask(say(number, &text(number)));
        assert_eq!(ada.next(), said[number - 1], "the same text");
    }
    // A line has 3 996 bytes, so 16 of them are kept.
    for number in [113, 128] {
        ada.ask(say(number, "another text"));
        assert_eq!(ada.next(), said[number - 1], "as it was said");
    }
    for number in [1, 112] {
        ada.ask(say(number, "another text"));
        let error = ada.next();
        let id = format!("c{number}");
        assert_eq!(
            (&error["code"], &error["id"]),
            (&json!("id_taken"), &json!(id))
        );
    }
    // The 129th makes the first one unknown.
    ada.say_now("lobby", "without an id");
    ada.ask_all([say(129, "short"), say(1, "anew")]);
    let numbers = ada
        .count("said", 2)
        .into_iter()
        .map(|said| said["seq"].clone());
    assert!(numbers.eq([130, 131]));
}
