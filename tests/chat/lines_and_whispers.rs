//! Lines to a room and whispers to one person, each delivered once.

use crate::kit::client::chat::two_in_a_room;
use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::client::lists::numbers;
use crate::kit::server::Server;
use crate::kit::server::shared::SharedServer;
use crate::kit::table::row;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) fn rows(server: &Arc<SharedServer>) -> Vec<Trial> {
    vec![
        server.row("a line reaches everyone in the room as it was said",
            |server| {
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
                for text in [
                    "<img src=x onerror=alert(1)>",
                    "a\nb\tc",
                    "\"\\/\u{1}",
                    "👩‍👩‍👧 \u{202e}abc",
                    "null",
                ] {
                    ada.say(&room, &format!(" {text} "));
                    let said = bob.next();
                    assert_eq!(said["text"], text);
                    assert_eq!(ada.next(), said);
                }
            },
        ),
        server.row("whisper: the two receive it, and no other",
            |server| {
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
                let mut eve = ChatClient::in_room(server.addr(), "eve", &room);
                let mut other = ChatClient::in_room(server.addr(), "other", &unique("room"));
                for client in [&mut ada, &mut bob] {
                    client.until("entered");
                }
                // To any spelling of the name, and in no particular room.
                let to = other.name.to_uppercase();
                ada.ask(json!({"type": "whisper", "to": to, "text": " psst ", "id": "c1"}));
                let mut whispered = other.next();
                assert_eq!(ada.next(), whispered);
                assert!(whispered["at"].take().is_string());
                assert!(whispered["person"].take().is_string());
                let expected = json!({
                    "type": "whispered", "from": ada.name, "person": null, "to": other.name, "text": "psst", "at": null, "id": "c1",
                });
                assert_eq!(whispered, expected);
                bob.assert_undisturbed();
                eve.assert_undisturbed();
            },
        ),
        server.row("whisper: to oneself, heard once", |server| {
            let (mut ada, mut bob, _) = two_in_a_room(server.addr());
            ada.ask(json!({"type": "whisper", "to": ada.name, "text": "hm"}));
            assert_eq!(ada.next()["text"], "hm");
            ada.assert_undisturbed();
            bob.assert_undisturbed();
        }),
        server.row("whisper: a repeated id is acknowledged, not delivered again",
            |server| {
                let (mut ada, mut bob, _) = two_in_a_room(server.addr());
                let whisper =
                    json!({"type": "whisper", "to": bob.name, "text": "psst", "id": "c1"});
                ada.ask_all([whisper.clone(), whisper]);
                assert_eq!(ada.next(), ada.next());
                assert_eq!(bob.next()["text"], "psst");
                bob.assert_undisturbed();
            },
        ),
        server.row("an id again: acknowledged with the number of its line, not said again",
            |server| {
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
                let say = |id: &str| json!({"type": "say", "room": room, "text": "hi", "id": id});
                ada.ask_all([say("c1"), say("c1"), say("c2"), say("c1")]);
                let own = ada.count("said", 4);
                // The lines come from the room; the acknowledgements come between or before them.
                let of = |id: &str| {
                    own.iter()
                        .filter(|said| said["id"] == id)
                        .cloned()
                        .collect::<Vec<Value>>()
                };
                let first = of("c1");
                assert_eq!(first.len(), 3);
                assert!(first.iter().all(|said| *said == first[0]), "{first:?}");
                assert_eq!(
                    (&first[0]["seq"], &of("c2")[0]["seq"]),
                    (&json!(1), &json!(2))
                );
                assert_eq!(numbers(&Value::Array(bob.count("said", 2))), [1, 2]);
                bob.assert_undisturbed();
            },
        ),
        server.row("an id is its author's own: another client may use it",
            |server| {
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
                let say = json!({"type": "say", "room": room, "text": "hi", "id": "c1"});
                ada.ask(say.clone());
                bob.until("said");
                bob.ask(say);
                assert_eq!(bob.until("said")["seq"], 2);
            },
        ),
        server.row("an id in one room says nothing about another room",
            |server| {
                let (mut ada, _bob, room) = two_in_a_room(server.addr());
                let other = unique("other");
                let mut eve = ChatClient::in_room(server.addr(), "eve", &other);
                ada.enter(&other);
                eve.until("entered");
                for room in [&room, &other] {
                    ada.ask(json!({"type": "say", "room": room, "text": "hi", "id": "c1"}));
                    assert_eq!(ada.until("said")["room"], **room);
                }
                let heard = eve.waiting();
                assert_eq!(heard.len(), 1, "{heard:?}");
            },
        ),
        row("--rate off: no limit on lines", || {
            let server = Server::start(&["--rate", "off"]);
            let mut ada = ChatClient::connect(server.addr());
            assert!(ada.welcome["limits"].get("says_per_second").is_none());
            ada.join("ada", "lobby");
            ada.ask_all((0..500).map(|_| json!({"type": "say", "room": "lobby", "text": "hi"})));
            let said = Value::Array((0..500).map(|_| ada.next()).collect());
            assert!(numbers(&said).into_iter().eq(1..=500));
        }),
        row("--rate 2: two a second, four at once", || {
            let server = Server::start(&["--rate", "2"]);
            let mut ada = ChatClient::connect(server.addr());
            let limits = &ada.welcome["limits"];
            assert_eq!(
                (&limits["says_per_second"], &limits["burst"]),
                (&json!(2), &json!(4))
            );
            ada.join("ada", "lobby");
            ada.ask_all((0..20).map(|_| json!({"type": "say", "room": "lobby", "text": "hi"})));
            ada.count("said", 4);
            ada.find(|event| event["code"] == "rate_limited");
        }),
    ]
}
