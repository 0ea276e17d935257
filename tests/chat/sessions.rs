//! A client that lost its connection reconnects, with its name and with the lines of which it does not
//! know whether they arrived.

use crate::kit::client::chat::two_in_a_room;
use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::client::http::metric;
use crate::kit::client::lists::names;
use crate::kit::server::Server;
use crate::kit::server::shared::SharedServer;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

pub(crate) fn rows(server: &Arc<SharedServer>) -> Vec<Trial> {
    vec![
        server.row(
            "session: the name is taken over, the older connection is closed with 4001",
            taken_over,
        ),
        server.row(
            "session: without it, the name is taken while the older one stands",
            |server| {
                let (_ada, bob, room) = two_in_a_room(server.addr());
                for session in [
                    json!(null),
                    json!(""),
                    json!("0".repeat(32)),
                    json!("x".repeat(500)),
                ] {
                    let mut again = ChatClient::connect(server.addr());
                    again.ask(
                        json!({"type": "join", "name": bob.name, "room": room, "session": session}),
                    );
                    assert_eq!(again.next()["code"], "name_taken", "{session}");
                }
            },
        ),
        server.row(
            "session: a line that arrived is not said again after a reconnect",
            |server| {
                let (mut ada, mut bob, room) = two_in_a_room(server.addr());
                let say = json!({"type": "say", "room": room, "text": "hi", "id": "c1"});
                bob.ask(say.clone());
                let said = ada.until("said");
                let (name, session) = (bob.name.clone(), bob.session().to_owned());
                bob.vanish();
                ada.until("left");
                let mut bob = returning(server.addr(), &name, &room, &session);
                bob.ask(say.clone());
                assert_eq!(bob.next(), said, "its number, its time");
                assert_eq!(ada.next()["type"], "entered");
                ada.assert_undisturbed();
                // And once more, with the session of the second connection.
                let session = bob.session().to_owned();
                let mut bob = returning(server.addr(), &name, &room, &session);
                bob.ask(say);
                assert_eq!(bob.next(), said);
            },
        ),
        server.row("session: another name may be taken with it", |server| {
            let (mut ada, mut bob, room) = two_in_a_room(server.addr());
            let name = unique("bobby");
            let mut again = returning(server.addr(), &name, &room, bob.session());
            assert_eq!(bob.until_close().0, 4001);
            ada.until("entered");
            again.ask(json!({"type": "name", "name": bob.name}));
            assert_eq!(again.next()["to"], *bob.name, "the old name is free");
        }),
        server.row(
            "session: a client that talks on while its name is taken over reads the 4001, and no reset",
            talks_on,
        ),
        server.row(
            "session: an earlier connection that asks later does not take over a later one",
            late_join,
        ),
        row(
            "session: after a second takeover either token works",
            either_token,
        ),
        row(
            "session: what the older connection still asks for changes nothing",
            stale_join,
        ),
    ]
}

/// A client that comes back with the session of an earlier connection.
fn returning(addr: SocketAddr, name: &str, room: &str, session: &str) -> ChatClient {
    let mut client = ChatClient::connect(addr);
    client.ask(json!({"type": "join", "name": name, "room": room, "session": session}));
    let joined = client.next();
    assert_eq!(
        (&joined["type"], &joined["name"]),
        (&json!("joined"), &json!(name))
    );
    client.name = name.to_owned();
    client
}

/// How the older of two connections ends.
fn elsewhere() -> (u16, String) {
    (4001, "continued elsewhere".to_owned())
}

/// A client gave up a connection while its join was on the way, and came back by another.
fn late_join(server: &SharedServer) {
    let (_ada, bob, room) = two_in_a_room(server.addr());
    let (name, session) = (bob.name.clone(), bob.session().to_owned());
    let mut given_up = ChatClient::connect(server.addr());
    let mut back = returning(server.addr(), &name, &room, &session);
    given_up.ask(json!({"type": "join", "name": name, "room": room, "session": session}));
    assert_eq!(given_up.next()["code"], "name_taken");
    back.say_now(&room, "here still");
}

