//! J31: who may watch a connection. Nobody watches another's, and a token is seen nowhere.

use crate::house::{House, Own, own_row_as_it_stands};
use crate::live::bytes::digits;
use crate::live::door::{Door, Pace};
use crate::live::guest::{Guest, fresh};
use crate::live::rows::row;
use crate::live::watcher::{Watcher, bytes_of};
use crate::live::wire::{UPGRADE, Wire};
use crate::live::{PATIENCE, Stopwatch};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use ws101::protocol::mask;

pub(crate) fn rows(house: &Arc<House>) -> Vec<Trial> {
    vec![
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
    ]
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
    let start = Stopwatch::start();
    let mut watcher = Watcher::connect(door);
    watcher.expect_close(1008);
    let took = start.elapsed();
    assert!(took > Duration::from_millis(4_900), "after {took:?}");
    start.assert_under(Duration::from_secs(7));
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
    let (since, deadline) = (Stopwatch::start(), Instant::now() + PATIENCE);
    loop {
        fifth = Watcher::connect(door);
        fifth.ask(token);
        if fifth.next()["t"] == "hello" {
            return;
        }
        since.assert_under(Duration::from_secs(2));
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
            for record in seen.iter().filter(|record| record["hex"].is_string()) {
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
