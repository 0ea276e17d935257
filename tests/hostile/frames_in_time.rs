//! F: frames and messages that do not end, and clients that fall silent.

use crate::deadline::{DEADLINE, LATE, STEP, assert_in_time, trickle};
use crate::live::bytes::frame_from;
use crate::live::house::{House, Own};
use crate::live::rows::row;
use crate::live::wire::Wire;
use libtest_mimic::Trial;
use std::sync::Arc;
use std::time::{Duration, Instant};
use ws101::Role;

const FRAME: &[&str] = &["--frame-timeout", "600ms"];
const MESSAGE: &[&str] = &["--message-timeout", "600ms"];
const PING: &[&str] = &["--ping-interval", "200ms", "--ping-timeout", "400ms"];

pub(crate) fn rows(house: &Arc<House>) -> Vec<Trial> {
    let mut rows = vec![
        row("F23 10 000 pings: 100 are answered, then 1008", {
            let house = Arc::clone(house);
            move || ping_flood(&house)
        }),
        row("F24 pings from one who does not read hurt nobody", {
            let house = Arc::clone(house);
            move || {
                let mut deaf = Wire::upgraded(house.addr());
                // The server answers a hundred and ends the connection: the rest may be lost.
                let _ = deaf.try_send(&frame_from(Role::Client, 0x89, &[b'p'; 125]).repeat(50_000));
                Wire::upgraded(house.addr()).echo("unharmed");
            }
        }),
    ];
    rows.extend(stalled_frames());
    rows.extend(stalled_messages());
    rows.extend(silent_clients());
    rows
}

fn ping_flood(house: &House) {
    let mut wire = Wire::upgraded(house.addr());
    let _ = wire.try_send(&frame_from(Role::Client, 0x89, b"").repeat(10_000));
    let mut pongs = 0;
    let close = loop {
        let frame = wire.frame();
        if frame.first != 0x8a {
            break frame;
        }
        assert_eq!(frame.payload, b"");
        pongs += 1;
    };
    // A hundred at once, and fifty more for each second that it took.
    assert!((100..200).contains(&pongs), "{pongs} pongs");
    assert_eq!(close.first, 0x88);
    assert_eq!(close.payload[..2], 1008_u16.to_be_bytes());
    wire.expect_end();
}

fn stalled_frames() -> Vec<Trial> {
    let house = Arc::new(House::with(FRAME));
    let stalled = |name: &str, begin: Vec<u8>, then: Option<Duration>| {
        let house = Arc::clone(&house);
        row(name, move || stall(&house, &begin, then, "frame stalled"))
    };
    // 16 MiB are declared, under a key that changes nothing, and one byte of them comes.
    let body = |first: u8| vec![first, 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, b'k'];
    // A ping has 125 bytes at most: at this pace, enough for a second.
    let slower = Duration::from_millis(8);
    let mut rows = vec![
        stalled("F15 one byte of a header: 1008", vec![0x81], None),
        stalled(
            "F15 a header without its body: 1008",
            vec![0x81, 0x85, 1, 2, 3, 4],
            None,
        ),
        stalled("F16 a text that trickles in: 1008", body(0x81), Some(STEP)),
        stalled(
            "F16 a binary that trickles in: 1008",
            body(0x82),
            Some(slower),
        ),
        stalled(
            "F16 a ping that trickles in: 1008",
            vec![0x89, 0xfd, 0, 0, 0, 0],
            Some(slower),
        ),
    ];
    let shared = Arc::clone(&house);
    rows.push(row(
        "F15 frames that follow closely have each their own deadline",
        move || {
            overlapping(
                &mut Wire::upgraded(shared.addr()),
                &frame_from(Role::Client, 0x81, b"hello"),
                "hello",
            );
        },
    ));
    let shared = Arc::clone(&house);
    rows.push(row("F15 between frames there is no deadline", move || {
        let mut wire = Wire::upgraded(shared.addr());
        wire.echo("hello");
        wire.expect_silence(DEADLINE + DEADLINE / 4);
        wire.echo("hello again");
    }));
    rows
}

