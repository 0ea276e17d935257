//! J31, R11: who watches a connection, and what they see. Nobody watches another's, a token is seen
//! nowhere, and the one who is watched notices nothing.

use crate::house::{House, Own, own_row, own_row_as_it_stands};
use crate::live::bytes::{KEY, frame_from};
use crate::live::guest::{Guest, fresh};
use crate::live::rows::row;
use crate::live::watcher::Watcher;
use crate::live::web::metric;
use crate::live::wire::{Door, Pace, UPGRADE, Wire};
use crate::live::{self, PATIENCE};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::process::Command;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use ws101::Role;
use ws101::protocol::mask;

pub(crate) fn rows(house: &Arc<House>) -> Vec<Trial> {
    let mut rows = vec![
        house.row_as_it_stands("J31 a wrong wire token, five times: bad_token, 1008", wrong),
        house.row_as_it_stands("J31 no wire token in five seconds: 1008", no_token),
        house.row_as_it_stands("J31 who watches says nothing more: 1008", talkative),
        house.row_as_it_stands("J31 four may watch one connection", four),
        house.row_as_it_stands("J31 the page of another site cannot watch: 403", other_site),
        own_row_as_it_stands(
            "J31 someone else's wire token: bad_token",
            ["--trust-proxy", "127.0.0.1"],
            someone_elses,
        ),
        row("J31 no token is in the log or in the view", nowhere),
        busy_row(
            "R11 a watcher of 5 000 frames a second misses some, and is told how many",
            &["--rate", "off"],
            flood,
        ),
        busy_row(
            "R11 a watcher who never reads is sent away, and hurts nobody",
            &["--rate", "off", "--write-timeout", "500ms"],
            deaf,
        ),
        busy_row(
            "wire: how much waits for a client that lags, until nothing does",
            &["--rate", "off", "--max-backlog", "33554432"],
            lagging,
        ),
        house.row_as_it_stands("wire: who comes late sees the last 32 frames", late),
    ];
    rows.extend(house.row("wire: every byte of one's own connection", everything));
    rows.extend(own_row(
        "wire: how a connection ended can be seen afterwards",
        [],
        afterwards,
    ));
    rows
}

/// In a server without witnesses, who would wait for the machine: such a row keeps it busy, and
/// hears every line itself.
fn busy_row(name: &str, flags: &'static [&'static str], run: fn(Door)) -> Trial {
    row(name, move || {
        let server = live::house::Own::start(flags);
        run(server.addr().into());
    })
}

fn wrong(door: Door) {
    let ada = Guest::connect(door);
    let mut watcher = Watcher::connect(door);
    let guesses = [
        json!("0".repeat(32)),
        json!("x".repeat(129)),
        ada.welcome["session"].clone(),
        json!(""),
        json!(
            ada.welcome["wire"]
                .as_str()
                .expect("a token")
                .to_uppercase()
                + "\0"
        ),
    ];
    for token in guesses {
        watcher.ask(&token);
        let error = watcher.next();
        assert_eq!(error["type"], "error", "{error}");
        assert_eq!(
            (&error["code"], &error["about"]),
            (&json!("bad_token"), &json!("watch"))
        );
    }
    watcher.expect_close(1008);
    let mut other = Watcher::connect(door);
    for (text, code) in [
        ("{", "bad_json"),
        ("{\"type\":\"watch\"}", "bad_shape"),
        ("{\"type\":\"say\"}", "unknown_type"),
    ] {
        other.ask_text(text);
        assert_eq!(other.next()["code"], code);
    }
    other.ask(&ada.welcome["wire"]);
    assert_eq!(other.next()["t"], "hello", "three mistakes are no harm");
}

fn no_token(door: Door) {
    let start = Instant::now();
    let mut watcher = Watcher::connect(door);
    watcher.expect_close(1008);
    let took = start.elapsed();
    assert!(took > Duration::from_millis(4_900), "after {took:?}");
    assert!(took < Duration::from_secs(7), "after {took:?}");
}

fn talkative(door: Door) {
    let ada = Guest::connect(door);
    let (mut watcher, _) = Watcher::of(door, &ada.welcome["wire"]);
    watcher.until("frame");
    watcher.ask(&ada.welcome["wire"]);
    watcher.expect_close(1008);
}

fn four(door: Door) {
    let ada = Guest::connect(door);
    let token = &ada.welcome["wire"];
    let mut watching: Vec<Watcher> = (0..4).map(|_| Watcher::of(door, token).0).collect();
    let mut fifth = Watcher::connect(door);
    fifth.ask(token);
    assert_eq!(fifth.next()["code"], "too_many_watchers");
    watching.pop();
    let deadline = Instant::now() + Duration::from_secs(2);
    loop {
        fifth = Watcher::connect(door);
        fifth.ask(token);
        if fifth.next()["t"] == "hello" {
            return;
        }
        assert!(Instant::now() < deadline, "no place became free");
    }
}

