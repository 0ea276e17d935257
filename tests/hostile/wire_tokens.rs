//! J31: who may watch a connection: only its owner. No view and no log shows a token.

use crate::kit::bytes::digits;
use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::kit::client::target::{Pace, Target};
use crate::kit::client::watcher::{Watcher, bytes_of};
use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use crate::kit::table::row;
use crate::witnessed::{SharedServer, WitnessedServer, own_row_as_it_stands};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use ws101::protocol::mask;

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = shared.row("J31 no header that may be secret is in the view", headers);
    rows.extend([
        shared.row_as_it_stands("J31 a wrong wire token, five times: bad_token, 1008", wrong),
        shared.row_as_it_stands("J31 no wire token in five seconds: 1008", no_token),
        shared.row_as_it_stands("J31 a watcher that sends a second request: 1008", talkative),
        shared.row_as_it_stands("J31 four may watch one connection", four),
        shared.row_as_it_stands("J31 the page of another site cannot watch: 403", other_site),
        own_row_as_it_stands(
            "J31 someone else's wire token: bad_token",
            ["--trust-proxy", "127.0.0.1"],
            someone_elses,
        ),
        row("J31 no token is in the log or in the view", nowhere),
    ]);
    rows
}

/// Headers that a client may send with its handshake, and which part of each is secret.
const SECRETS: [(&str, &str); 12] = [
    ("Authorization", "Bearer s3cret-authorization"),
    ("PROXY-AUTHORIZATION", "Basic czNjcmV0LXByb3h5"),
    (
        "cookie",
        "name=s3cret-name; sid=s3cret-session; __Host-csrf=s3cret-csrf",
    ),
    ("Cookie", "second=s3cret-second-line"),
    ("X-Api-Key", "s3cret-api-key"),
    ("x-amz-security-token", "s3cret/with+signs=="),
    ("X-Forwarded-For", "203.0.113.77"),
    ("Forwarded", "for=203.0.113.77;by=s3cret-proxy"),
    ("Referer", "http://localhost/?code=s3cret-code"),
    ("Sec-WebSocket-Protocol", "s3cret-protocol, soap"),
    ("Sec-WebSocket-Token", "s3cret-of-ours"),
    ("X-Unknown", "\u{e9}-s3cret-\u{fc}"),
];

/// A request with all of these secrets, and one more in its query.
fn request_with_secrets(target: Target) -> String {
    let headers = SECRETS.map(|(name, value)| format!("{name}: {value}\r\n"));
    UPGRADE
        .replace("{host}", &target.addr.to_string())
        .replace("/echo", "/ws?access_token=s3cret-query&czNjcmV0LXF1ZXJ5==")
        .replace(
            "Upgrade: websocket",
            &format!(
                "User-Agent: a row\r\n{}Upgrade: websocket",
                headers.concat()
            ),
        )
}

/// What two watchers are sent, one at once and one later, and what the record of the request shows.
fn headers(target: Target) {
    let request = request_with_secrets(target);
    let mut ada = RawClient::open(target);
    ada.send(request.as_bytes());
    assert_eq!(ada.head().status, 101);
    let welcome: Value = serde_json::from_slice(&ada.frame().payload).expect("a welcome");
    let (mut there, first) = Watcher::of(target, &welcome["wire"]);
    ada.send_frame(0x88, b"\x03\xe8");
    ada.expect_close(1000);
    let (mut late, first_late) = Watcher::of(target, &welcome["wire"]);
    for (watcher, first) in [(&mut there, first), (&mut late, first_late)] {
        let mut seen = first.to_vec();
        while let Ok(record) = watcher.record() {
            seen.push(record);
        }
        assert_unseen(&seen);
        let shown = String::from_utf8(bytes_of(&seen[1]["hex"])).expect("blots are ASCII");
        assert_eq!(seen[1]["verdict"], json!({"ok": true}));
        assert_eq!(shown.len(), request.len(), "{shown}");
        for (line, sent) in shown.lines().zip(request.lines()) {
            let name = |line: &str| line.split(':').next().map(str::to_owned);
            assert_eq!(line.len(), sent.len(), "{line}");
            assert!(
                sent.starts_with("GET ") || name(line) == name(sent),
                "{line}"
            );
            let is_harmless = !SECRETS.iter().any(|(name, _)| sent.starts_with(name));
            assert!(
                sent.starts_with("GET ") || (line == sent) == is_harmless,
                "{line}"
            );
        }
        let mut blotted = vec!["target"];
        blotted.extend(SECRETS.map(|(name, _)| name));
        assert_eq!(seen[1]["blotted"], json!(blotted));
        assert_eq!(
            seen[2]["blotted"],
            Value::Null,
            "the response has no secrets"
        );
    }
}

