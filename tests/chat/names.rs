//! Names: changed, taken, and free again.

use crate::accepted::two;
use crate::floods::names;
use crate::guest::{Guest, Heard, fresh};
use crate::house::House;
use crate::shared;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

pub(crate) fn rows(house: &Arc<House>) -> Vec<Trial> {
    vec![
        shared(
            house,
            "rename: told once in each room, to all in it",
            renamed,
        ),
        shared(
            house,
            "rename: before any room is refused, without one is told to oneself",
            |house| {
                let (mut ada, mut bob, room) = two(house);
                ada.ask(json!({"type": "leave", "room": room}));
                ada.until("left");
                bob.until("left");
                let (from, to) = (ada.name.clone(), fresh("grace"));
                ada.ask(json!({"type": "name", "name": to}));
                assert_eq!(
                    ada.next(),
                    json!({"type": "renamed", "from": from, "to": to, "rooms": []})
                );
                bob.assert_undisturbed();
            },
        ),
        shared(
            house,
            "rename: names that are taken, reserved or none",
            |house| {
                let (mut ada, mut bob, room) = two(house);
                let (taken, capitals) = (bob.name.clone(), bob.name.to_uppercase());
                for (name, code) in [
                    (taken.as_str(), "name_taken"),
                    (&capitals, "name_taken"),
                    ("Server", "name_reserved"),
                    ("", "bad_name"),
                    ("a\u{200b}", "bad_name"),
                ] {
                    ada.ask(json!({"type": "name", "name": name, "id": "c1"}));
                    let error = ada.next();
                    assert_eq!(error["code"], code, "{name:?}");
                    assert_eq!(
                        (&error["about"], &error["id"]),
                        (&json!("name"), &json!("c1"))
                    );
                }
                ada.say(&room, "the same as before");
                assert_eq!(bob.next()["from"], *ada.name);
            },
        ),
        shared(
            house,
            "rename: one's own name in capitals is not taken",
            |house| {
                let (mut ada, mut bob, _) = two(house);
                let capitals = ada.name.to_uppercase();
                ada.ask(json!({"type": "name", "name": capitals}));
                assert_eq!(bob.next()["to"], *capitals);
                // And still nobody else can have it.
                bob.ask(json!({"type": "name", "name": ada.name}));
                assert_eq!(bob.next()["code"], "name_taken");
            },
        ),
        shared(house, "a name that was given up is free at once", |house| {
            let (mut ada, mut bob, _) = two(house);
            let old = ada.name.clone();
            ada.ask(json!({"type": "name", "name": fresh("grace")}));
            bob.until("renamed");
            bob.ask(json!({"type": "name", "name": old}));
            assert_eq!(bob.next()["to"], *old);
        }),
        shared(
            house,
            "the name of a closed connection is free at once",
            |house| {
                for end in [Guest::close, Guest::vanish, drop] {
                    let (mut ada, bob, room) = two(house);
                    let name = bob.name.clone();
                    end(bob);
                    ada.until("left");
                    Guest::connect(house.addr()).join(&name.to_uppercase(), &room);
                }
            },
        ),
        shared(
            house,
            "a name that is handed on at once: the newcomer is in the list",
            handed_on,
        ),
    ]
}

fn renamed(house: &House) {
    let (mut ada, mut bob, room) = two(house);
    let other = fresh("other");
    let mut eve = Guest::in_room(house.addr(), "eve", &other);
    ada.enter(&other);
    eve.until("entered");
    let (from, to) = (ada.name.clone(), fresh("grace"));
    ada.ask(json!({"type": "name", "name": format!(" {to} ")}));
    let told = |room: &str| json!({"type": "renamed", "from": from, "to": to, "rooms": [room]});
    assert_eq!(bob.next(), told(&room));
    assert_eq!(eve.next(), told(&other));
    let mut own = [ada.next(), ada.next()];
    own.sort_by_key(|event| event["rooms"] != json!([room]));
    assert_eq!(own, [told(&room), told(&other)]);
    bob.assert_undisturbed();
    // From here on everything bears the new name.
    ada.say(&room, "hi");
    assert_eq!(bob.next()["from"], *to);
    bob.ask(json!({"type": "whisper", "to": to, "text": "psst"}));
    assert_eq!(ada.until("whispered")["to"], *to);
    let joined = Guest::connect(house.addr()).join(&fresh("late"), &room);
    assert!(names(&joined["people"]).contains(&to));
    assert!(!names(&joined["people"]).contains(&from));
}

/// One goes, and another comes who wants the very name, before anyone has noticed. The one is gone
/// then, and the other is there: whatever overlapped on the way, the list must end so, the one
/// that those have who were told of every step too.
fn handed_on(house: &House) {
    let (rounds, name) = (if crate::is_long() { 1_000 } else { 100 }, fresh("ada"));
    let rooms: Vec<String> = (0..20).map(|_| fresh("room")).collect();
    let mut witness = Guest::connect(house.addr());
    let joined = witness.join(&fresh("witness"), &rooms[19]);
    let mut roster = names(&joined["people"]);
    let mut before = None;
    for round in 0..rounds {
        let mut ada = Guest::connect(house.addr());
        drop(before.take());
        let join = |room: &String| json!({"type": "join", "name": name, "room": room});
        loop {
            ada.ask(join(&rooms[0]));
            let answer = ada.next();
            if answer["type"] == "joined" {
                assert_eq!(answer["people"], json!([name]), "in round {round}");
                break;
            }
            assert_eq!(answer["code"], "name_taken");
            ada = Guest::connect(house.addr()); // ten refusals would end it
        }
        ada.ask_all(rooms[1..].iter().map(join));
        for joined in ada.count("joined", rooms.len() - 1) {
            let mut people = names(&joined["people"]);
            people.remove(&witness.name);
            assert_eq!(people, names(&json!([name])), "in round {round}");
        }
        before = Some(ada);
    }
    // All that overlapped is over when the list is told again, or nothing comes for a while.
    while let Heard::Event(event) = witness.hear(Duration::from_secs(2)) {
        follow(&mut roster, &event);
    }
    let expected = names(&json!([name, witness.name]));
    assert_eq!(roster, expected, "what a witness was told");
    let mut late = Guest::connect(house.addr());
    let late_name = fresh("late");
    for room in &rooms {
        let joined = late.join(&late_name, room);
        assert!(names(&joined["people"]).contains(&name), "{joined}");
    }
}

/// Keeps a list of those in a room, by what is told.
pub(crate) fn follow(roster: &mut BTreeSet<String>, event: &Value) {
    let name = || event["name"].as_str().expect("a name").to_owned();
    match event["type"].as_str() {
        Some("entered") => _ = roster.insert(name()),
        Some("left") => _ = roster.remove(&name()),
        Some("people") => *roster = names(&event["people"]),
        _ => {}
    }
}