fn stalled_messages() -> Vec<Trial> {
    let house = Arc::new(House::with(MESSAGE));
    let (once, slowly, closely, text) = (
        Arc::clone(&house),
        Arc::clone(&house),
        Arc::clone(&house),
        Arc::clone(&house),
    );
    let half = frame_from(Role::Client, 0x01, b"half");
    let continued = frame_from(Role::Client, 0x00, b"");
    vec![
        row("F32 a message that is not continued: 1008", move || {
            stall(&once, &half, None, "message stalled");
        }),
        row("F32 one that is continued without end: 1008", move || {
            let start = Instant::now();
            let mut wire = Wire::upgraded(slowly.addr());
            wire.send_frame(0x01, "half");
            trickle(&mut wire, &continued, STEP);
            assert!(wire.expect_late_close(1008).contains("message stalled"));
            assert_in_time(start);
        }),
        row(
            "F32 messages that follow closely have each their own deadline",
            move || {
                let whole = [
                    frame_from(Role::Client, 0x01, b"hel"),
                    frame_from(Role::Client, 0x80, b"lo"),
                ];
                overlapping(
                    &mut Wire::upgraded(closely.addr()),
                    &whole.concat(),
                    "hello",
                );
            },
        ),
        row("F32 so have texts of one frame, however long", move || {
            let long = "k".repeat(10_000);
            let whole = frame_from(Role::Client, 0x81, long.as_bytes());
            overlapping(&mut Wire::upgraded(text.addr()), &whole, &long);
        }),
    ]
}

/// Begins something, goes on with it byte by byte if it is said at which pace, and is closed at
/// the deadline.
fn stall(house: &House, begin: &[u8], then: Option<Duration>, why: &str) {
    let start = Instant::now();
    let mut wire = Wire::upgraded(house.addr());
    wire.send(begin);
    if let Some(step) = then {
        trickle(&mut wire, b"k", step);
    }
    let sentence = wire.expect_late_close(1008);
    assert!(sentence.contains(why), "{sentence:?}");
    assert_in_time(start);
}

/// Sends `whole` again and again, for longer than the deadline, so that every packet holds the
/// end of one and the beginning of the next: there is always something unfinished, but nothing
/// stays so.
fn overlapping(wire: &mut Wire, whole: &[u8], echoed: &str) {
    let (beginning, end) = whole.split_at(whole.len() / 2);
    let start = Instant::now();
    wire.send(beginning);
    while start.elapsed() < DEADLINE + LATE / 4 {
        wire.send(&[end, beginning].concat());
        wire.expect_frame(0x81, echoed);
    }
    wire.send(end);
    wire.expect_frame(0x81, echoed);
}

fn silent_clients() -> Vec<Trial> {
    let house = Arc::new(House::with(PING));
    let (silent, answering, talking) = (Arc::clone(&house), Arc::clone(&house), Arc::clone(&house));
    vec![
        row(
            "half-open: who does not answer a ping is gone at the ping timeout",
            move || {
                let start = Instant::now();
                let mut wire = Wire::upgraded(silent.addr());
                wire.expect_frame(0x89, "");
                assert!(wire.expect_late_close(1008).contains("ping"));
                assert_in_time(start); // 200 and 400 milliseconds
            },
        ),
        row("half-open: who answers pings stays", move || {
            let mut wire = Wire::upgraded(answering.addr());
            for _ in 0..5 {
                wire.expect_frame(0x89, "");
                wire.send_frame(0x8a, "");
            }
            wire.echo("hello");
        }),
        row(
            "F22 any byte is a sign of life, a pong with another payload too",
            move || {
                let mut wire = Wire::upgraded(talking.addr());
                wire.expect_frame(0x89, "");
                wire.send_frame(0x8a, "another");
                wire.expect_frame(0x89, "");
                wire.send(&[0x81]);
                wire.expect_frame(0x89, "");
                wire.send(&[0x80, 0, 0, 0, 0]);
                wire.expect_frame(0x81, "");
            },
        ),
        row("half-open: the place of one who is gone is free", || {
            let flags = ["--max-connections", "1"];
            let server = Own::start(&[&flags, PING].concat());
            let mut wire = Wire::upgraded(server.addr());
            wire.expect_frame(0x89, "");
            wire.wait_for_anything(); // its Close; nothing is answered, and nothing closed
            Wire::upgraded_when_there_is_room(server.addr()).echo("next");
        }),
    ]
}
