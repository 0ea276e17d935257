//! J: requests that look odd and are accepted, in whole or in part.

use crate::kit::client::chat::{ChatClient, two_in_a_room, unique};
use crate::kit::client::lists::numbers;
use crate::witnessed::SharedServer;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    [
        shared.row("J05 a key twice: the last one counts", |target| {
            let mut ada = ChatClient::connect(target);
            let (name, room) = (unique("ada"), unique("room"));
            ada.ask_text(&format!(
                r#"{{"type":"say","type":"join","name":"nobody","name":"{name}","room":"{room}"}}"#
            ));
            assert_eq!(ada.next()["name"], *name);
        }),
        shared.row("J08 unknown fields are ignored", |target| {
                let (mut ada, mut bob, room) = two_in_a_room(target);
                ada.ask(json!({
                    "type": "say", "room": room, "text": "hi", "colour": "red",
                    "later": {"version": [2, {"deep": null}]}, "": 0,
                }));
                assert_eq!(bob.until("said")["text"], "hi");
                assert_eq!(ada.until("said")["text"], "hi");
            },
        ),
        shared.row("J08 null counts as a missing field", |target| {
            let mut ada = ChatClient::connect(target);
            let (name, room) = (unique("ada"), unique("room"));
            ada.ask(json!({
                "type": "join", "name": name, "room": room,
                "session": null, "epoch": null, "since": null, "id": null,
            }));
            assert_eq!(ada.next()["lost"], false);
        }),
        shared.row("J12 a name of 1 MiB: 1009, the message is too long", |target| {
                let mut ada = ChatClient::connect(target);
                let name = "x".repeat(1 << 20);
                // The server refuses the header, and may end the connection before all of it is sent.
                let _ = ada.try_ask_all([json!({"type": "join", "name": name, "room": "lobby"})]);
                assert_eq!(ada.until_close().0, 1009);
            },
        ),
        shared.row("J18 2000 characters fit, the blanks around them do not count", |target| {
                let (mut ada, mut bob, room) = two_in_a_room(target);
                let text = "🦆".repeat(2_000);
                ada.say(&room, &format!("  {text}\n"));
                assert_eq!(bob.until("said")["text"], *text);
            },
        ),
        shared.row("J22 from, seq, at and ts are the server's to say", |target| {
                let (mut ada, mut bob, room) = two_in_a_room(target);
                ada.ask(json!({
                    "type": "say", "room": room, "text": "hi", "id": "c1", "from": bob.name,
                    "seq": 4_711, "at": "1970-01-01T00:00:00.000Z", "ts": 0,
                }));
                let said = bob.until("said");
                assert_eq!(said, ada.until("said"), "one line for all");
                let at = said["at"].as_str().expect("a time").to_owned();
                assert!(
                    at.starts_with("20") && at.ends_with('Z') && at.len() == 24,
                    "{at}"
                );
                let own = &ada.name;
                let expected = json!({
                    "type": "said", "room": room, "seq": 1, "from": own, "text": "hi", "at": at, "id": "c1",
                });
                assert_eq!(said, expected);
            },
        ),
        shared.row("J27 a limit of -1 counts as none, one of 1e9 as a hundred", |target| {
                let room = unique("room");
                let mut ada = ChatClient::in_room(target, "ada", &room);
                for number in 0..5 {
                    ada.say_now(&room, &format!("line {number}"));
                }
                for (limit, expected) in [
                    ("-1", 0),
                    ("0", 0),
                    ("2", 2),
                    ("1e9", 5),
                ] {
                    let lines = page(&mut ada, &room, limit);
                    assert_eq!(lines.len(), expected, "limit {limit}");
                }
            },
        ),
        shared.row("J29 10000 keys are too long for one message: 1009", |target| {
                let mut ada = ChatClient::connect(target);
                let keys = (0..10_000)
                    .map(|key| (format!("key{key}"), Value::Null))
                    .collect();
                let _ = ada.try_ask_all([Value::Object(keys)]);
                assert_eq!(ada.until_close().0, 1009);
            },
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn page(client: &mut ChatClient, room: &str, limit: &str) -> Vec<u64> {
    client.ask_text(&format!(
        r#"{{"type":"history","room":"{room}","limit":{limit}}}"#
    ));
    numbers(&client.until("history")["messages"])
}
