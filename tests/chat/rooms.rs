//! Rooms: joining, what a newcomer is sent, and the list of rooms.

use crate::kit::client::chat::two_in_a_room;
use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::client::lists::{names, texts};
use crate::kit::server::Server;
use crate::kit::server::shared::SharedServer;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::Arc;
use ws101::Connect;

const PROTOCOL: &str = "chat.ws101.v1";

pub(crate) fn rows(server: &Arc<SharedServer>) -> Vec<Trial> {
    vec![
        server.row(
            "subprotocol: chosen when it is offered, absent when not",
            |server| {
                let url = format!("ws://{}/ws", server.addr());
                let connect = Connect::to(&url).timeout(PATIENCE);
                for (offered, chosen) in [
                    (&["other.v1", PROTOCOL][..], Some(PROTOCOL)),
                    (&[PROTOCOL], Some(PROTOCOL)),
                    (&["chat.ws101.v2"], None),
                    (&[], None),
                ] {
                    let socket = connect
                        .clone()
                        .protocols(offered)
                        .open()
                        .expect("a handshake");
                    assert_eq!(socket.protocol(), chosen, "{offered:?}");
                    ChatClient::welcomed(socket).join(&unique("ada"), &unique("room"));
                }
            },
        ),
        server.row("welcome: comes first, and says what can be known", welcome),
        server.row(
            "join: the people, the last lines, the token to come back with",
            joined,
        ),
        server.row("two rooms: what happens in one stays there", two_rooms),
        server.row("the list of rooms", listed),
        server.row(
            "a room is gone when all have left and nothing was said",
            |server| {
                let (silent, talkative) = (unique("silent"), unique("talkative"));
                let mut ada = ChatClient::in_room(server.addr(), "ada", &silent);
                ada.enter(&talkative);
                ada.say_now(&talkative, "I was here");
                for room in [&silent, &talkative] {
                    ada.ask(json!({"type": "leave", "room": room}));
                    assert_eq!(ada.next()["type"], "left");
                }
                assert_eq!(count(&mut ada, &silent), None);
                assert_eq!(count(&mut ada, &talkative), Some(0));
                assert_eq!(texts(&ada.enter(&talkative)["messages"]), ["I was here"]);
            },
        ),
        row(
            "--max-rooms: one too many is refused, until one is empty",
            most_rooms,
        ),
        server.row("32 rooms are enough for one", |server| {
            let mut ada = ChatClient::connect(server.addr());
            let name = unique("ada");
            let join = |room: String| json!({"type": "join", "name": name, "room": room});
            ada.ask_all((0..33).map(|_| join(unique("room"))));
            ada.count("joined", 32);
            assert_eq!(ada.next()["code"], "bad_room");
        }),
        server.row("binary: 1003, the chat speaks text", |server| {
            let (mut ada, mut bob, _) = two_in_a_room(server.addr());
            ada.ask_binary(b"{}");
            assert_eq!(ada.until_close().0, 1003);
            assert_eq!(bob.next()["type"], "left");
        }),
        server.row("a ping is answered with its own number", |server| {
            let mut ada = ChatClient::connect(server.addr());
            for t in ["0", "-1", "1.5", "1795242662123", "18446744073709551615"] {
                ada.ask_text(&format!(r#"{{"type":"ping","t":{t}}}"#));
                assert_eq!(
                    ada.next().to_string(),
                    format!(r#"{{"t":{t},"type":"pong"}}"#)
                );
            }
        }),
    ]
}

fn welcome(server: &SharedServer) {
    let (first, second) = (
        ChatClient::connect(server.addr()),
        ChatClient::connect(server.addr()),
    );
    for (field, digits) in [("session", 32), ("wire", 32)] {
        let tokens =
            [&first, &second].map(|client| client.welcome[field].as_str().expect("a token"));
        assert_ne!(tokens[0], tokens[1], "no other client has this {field}");
        for token in tokens {
            assert_eq!(token.len(), digits);
            assert!(
                token.bytes().all(|digit| digit.is_ascii_hexdigit()),
                "{token}"
            );
        }
    }
    assert_ne!(first.welcome["you"], second.welcome["you"]);
    assert!(first.welcome["you"].is_u64());
    let server = concat!("ws101/", env!("CARGO_PKG_VERSION"));
    assert_eq!(first.welcome["server"], server);
    let limits = json!({
        "name": 32, "room": 32, "text": 2000, "id": 64, "message": 65536, "history": 100,
        "rooms": 32, "says_per_second": 10, "burst": 20,
    });
    assert_eq!(first.welcome["limits"], limits);
}

fn joined(server: &SharedServer) {
    let (mut ada, mut bob, room) = two_in_a_room(server.addr());
    ada.say_now(&room, "one");
    let line = bob.until("said");
    let mut eve = ChatClient::connect(server.addr());
    let joined = eve.join(&format!("  {} ", unique("eve")), &room);
    assert_eq!(
        eve.name,
        eve.name.trim(),
        "blanks around a name do not count"
    );
    let epoch = joined["epoch"].as_str().expect("a name of this run");
    assert!(!epoch.is_empty());
    let persons = &joined["persons"];
    assert_eq!(persons.as_array().map(Vec::len), Some(3));
    let expected = json!({
        "type": "joined", "room": room, "name": eve.name, "people": [ada.name, bob.name, eve.name], "persons": persons,
        "count": 3, "epoch": epoch, "seq": 1, "messages": [line], "lost": false,
    });
    assert_eq!(joined, expected, "the line as it was broadcast");
    // A further room needs no name.
    let further = unique("room");
    eve.ask(json!({"type": "join", "room": further}));
    let joined = eve.next();
    assert_eq!(
        (&joined["room"], &joined["name"]),
        (&json!(further), &json!(eve.name))
    );
    assert_eq!(joined["epoch"], epoch, "one run for all rooms");
    assert_eq!(
        (&joined["seq"], &joined["messages"]),
        (&json!(0), &json!([]))
    );
}

fn two_rooms(server: &SharedServer) {
    let (mut ada, mut bob, room) = two_in_a_room(server.addr());
    let other = unique("other");
    let mut eve = ChatClient::in_room(server.addr(), "eve", &other);
    ada.ask(json!({"type": "typing", "room": room}));
    ada.say_now(&room, "here");
    bob.until("said");
    let joined = bob.enter(&other);
    assert_eq!(
        names(&joined["people"]),
        names(&json!([bob.name, eve.name]))
    );
    assert_eq!(joined["messages"], json!([]));
    // Of all this Eve received one event: that Bob entered.
    assert_eq!(eve.next()["type"], "entered");
    eve.assert_undisturbed();
    eve.say_now(&other, "there");
    // Bob is in both, and each line says where.
    assert_eq!(bob.until("said")["room"], *other);
    ada.assert_undisturbed();
    // Each room has its own numbers.
    assert_eq!(ada.say_now(&room, "two"), 2);
    assert_eq!(eve.say_now(&other, "two"), 2);
}

fn listed(server: &SharedServer) {
    let (mut ada, _bob, room) = two_in_a_room(server.addr());
    let other = unique("other");
    ada.enter(&other);
    let mut stranger = ChatClient::connect(server.addr());
    assert_eq!(count(&mut stranger, &room), Some(2));
    assert_eq!(count(&mut stranger, &other), Some(1));
    stranger.ask(json!({"type": "rooms"}));
    let list = stranger.next();
    let rooms: Vec<&str> = (list["rooms"].as_array().expect("a list").iter())
        .map(|room| room["room"].as_str().expect("a name"))
        .collect();
    assert!(rooms.is_sorted(), "{rooms:?}");
}

/// How many people are in a room, if it exists.
fn count(client: &mut ChatClient, room: &str) -> Option<u64> {
    client.ask(json!({"type": "rooms"}));
    let list = client.until("rooms");
    let mut rooms = list["rooms"].as_array().expect("a list").iter();
    rooms.find(|entry| entry["room"] == *room)?["count"].as_u64()
}

/// Each of the three has another address, because one address may have only one of two rooms.
fn most_rooms() {
    let server = Server::start(&["--max-rooms", "2", "--trust-proxy", "127.0.0.1"]);
    let [mut ada, mut bob, mut eve] = ["ada", "bob", "eve"].map(|name| {
        let address = format!("192.0.2.{}", name.as_bytes()[0]);
        let mut client = ChatClient::connect_with(server.addr(), &[("X-Forwarded-For", &address)]);
        client.join(name, "lobby");
        client
    });
    ada.enter("first");
    bob.enter("second");
    bob.say_now("second", "hi");
    let third: Value = json!({"type": "join", "room": "third"});
    eve.ask(third.clone());
    let error = eve.find_answer("joined");
    assert_eq!(
        (&error["code"], &error["about"]),
        (&json!("bad_room"), &json!("join"))
    );
    // An empty room makes room for another, although lines were said there.
    bob.ask(json!({"type": "leave", "room": "second"}));
    bob.until("left");
    eve.enter("third");
    eve.ask(json!({"type": "rooms"}));
    // The lobby does not count.
    let rooms = ["first", "lobby", "third"].map(|room| {
        let count = if room == "lobby" { 3 } else { 1 };
        json!({"room": room, "count": count})
    });
    assert_eq!(eve.until("rooms")["rooms"], json!(rooms));
}
