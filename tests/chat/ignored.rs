//! Ignored persons: their whispers are not delivered, and the sender cannot tell.

use crate::kit::client::chat::{ChatClient, two_in_a_room, unique};
use crate::kit::server::shared::SharedServer;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) fn rows(server: &Arc<SharedServer>) -> Vec<Trial> {
    vec![
        server.row(
            "ignore: whispers are not heard, and are acknowledged as any other",
            |server| {
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
                let person = introduce(&mut ada, &mut bob);
                ignore(&mut bob, &[&person]);
                assert_eq!(whisper(&mut ada, &bob.name, "two"), person);
                ada.say_now(&room, "to all");
                assert_eq!(bob.next()["text"], "to all", "lines are for all");
                ignore(&mut bob, &[]);
                whisper(&mut ada, &bob.name, "three");
                assert_eq!(bob.next()["text"], "three");
            },
        ),
        server.row(
            "ignore: a person stays ignored under another name; the next to take the name is heard",
            |server| {
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
                let person = introduce(&mut ada, &mut bob);
                ignore(&mut bob, &[&person]);
                let (before, after) = (ada.name.clone(), unique("grace"));
                ada.ask(json!({"type": "name", "name": after}));
                bob.until("renamed");
                ada.until("renamed");
                whisper(&mut ada, &bob.name, "two");
                let mut eve = ChatClient::connect(server.addr());
                eve.join(&before, &room);
                whisper(&mut eve, &bob.name, "three");
                assert_eq!(bob.until("whispered")["text"], "three");
            },
        ),
        server.row(
            "ignore: it holds for the session, over a lost connection",
            |server| {
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
                let person = introduce(&mut ada, &mut bob);
                ignore(&mut bob, &[&person]);
                let (name, session) = (bob.name.clone(), bob.session().to_owned());
                bob.vanish();
                ada.until("left");
                let mut bob = ChatClient::connect(server.addr());
                bob.ask(json!({"type": "join", "name": name, "room": room, "session": session}));
                bob.until("joined");
                ada.until("entered");
                whisper(&mut ada, &name, "two");
                bob.assert_undisturbed();
            },
        ),
        server.row(
            "ignore: before a name, without persons, of another kind, too many",
            |server| {
                let mut bob = ChatClient::connect(server.addr());
                bob.ask(json!({"type": "ignore", "persons": []}));
                assert_eq!(bob.next()["code"], "not_joined");
                bob.join(&unique("bob"), &unique("room"));
                for persons in [
                    json!(null),
                    json!("A"),
                    json!([1]),
                    json!(vec!["A"; 65]),
                    json!(["A".repeat(65)]),
                ] {
                    bob.ask(json!({"type": "ignore", "persons": persons}));
                    assert_eq!(bob.next()["code"], "bad_shape", "{persons}");
                }
                bob.ask(json!({"type": "ignore", "persons": vec!["A"; 64]}));
                bob.assert_undisturbed();
            },
        ),
    ]
}

/// Whispers and waits for the acknowledgement; returns the person id in it.
fn whisper(client: &mut ChatClient, to: &str, text: &str) -> String {
    client.ask(json!({"type": "whisper", "to": to, "text": text}));
    let answer = client.until("whispered");
    assert_eq!((&answer["to"], &answer["text"]), (&json!(to), &json!(text)));
    answer["person"].as_str().expect("a person").to_owned()
}

/// One whispers to the other, who thereby learns the person id.
fn introduce(speaker: &mut ChatClient, listener: &mut ChatClient) -> String {
    let person = whisper(speaker, &listener.name, "one");
    assert_eq!(listener.until("whispered")["person"], person);
    person
}

fn ignore(client: &mut ChatClient, persons: &[&String]) {
    client.ask(json!({"type": "ignore", "persons": persons}));
    let told: Vec<Value> = client.waiting();
    assert!(told.is_empty(), "{told:?}");
}