fn other_site(door: Door) {
    let mut wire = Wire::open(door);
    let request = UPGRADE
        .replace("/echo", "/ws/wire")
        .replace("{host}", &door.addr.to_string())
        .replace("Upgrade: ", "Origin: http://evil.example\r\nUpgrade: ");
    wire.send(request.as_bytes());
    wire.answer().assert_refusal(403);
}

fn someone_elses(door: Door) {
    let from = |ip| [("X-Forwarded-For", ip)];
    let ada = Guest::connect_with(door, &from("203.0.113.1"));
    for (address, expected) in [("203.0.113.2", false), ("203.0.113.1", true)] {
        let mut watcher = Watcher::connect_with(door, &from(address));
        watcher.ask(&ada.welcome["wire"]);
        let answer = watcher.next();
        assert_eq!(answer["t"] == "hello", expected, "{address}: {answer}");
        assert!(expected || answer["code"] == "bad_token", "{answer}");
    }
}

/// Everything that is logged at all, and everything that a view shows.
fn nowhere() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ws101"));
    let flags = ["serve", "-v", "--listen", "127.0.0.1:0"];
    let server = Own::spawn(command.args(flags).env("RUST_LOG", "trace"));
    let door = server.door(Pace::Whole);
    let mut ada = Guest::in_room(door, "ada", &fresh("room"));
    let tokens = ["session", "wire"].map(|key| ada.welcome[key].as_str().expect("it").to_owned());
    // It comes back, in two fragments that cut its token in two.
    let mut again = Wire::in_chat(door);
    let join = json!({"type": "join", "name": ada.name, "room": "lobby", "session": tokens[0]});
    let join = join.to_string();
    let middle = join.find(&tokens[0]).expect("it is there") + 9;
    again.send_frame(0x01, &join[..middle]);
    again.send_frame(0x80, &join[middle..]);
    assert_eq!(ada.until_close().0, 4001, "the same person");
    let mut bob = Guest::connect(door);
    let resume = json!({"type": "join", "name": ada.name, "room": "lobby", "session": tokens[0]});
    bob.ask(resume);
    bob.until("joined");
    let mut guess = Watcher::connect(door);
    guess.ask(&json!(format!("{}0", tokens[1])));
    assert_eq!(guess.next()["code"], "bad_token");
    for guest in [&ada, &bob] {
        let (mut watcher, first) = Watcher::of(door, &guest.welcome["wire"]);
        let mut seen: Vec<Value> = first.to_vec();
        while seen.iter().filter(|record| record["t"] == "frame").count() < 3 {
            seen.push(watcher.next());
        }
        let own = ["session", "wire"].map(|key| guest.welcome[key].as_str().expect("a token"));
        for token in own.into_iter().chain(tokens.iter().map(String::as_str)) {
            let text = format!("{seen:?}");
            assert!(!text.contains(token) && !text.contains(&digits(token.as_bytes())));
            // As it would be under the key that the record shows.
            for record in &seen {
                let bytes = bytes_of(&record["hex"]);
                for shift in 0..4 {
                    let mut masked = token.as_bytes().to_vec();
                    let key = bytes.get(2..6).and_then(|key| key.try_into().ok());
                    mask::apply(
                        ws101::protocol::MaskKey(key.unwrap_or_default()).after(shift),
                        &mut masked,
                    );
                    assert!(!bytes.windows(masked.len()).any(|part| part == masked));
                }
            }
        }
        assert!(
            format!("{seen:?}").contains(&digits(&[b'*'; 32])),
            "{seen:?}"
        );
    }
    drop((ada, again, guess));
    bob.close();
    let deadline = Instant::now() + PATIENCE;
    let log = loop {
        let log = server.process.log();
        if log.contains("closed by the client") {
            break log;
        }
        assert!(Instant::now() < deadline, "little is logged:\n{log}");
        thread::park_timeout(Duration::from_millis(1));
    };
    for token in tokens {
        assert!(!log.contains(&token[..8]), "{token} is in the log:\n{log}");
    }
}

