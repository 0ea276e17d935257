//! `entered` and `left`: who receives them, however a client joins or leaves.

use crate::kit::client::chat::ChatClient;
use crate::kit::client::chat::two_in_a_room;
use crate::kit::client::lists::names;
use crate::kit::server::shared::SharedServer;
use crate::kit::stopwatch::Stopwatch;
use libtest_mimic::Trial;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

pub(crate) fn rows(server: &Arc<SharedServer>) -> Vec<Trial> {
    vec![
        server.row(
            "entered and left: sent to the people in the room, and to no others",
            coming_and_going,
        ),
        server.row("left: at once after a Close", |server| {
            let (mut ada, bob, room) = two_in_a_room(server.addr());
            let (name, start) = (bob.name.clone(), Stopwatch::start());
            bob.close();
            assert_eq!(
                ada.next(),
                json!({"type": "left", "room": room, "name": name, "count": 1})
            );
            assert_at_once(start);
        }),
        server.row("left: at once after a reset", |server| {
            let (mut ada, bob, room) = two_in_a_room(server.addr());
            let (name, start) = (bob.name.clone(), Stopwatch::start());
            bob.vanish();
            assert_eq!(
                ada.next(),
                json!({"type": "left", "room": room, "name": name, "count": 1})
            );
            assert_at_once(start);
        }),
        server.row(
            "left: at once after the end of the stream without a Close",
            |server| {
                let (mut ada, bob, _) = two_in_a_room(server.addr());
                let (name, start) = (bob.name.clone(), Stopwatch::start());
                drop(bob);
                assert_eq!(ada.next()["name"], *name);
                assert_at_once(start);
            },
        ),
    ]
}

/// No timer of the server had to expire.
fn assert_at_once(start: Stopwatch) {
    start.assert_under(Duration::from_secs(1));
}

fn coming_and_going(server: &SharedServer) {
    let (mut ada, mut bob, room) = two_in_a_room(server.addr());
    bob.assert_undisturbed(); // its own joining was answered with `joined`
    let mut eve = ChatClient::in_room(server.addr(), "eve", &room);
    let heard = ada.next();
    let person = &heard["person"];
    let entered =
        json!({"type": "entered", "room": room, "name": eve.name, "person": person, "count": 3});
    assert_eq!([heard.clone(), bob.next()], [entered.clone(), entered]);
    eve.ask(json!({"type": "leave", "room": room}));
    let left = json!({"type": "left", "room": room, "name": eve.name, "count": 2});
    assert_eq!(
        [ada.next(), bob.next(), eve.next()],
        [left.clone(), left.clone(), left]
    );
    ada.say_now(&room, "gone?");
    eve.assert_undisturbed();
    eve.say(&room, "no");
    assert_eq!(eve.next()["code"], "not_joined");
    // A client that left the room keeps its name, and may join again.
    let joined = eve.enter(&room);
    assert_eq!(
        names(&joined["people"]),
        names(&json!([ada.name, bob.name, eve.name]))
    );
}
