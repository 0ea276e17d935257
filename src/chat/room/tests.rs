//! In which order lines reach the members of a room.

use super::*;
use crate::address_quota::Household;
use crate::chat::broadcast::LONGEST_TURN;
use crate::chat::{Chat, Settings};
use crate::dialects::{self, json};
use crate::outbox::tests::with_a_client;
use crate::protocol::Outgoing;

fn home() -> Household {
    Household::of("192.0.2.1".parse().expect("an address"))
}

#[test]
fn who_comes_after_a_long_turn_takes_over() {
    let chat = Chat::start(Settings::default(), dialects::ALL).expect("a thread for the alarm");
    let room = chat.rooms.enter("lobby", home()).expect("there is room");
    for (rounds, left) in [(0, 1), (LONGEST_TURN - 1, 1), (LONGEST_TURN, 0)] {
        // One thread is flushing, and another appends something.
        room.broadcast.forget_pending();
        room.broadcast.pretend_to_flush(rounds);
        room.typing(&Name::new(&format!("ada-{rounds}")));
        room.flush();
        assert_eq!(room.broadcast.pending(), left, "after {rounds} rounds");
    }
}

/// An id that comes again while its line is still pending.
#[test]
fn a_repeated_line_is_acknowledged_behind_those_before_it() {
    let chat = Chat::start(Settings::default(), dialects::ALL).expect("a thread for the alarm");
    let (sender, heard) = with_a_client();
    let mut ada = json::Client::new(&chat, 1, home(), sender.clone(), String::new());
    let mut replies = Outgoing::server();
    let mut hear = |request: &str| ada.hear(request, &mut replies).expect("no reason to go");
    hear(r#"{"type":"join","name":"ada","room":"lobby"}"#);
    let room = chat.rooms.enter("lobby", home()).expect("it is there");
    // Another thread is flushing, and has not come to these lines yet.
    room.broadcast.pretend_to_flush(0);
    let bob = Name::new("bob");
    room.say(&bob, "line 1", None).expect("it is said");
    let again = r#"{"type":"say","room":"lobby","text":"line 2","id":"c1"}"#;
    hear(again);
    room.say(&bob, "line 3", None).expect("it is said");
    hear(again);
    sender.write(replies.waiting()).expect("it is written");
    // Now they go on.
    room.broadcast.stop_pretending();
    room.flush();
    let heard = heard();
    let line = |event: &String| {
        event
            .split_once("line ")
            .map(|(_, rest)| rest[..1].to_owned())
    };
    let lines: Vec<String> = heard.iter().filter_map(line).collect();
    assert_eq!(
        lines,
        ["1", "2", "3", "2"],
        "the last one is the acknowledgement"
    );
}
