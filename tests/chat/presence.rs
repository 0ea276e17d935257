//! Typing: shown to the room, ended by a line, by leaving, or by the server.

use crate::kit::client::chat::Received;
use crate::kit::client::chat::two_in_a_room;
use crate::kit::server::shared::SharedServer;
use crate::kit::stopwatch::Stopwatch;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) fn rows(server: &Arc<SharedServer>) -> Vec<Trial> {
    vec![
        server.row("typing: expires after five seconds", |server| {
            let (mut ada, mut bob, room) = two_in_a_room(server.addr());
            let start = Stopwatch::start();
            ada.ask(json!({"type": "typing", "room": room}));
            assert_eq!(bob.next(), typing(&room, &ada.name, true));
            assert_eq!(bob.next(), typing(&room, &ada.name, false));
            let took = start.elapsed();
            assert!(took >= Duration::from_secs(5), "{took:?}");
            start.assert_under(Duration::from_secs(15));
        }),
        server.row(
            "typing: repeated, it lasts longer and is sent once",
            |server| {
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
                ada.ask(json!({"type": "typing", "room": room}));
                assert_eq!(bob.next(), typing(&room, &ada.name, true));
                // For a while no event comes.
                let heard = bob.hear(Duration::from_secs(2));
                assert!(matches!(heard, Received::Nothing(_)), "{heard:?}");
                let again = Instant::now();
                ada.ask(json!({"type": "typing", "room": room}));
                assert_eq!(bob.next(), typing(&room, &ada.name, false));
                assert!(
                    again.elapsed() >= Duration::from_secs(5),
                    "{:?}",
                    again.elapsed()
                );
            },
        ),
        server.row("typing: ended by leaving, and by going", |server| {
            for goes in [false, true] {
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
                ada.ask(json!({"type": "typing", "room": room}));
                assert_eq!(bob.next(), typing(&room, &ada.name, true));
                let name = ada.name.clone();
                if goes {
                    ada.vanish();
                } else {
                    ada.ask(json!({"type": "leave", "room": room}));
                }
                assert_eq!(bob.next(), typing(&room, &name, false));
                assert_eq!(bob.next()["type"], "left");
            }
        }),
        server.row("typing: a line ends it without a word", |server| {
            let (mut ada, mut bob, room) = two_in_a_room(server.addr());
            ada.ask(json!({"type": "typing", "room": room}));
            assert_eq!(bob.next(), typing(&room, &ada.name, true));
            ada.say_now(&room, "done");
            assert_eq!(bob.next()["text"], "done");
            bob.assert_undisturbed();
            // So it can be sent again.
            ada.ask(json!({"type": "typing", "room": room}));
            assert_eq!(bob.next(), typing(&room, &ada.name, true));
        }),
        server.row("typing: ends under the client's new name", |server| {
            let (mut ada, mut bob, room) = two_in_a_room(server.addr());
            ada.ask(json!({"type": "typing", "room": room}));
            let to = format!("{}-x", ada.name);
            ada.ask(json!({"type": "name", "name": to}));
            bob.until("renamed");
            ada.ask(json!({"type": "leave", "room": room}));
            assert_eq!(bob.next(), typing(&room, &to, false));
            assert_eq!(bob.next()["name"], *to);
        }),
    ]
}

fn typing(room: &str, name: &str, active: bool) -> Value {
    json!({"type": "typing", "room": room, "name": name, "active": active})
}
