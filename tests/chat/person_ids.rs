//! Person ids: a name can pass to another client, an id cannot.

use crate::kit::client::chat::{ChatClient, two_in_a_room, unique};
use crate::kit::server::shared::SharedServer;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) fn rows(server: &Arc<SharedServer>) -> Vec<Trial> {
    vec![
        server.row(
            "person: one id in every list and event, under any name, over a lost connection",
            one_person,
        ),
        server.row(
            "person: a whisper to an id does not reach the next client of that name",
            next_of_that_name,
        ),
        server.row(
            "person: a whisper without an id, or with null, goes by the name",
            |server| {
                let (mut ada, mut bob, _) = two_in_a_room(server.addr());
                for person in [json!({}), json!({"person": null})] {
                    let mut whisper = json!({"type": "whisper", "to": bob.name, "text": "hi"});
                    whisper["person"] = person["person"].clone();
                    ada.ask(whisper);
                    assert_eq!(bob.next()["text"], "hi");
                    assert_eq!(ada.next()["text"], "hi");
                }
            },
        ),
        server.row(
            "person: a whisper to an unknown id, and to an id of the wrong type",
            |server| {
                let (mut ada, mut bob, _) = two_in_a_room(server.addr());
                for (person, code) in [
                    (json!("0123456789ab"), "no_such_person"),
                    (json!(""), "no_such_person"),
                    (json!("x".repeat(1000)), "no_such_person"),
                    (json!(7), "bad_shape"),
                ] {
                    ada.ask(
                        json!({"type": "whisper", "to": bob.name, "person": person, "text": "hi"}),
                    );
                    let error = ada.next();
                    assert_eq!(error["code"], code, "{person}: {error}");
                }
                bob.assert_undisturbed();
            },
        ),
    ]
}

/// The id of the person with this name, by the lists of names and persons.
fn person_of(list: &Value, name: &str) -> String {
    let people = list["people"].as_array().expect("names");
    let persons = list["persons"].as_array().expect("persons");
    assert_eq!(people.len(), persons.len(), "{list}");
    let place = people.iter().position(|other| other == name);
    let person = persons[place.expect("the name is there")].as_str();
    person.expect("a text").to_owned()
}

fn one_person(server: &SharedServer) {
    let room = unique("room");
    let mut ada = ChatClient::in_room(server.addr(), "ada", &room);
    let mut bob = ChatClient::connect(server.addr());
    let joined = bob.join(&unique("bob"), &room);
    let person = person_of(&joined, &bob.name);
    assert_eq!(ada.until("entered")["person"], *person);
    assert_ne!(person_of(&joined, &ada.name), person);
    assert!(
        !bob.session().contains(&person),
        "it is of no use to others"
    );

    let to = unique("grace");
    bob.ask(json!({"type": "name", "name": to}));
    assert_eq!(bob.until("renamed")["person"], *person);
    assert_eq!(ada.until("renamed")["person"], *person);

    let session = bob.session().to_owned();
    bob.vanish();
    ada.until("left");
    let mut back = ChatClient::connect(server.addr());
    back.ask(json!({"type": "join", "name": to, "room": room, "session": session}));
    let joined = back.until("joined");
    assert_eq!(person_of(&joined, &to), person);
    assert_eq!(ada.until("entered")["person"], *person);
    back.close();
    ada.until("left");
    let mut next = ChatClient::connect(server.addr());
    let joined = next.join(&to, &room);
    assert_ne!(
        person_of(&joined, &to),
        person,
        "another person of that name"
    );
}

fn next_of_that_name(server: &SharedServer) {
    let room = unique("room");
    let mut ada = ChatClient::in_room(server.addr(), "ada", &room);
    let mut grace = ChatClient::in_room(server.addr(), "grace", &room);
    let person = ada.until("entered")["person"].clone();
    let (name, other) = (grace.name.clone(), unique("hopper"));
    let secret = |to: &str| json!({"type": "whisper", "to": to, "person": person, "text": "my secret", "id": "c1"});

    // Grace is renamed, and another client takes her name: a whisper to the old name fails, one to the
    // new name arrives.
    grace.ask(json!({"type": "name", "name": other}));
    grace.until("renamed");
    let mut mallory = ChatClient::connect(server.addr());
    mallory.join(&name, &room);
    ada.ask(secret(&name));
    assert_eq!(ada.until("error")["code"], "no_such_person");
    ada.ask(secret(&other.to_uppercase()));
    assert_eq!(ada.until("whispered")["to"], *other);
    assert_eq!(grace.until("whispered")["text"], "my secret");
    mallory.assert_undisturbed();

    // Grace is gone, and her name taken: no one receives a further whisper, though the name exists.
    grace.vanish();
    ada.until("left");
    mallory.ask(json!({"type": "name", "name": other}));
    mallory.until("renamed");
    let mut again = secret(&other);
    again["id"] = json!("c2");
    ada.ask(again);
    assert_eq!(ada.until("error")["code"], "no_such_person");
    mallory.assert_undisturbed();
}