/// Five thousand lines a second, each of them twice on the wire.
fn flood(door: Door) {
    const LINES: usize = 10_000;
    let mut ada = Guest::in_room(door, "ada", &fresh("room"));
    let room = fresh("flood");
    ada.enter(&room);
    let (mut watcher, _) = Watcher::of(door, &ada.welcome["wire"]);
    let text = "x".repeat(400);
    let start = Instant::now();
    for batch in 0..LINES / 50 {
        let due = start + Duration::from_millis(10) * batch as u32;
        thread::park_timeout(due.saturating_duration_since(Instant::now()));
        ada.ask_all((0..50).map(|_| json!({"type": "say", "room": room, "text": text})));
        ada.count("said", 50);
    }
    let took = start.elapsed();
    // A chat that waited for this watcher would wait for ten seconds.
    assert!(took < Duration::from_secs(9), "{LINES} lines took {took:?}");
    drop(ada);
    // Only now does it read. In between, nothing was kept for it beyond its queue.
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
    // welcome, join, joined, twice; each line in both directions; the two Closes perhaps.
    let all = frames + dropped;
    let expected = 2 * LINES as u64 + 5;
    assert!((expected..=expected + 2).contains(&all), "{all} frames");
    assert!(!states.is_empty(), "the end was seen");
}

fn deaf(door: Door) {
    let mut ada = Guest::in_room(door, "ada", &fresh("room"));
    let room = fresh("flood");
    ada.enter(&room);
    let (watcher, _) = Watcher::of(door, &ada.welcome["wire"]);
    let text = "x".repeat(1_500);
    let deadline = Instant::now() + PATIENCE;
    while metric(door.addr, "ws101_watchers") != Some(0) {
        ada.ask_all((0..50).map(|_| json!({"type": "say", "room": room, "text": text})));
        ada.count("said", 50);
        assert!(Instant::now() < deadline, "it is still there");
    }
    drop(watcher);
    ada.assert_undisturbed();
}

