//! C: how a conversation ends, when it is the client who ends it or who has broken a rule.

use crate::live::bytes::{close_from, frame_from, hear, hex};
use crate::live::house::{House, Own};
use crate::live::rows::row;
use crate::live::wire::{Pace, Wire};
use libtest_mimic::Trial;
use std::sync::Arc;
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

pub(crate) fn rows(house: &Arc<House>) -> Vec<Trial> {
    let mut rows = Vec::new();
    for (pace, how) in Pace::BOTH {
        for &(name, bytes, code) in REFUSED {
            let answer = Answer::Close(code);
            rows.push(closing(
                house,
                format!("{name}: {code}{how}"),
                hex(bytes),
                pace,
                answer,
            ));
        }
        for code in MAY_NOT_TRAVEL {
            let bytes = close_from(Role::Client, code, "");
            let name = format!("C04 code {code} may not travel: 1002{how}");
            rows.push(closing(house, name, bytes, pace, Answer::Close(1002)));
        }
        for code in MAY_TRAVEL {
            let bytes = close_from(Role::Client, code, "reason");
            let name = format!("C06 code {code} is echoed{how}");
            rows.push(closing(
                house,
                name,
                bytes,
                pace,
                Answer::Frame(close_from(Role::Server, code, "")),
            ));
        }
        let empty = frame_from(Role::Client, 0x88, b"");
        let name = format!("C02 an empty Close gets an empty one back{how}");
        rows.push(closing(
            house,
            name,
            empty.clone(),
            pace,
            Answer::Frame(hex("88 00")),
        ));
        let bytes = close_from(Role::Client, 1000, "");
        let name = format!("C01 1000 gets exactly 88 02 03 e8 back{how}");
        rows.push(closing(
            house,
            name,
            bytes.clone(),
            pace,
            Answer::Frame(hex("88 02 03 e8")),
        ));
        let name = format!("C10 what follows a Close does not count{how}");
        let followed = [
            bytes.clone(),
            frame_from(Role::Client, 0x81, b"late"),
            bytes.clone(),
        ];
        rows.push(closing(
            house,
            name,
            followed.concat(),
            pace,
            Answer::Frame(hex("88 02 03 e8")),
        ));
        let name = format!("C13 what precedes a Close counts{how}");
        let preceded = [frame_from(Role::Client, 0x81, b"last"), bytes];
        let answer = [frame_from(Role::Server, 0x81, b"last"), hex("88 02 03 e8")];
        rows.push(closing(
            house,
            name,
            preceded.concat(),
            pace,
            Answer::Frame(answer.concat()),
        ));
    }
    rows.extend(clean_ends(house));
    rows
}

/// What comes back before the end.
enum Answer {
    /// A Close with this code and a sentence.
    Close(u16),
    /// Exactly these bytes.
    Frame(Vec<u8>),
}

fn closing(house: &Arc<House>, name: String, bytes: Vec<u8>, pace: Pace, answer: Answer) -> Trial {
    let house = Arc::clone(house);
    row(name, move || {
        let mut wire = Wire::upgraded(house.addr());
        wire.send_at(&bytes, pace);
        match answer {
            Answer::Close(code) => assert!(!wire.expect_close(code).is_empty(), "it says why"),
            Answer::Frame(bytes) => {
                wire.expect_bytes(&bytes);
                wire.expect_prompt_end();
            }
        }
    })
}

fn clean_ends(house: &Arc<House>) -> Vec<Trial> {
    let shared = || Arc::clone(house);
    let (answering, lost, many, garbage) = (shared(), shared(), shared(), shared());
    vec![
        row("C17 FIN within a frame ends it", || {
            let server = Own::start(&[]);
            let mut wire = Wire::upgraded(server.addr());
            wire.send(&[0x81, 0x85, 0, 0, 0, 0, b'h']);
            wire.send_fin();
            wire.expect_prompt_end();
        }),
        row(
            "C20 the client answers our 1002 with its own Close",
            move || {
                let mut wire = Wire::upgraded(answering.addr());
                wire.send(&hex("83 80 37 fa 21 3d"));
                let close = wire.frame();
                assert_eq!(close.payload[..2], 1002_u16.to_be_bytes());
                wire.send(&close_from(Role::Client, 1000, ""));
                wire.send_fin();
                wire.expect_prompt_end();
            },
        ),
        row(
            "C21 a Close in front of 1 MiB that nobody reads is not lost: 100 runs",
            move || {
                for run in 0..100 {
                    close_in_front_of_much(&lost, run);
                }
            },
        ),
        row("C24 200 close at once", move || {
            let mut all: Vec<Wire> = (0..200).map(|_| Wire::upgraded(many.addr())).collect();
            for wire in &mut all {
                wire.send(&close_from(Role::Client, 1000, ""));
            }
            for wire in &mut all {
                wire.expect_bytes(&hex("88 02 03 e8"));
                wire.expect_end();
            }
        }),
        row(
            "F36 garbage ends as the protocol says: 1 000 seeds",
            move || {
                for seed in 1..=1_000 {
                    garbage_in(&garbage, seed);
                }
            },
        ),
    ]
}

/// A server that closed the connection now would reset it, and the Close would be lost.
fn close_in_front_of_much(house: &House, run: usize) {
    let mut wire = Wire::upgraded(house.addr());
    let mut bytes = hex("83 80 37 fa 21 3d");
    bytes.resize(bytes.len() + (1 << 20), 0);
    wire.try_send(&bytes).unwrap_or_else(|error| {
        panic!("run {run}: the connection is cut under the client: {error}")
    });
    wire.expect_close(1002);
}

/// The library, given the same bytes, says what must come back.
fn garbage_in(house: &House, seed: u64) {
    let bytes = garbage(seed, 16 << 10);
    let mut session = Session::server(Limits::ECHO);
    let seen = hear(&mut session, &bytes);
    let mut wire = Wire::upgraded(house.addr());
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
