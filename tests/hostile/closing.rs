//! C: how a conversation ends, when it is the client who ends it or who has broken a rule.

use crate::kit::bytes::{close_from, frame_from, hear, hex};
use crate::kit::client::chat::{ChatClient, two_in_a_room, unique};
use crate::kit::client::raw::{ENDPOINTS, RawClient, UPGRADE};
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

/// Name, bytes, close code.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, u16)] = &[
    ("C03 a body of one byte", "88 81 37 fa 21 3d 34", 1002),
    ("C07 a reason that is not UTF-8", "88 83 37 fa 21 3d 34 12 de", 1007),
    ("C09 the header of a Close with a reason of 124 bytes", "88 fe 00 7e", 1002),
];

const MAY_NOT_TRAVEL: [u16; 9] = [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535];
const MAY_TRAVEL: [u16; 16] = [
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = Vec::new();
    let mut closing = |name: String, bytes: Vec<u8>, answer: Answer| {
        for (connect, there) in ENDPOINTS {
            let (bytes, answer) = (bytes.clone(), answer.clone());
            rows.extend(shared.row(format!("{name}{there}"), move |target| {
                check(connect(target), &bytes, &answer);
            }));
        }
    };
    for &(name, bytes, code) in REFUSED {
        closing(format!("{name}: {code}"), hex(bytes), Answer::Close(code));
    }
    for code in MAY_NOT_TRAVEL {
        let name = format!("C04 code {code} may not travel: 1002");
        closing(
            name,
            close_from(Role::Client, code, ""),
            Answer::Close(1002),
        );
    }
    for code in MAY_TRAVEL {
        let name = format!("C06 code {code} is echoed");
        let answer = Answer::Bytes(close_from(Role::Server, code, ""));
        closing(name, close_from(Role::Client, code, "reason"), answer);
    }
    let close = close_from(Role::Client, 1000, "");
    let text = frame_from(Role::Client, 0x81, b"late");
    let closed = hex("88 02 03 e8");
    for (name, bytes, answer) in [
        (
            "C02 an empty Close gets an empty one back",
            frame_from(Role::Client, 0x88, b""),
            hex("88 00"),
        ),
        (
            "C01 1000 gets exactly 88 02 03 e8 back",
            close.clone(),
            closed.clone(),
        ),
        (
            "C10 what follows a Close does not count",
            [&close[..], &text, &close].concat(),
            closed,
        ),
    ] {
        closing(name.to_owned(), bytes, Answer::Bytes(answer));
    }
    rows.extend(shared.row("C13 what precedes a Close counts", |target| {
        let bytes = [
            frame_from(Role::Client, 0x81, b"text"),
            close_from(Role::Client, 1000, ""),
        ];
        let answer = [frame_from(Role::Server, 0x81, b"text"), hex("88 02 03 e8")];
        check(
            RawClient::upgraded(target),
            &bytes.concat(),
            &Answer::Bytes(answer.concat()),
        );
    }));
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

/// What comes back before the end.
#[derive(Debug, Clone)]
enum Answer {
    /// A Close with this code and a sentence.
    Close(u16),
    /// Exactly these bytes.
    Bytes(Vec<u8>),
}

fn check(mut wire: RawClient, bytes: &[u8], answer: &Answer) {
    wire.send(bytes);
    match answer {
        Answer::Close(code) => assert!(!wire.expect_close(*code).is_empty(), "it says why"),
        Answer::Bytes(bytes) => {
            wire.expect_bytes(bytes);
            wire.expect_prompt_end();
        }
    }
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
        "C21 a Close in front of 1 MiB that nobody reads is not lost: 100 runs",
        |target| (0..100).for_each(|run| close_in_front_of_much(target, run)),
    ));
    rows.push(shared.row_as_it_stands(
        "F36 garbage ends as the protocol says: 1 000 seeds",
        |target| (1..=1_000).for_each(|seed| garbage_in(target, seed)),
    ));
    rows.push(row(
        "C24 1 000 close at once: done in two seconds, and nobody is left in the room",
        close_all_at_once,
    ));
    rows
}

/// A server that closed the connection now would reset it, and the Close would be lost.
fn close_in_front_of_much(target: Target, run: usize) {
    let mut wire = RawClient::upgraded(target);
    let mut bytes = hex("83 80 37 fa 21 3d");
    bytes.resize(bytes.len() + (1 << 20), 0);
    wire.try_send(&bytes).unwrap_or_else(|error| {
        panic!("run {run}: the connection is cut under the client: {error}")
    });
    wire.expect_close(1002);
}

/// The library, given the same bytes, says what must come back.
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

/// Bytes that look like none, the same for a seed each time: xorshift64.
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

/// All are in one room, and say goodbye at the same moment: the one who stays is told of everyone.
fn close_all_at_once() {
    const COUNT: usize = 1_000;
    let server = WitnessedServer::start(&[
        "--max-connections",
        "1100",
        "--max-handshaking",
        "2200",
        // A busy machine takes long to let in a thousand.
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
