//! What a watcher sees: every byte of its own connection, including those before and its end.

use crate::kit::bytes::{KEY, frame_from};
use crate::kit::client::chat::ChatClient;
use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::kit::client::target::{Pace, Target};
use crate::kit::client::watcher::{Watcher, bytes_of};
use crate::witnessed::{SharedServer, own_row};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::Arc;
use ws101::Role;

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = shared.row("wire: every byte of one's own connection", everything);
    rows.push(shared.row_as_it_stands("wire: who comes late sees the last 32 frames", late));
    rows.extend(own_row(
        "wire: how a connection ended can be seen afterwards",
        [],
        afterwards,
    ));
    rows
}

fn late(target: Target) {
    let mut ada = ChatClient::connect(target);
    let pong = |t| json!({"type": "pong", "t": t}).to_string();
    for t in 0..30 {
        ada.ask(json!({"type": "ping", "t": t}));
        assert_eq!(ada.next()["t"], t);
    }
    let (mut watcher, [hello, request, response]) = Watcher::of(target, &ada.welcome["wire"]);
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
    // There were 61 frames: the welcome, and 30 requests with their answers.
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
        assert_eq!(
            frame["reads"],
            json!([]),
            "that is no longer known: {frame}"
        );
        let shown = String::from_utf8(bytes_of(&frame["plain"])).expect("JSON");
        let (shown, plain): (Value, Value) = (
            serde_json::from_str(&shown).expect("JSON"),
            serde_json::from_str(&plain).expect("JSON"),
        );
        assert_eq!(shown, plain, "{frame}");
    }
    ada.ask(json!({"type": "ping", "t": "no number"}));
    let frame = watcher.until("frame");
    assert_eq!(frame["n"], 62, "and then what comes");
    assert_eq!(frame["reads"].as_array().map(Vec::len), Some(1), "{frame}");
}

/// Sends known bytes on a connection, and checks what its owner is shown.
fn everything(target: Target) {
    let mut ada = RawClient::open(target);
    let request = UPGRADE.replace("/echo", "/ws");
    let request = request.replace("{host}", &target.addr.to_string());
    ada.send(request.as_bytes());
    ada.head();
    let welcome: Value = serde_json::from_slice(&ada.frame().payload).expect("a welcome");
    let (mut watcher, [_, asked, _]) = Watcher::of(target, &welcome["wire"]);
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
        assert_sent(record, first, payload, target.pace);
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

/// The record of a frame with these bytes.
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

fn afterwards(target: Target) {
    let mut ada = RawClient::open(target);
    let request = UPGRADE.replace("/echo", "/ws");
    ada.send(
        request
            .replace("{host}", &target.addr.to_string())
            .as_bytes(),
    );
    ada.head();
    let welcome: Value = serde_json::from_slice(&ada.frame().payload).expect("a welcome");
    let (mut there, _) = Watcher::of(target, &welcome["wire"]);
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
    let (mut late, _) = Watcher::of(target, &welcome["wire"]);
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
