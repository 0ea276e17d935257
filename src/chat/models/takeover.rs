//! One session, two connections: the client has come back before its old connection has ended.

use super::visitor::{Visitor, join, say_once};
use super::{chat, finish};
use crate::sync::model::spawn;
use serde_json::{Value, json};

fn rejoin(session: &Value) -> Value {
    json!({"type": "join", "room": "lobby", "name": "ada", "session": session})
}

fn whisper() -> Value {
    json!({"type": "whisper", "to": "bob", "text": "hi", "id": "w1"})
}

/// The lines are said once, by whichever connection, and the older one is let go.
fn takeover() {
    let chat = chat(2);
    let bob = Visitor::joined(&chat, 1, "bob");
    let mut old = Visitor::joined(&chat, 2, "ada");
    let mut new = Visitor::new(&chat, 3);
    let again = rejoin(&old.session());
    let threads = [
        spawn(move || {
            old.ask(&[say_once("c1"), join("hall", "ada")]);
            old.ask(&[say_once("c2"), whisper()]);
            old
        }),
        spawn(move || {
            new.ask(&[again, say_once("c1"), say_once("c2"), whisper()]);
            new
        }),
    ];
    let [mut old, new] = <[Visitor; 2]>::try_from(finish(threads)).ok().expect("two");
    assert_eq!(old.close_code(), Some(4001));
    assert_eq!((chat.people.len(), chat.rooms.list().len()), (2, 1));
    old.leave();
    // Its name was not its own any more.
    let mut thief = Visitor::joined(&chat, 4, "ada");
    assert!(
        thief
            .events()
            .iter()
            .any(|event| event["code"] == "name_taken")
    );
    thief.leave();
    let whispers = bob.events().into_iter();
    assert_eq!(
        whispers
            .filter(|event| event["type"] == "whispered")
            .count(),
        1
    );
    for view in [bob.view("lobby"), new.view("lobby")] {
        view.assert_said("ada", &["c1", "c2"]);
        view.assert_people(&["ada", "bob"]);
    }
}

/// A connection that was replaced is over, even if the one that replaced it has gone, too.
fn replaced() {
    let chat = chat(1);
    let mut old = Visitor::joined(&chat, 1, "ada");
    let mut new = Visitor::new(&chat, 2);
    let again = rejoin(&old.session());
    let threads = [
        spawn(move || {
            for _ in 0..2 {
                // Mostly refused: it has a name, and is in the lobby.
                old.ask(&[join("lobby", "ada"), join("lobby", "ada")]);
            }
            old
        }),
        spawn(move || {
            new.ask(&[again]);
            new.leave();
            new
        }),
    ];
    let _visitors = finish(threads);
    assert_eq!((chat.people.len(), chat.rooms.len()), (0, 0));
}

/// Two who want the same name, by coming or by changing theirs.
fn names() {
    let chat = chat(1);
    let mut bob = Visitor::joined(&chat, 1, "bob");
    let mut cid = Visitor::new(&chat, 2);
    let mut dan = Visitor::new(&chat, 3);
    let threads = [
        spawn(move || {
            bob.ask(&[json!({"type": "name", "name": "ada"})]);
            bob
        }),
        spawn(move || {
            cid.ask(&[join("lobby", "ada")]);
            cid
        }),
        spawn(move || {
            dan.ask(&[join("lobby", "ada")]);
            dan
        }),
    ];
    let visitors = finish(threads);
    let refused = visitors.iter().flat_map(Visitor::events);
    let refused = refused
        .filter(|event| event["code"] == "name_taken")
        .count();
    assert_eq!(refused, 2);
    for visitor in &visitors {
        let _ = visitor.view("lobby");
    }
}

mod tests {
    super::super::models! {
        takeover:
            a_line_said_twice = "a line is taken with its session unlocked",
            a_name_of_two = "the older connection keeps its name",
            an_older_connection_in_a_room = "the older connection stays in its rooms",
            a_room_entered_too_late = "a connection that was replaced stays in a room",
        ;
        replaced:
            a_name_for_a_closed_connection = "a connection that was replaced claims a name",
        ;
        names:
        ;
    }
}