/// No part of a secret is in the records: neither as text nor as hexadecimal bytes, nor in base64 at
/// any offset.
fn assert_unseen(records: &[Value]) {
    let text = format!("{records:?}");
    let values = SECRETS.map(|(_, value)| value);
    let query = ["access_token=s3cret-query", "czNjcmV0LXF1ZXJ5=="];
    let is_break = |character| matches!(character, ' ' | ';' | ',' | '=');
    let words = (values.iter().chain(&query)).flat_map(|value| value.split(is_break));
    for word in words.filter(|word| word.len() > 7) {
        assert!(!text.contains(word), "{word} in {text}");
        let hex = digits(word.as_bytes());
        assert!(!text.contains(&hex), "{word} as {hex} in {text}");
        for shift in 0..3 {
            let shifted = STANDARD.encode([&b"   "[..shift], word.as_bytes()].concat());
            let inner = &shifted[4 * shift.min(1)..shifted.len() - 4];
            assert!(!text.contains(inner), "{word} as {inner} in {text}");
        }
    }
}

fn wrong(target: Target) {
    let ada = ChatClient::connect(target);
    let mut watcher = Watcher::connect(target);
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
    let mut other = Watcher::connect(target);
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

fn no_token(target: Target) {
    let start = Stopwatch::start();
    let mut watcher = Watcher::connect(target);
    watcher.expect_close(1008);
    let took = start.elapsed();
    assert!(took > Duration::from_millis(4_900), "after {took:?}");
    start.assert_under(Duration::from_secs(7));
}

fn talkative(target: Target) {
    let ada = ChatClient::connect(target);
    let (mut watcher, _) = Watcher::of(target, &ada.welcome["wire"]);
    watcher.until("frame");
    watcher.ask(&ada.welcome["wire"]);
    watcher.expect_close(1008);
}

fn four(target: Target) {
    let ada = ChatClient::connect(target);
    let token = &ada.welcome["wire"];
    let mut watching: Vec<Watcher> = (0..4).map(|_| Watcher::of(target, token).0).collect();
    let mut fifth = Watcher::connect(target);
    fifth.ask(token);
    assert_eq!(fifth.next()["code"], "too_many_watchers");
    watching.pop();
    let (since, deadline) = (Stopwatch::start(), Instant::now() + PATIENCE);
    loop {
        fifth = Watcher::connect(target);
        fifth.ask(token);
        if fifth.next()["t"] == "hello" {
            return;
        }
        since.assert_under(Duration::from_secs(2));
        assert!(Instant::now() < deadline, "no place became free");
    }
}

fn other_site(target: Target) {
    let mut wire = RawClient::open(target);
    let request = UPGRADE
        .replace("/echo", "/ws/wire")
        .replace("{host}", &target.addr.to_string())
        .replace("Upgrade: ", "Origin: http://evil.example\r\nUpgrade: ");
    wire.send(request.as_bytes());
    wire.answer().assert_refusal(403);
}

fn someone_elses(target: Target) {
    let from = |ip| [("X-Forwarded-For", ip)];
    let ada = ChatClient::connect_with(target, &from("203.0.113.1"));
    for (address, expected) in [("203.0.113.2", false), ("203.0.113.1", true)] {
        let mut watcher = Watcher::connect_with(target, &from(address));
        watcher.ask(&ada.welcome["wire"]);
        let answer = watcher.next();
        assert_eq!(answer["t"] == "hello", expected, "{address}: {answer}");
        assert!(expected || answer["code"] == "bad_token", "{answer}");
    }
}

/// Checks everything that the server logs, and everything that a view shows.
fn nowhere() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ws101"));
    let flags = ["serve", "-v", "--listen", "127.0.0.1:0"];
    let server = WitnessedServer::spawn(command.args(flags).env("RUST_LOG", "trace"));
    let target = server.target(Pace::Whole);
    let mut ada = ChatClient::in_room(target, "ada", &unique("room"));
    let tokens = ["session", "wire"].map(|key| ada.welcome[key].as_str().expect("it").to_owned());
    // The client comes back; its token is cut in two by two fragments.
    let mut again = RawClient::in_chat(target);
    let join = json!({"type": "join", "name": ada.name, "room": "lobby", "session": tokens[0]});
    let join = join.to_string();
    let middle = join.find(&tokens[0]).expect("it is there") + 9;
    again.send_frame(0x01, &join[..middle]);
    again.send_frame(0x80, &join[middle..]);
    assert_eq!(ada.until_close().0, 4001, "the same person");
    let mut bob = ChatClient::connect(target);
    let resume = json!({"type": "join", "name": ada.name, "room": "lobby", "session": tokens[0]});
    bob.ask(resume);
    bob.until("joined");
    let mut guess = Watcher::connect(target);
    guess.ask(&json!(format!("{}0", tokens[1])));
    assert_eq!(guess.next()["code"], "bad_token");
    for client in [&ada, &bob] {
        let (mut watcher, first) = Watcher::of(target, &client.welcome["wire"]);
        let mut seen: Vec<Value> = first.to_vec();
        while seen.iter().filter(|record| record["t"] == "frame").count() < 3 {
            seen.push(watcher.next());
        }
        let own = ["session", "wire"].map(|key| client.welcome[key].as_str().expect("a token"));
        for token in own.into_iter().chain(tokens.iter().map(String::as_str)) {
            let text = format!("{seen:?}");
            assert!(!text.contains(token) && !text.contains(&digits(token.as_bytes())));
            // As the token would look masked with the key that the record shows.
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