fn late(door: Door) {
    let mut ada = Guest::connect(door);
    let pong = |t| json!({"type": "pong", "t": t}).to_string();
    for t in 0..30 {
        ada.ask(json!({"type": "ping", "t": t}));
        assert_eq!(ada.next()["t"], t);
    }
    let (mut watcher, [hello, request, response]) = Watcher::of(door, &ada.welcome["wire"]);
    assert_eq!(
        (&hello["v"], &hello["conn"]),
        (&json!(1), &ada.welcome["you"])
    );
    let text = |record: &Value| String::from_utf8(bytes_of(&record["hex"])).expect("HTTP");
    assert!(
        text(&request).starts_with("GET /ws HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(text(&request).ends_with("\r\n\r\n"), "{request}");
    assert!(text(&response).starts_with("HTTP/1.1 101 "), "{response}");
    assert!(text(&response).ends_with("\r\n\r\n"), "{response}");
    // 61 frames there were: the welcome, and 30 questions with their answers.
    for n in 30..=61 {
        let frame = watcher.until("frame");
        assert_eq!(
            (&frame["n"], &frame["cut"]),
            (&json!(n), &json!(0)),
            "{frame}"
        );
        let (dir, plain) = match n % 2 {
            0 => ("in", json!({"type": "ping", "t": n / 2 - 1}).to_string()),
            _ => ("out", pong(n / 2 - 1)),
        };
        assert_eq!(frame["dir"], dir, "{frame}");
        let shown = String::from_utf8(bytes_of(&frame["plain"])).expect("JSON");
        let (shown, plain): (Value, Value) = (
            serde_json::from_str(&shown).expect("JSON"),
            serde_json::from_str(&plain).expect("JSON"),
        );
        assert_eq!(shown, plain, "{frame}");
    }
    ada.ask(json!({"type": "ping", "t": "no number"}));
    assert_eq!(watcher.until("frame")["n"], 62, "and then what comes");
}

/// One who does not read, and then does.
fn lagging(door: Door) {
    let mut talker = Guest::in_room(door, "talker", &fresh("room"));
    let room = fresh("lag");
    talker.enter(&room);
    let mut slow = Guest::connect(door);
    let join = json!({"type": "join", "name": fresh("slow"), "room": room});
    slow.ask(join);
    slow.until("joined");
    let (mut watcher, _) = Watcher::of(door, &slow.welcome["wire"]);
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
    // Ten lines at a time: by and by its kernel's buffers are full.
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

/// A connection of bytes that are known, and what its owner is shown.
fn everything(door: Door) {
    let mut ada = Wire::open(door);
    let request = UPGRADE.replace("/echo", "/ws");
    let request = request.replace("{host}", &door.addr.to_string());
    ada.send(request.as_bytes());
    ada.head();
    let welcome: Value = serde_json::from_slice(&ada.frame().payload).expect("a welcome");
    let (mut watcher, [_, asked, _]) = Watcher::of(door, &welcome["wire"]);
    assert_eq!(bytes_of(&asked["hex"]), request.as_bytes());
    assert_eq!(watcher.until("frame")["dir"], "out");
    let long = format!("{{\"type\":\"nothing\",\"x\":\"{}\"}}", "é".repeat(3_000));
    let sent: [(u8, &[u8]); 6] = [
        (0x01, b"{\"type\":\"pi"),
        (0x89, b"are you there?"),
        (0x80, b"ng\",\"t\":1}"),
        (0x8a, b""),
        (0x81, long.as_bytes()),
        (0x88, b"\x03\xe8bye"),
    ];
    for (first, payload) in sent {
        ada.send_frame(first, payload);
    }
    let mut heard = vec![];
    while heard.last() != Some(&0x88) {
        heard.push(ada.frame().first);
    }
    ada.expect_end();
    let (mut incoming, mut outgoing, mut states) = (vec![], vec![], vec![]);
    while let Ok(record) = watcher.record() {
        match (record["t"].as_str(), record["dir"].as_str()) {
            (Some("frame"), Some("in")) => incoming.push(record),
            (Some("frame"), _) => outgoing.push(bytes_of(&record["hex"])[0]),
            (Some("state"), _) => states.push(record),
            _ => {}
        }
    }
    assert_eq!(outgoing, heard);
    assert_eq!(incoming.len(), sent.len(), "{incoming:?}");
    for (record, (first, payload)) in incoming.iter().zip(sent) {
        assert_sent(record, first, payload, door.pace);
    }
    let state =
        |from, to, by| json!({"t": "state", "from": from, "to": to, "by": by, "code": 1000});
    assert_eq!(
        states,
        [
            state("open", "closing", "client"),
            state("closing", "closed", "server")
        ]
    );
}

/// The record of a frame that was sent like this.
fn assert_sent(record: &Value, first: u8, payload: &[u8], pace: Pace) {
    let frame = frame_from(Role::Client, first, payload);
    let (shown, plain) = (bytes_of(&record["hex"]), bytes_of(&record["plain"]));
    let cut = record["cut"].as_u64().expect("a number") as usize;
    assert_eq!(shown.len() + cut, frame.len(), "{record}");
    let (beginning, end) = shown.split_at(if cut > 0 {
        shown.len() - 64
    } else {
        shown.len()
    });
    assert!(
        frame.starts_with(beginning) && frame.ends_with(end),
        "{record}"
    );
    let (beginning, end) = plain.split_at(if cut > 0 {
        plain.len() - 64
    } else {
        plain.len()
    });
    assert!(
        payload.starts_with(beginning) && payload.ends_with(end),
        "{record}"
    );
    assert!(frame.windows(4).any(|four| four == KEY.0));
    assert_eq!(record["verdict"]["ok"], true, "{record}");
    let reads = record["reads"].as_array().expect("a list");
    let sum: u64 = reads.iter().filter_map(Value::as_u64).sum();
    assert_eq!(sum, frame.len() as u64, "{record}");
    assert!(pace == Pace::ByteByByte || reads.len() < 8, "{record}");
}

fn afterwards(door: Door) {
    let mut ada = Wire::open(door);
    let request = UPGRADE.replace("/echo", "/ws");
    ada.send(request.replace("{host}", &door.addr.to_string()).as_bytes());
    ada.head();
    let welcome: Value = serde_json::from_slice(&ada.frame().payload).expect("a welcome");
    let (mut there, _) = Watcher::of(door, &welcome["wire"]);
    ada.send(&[0xc1, 0x80, 1, 2, 3, 4]); // RSV1
    ada.expect_close(1002);
    let seen = |watcher: &mut Watcher| {
        let mut seen = Vec::new();
        loop {
            match watcher.record() {
                Ok(record) => seen.push(record),
                Err(code) => break (seen, code),
            }
        }
    };
    let (told, code) = seen(&mut there);
    assert_eq!(code, 1000);
    let (mut late, _) = Watcher::of(door, &welcome["wire"]);
    let (told_late, code) = seen(&mut late);
    assert_eq!(code, 1000);
    for told in [told, told_late] {
        let refused = told.iter().find(|record| record["verdict"]["ok"] == false);
        let refused = refused.unwrap_or_else(|| panic!("{told:?}"));
        assert_eq!(refused["verdict"]["close"], 1002, "{refused}");
        let close = told
            .iter()
            .find(|record| record["t"] == "frame" && bytes_of(&record["hex"]).starts_with(&[0x88]));
        assert_eq!(close.expect("a Close")["dir"], "out");
        let states: Vec<_> = told
            .iter()
            .filter(|record| record["t"] == "state")
            .collect();
        let state = |from, to, by, code| json!({"t": "state", "from": from, "to": to, "by": by, "code": code});
        assert_eq!(
            states,
            [
                &state("open", "closing", "server", 1002),
                &state("closing", "closed", "network", 1006)
            ]
        );
    }
}

fn bytes_of(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap_or_default();
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("two digits");
    (0..hex.len()).step_by(2).map(byte).collect()
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
