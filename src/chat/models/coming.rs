//! Who comes, goes and changes names, beside lines.

use super::visitor::{Visitor, join, say};
use super::{chat, finish};
use crate::sync::model::spawn;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

/// A newcomer hears every line behind those of its welcome, and who leaves hears no more.
fn coming() {
    let chat = chat(1);
    let mut ada = Visitor::joined(&chat, 1, "ada");
    let mut bob = Visitor::joined(&chat, 2, "bob");
    let threads = [
        spawn(move || {
            ada.ask(&[say("1")]);
            ada.ask(&[say("2"), say("3"), say("4"), say("5")]);
            ada
        }),
        spawn(move || {
            bob.ask(&[say("1"), json!({"type": "leave", "room": "lobby"})]);
            bob
        }),
        spawn({
            let chat = Arc::clone(&chat);
            move || {
                let mut cid = Visitor::joined(&chat, 3, "cid");
                cid.ask(&[json!({"type": "name", "name": "eve"}), say("1")]);
                cid
            }
        }),
    ];
    let [ada, bob, cid] = <[Visitor; 3]>::try_from(finish(threads))
        .ok()
        .expect("three");
    let (view, other) = (ada.view("lobby"), cid.view("lobby"));
    view.assert_people(&["ada", "eve"]);
    other.assert_people(&["ada", "eve"]);
    assert_eq!(view.lines, other.lines);
    assert_eq!((view.last, view.repeated + other.repeated), (7, 0));
    view.assert_said("ada", &["1", "2", "3", "4", "5"]);
    bob.view("lobby").assert_said("bob", &["1"]);
}

/// A room in which nothing was said is gone with its last member, and those who come in meanwhile
/// are all in one.
fn tidying() {
    let chat = chat(2);
    let enter = |id, name: &'static str, leaves: bool| {
        let chat = Arc::clone(&chat);
        spawn(move || {
            let mut visitor = Visitor::joined(&chat, id, name);
            if leaves {
                visitor.leave();
            }
            visitor
        })
    };
    let threads = [
        enter(1, "ada", true),
        enter(2, "bob", false),
        enter(3, "cid", false),
    ];
    let visitors = finish(threads);
    for visitor in &visitors[1..] {
        visitor.view("lobby").assert_people(&["bob", "cid"]);
    }
    let found = chat.rooms.list();
    assert_eq!((found.len(), found[0].count), (1, 2));
}

/// Where there is place for one room, it is forgotten for another. Its numbers are never given again.
fn forgetting() {
    let chat = chat(1);
    let threads = [(1, "ada", ["a", "b"]), (2, "bob", ["b", "a"])].map(|(id, name, rooms)| {
        let mut visitor = Visitor::new(&chat, id);
        spawn(move || {
            for room in rooms {
                visitor.ask(&[join(room, name)]);
                visitor.ask(&[json!({"type": "say", "room": room, "text": name})]);
                visitor.ask(&[json!({"type": "leave", "room": room})]);
            }
            visitor
        })
    });
    let mut given = HashMap::new();
    for visitor in finish(threads) {
        for line in visitor.events() {
            if line["type"] == "said" {
                let place = (line["room"].to_string(), line["seq"].as_u64());
                let from = line["from"].clone();
                assert_eq!(*given.entry(place).or_insert(from.clone()), from, "{line}");
            }
        }
    }
}

/// A name is free when its `left` was heard, and not before: no name is in a room twice.
fn leaving() {
    let chat = chat(1);
    let mut ada = Visitor::joined(&chat, 1, "ada");
    let bob = Visitor::joined(&chat, 2, "bob");
    let is_told =
        |visitor: &Visitor, kind| visitor.events().iter().any(|event| event["type"] == kind);
    let threads = [
        spawn(move || {
            ada.leave();
            ada
        }),
        spawn({
            let chat = Arc::clone(&chat);
            move || Visitor::joined(&chat, 3, "ada")
        }),
    ];
    while !is_told(&bob, "left") {
        assert!(bob.wait());
    }
    let late = Visitor::joined(&chat, 4, "ada");
    let early = finish(threads).pop().expect("two");
    assert_ne!(
        is_told(&late, "joined"),
        is_told(&early, "joined"),
        "one has it"
    );
    bob.view("lobby").assert_people(&["ada", "bob"]);
}

mod tests {
    super::super::models! {
        coming:
            blocked_in_send_pending = "send_pending wakes nobody",
            a_change_in_a_round = "members come and go in the middle of a round",
            a_line_that_is_heard_twice = "the members change before what is pending is sent",
        ;
        tidying:
            a_room_without_a_name = "a forgotten room takes people in",
            a_room_removed_too_early = "a room is removed while somebody is in it",
        ;
        forgetting:
            a_number_given_twice = "the numbers of a forgotten room are given again",
        ;
        leaving:
            a_name_that_is_not_free_yet = "a newcomer does not wait for those who go",
            a_name_that_is_free_too_early = "a name is given back before the rooms are left",
        ;
    }
}
