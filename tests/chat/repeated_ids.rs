//! A repeated id: its line is acknowledged as it was said, whatever text comes with the id now, and is
//! not said again.

use crate::kit::client::chat::{ChatClient, two_in_a_room, unique};
use crate::kit::server::Server;
use crate::kit::server::shared::SharedServer;
use crate::kit::table::row;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) fn rows(server: &Arc<SharedServer>) -> Vec<Trial> {
    vec![
        server.row("an id again: with another text", |server| {
            let (mut ada, mut bob, room) = two_in_a_room(server.addr());
            let said = say(&mut ada, &room, "first", "said");
            assert_eq!(bob.next(), said);
            assert_eq!(say(&mut ada, &room, "second", "said"), said);
            bob.assert_undisturbed();
        }),
        server.row("an id again: under another name", |server| {
            let (mut ada, mut bob, room) = two_in_a_room(server.addr());
            let said = say(&mut ada, &room, "hi", "said");
            ada.ask(json!({"type": "name", "name": unique("grace")}));
            ada.until("renamed");
            assert_eq!(say(&mut ada, &room, "hi", "said"), said);
            assert_eq!((bob.next(), &bob.next()["type"]), (said, &json!("renamed")));
            bob.assert_undisturbed();
        }),
        server.row(
            "an id again: by a connection that came back, under another name",
            came_back,
        ),
        server.row(
            "an id again: after the room was left and joined",
            |server| {
                let (mut ada, _bob, room) = two_in_a_room(server.addr());
                let said = say(&mut ada, &room, "hi", "said");
                ada.ask(json!({"type": "leave", "room": room}));
                ada.until("left");
                ada.enter(&room);
                assert_eq!(say(&mut ada, &room, "other", "said"), said);
            },
        ),
        server.row("an id again: of a whisper, to another person", of_a_whisper),
        server.row("an id again: lines and whispers count apart", |server| {
            let (mut ada, mut bob, room) = two_in_a_room(server.addr());
            let whispered = whisper(&mut ada, &bob.name, "psst", "whispered");
            let said = say(&mut ada, &room, "hi", "said");
            assert_eq!((bob.next(), bob.next()), (whispered, said));
        }),
        server.row(
            "an id again: an invalid line is refused nevertheless",
            |server| {
                let (mut ada, _bob, room) = two_in_a_room(server.addr());
                say(&mut ada, &room, "hi", "said");
                let refused = say(&mut ada, &room, " ", "error");
                assert_eq!(refused["code"], "empty_text");
            },
        ),
        row(
            "an id again: its line is not in the history any more",
            || {
                let server = Server::start(&["--rate", "off"]);
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
                let said = say(&mut ada, &room, "first", "said");
                bob.ask_all((0..1_000).map(|_| json!({"type": "say", "room": room, "text": "!"})));
                bob.count("said", 1_001);
                ada.count("said", 1_000);
                assert_eq!(say(&mut ada, &room, "second", "said"), said);
            },
        ),
        row(
            "an id again: of long lines the last 64 KiB are kept, and older ones are recognized",
            long_lines,
        ),
    ]
}

/// Says one line under this id; returns the next event of this type.
fn say(client: &mut ChatClient, room: &str, text: &str, answer: &str) -> Value {
    client.ask(json!({"type": "say", "room": room, "text": text, "id": "c1"}));
    client.find_answer(answer)
}

fn whisper(client: &mut ChatClient, to: &str, text: &str, answer: &str) -> Value {
    client.ask(json!({"type": "whisper", "to": to, "text": text, "id": "c1"}));
    client.find_answer(answer)
}

fn came_back(server: &SharedServer) {
    let (ada, mut bob, room) = two_in_a_room(server.addr());
    let session = ada.session().to_owned();
    let mut ada = ada;
    let said = say(&mut ada, &room, "first", "said");
    let whispered = whisper(&mut ada, &bob.name, "psst", "whispered");
    assert_eq!((bob.next(), bob.next()), (said.clone(), whispered.clone()));
    ada.vanish();
    let name = unique("grace");
    let mut grace = ChatClient::connect(server.addr());
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

fn of_a_whisper(server: &SharedServer) {
    let (mut ada, mut bob, room) = two_in_a_room(server.addr());
    let mut eve = ChatClient::in_room(server.addr(), "eve", &room);
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
    let server = Server::start(&["--rate", "off"]);
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    let text = |number: usize| format!("{number:04}{}", "ß".repeat(1_996));
    let say = |number: usize, text: &str| json!({"type": "say", "room": "lobby", "text": text, "id": format!("c{number}")});
    ada.ask_all((1..=128).map(|number| say(number, &text(number))));
    let said = ada.count("said", 128);
    for number in 1..=128 {
        ada.ask(say(number, &text(number)));
        assert_eq!(ada.next(), said[number - 1], "its text");
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
    ada.ask_all([say(129, "short"), say(1, "again")]);
    let numbers = ada
        .count("said", 2)
        .into_iter()
        .map(|said| said["seq"].clone());
    assert!(numbers.eq([130, 131]));
}
