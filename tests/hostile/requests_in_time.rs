//! H: requests that do not end. The deadline is absolute, so a byte now and then gains nothing.

use crate::deadline::{DEADLINE, STEP, assert_in_time, trickle};
use crate::live::house::{House, Own};
use crate::live::rows::row;
use crate::live::wire::Wire;
use libtest_mimic::Trial;
use std::sync::Arc;
use std::time::Instant;

const FLAGS: &[&str] = &["--handshake-timeout", "600ms"];

pub(crate) fn rows() -> Vec<Trial> {
    let house = Arc::new(House::with(FLAGS));
    let shared = || Arc::clone(&house);
    let (nothing, blank, begun, slow, upgrade) = (shared(), shared(), shared(), shared(), shared());
    vec![
        row(
            "H01 nothing is sent: a silent end at the deadline",
            move || {
                silent_end(&nothing, "");
            },
        ),
        row("H01 blank lines do not begin a request", move || {
            silent_end(&blank, "\r\n\r\n");
        }),
        row("H02 FIN at once: an end at once", || {
            let server = Own::start(&[]);
            let mut wire = Wire::open(server.addr());
            wire.send_fin();
            wire.expect_prompt_end();
        }),
        row("H02 FIN within a request: an end at once", || {
            let server = Own::start(&[]);
            let mut wire = Wire::open(server.addr());
            wire.send(b"GET / HT");
            wire.send_fin();
            wire.expect_prompt_end();
        }),
        row("H03 a request that stops: 408 at the deadline", move || {
            let start = Instant::now();
            let mut wire = Wire::open(begun.addr());
            wire.send(b"GET / HT");
            wire.answer().assert_refusal(408);
            assert_in_time(start);
        }),
        row(
            "H04 a header that never ends: 408 at the deadline",
            move || {
                let start = Instant::now();
                let mut wire = Wire::open(slow.addr());
                wire.send(b"GET / HTTP/1.1\r\nA: ");
                trickle(&mut wire, b"a", STEP);
                wire.answer().assert_refusal(408);
                assert_in_time(start);
            },
        ),
        row("H04 an upgraded client has no such deadline", move || {
            let mut wire = Wire::upgraded(upgrade.addr());
            wire.expect_silence(DEADLINE + DEADLINE / 4);
            wire.echo("still here");
        }),
        row("H05 slow requests fill their own places only", slow_crowd),
    ]
}

fn silent_end(house: &House, sent: &str) {
    let start = Instant::now();
    let mut wire = Wire::open(house.addr());
    wire.send(sent.as_bytes());
    wire.expect_end();
    assert_in_time(start);
}

fn slow_crowd() {
    const PLACES: usize = 5;
    let server = Own::start(&["--handshake-timeout", "1500ms", "--max-handshaking", "5"]);
    let mut witness = Wire::upgraded(server.addr());
    witness.echo("no longer shaking hands");
    let mut slow: Vec<Wire> = (0..PLACES)
        .map(|_| {
            let mut wire = Wire::open(server.addr());
            wire.send(b"GET / HTTP/1.1\r\nA: ");
            wire
        })
        .collect();
    // Connections are taken in one after another, so this one comes behind them.
    let refusal = Wire::open(server.addr()).answer();
    refusal.assert_refusal(503);
    for round in 0..10 {
        slow.iter_mut().for_each(|wire| wire.send(b"a"));
        witness.echo(&format!("round {round}"));
    }
    for wire in &mut slow {
        wire.answer().assert_refusal(408);
    }
    drop(slow);
    Wire::upgraded_when_there_is_room(server.addr()).echo("there is room again");
    witness.echo("all the time");
}
