//! R11: more frames than a watcher, or the watched client, can take. A `drop` record says how many are
//! missing, and no other client waits for either.

use crate::kit;
use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::client::http::metric;
use crate::kit::client::target::Target;
use crate::kit::client::watcher::Watcher;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use libtest_mimic::Trial;
use serde_json::json;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        busy_row(
            "R11 a watcher of 5 000 frames a second misses some, and a record says how many",
            // A chat that waited for this watcher would wait this long.
            &["--rate", "off", "--write-timeout", "10m"],
            flood,
        ),
        busy_row(
            "R11 a watcher that never reads is closed, and disturbs no other",
            &["--rate", "off", "--write-timeout", "500ms"],
            deaf,
        ),
        busy_row(
            "wire: how much waits for a client that lags, until nothing does",
            // It may lag for as long as a busy machine takes.
            &[
                "--rate",
                "off",
                "--max-backlog",
                "33554432",
                "--write-timeout",
                "10m",
            ],
            lagging,
        ),
    ]
}

/// A row on a server without witnesses: it keeps the machine busy, so theirs would be late, and it
/// checks every line itself.
fn busy_row(name: &str, flags: &'static [&'static str], run: fn(Target)) -> Trial {
    row(name, move || {
        let server = kit::server::Server::start(flags);
        run(server.addr().into());
    })
}

/// Five thousand lines a second; each is two frames on the wire.
fn flood(target: Target) {
    const LINES: usize = 10_000;
    let mut ada = ChatClient::in_room(target, "ada", &unique("room"));
    let room = unique("flood");
    ada.enter(&room);
    let (mut watcher, _) = Watcher::of(target, &ada.welcome["wire"]);
    let text = "x".repeat(400);
    let start = Instant::now();
    for batch in 0..LINES / 50 {
        let due = start + Duration::from_millis(10) * batch as u32;
        thread::park_timeout(due.saturating_duration_since(Instant::now()));
        ada.ask_all((0..50).map(|_| json!({"type": "say", "room": room, "text": text})));
        ada.count("said", 50);
    }
    let took = start.elapsed();
    drop(ada);
    // It reads only now. Until then no more was kept for it than its queue holds.
    let (mut last, mut dropped, mut frames) = (0, 0, 0);
    let mut states = Vec::new();
    while let Ok(record) = watcher.record() {
        match record["t"].as_str() {
            Some("frame") => {
                let number = record["n"].as_u64().expect("a number");
                assert!(number > last, "{number} after {last}");
                (last, frames) = (number, frames + 1);
                assert_eq!(record["verdict"]["ok"], true, "{record}");
            }
            Some("drop") => dropped += record["count"].as_u64().expect("a count"),
            Some("state") => states.push(record),
            _ => {}
        }
    }
    eprintln!("R11: {frames} frames seen, {dropped} dropped, in {took:?}");
    assert!(dropped > 0, "{frames} frames were seen");
    // `welcome`, `join`, `joined`, twice; each line in both directions; perhaps the two Closes.
    let all = frames + dropped;
    let expected = 2 * LINES as u64 + 5;
    assert!((expected..=expected + 2).contains(&all), "{all} frames");
    assert!(!states.is_empty(), "the end was seen");
}

fn deaf(target: Target) {
    let mut ada = ChatClient::in_room(target, "ada", &unique("room"));
    let room = unique("flood");
    ada.enter(&room);
    let (watcher, _) = Watcher::of(target, &ada.welcome["wire"]);
    let text = "x".repeat(1_500);
    let deadline = Instant::now() + PATIENCE;
    while metric(target.addr, "ws101_watchers") != Some(0) {
        ada.ask_all((0..50).map(|_| json!({"type": "say", "room": room, "text": text})));
        ada.count("said", 50);
        assert!(Instant::now() < deadline, "it is still there");
    }
    drop(watcher);
    ada.assert_undisturbed();
}

/// A watcher that does not read for a while.
fn lagging(target: Target) {
    let mut talker = ChatClient::in_room(target, "talker", &unique("room"));
    let room = unique("lag");
    talker.enter(&room);
    let mut slow = ChatClient::connect(target);
    let join = json!({"type": "join", "name": unique("slow"), "room": room});
    slow.ask(join);
    slow.until("joined");
    let (mut watcher, _) = Watcher::of(target, &slow.welcome["wire"]);
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        loop {
            let queue = watcher.until("queue");
            let has_caught_up = queue["waiting"] == 0;
            if tell.send(queue).is_err() || has_caught_up {
                break;
            }
        }
    });
    let text = "x".repeat(2_000);
    let mut said = 0;
    // Ten lines at a time, until the kernel's buffers are full.
    let waiting = loop {
        talker.ask_all((0..10).map(|_| json!({"type": "say", "room": room, "text": text})));
        talker.count("said", 10);
        said += 10;
        if let Ok(queue) = told.recv_timeout(Duration::from_millis(5)) {
            break queue;
        }
        assert!(said < 20_000, "nothing waits");
    };
    assert!(waiting["waiting"].as_u64() > Some(0), "{waiting}");
    assert_eq!(waiting["dropped"], 0, "{waiting}");
    slow.count("said", said);
    let nothing = json!({"t": "queue", "waiting": 0, "dropped": 0});
    while told.recv_timeout(PATIENCE).expect("it catches up") != nothing {}
}
