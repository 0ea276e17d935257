//! H: requests that do not end. The deadline is absolute, so a byte now and then gains nothing.

use crate::deadline::{DEADLINE, STEP, assert_in_time, trickle};
use crate::kit::client::raw::RawClient;
use crate::kit::client::target::Target;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::stopwatch::Stopwatch;
use crate::witnessed::{SharedServer, own_row, own_row_as_it_stands};
use libtest_mimic::Trial;
use std::time::{Duration, Instant};

const FLAGS: &[&str] = &["--handshake-timeout", "600ms"];

pub(crate) fn rows() -> Vec<Trial> {
    let shared = SharedServer::with(FLAGS);
    [
        shared.row(
            "H01 nothing is sent: a silent end at the deadline",
            |target| silent_end(target, ""),
        ),
        shared.row("H01 blank lines do not begin a request", |target| {
            silent_end(target, "\r\n\r\n")
        }),
        own_row("H02 FIN at once: an end at once", [], |target| {
            let mut wire = RawClient::open(target);
            wire.send_fin();
            wire.expect_prompt_end();
        }),
        own_row("H02 FIN within a request: an end at once", [], |target| {
            let mut wire = RawClient::open(target);
            wire.send(b"GET / HT");
            wire.send_fin();
            wire.expect_prompt_end();
        }),
        shared.row("H03 a request that stops: 408 at the deadline", |target| {
            let start = Stopwatch::start();
            let mut wire = RawClient::open(target);
            wire.send(b"GET / HT");
            wire.answer().assert_refusal(408);
            assert_in_time(start);
        }),
        shared.row(
            "H04 a header that never ends: 408 at the deadline",
            |target| {
                let start = Stopwatch::start();
                let mut wire = RawClient::open(target);
                wire.send(b"GET / HTTP/1.1\r\nA: ");
                trickle(&mut wire, b"a", STEP);
                wire.answer().assert_refusal(408);
                assert_in_time(start);
            },
        ),
        shared.row("H04 an upgraded client has no such deadline", |target| {
            let mut wire = RawClient::upgraded(target);
            wire.expect_silence(DEADLINE + DEADLINE / 4);
            wire.echo("still here");
        }),
        own_row(
            "H05 who has an answer shakes hands no more",
            ["--handshake-timeout", "1500ms", "--max-handshaking", "1"],
            |target| {
                let crowd: Vec<RawClient> = (0..200).map(|_| RawClient::upgraded(target)).collect();
                crowd.into_iter().for_each(|mut wire| wire.echo("in"));
            },
        ),
        own_row(
            "H05 slow requests fill their own places only",
            ["--handshake-timeout", "5s", "--max-handshaking", "10"],
            slow_crowd,
        ),
        vec![own_row_as_it_stands(
            "H05 200 slow requests do not keep out a quick one",
            [],
            quick_one,
        )],
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn silent_end(target: Target, sent: &str) {
    let start = Stopwatch::start();
    let mut wire = RawClient::open(target);
    wire.send(sent.as_bytes());
    wire.expect_end();
    assert_in_time(start);
}

/// All clients have one address, which may take half of the places.
fn slow_crowd(target: Target) {
    const PLACES: usize = 5;
    let mut one_in = RawClient::upgraded(target);
    one_in.echo("no longer shaking hands");
    let mut slow: Vec<RawClient> = (0..=PLACES)
        .map(|_| {
            let mut wire = RawClient::open(target);
            wire.send(b"GET / HTTP/1.1\r\nA: ");
            wire
        })
        .collect();
    // One request too many: it is refused, or after a second the slowest one makes room for it.
    let deadline = Instant::now() + PATIENCE;
    let refused = loop {
        assert!(Instant::now() < deadline, "one too many is in");
        let told = |wire: &RawClient| wire.can_be_read(Duration::from_millis(10));
        if let Some(index) = slow.iter().position(told) {
            break slow.remove(index).answer();
        }
    };
    refused.assert_refusal(if refused.status == 408 { 408 } else { 503 });
    // A request that arrives whole needs no place.
    RawClient::upgraded(target.addr).echo("in a hurry");
    for round in 0..10 {
        slow.iter_mut().for_each(|wire| wire.send(b"a"));
        one_in.echo(&format!("round {round}"));
    }
    for wire in &mut slow {
        wire.answer().assert_refusal(408);
    }
    one_in.echo("all the time");
}

/// Of 200 slow requests from one address 64 have places, and the others are refused. A request that has
/// taken longer than a second makes room for another, and gets 408.
fn quick_one(target: Target) {
    const PLACES: usize = 64;
    let begin = || {
        let mut wire = RawClient::open(target);
        wire.send(b"GET / HTTP/1.1\r\nA: ");
        wire
    };
    let start = Instant::now();
    let mut slow: Vec<RawClient> = (0..200).map(|_| begin()).collect();
    RawClient::upgraded(target).echo("a request that comes whole needs no such place");
    let mut others = Vec::new();
    while !slow[0].can_be_read(Duration::ZERO) {
        assert!(start.elapsed() < PATIENCE, "no request makes room");
        let another = begin();
        if !another.can_be_read(Duration::from_millis(100)) {
            others.push(another);
        }
    }
    let waited = start.elapsed();
    let told = slow.remove(0).answer();
    assert!(
        waited >= Duration::from_secs(1),
        "a request must have been coming for a second before it makes room: {waited:?}, {told:?}"
    );
    told.assert_refusal(408);
    slow.retain(|wire| !wire.can_be_read(Duration::ZERO));
    assert!(slow.len() < PLACES, "{} are in", slow.len());
}