/// A page that does not know yet that it was replaced sends a request. Its bytes, which the server does
/// not need, must not make the server's Close unreadable.
fn talks_on(server: &SharedServer) {
    let (_ada, mut bob, room) = two_in_a_room(server.addr());
    let _heir = returning(server.addr(), &bob.name, &room, bob.session());
    for number in 0..20 {
        bob.ask(json!({"type": "ping", "t": number}));
        std::thread::park_timeout(std::time::Duration::from_millis(10));
    }
    assert_eq!(bob.until_close(), elsewhere());
    let mut tcp = bob.tcp();
    let rest = std::io::Read::read(&mut tcp, &mut [0; 64]);
    assert!(matches!(rest, Ok(0)), "{rest:?} instead of an end");
}

fn taken_over(server: &SharedServer) {
    let (mut ada, mut bob, room) = two_in_a_room(server.addr());
    let other = unique("other");
    bob.enter(&other);
    let mut again = ChatClient::connect(server.addr());
    again.ask(json!({"type": "join", "name": bob.name, "room": room, "session": bob.session()}));
    let joined = again.next();
    assert_eq!(
        names(&joined["people"]),
        names(&json!([ada.name, bob.name]))
    );
    assert_eq!(bob.until_close(), elsewhere());
    // The others see one leave and one enter.
    assert_eq!(
        ada.next(),
        json!({"type": "left", "room": room, "name": bob.name, "count": 1})
    );
    let entered = ada.next();
    let person = &entered["person"];
    assert_eq!(
        entered,
        json!({"type": "entered", "room": room, "name": bob.name, "person": person, "count": 2})
    );
    ada.say_now(&room, "welcome back");
    assert_eq!(again.next()["text"], "welcome back");
    // The older one has left all its rooms.
    let joined = ChatClient::connect(server.addr()).join(&unique("late"), &other);
    assert_eq!(joined["count"], 1);
}

/// A client whose second connection breaks before it has received an event comes back with the token of
/// the first.
fn either_token() {
    let server = Server::start(&[]);
    let first = ChatClient::in_room(server.addr(), "bob", "lobby");
    let (name, token) = (first.name.clone(), first.session().to_owned());
    let second = returning(server.addr(), &name, "lobby", &token);
    first.vanish();
    // The first has ended, which the server may have noticed long after the takeover.
    let deadline = Instant::now() + PATIENCE;
    while metric(server.addr(), "ws101_connections") != Some(2) {
        assert!(Instant::now() < deadline, "the connection stays");
    }
    let third = returning(server.addr(), &name, "lobby", &token);
    let fourth = returning(server.addr(), &name, "lobby", second.session());
    returning(server.addr(), &name, "lobby", third.session());
    returning(server.addr(), &name, "lobby", fourth.session());
}

/// The server has not read everything of the older connection when the newer one takes the name, because
/// the client does not read its answers. What the server reads then must not take the name back.
fn stale_join() {
    let server = Server::start(&["--rate", "off"]);
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    for number in 0..100 {
        ada.say_now("lobby", &format!("{number}{}", "ß".repeat(1_900)));
    }
    let mut bob = ChatClient::in_room(server.addr(), "bob", "lobby");
    // Each page has 400 kB, and all of them are more than the buffers hold. So the server stops midway.
    // After every page comes a join, one of which the server reads too late.
    let name = bob.name.clone();
    bob.ask_all((0..19).flat_map(|number| {
        let page = json!({"type": "history", "room": "lobby", "limit": 100});
        [
            page,
            json!({"type": "join", "name": name, "room": format!("annex-{number}")}),
        ]
    }));
    bob.until("history");
    let mut again = returning(server.addr(), &bob.name, "lobby", bob.session());
    assert_eq!(bob.until_close(), elsewhere());
    bob.vanish();
    for _ in 0..3 {
        let told: Vec<Value> = again.waiting();
        let is_said = |event: &Value| event["type"] == "said";
        assert!(told.iter().all(is_said), "{told:?}");
        ada.say_now("lobby", "still there?");
    }
    again.ask(json!({"type": "rooms"}));
    let rooms = json!([{"room": "lobby", "count": 2}]);
    assert_eq!(
        again.until("rooms")["rooms"],
        rooms,
        "the person is nowhere else"
    );
}
