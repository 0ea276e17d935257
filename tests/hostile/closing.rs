//! C: how a connection ends when the client closes it or breaks a rule.

use crate::kit::bytes::{close_from, frame_from, hear, hex};
use crate::kit::client::chat::{ChatClient, two_in_a_room, unique};
use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::kit::client::target::{Pace, Target};
use crate::kit::stopwatch::Stopwatch;
use crate::kit::table::row;
use crate::witnessed::{SharedServer, WitnessedServer};
use libtest_mimic::Trial;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use ws101::protocol::Session;
use ws101::{Limits, Role};

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = Vec::new();
    rows.extend(shared.row(
        "C13 a line and a Close: the others hear the line, then of the end",
        |target| {
            let (_ada, mut bob, room) = two_in_a_room(target);
            let mut wire = RawClient::in_chat(target);
            let name = unique("carol");
            let join = json!({"type": "join", "name": name, "room": room}).to_string();
            let say = json!({"type": "say", "room": room, "text": "bye"}).to_string();
            let frames =
                [join, say].map(|request| frame_from(Role::Client, 0x81, request.as_bytes()));
            wire.send(&[frames.concat(), close_from(Role::Client, 1000, "")].concat());
            assert_eq!(bob.until("entered")["name"], *name);
            assert_eq!(bob.until("said")["text"], "bye");
            assert_eq!(bob.until("left")["name"], *name);
            assert!(wire.rest().ends_with(&hex("88 02 03 e8")));
        },
    ));
    rows.extend(clean_ends(shared));
    rows
}

fn clean_ends(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = shared.row("C17 FIN within a frame ends it", |target| {
        let mut wire = RawClient::upgraded(target);
        wire.send(&[0x81, 0x85, 0, 0, 0, 0, b'h']);
        wire.send_fin();
        wire.expect_prompt_end();
    });
    rows.extend(shared.row(
        "C20 the client answers our 1002 with its own Close",
        |target| {
            let mut wire = RawClient::upgraded(target);
            wire.send(&hex("83 80 37 fa 21 3d"));
            let close = wire.frame();
            assert_eq!(close.payload[..2], 1002_u16.to_be_bytes());
            wire.send(&close_from(Role::Client, 1000, ""));
            wire.send_fin();
            wire.expect_prompt_end();
        },
    ));
    rows.push(shared.row_as_it_stands(
        "C21 a Close before 1 MiB that the server does not read is not lost: 100 runs",
        |target| (0..100).for_each(|run| close_in_front_of_much(target, run)),
    ));
    rows.push(shared.row_as_it_stands(
        "F36 garbage ends as the protocol says: 1 000 seeds",
        |target| (1..=1_000).for_each(|seed| garbage_in(target, seed)),
    ));
    rows.push(row(
        "C24 1 000 close at once: done in two seconds, and the room is empty but for one",
        close_all_at_once,
    ));
    rows
}

/// A server that closed the socket now would cause a reset, and the Close would be lost.
fn close_in_front_of_much(target: Target, run: usize) {
    let mut wire = RawClient::upgraded(target);
    let mut bytes = hex("83 80 37 fa 21 3d");
    bytes.resize(bytes.len() + (1 << 20), 0);
    wire.try_send(&bytes).unwrap_or_else(|error| {
        panic!("run {run}: the connection is cut under the client: {error}")
    });
    wire.expect_close(1002);
}

/// A session in memory, given these bytes, tells what the server must answer.
fn garbage_in(target: Target, seed: u64) {
    let bytes = garbage(seed, 16 << 10);
    let mut session = Session::server(Limits::ECHO);
    let seen = hear(&mut session, &bytes);
    let mut wire = RawClient::upgraded(target);
    wire.try_send(&bytes)
        .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    wire.send_fin();
    let came = wire.rest();
    let close = session.outgoing.waiting();
    assert!(
        came.ends_with(close),
        "seed {seed}: {seen:?}, but {came:02x?}"
    );
}

/// Pseudorandom bytes, determined by the seed (xorshift64).
fn garbage(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

/// All are in one room and close at the same moment. The client that stays is told of each.
fn close_all_at_once() {
    const COUNT: usize = 1_000;
    let server = WitnessedServer::start(&[
        "--max-connections",
        "1100",
        "--max-handshaking",
        "2200",
        // A busy machine takes long over a thousand handshakes.
        "--handshake-timeout",
        "10m",
    ]);
    let target = server.target(Pace::Whole);
    let room = unique("room");
    let mut stays = ChatClient::in_room(target.addr, "stays", &room);
    let request = UPGRADE.replace("/echo", "/ws");
    let request = request.replace("{host}", &target.addr.to_string());
    let mut all: Vec<RawClient> = (0..COUNT).map(|_| RawClient::open(target)).collect();
    for (number, wire) in all.iter_mut().enumerate() {
        let join = json!({"type": "join", "name": format!("n{number}"), "room": room});
        let join = frame_from(Role::Client, 0x81, join.to_string().as_bytes());
        wire.send(&[request.as_bytes(), &join].concat());
    }
    stays.find(|event| event["count"] == COUNT + 1);
    let (start, worked) = (Stopwatch::start(), server.work());
    for wire in &mut all {
        wire.send(&close_from(Role::Client, 1000, ""));
    }
    stays.find(|event| event["count"] == 1);
    for wire in &mut all {
        assert!(wire.rest().ends_with(&hex("88 02 03 e8")));
    }
    let (took, work) = (start.elapsed(), server.work() - worked);
    eprintln!("C24: {COUNT} closed in {took:.1?}, {work:?} of processor time");
    start.assert_under(Duration::from_secs(2));
    assert!(work < Duration::from_secs(2), "{work:?} of processor time");
    let now = ChatClient::connect(target.addr).join(&unique("late"), &room);
    assert_eq!(now["people"].as_array().map(Vec::len), Some(2), "{now}");
}
