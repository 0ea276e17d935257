//! A client that waits as `retry_ms` says is not closed, and a connection that was replaced ends.

use crate::kit::client::chat::{ChatClient, Received, unique};
use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "manners: a client that waits for retry_ms may go on without end",
            patient_talker,
        ),
        row(
            "manners: a connection that was replaced ends, whether it answers or not",
            silent_elder,
        ),
    ]
}

/// Says a line at a time. A line that is refused is said again after `retry_ms`. So there are far more
/// refusals in ten seconds than a hasty client is allowed.
fn patient_talker() {
    let server = Server::start(&["--rate", "50"]);
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    let mut refused = 0;
    let mut said = 0;
    while said < 300 {
        ada.say("lobby", &said.to_string());
        let event = ada.find(|event| event["type"] == "said" || event["type"] == "error");
        if event["type"] == "said" {
            said += 1;
            continue;
        }
        assert_eq!(event["code"], "rate_limited");
        refused += 1;
        wait(&event["retry_ms"]);
    }
    assert!(refused > 120, "refused {refused} times");
}

fn wait(milliseconds: &Value) {
    let milliseconds = milliseconds.as_u64().expect("how long to wait");
    let until = Instant::now() + Duration::from_millis(milliseconds);
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        thread::park_timeout(left);
    }
}

/// The older connection neither answers the Close nor closes; its thread must end nevertheless.
fn silent_elder() {
    let server = Server::start(&["--close-timeout", "10m"]);
    let mut elder = ChatClient::in_room(server.addr(), "bob", "lobby");
    let (name, session) = (elder.name.clone(), elder.session().to_owned());
    let mut heir = ChatClient::connect(server.addr());
    heir.ask(json!({"type": "join", "name": name, "room": "lobby", "session": session}));
    heir.until("joined");
    heir.name = name;
    assert_eq!(
        crate::kit::client::http::metric(server.addr(), "ws101_people"),
        Some(1)
    );
    // What is left is the heir, and the connection that asks.
    let deadline = Instant::now() + PATIENCE;
    while crate::kit::client::http::metric(server.addr(), "ws101_connections") != Some(2) {
        assert!(Instant::now() < deadline, "the older connection stays");
        thread::yield_now();
    }
    match elder.hear(PATIENCE) {
        Received::Close(code, _) => assert_eq!(code, 4001),
        other => panic!("{other:?} instead of a Close"),
    }
    heir.say_now("lobby", &unique("here"));
}
