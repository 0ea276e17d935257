//! J: too many requests, too fast. A hasty client is told when to try again, and one that does not
//! wait is closed. The others go on talking.

use crate::kit::client::chat::two_in_a_room;
use crate::kit::client::chat::{ChatClient, Received, unique};
use crate::kit::client::lists::names;
use crate::kit::client::target::Target;
use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use crate::witnessed::SharedServer;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

pub(crate) fn rows() -> Vec<Trial> {
    let shared = SharedServer::with(&[]);
    [
        shared.row(
            "J23 30 lines at once: 20 are said, 10 come too fast",
            at_once,
        ),
        shared.row("J24 a flood: 1008, and the others go on talking", flood),
        shared.row(
            "J25 a hundred come and go: few events say so, and the list is right",
            comings,
        ),
        shared.row("J26 names changed all the time: rate_limited", renames),
        shared.row(
            "strikes: ten wrong requests in ten seconds: 1008",
            |target| {
                let (mut ada, mut bob, _) = two_in_a_room(target);
                ada.ask_all((0..10).map(|_| json!({"type": "shout"})));
                for _ in 0..10 {
                    assert_eq!(ada.next()["code"], "unknown_type");
                }
                let (code, reason) = ada.until_close();
                assert_eq!((code, reason.is_empty()), (1008, false));
                assert_eq!(bob.until("left")["name"], *ada.name);
            },
        ),
        shared.row("strikes: nine wrong requests are forgiven", |target| {
            let (mut ada, _bob, room) = two_in_a_room(target);
            ada.ask_all((0..9).map(|_| json!([])));
            for _ in 0..9 {
                assert_eq!(ada.next()["code"], "bad_shape");
            }
            ada.say_now(&room, "sorry");
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How many requests a bucket has let through since `start`: `burst`, and `a_second` more.
fn assert_bucket(let_through: usize, burst: usize, a_second: f64, start: Instant) {
    let gained = (start.elapsed().as_secs_f64() * a_second) as usize;
    let allowed = burst..=burst + gained;
    assert!(
        allowed.contains(&let_through),
        "{let_through}, not {allowed:?}"
    );
}

fn at_once(target: Target) {
    let (mut ada, mut bob, room) = two_in_a_room(target);
    let start = Instant::now();
    let say =
        |number| json!({"type": "say", "room": room, "text": "hi", "id": format!("c{number}")});
    ada.ask_all((0..30).map(say));
    let (mut said, mut refused) = (Vec::new(), Vec::new());
    for _ in 0..30 {
        let event = ada.next();
        let id = event["id"].as_str().expect("an id").to_owned();
        if event["type"] == "said" {
            said.push(id);
            continue;
        }
        assert_eq!(
            (&event["code"], &event["about"]),
            (&json!("rate_limited"), &json!("say"))
        );
        let wait = event["retry_ms"].as_u64().expect("when to try again");
        assert!(
            (1..=101).contains(&wait),
            "{wait} ms for a tenth of a second"
        );
        refused.push(id);
    }
    assert_bucket(said.len(), 20, 10.0, start);
    // Each line was either said or refused, and a refused one can be said later.
    let all: BTreeSet<&String> = said.iter().chain(&refused).collect();
    assert_eq!(all.len(), 30);
    let heard: Vec<Value> = bob.count("said", said.len());
    assert!(heard.iter().zip(&said).all(|(line, id)| line["id"] == **id));
    bob.assert_undisturbed();
    ada.assert_undisturbed();
}

fn flood(target: Target) {
    let (mut ada, mut bob, room) = two_in_a_room(target);
    let mut mallory = ChatClient::in_room(target, "mallory", &room);
    let name = mallory.name.clone();
    let in_room = room.clone();
    let flooding = thread::spawn(move || {
        let lines = || (0..100).map(|_| json!({"type": "say", "room": in_room, "text": "buy now"}));
        let deadline = Instant::now() + PATIENCE;
        // Until the server has closed; its Close follows everything that it sent before.
        while mallory.try_ask_all(lines()).is_ok() {
            assert!(
                Instant::now() < deadline,
                "the server does not stop the flood"
            );
        }
        loop {
            match mallory.hear(PATIENCE) {
                Received::Event(event) if event["type"] == "error" => {
                    assert_eq!(event["code"], "rate_limited")
                }
                Received::Event(_) => {}
                other => return other,
            }
        }
    });
    let mut left = false;
    for number in 0..10 {
        // Whether a line is late, the witnesses of this row tell by comparison.
        let start = Stopwatch::start();
        let text = format!("line {number}");
        ada.say(&room, &text);
        bob.find(|event| {
            left |= event["type"] == "left";
            event["text"] == *text
        });
        start.assert_under(Duration::from_secs(2));
    }
    if !left {
        assert_eq!(bob.until("left")["name"], *name);
    }
    match flooding.join().expect("the flood ends") {
        Received::Close(1008, reason) => assert_eq!(reason, "flood"),
        other => panic!("not a Close with 1008: {other:?}"),
    }
}

fn comings(target: Target) {
    let room = unique("room");
    let mut witness = ChatClient::connect(target);
    let joined = witness.join(&unique("witness"), &room);
    let mut roster: BTreeSet<String> = names(&joined["people"]);
    let in_room = room.clone();
    let crowd = thread::spawn(move || {
        let mut stay = Vec::new();
        for number in 0..100 {
            let client = ChatClient::in_room(target, "passer-by", &in_room);
            match number % 10 {
                0 => stay.push(client),
                1 => client.vanish(),
                _ => client.close(),
            }
        }
        stay
    });
    let mut hear = |event: &Value| {
        let name = || event["name"].as_str().expect("a name").to_owned();
        match event["type"].as_str() {
            Some("entered") => assert!(roster.insert(name()), "twice in: {event}"),
            Some("left") => assert!(roster.remove(&name()), "was not in: {event}"),
            Some("people") => roster = names(&event["people"]),
            _ => panic!("no other event belongs here: {event}"),
        }
        assert_eq!(event["count"], roster.len(), "{event}");
        roster.clone()
    };
    let (mut now, mut batches) = (BTreeSet::new(), Vec::new());
    while !crowd.is_finished() {
        let asked = Instant::now();
        let mut told = Vec::new();
        while let Some(left) = BETWEEN_PINGS.checked_sub(asked.elapsed()) {
            if let Received::Event(event) = witness.hear(left) {
                told.push(event);
            }
        }
        told.extend(witness.waiting());
        for event in &told {
            now = hear(event);
        }
        batches.push(Batch {
            asked,
            told: told.len(),
            read: Instant::now(),
        });
    }
    let stay = crowd.join().expect("all of them came in");
    let mut expected: BTreeSet<String> = stay.iter().map(|client| client.name.clone()).collect();
    expected.insert(witness.name.clone());
    while now != expected {
        now = hear(&witness.next());
    }
    witness.assert_undisturbed();
    let now_in = ChatClient::connect(target).join(&unique("late"), &room);
    assert_eq!(now_in["count"], expected.len() + 1);
    assert_ten_a_second(&batches);
}

/// A client may send ten requests a second, and a ping is one. The server would refuse more, and the row
/// wait for a pong that never comes.
const BETWEEN_PINGS: Duration = Duration::from_millis(125);

/// The events before the answer to a ping that was sent after the last batch.
struct Batch {
    asked: Instant,
    told: usize,
    read: Instant,
}

/// A batch holds what was sent after the ping of the batch before it, however late it is read.
fn assert_ten_a_second(batches: &[Batch]) {
    for (first, pair) in batches.windows(2).enumerate() {
        let mut told = 0;
        for last in &batches[first + 1..] {
            told += last.told;
            let longest = last.read - pair[0].asked;
            let most = 10.0 * (1.0 + longest.as_secs_f64());
            assert!(told as f64 <= most, "{told} in {longest:?}");
        }
    }
}

fn renames(target: Target) {
    let (mut ada, mut bob, room) = two_in_a_room(target);
    let start = Instant::now();
    let stem = ada.name.clone();
    ada.ask_all((0..8).map(|number| json!({"type": "name", "name": format!("{stem}-{number}")})));
    let events: Vec<Value> = (0..8).map(|_| ada.next()).collect();
    let renamed = events
        .iter()
        .filter(|event| event["type"] == "renamed")
        .count();
    assert_bucket(renamed, 5, 1.0, start);
    for error in events.iter().filter(|event| event["type"] == "error") {
        assert_eq!(
            (&error["code"], &error["about"]),
            (&json!("rate_limited"), &json!("name"))
        );
        assert!(
            error["retry_ms"].as_u64().is_some_and(|wait| wait <= 1_001),
            "{error}"
        );
    }
    let heard = bob.count("renamed", renamed);
    let last = heard.last().expect("five at least")["to"].clone();
    bob.assert_undisturbed();
    ada.say(&room, "who am I?");
    assert_eq!(bob.until("said")["from"], last);
}
