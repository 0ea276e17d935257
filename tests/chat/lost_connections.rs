//! Connections that break while the server handles a request that came over them.

use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::server::shared::SharedServer;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

pub(crate) fn rows(server: &Arc<SharedServer>) -> Vec<Trial> {
    vec![
        server.row(
            "a line resent while the first try is on its way is said once",
            resent,
        ),
        server.row(
            "a client that breaks off while joining is in no room afterwards",
            broken_joins,
        ),
    ]
}

/// The client says a line, breaks off, reconnects at once and says it again.
fn resent(server: &SharedServer) {
    let rounds = if crate::kit::table::is_long() {
        1_000
    } else {
        100
    };
    let room = unique("room");
    let mut witness = ChatClient::in_room(server.addr(), "witness", &room);
    let (name, mut session, mut known) = (unique("bob"), None, None);
    let mut older: Option<ChatClient> = None;
    for round in 0..rounds {
        let mut bob = ChatClient::connect(server.addr());
        let join = json!({
            "type": "join", "name": name, "room": room, "session": session,
            "epoch": known.as_ref().map(|(epoch, _)| epoch), "since": known.as_ref().map(|(_, seq)| seq),
        });
        bob.ask(join);
        let joined = bob.next();
        assert_eq!(joined["type"], "joined", "{joined}");
        assert_eq!(joined["lost"], false);
        let missed = joined["messages"].as_array().expect("a list");
        let say =
            |round| json!({"type": "say", "room": room, "text": "hi", "id": format!("c{round}")});
        let before = format!("c{}", round - 1);
        if round > 0 && !missed.iter().any(|line| line["id"] == *before) {
            bob.ask(say(round - 1));
        }
        // The next line, with it or after it, is that of the next round.
        bob.ask(say(round));
        let epoch = joined["epoch"].as_str().expect("a run").to_owned();
        known = Some((epoch, joined["seq"].as_u64().expect("a number")));
        session = Some(bob.session().to_owned());
        // Half of them do not break: the newer connection arrives while the server reads the older one.
        older = (round % 2 == 0).then_some(bob);
    }
    drop(older);
    let mut bob = ChatClient::connect(server.addr());
    bob.ask(json!({"type": "join", "name": name, "room": room, "session": session}));
    assert_eq!(bob.next()["type"], "joined");
    bob.ask(json!({"type": "say", "room": room, "text": "the end", "id": "end"}));
    let mut times: HashMap<String, Vec<Value>> = HashMap::new();
    loop {
        let said = witness.until("said");
        let id = said["id"].as_str().expect("an id").to_owned();
        if id == "end" {
            break;
        }
        times.entry(id).or_default().push(said["seq"].clone());
    }
    for (id, numbers) in times {
        assert_eq!(numbers.len(), 1, "{id} was said as {numbers:?}");
    }
}

/// Twenty joins in one write, and then a reset, while another connection takes the name over.
fn broken_joins(server: &SharedServer) {
    let rounds = if crate::kit::table::is_long() {
        500
    } else {
        50
    };
    let rooms: Vec<String> = (0..20).map(|_| unique("room")).collect();
    let name = unique("bob");
    let mut session = Value::Null;
    let mut older: Option<ChatClient> = None;
    for round in 0..rounds {
        let mut bob = ChatClient::connect(server.addr());
        let join =
            |room: &String| json!({"type": "join", "name": name, "room": room, "session": session});
        bob.ask_all(rooms.iter().map(join));
        bob.until("joined");
        session = json!(bob.session());
        older = (round % 2 == 0).then_some(bob);
    }
    drop(older);
    let mut last = ChatClient::connect(server.addr());
    last.ask(json!({"type": "join", "name": name, "room": rooms[0], "session": session}));
    assert_eq!(last.next()["people"], json!([name]));
    for room in &rooms[1..] {
        last.ask(json!({"type": "join", "room": room}));
        assert_eq!(last.until("joined")["people"], json!([name]));
    }
}
