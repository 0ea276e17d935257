//! F: frames and messages that do not end, and clients that fall silent.

use crate::deadline::{DEADLINE, LATE, STEP, assert_ended_at, assert_in_time, trickle};
use crate::kit::bytes::frame_from;
use crate::kit::client::raw::RawClient;
use crate::kit::client::target::Target;
use crate::kit::stopwatch::Stopwatch;
use crate::witnessed::{SharedServer, own_row};
use libtest_mimic::Trial;
use std::sync::Arc;
use std::time::{Duration, Instant};
use ws101::Role;

const FRAME: &[&str] = &["--frame-timeout", "600ms"];
const MESSAGE: &[&str] = &["--message-timeout", "600ms"];
/// Longer than the other deadlines, because the witnesses have to answer in time, too.
const PING: &[&str] = &["--ping-interval", "500ms", "--ping-timeout", "2s"];
const GONE: Duration = Duration::from_millis(500 + 2_000);

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = shared.row("F23 10 000 pings: 100 are answered, then 1008", ping_flood);
    rows.push(shared.row_as_it_stands(
        "F24 pings from a client that does not read disturb no other",
        |target| {
            let mut deaf = RawClient::upgraded(target);
            // The server answers a hundred and ends the connection: the rest may be lost.
            let _ = deaf.try_send(&frame_from(Role::Client, 0x89, &[b'p'; 125]).repeat(50_000));
            RawClient::upgraded(target).echo("unharmed");
        },
    ));
    rows.extend(stalled_frames());
    rows.extend(stalled_messages());
    rows.extend(silent_clients());
    rows
}

fn ping_flood(target: Target) {
    let mut wire = RawClient::upgraded(target);
    let start = Instant::now();
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
    // A hundred at once, and fifty more a second.
    let most = 100 + 50 * (1 + start.elapsed().as_secs());
    assert!((100..=most).contains(&pongs), "{pongs} pongs");
    assert_eq!(close.first, 0x88);
    assert_eq!(close.payload[..2], 1008_u16.to_be_bytes());
    wire.expect_end();
}

fn stalled_frames() -> Vec<Trial> {
    let shared = SharedServer::with(FRAME);
    // The header declares 16 MiB, masked with zeros, and one byte of them follows.
    let body = |first: u8| vec![first, 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, b'k'];
    // A ping has at most 125 bytes, which last a second at this pace.
    let slower = Duration::from_millis(8);
    let stalls = [
        ("F15 one byte of a header: 1008", vec![0x81], None),
        (
            "F15 a header without its body: 1008",
            vec![0x81, 0x85, 1, 2, 3, 4],
            None,
        ),
        ("F16 a text that trickles in: 1008", body(0x81), Some(STEP)),
        (
            "F16 a binary that trickles in: 1008",
            body(0x82),
            Some(slower),
        ),
        (
            "F16 a ping that trickles in: 1008",
            vec![0x89, 0xfd, 0, 0, 0, 0],
            Some(slower),
        ),
    ];
    let mut rows: Vec<Trial> = stalls
        .into_iter()
        .flat_map(|(name, begin, then)| {
            shared.row(name, move |target| {
                stall(target, &begin, then, "frame stalled")
            })
        })
        .collect();
    rows.extend(shared.row(
        "F15 frames that follow closely each have their own deadline",
        |target| {
            let whole = frame_from(Role::Client, 0x81, b"hello");
            overlapping(&mut RawClient::upgraded(target), &whole, "hello");
        },
    ));
    rows.extend(
        shared.row("F15 between frames there is no deadline", |target| {
            let mut wire = RawClient::upgraded(target);
            wire.echo("hello");
            wire.expect_silence(DEADLINE + DEADLINE / 4);
            wire.echo("hello again");
        }),
    );
    rows
}

fn stalled_messages() -> Vec<Trial> {
    let shared = SharedServer::with(MESSAGE);
    let mut rows = shared.row("F32 a message that is not continued: 1008", |target| {
        let half = frame_from(Role::Client, 0x01, b"half");
        stall(target, &half, None, "message stalled");
    });
    rows.extend(shared.row(
        "F32 a message that is continued without end: 1008",
        |target| {
            let start = Stopwatch::start();
            let mut wire = RawClient::upgraded(target);
            wire.send_frame(0x01, "half");
            trickle(&mut wire, &frame_from(Role::Client, 0x00, b""), STEP);
            assert!(wire.expect_late_close(1008).contains("message stalled"));
            assert_in_time(start);
        },
    ));
    rows.extend(shared.row(
        "F32 messages that follow closely each have their own deadline",
        |target| {
            let whole = [
                frame_from(Role::Client, 0x01, b"hel"),
                frame_from(Role::Client, 0x80, b"lo"),
            ];
            overlapping(&mut RawClient::upgraded(target), &whole.concat(), "hello");
        },
    ));
    rows.push(shared.row_as_it_stands(
        "F32 texts of one frame each have their own deadline, however long",
        |target| {
            let long = "k".repeat(10_000);
            let whole = frame_from(Role::Client, 0x81, long.as_bytes());
            overlapping(&mut RawClient::upgraded(target), &whole, &long);
        },
    ));
    rows
}

/// Sends `begin`, then single bytes at the pace `then`, if given; expects a Close at the deadline.
fn stall(target: Target, begin: &[u8], then: Option<Duration>, why: &str) {
    let start = Stopwatch::start();
    let mut wire = RawClient::upgraded(target);
    wire.send(begin);
    if let Some(step) = then {
        trickle(&mut wire, b"k", step);
    }
    let sentence = wire.expect_late_close(1008);
    assert!(sentence.contains(why), "{sentence:?}");
    assert_in_time(start);
}

/// Sends `whole` repeatedly, for longer than the deadline. Each packet holds the end of one and the
/// beginning of the next, so there is always an unfinished one, but none stays unfinished.
fn overlapping(wire: &mut RawClient, whole: &[u8], echoed: &str) {
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
    let shared = SharedServer::with(PING);
    let mut rows = shared.row(
        "half-open: a client that answers no ping is gone at the ping timeout",
        |target| {
            let start = Stopwatch::start();
            let mut wire = RawClient::upgraded(target);
            wire.expect_frame(0x89, "");
            assert!(wire.expect_late_close(1008).contains("ping"));
            assert_ended_at(GONE, start);
        },
    );
    rows.extend(
        shared.row("half-open: a client that answers pings stays", |target| {
            let mut wire = RawClient::upgraded(target);
            let start = Instant::now();
            while start.elapsed() < GONE + DEADLINE {
                wire.expect_frame(0x89, "");
                wire.send_frame(0x8a, "");
            }
            wire.echo("hello");
        }),
    );
    rows.extend(shared.row(
        "F22 any byte is a sign of life, even a pong with another payload",
        |target| {
            let mut wire = RawClient::upgraded(target);
            wire.expect_frame(0x89, "");
            wire.send_frame(0x8a, "another");
            wire.expect_frame(0x89, "");
            wire.send(&[0x81]);
            wire.expect_frame(0x89, "");
            wire.send(&[0x80, 0, 0, 0, 0]);
            wire.expect_frame(0x81, "");
        },
    ));
    rows.extend(own_row(
        "half-open: the place of a client that is gone is free",
        [PING, &["--max-connections", "3"]].concat(),
        |target| {
            let mut wire = RawClient::upgraded(target);
            wire.expect_frame(0x89, "");
            wire.wait_for_anything(); // its Close; nothing is answered, and nothing closed
            RawClient::upgraded_when_there_is_room(target).echo("next");
        },
    ));
    rows
}
