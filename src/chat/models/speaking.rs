//! Lines: each reaches all members, once, in one order.

use super::visitor::{Visitor, join, say, say_once};
use super::{chat, finish, household};
use crate::chat::Chat;
use crate::sync::model::{JoinHandle, spawn};

/// A member of the lobby who says each of these lines in a read of its own.
fn speaker(mut visitor: Visitor, lines: &'static [&'static str]) -> JoinHandle<Visitor> {
    spawn(move || {
        for line in lines {
            visitor.ask(&[say(line)]);
        }
        visitor
    })
}

fn last(chat: &Chat, room: &str) -> u64 {
    chat.rooms
        .enter(room, household(9))
        .expect("it is there")
        .last()
}

/// More lines than may be pending, by more threads than can take turns at once.
fn flush() {
    let chat = chat(1);
    let [ada, bob, cid] =
        [(1, "ada"), (2, "bob"), (3, "cid")].map(|(id, name)| Visitor::joined(&chat, id, name));
    let visitors = finish([
        speaker(ada, &["1", "2", "3"]),
        speaker(bob, &["1", "2"]),
        speaker(cid, &["1", "2"]),
    ]);
    for visitor in &visitors {
        let view = visitor.view("lobby");
        assert_eq!((view.last, view.lines.len(), view.repeated), (7, 7, 0));
        view.assert_said("ada", &["1", "2", "3"]);
        view.assert_said("bob", &["1", "2"]);
        view.assert_said("cid", &["1", "2"]);
        assert_eq!(view.lines, visitors[0].view("lobby").lines);
    }
}

/// A line that comes again while it is pending: its acknowledgement overtakes nothing.
fn repeat() {
    let chat = chat(1);
    let [mut ada, bob] =
        [(1, "ada"), (2, "bob")].map(|(id, name)| Visitor::joined(&chat, id, name));
    let bob = speaker(bob, &["1", "2"]);
    let ada = spawn(move || {
        ada.ask(&[say_once("c1"), say_once("c1")]);
        ada
    });
    for visitor in finish([ada, bob]) {
        let view = visitor.view("lobby");
        assert_eq!(view.last, 3);
        view.assert_said("ada", &["c1"]);
    }
}

/// The server ends in the middle of a conversation: what it took was heard before its Close.
fn end() {
    let chat = chat(2);
    let [ada, bob] = [(1, "ada"), (2, "bob")].map(|(id, name)| Visitor::joined(&chat, id, name));
    let mut late = Visitor::new(&chat, 3);
    let goodbyes = [ada.goodbye(), bob.goodbye(), late.goodbye()];
    let threads = [
        speaker(ada, &["1", "2", "3"]),
        speaker(bob, &["1", "2"]),
        spawn(move || {
            let in_hall = serde_json::json!({"type": "say", "room": "hall", "text": "1"});
            late.ask(&[join("hall", "cid"), in_hall]);
            late
        }),
    ];
    chat.end();
    goodbyes.iter().for_each(|goodbye| goodbye());
    let visitors = finish(threads);
    for (visitor, room) in visitors.iter().zip(["lobby", "lobby", "hall"]) {
        assert_eq!(visitor.close_code(), Some(1001));
        let view = visitor.view(room);
        assert!(
            view.repeated == 0 && view.last == last(&chat, room),
            "{view:?}"
        );
    }
}

/// One member does not read: the others hear everything, and that one is told why it must go.
fn eviction() {
    let chat = chat(1);
    let [ada, bob] = [(1, "ada"), (2, "bob")].map(|(id, name)| Visitor::joined(&chat, id, name));
    let mut slow = Visitor::with_room(&chat, 3, 800, 200);
    slow.ask(&[join("lobby", "cid")]);
    let threads = [
        speaker(ada, &["1", "2", "3", "4"]),
        speaker(bob, &["1", "2", "3"]),
    ];
    for visitor in finish(threads) {
        let view = visitor.view("lobby");
        view.assert_said("ada", &["1", "2", "3", "4"]);
        view.assert_said("bob", &["1", "2", "3"]);
    }
    assert!(slow.is_evicted());
    slow.read_and_leave();
    assert_eq!(slow.close_code(), Some(1008));
    let _ = slow.view("lobby");
}

mod tests {
    super::super::models! {
        flush:
            nobody_told_of_room = "there is room for more lines",
            a_late_end_of_a_turn = "a turn ends after the last look, not with it",
            an_early_number = "a number is drawn before its line is placed",
            a_silent_wait = "a speaker waits for room without saying so",
            a_wait_without_end = "who holds the members still waits for them",
        ;
        repeat:
            an_early_answer = "an answer overtakes what is pending",
        ;
        end:
            a_line_after_the_end = "lines are taken after the end",
            a_room_after_the_end = "a room that is made after the end takes lines",
            a_close_before_a_line = "the members change before what is pending is sent",
        ;
        eviction:
        ;
    }
}
