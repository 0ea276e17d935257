//! Names: changed, taken, and free again.

use crate::kit::client::chat::two_in_a_room;
use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::client::lists::{follow, names};
use crate::kit::server::shared::SharedServer;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) fn rows(server: &Arc<SharedServer>) -> Vec<Trial> {
    vec![
        server.row("rename: sent once to everyone in each room",
            renamed,
        ),
        server.row("rename: refused before the first join; outside all rooms only the client itself is told",
            |server| {
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
                ada.ask(json!({"type": "leave", "room": room}));
                ada.until("left");
                bob.until("left");
                let (from, to) = (ada.name.clone(), unique("grace"));
                ada.ask(json!({"type": "name", "name": to}));
                let renamed = ada.next();
                let person = &renamed["person"];
                assert_eq!(
                    renamed,
                    json!({"type": "renamed", "from": from, "to": to, "person": person, "rooms": []})
                );
                bob.assert_undisturbed();
            },
        ),
        server.row("rename: names that are taken, reserved or none",
            |server| {
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
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
                ada.say(&room, "as before");
                assert_eq!(bob.next()["from"], *ada.name);
            },
        ),
        server.row("rename: one's own name in capitals is not taken",
            |server| {
                let (mut ada, mut bob, _) = two_in_a_room(server.addr());
                let capitals = ada.name.to_uppercase();
                ada.ask(json!({"type": "name", "name": capitals}));
                assert_eq!(bob.next()["to"], *capitals);
                // And it is still taken for others.
                bob.ask(json!({"type": "name", "name": ada.name}));
                assert_eq!(bob.next()["code"], "name_taken");
            },
        ),
        server.row("rename: to the current name is answered, and not sent to others",
            |server| {
                let (mut ada, mut bob, _) = two_in_a_room(server.addr());
                let name = ada.name.clone();
                ada.ask(json!({"type": "name", "name": name}));
                let renamed = ada.next();
                assert_eq!(
                    (&renamed["type"], &renamed["from"], &renamed["to"]),
                    (&json!("renamed"), &json!(name), &json!(name))
                );
                assert_eq!(renamed["rooms"], json!([]));
                bob.assert_undisturbed();
            },
        ),
        server.row("a name that was given up is free at once", |server| {
            let (mut ada, mut bob, _) = two_in_a_room(server.addr());
            let old = ada.name.clone();
            ada.ask(json!({"type": "name", "name": unique("grace")}));
            bob.until("renamed");
            bob.ask(json!({"type": "name", "name": old}));
            assert_eq!(bob.next()["to"], *old);
        }),
        server.row("the name of a closed connection is free at once",
            |server| {
                for end in [ChatClient::close, ChatClient::vanish, drop] {
                    let (mut ada, bob, room) = two_in_a_room(server.addr());
                    let name = bob.name.clone();
                    end(bob);
                    ada.until("left");
                    ChatClient::connect(server.addr()).join(&name.to_uppercase(), &room);
                }
            },
        ),
        server.row("a name that is handed on at once: the newcomer is in the list",
            handed_on,
        ),
    ]
}

fn renamed(server: &SharedServer) {
    let (mut ada, mut bob, room) = two_in_a_room(server.addr());
    let other = unique("other");
    let mut eve = ChatClient::in_room(server.addr(), "eve", &other);
    ada.enter(&other);
    eve.until("entered");
    let (from, to) = (ada.name.clone(), unique("grace"));
    ada.ask(json!({"type": "name", "name": format!(" {to} ")}));
    let heard = bob.next();
    let person = heard["person"].clone();
    let told = |room: &str| json!({"type": "renamed", "from": from, "to": to, "person": person, "rooms": [room]});
    assert_eq!(heard, told(&room));
    assert_eq!(eve.next(), told(&other));
    let mut own = [ada.next(), ada.next()];
    own.sort_by_key(|event| event["rooms"] != json!([room]));
    assert_eq!(own, [told(&room), told(&other)]);
    bob.assert_undisturbed();
    // From here on every event has the new name.
    ada.say(&room, "hi");
    assert_eq!(bob.next()["from"], *to);
    bob.ask(json!({"type": "whisper", "to": to, "text": "psst"}));
    assert_eq!(ada.until("whispered")["to"], *to);
    let joined = ChatClient::connect(server.addr()).join(&unique("late"), &room);
    assert!(names(&joined["people"]).contains(&to));
    assert!(!names(&joined["people"]).contains(&from));
}

/// A client leaves while another joins under its name. In the end the first is gone and the second is
/// there: in the server's list, and in the list of a client that followed every event.
fn handed_on(server: &SharedServer) {
    let (rounds, name) = (
        if crate::kit::table::is_long() {
            1_000
        } else {
            100
        },
        unique("ada"),
    );
    let mut rooms: Vec<String> = (0..20).map(|_| unique("room")).collect();
    let (first, last) = (rooms[0].clone(), rooms[19].clone());
    let mut witnesses = [&first, &last].map(|room| {
        let mut witness = ChatClient::connect(server.addr());
        let joined = witness.join(&unique("witness"), room);
        (witness, names(&joined["people"]))
    });
    let mut before = None;
    for round in 0..rounds {
        let mut ada = ChatClient::connect(server.addr());
        let join = |room: &String| json!({"type": "join", "name": name, "room": room});
        while !insists(&mut ada, join(&rooms[0]), &mut before) {
            ada = ChatClient::connect(server.addr());
        }
        ada.ask_all(rooms[1..].iter().map(join));
        for joined in ada.count("joined", rooms.len() - 1) {
            let people = names(&joined["people"]);
            assert!(people.contains(&name), "in round {round}: {joined}");
        }
        // The next client joins before this one leaves.
        rooms.reverse();
        before = Some(ada);
    }
    let mut late = ChatClient::connect(server.addr());
    let late_name = unique("late");
    for room in &rooms {
        let people = names(&late.join(&late_name, room)["people"]);
        assert!(people.contains(&name), "{room} has {people:?}");
    }
    for (witness, roster) in &mut witnesses {
        // Events that come late come in the end.
        let expected = names(&json!([name, witness.name, late_name]));
        while *roster != expected {
            follow(roster, &witness.next());
        }
        witness.assert_undisturbed();
    }
}

/// Asks eight times in one write, so that one request arrives at the moment when the name becomes free.
/// (Ten refusals would end the connection.)
fn insists(client: &mut ChatClient, join: Value, before: &mut Option<ChatClient>) -> bool {
    client.ask_all((0..8).map(|_| join.clone()));
    drop(before.take()); // while the server reads this
    let answers = (0..8).map(|_| client.find_answer("joined"));
    answers.filter(|answer| answer["type"] == "joined").count() == 1
}
