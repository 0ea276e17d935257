//! M: large messages of many clients at once. Their memory has a common bound, and a client beyond it
//! gets 1013. The chat does not draw on it.

use crate::connection_limits::{listening, own_address};
use crate::kit::bytes::frame_from;
use crate::kit::client::http::metric;
use crate::kit::client::raw::RawClient;
use crate::kit::client::target::{Pace, Target};
use crate::kit::optional;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use crate::witnessed::{WitnessedServer, own_row_as_it_stands};
use libtest_mimic::Trial;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use ws101::Role;

const MEBI: usize = 1 << 20;

/// Enough for three messages of a mebibyte, each in a buffer that grew twofold and another one.
const EIGHT_MEBI: [&str; 2] = ["--max-message-memory", "8388608"];

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows: Vec<Trial> = FORMS
        .into_iter()
        .map(|(name, first)| {
            let name = format!("M16 more large messages than there is memory for, {name}: 1013");
            own_row_as_it_stands(&name, EIGHT_MEBI, move |target| one_too_many(target, first))
        })
        .collect();
    rows.push(own_row_as_it_stands(
        "M16 large messages one after the other: each has its place",
        EIGHT_MEBI,
        |target| {
            for _ in 0..3 {
                let mut wire = RawClient::upgraded(target);
                for first in [0x81, 0x82, 0x81] {
                    wire.send_frame(first, vec![b'x'; MEBI]);
                    assert!(wire.frame().payload.len() == MEBI, "the echo");
                }
            }
        },
    ));
    rows.push(own_row_as_it_stands(
        "M16 an echo that is not taken: its place is free at the write deadline",
        [
            "--max-message-memory",
            "33554432",
            "--write-timeout",
            "600ms",
        ],
        |target| {
            let mut deaf = RawClient::upgraded(target);
            deaf.send_frame(0x82, vec![0; 12 * MEBI]);
            wait_until(|| taken(target.addr) > 20 * MEBI as u64);
            wait_until(|| taken(target.addr) == 0);
        },
    ));
    let name =
        "M16 large messages of one address: 1013 at half of the memory, the other half is others'";
    rows.push(match own_address() {
        Some(own) => row(name, move || one_address(own)),
        None => optional::missing(name, "this machine has no address but loopback"),
    });
    rows.push(optional::on_linux(
        "M17 little memory, and clients that send 4 MiB at once: an echo or 1013, and the server lives",
        "ulimit -v bounds the address space",
        little_memory,
    ));
    rows
}

/// How a message comes that is kept until it is complete.
const FORMS: [(&str, u8); 3] = [
    ("in one frame", 0x82),
    ("in frames", 0x02),
    ("text in frames", 0x01),
];

/// The bytes that large messages take, as the server says.
fn taken(addr: SocketAddr) -> u64 {
    metric(addr, "ws101_large_message_bytes").expect("it is there")
}

/// A message of a mebibyte, but for its last byte.
fn nearly_all(first: u8) -> Vec<u8> {
    let mut wire = message(first);
    wire.truncate(wire.len() - the_rest(first).len());
    wire
}

/// Its last byte, which may have a frame of its own.
fn the_rest(first: u8) -> Vec<u8> {
    match first & 0x80 {
        0 => frame_from(Role::Client, 0x80, b"x"),
        _ => message(first).split_off(MEBI + 13),
    }
}

fn message(first: u8) -> Vec<u8> {
    match first & 0x80 {
        0 => [
            frame_from(Role::Client, first, &vec![b'x'; MEBI - 1]),
            the_rest(first),
        ]
        .concat(),
        _ => frame_from(Role::Client, first, &vec![b'x'; MEBI]),
    }
}

fn one_too_many(target: Target, first: u8) {
    let mut fit = fill(target, first);
    assert!((3..=8).contains(&fit.len()), "{} fit", fit.len());
    // The chat still takes its longest message, and newcomers still get their pages.
    let mut client = RawClient::in_chat(target);
    client.send_frame(0x81, "[".repeat(64 << 10));
    let answer = String::from_utf8(client.frame().payload).expect("text");
    assert!(answer.contains("bad_json"), "{answer}");
    assert!(taken(target.addr) > 0);
    // Who has a place keeps it, and who goes leaves it to others.
    let mut last = fit.pop().expect("one fits");
    drop(fit);
    wait_until(|| taken(target.addr) < 5 * MEBI as u64);
    last.send(&the_rest(first));
    assert!(last.frame().payload.len() == MEBI, "the echo");
    drop(last);
    wait_until(|| taken(target.addr) == 0);
    let again = fill(target, first).len();
    assert!((3..=8).contains(&again), "{again} fit later");
}

fn one_address(own: IpAddr) {
    let server = listening(&["--listen", "0.0.0.0:0", EIGHT_MEBI[0], EIGHT_MEBI[1]]);
    let target = |ip| Target::new(SocketAddr::new(ip, server.addr().port()), Pace::Whole);
    let greedy = fill(target(own), 0x82);
    let all = 8 * MEBI as u64;
    let half = taken(server.addr());
    assert!(
        (all / 4..=all / 2).contains(&half),
        "it has {half} of {all}"
    );
    let others = fill(target(Ipv4Addr::LOCALHOST.into()), 0x82);
    assert!(others.len() >= 3, "others have {}", others.len());
    drop((greedy, others));
}

/// Clients that are in the middle of a large message, as many as there is memory for.
fn fill(target: Target, first: u8) -> Vec<RawClient> {
    let mut inside = Vec::new();
    loop {
        let before = taken(target.addr);
        let mut wire = RawClient::upgraded(target);
        // Refused while it sends, it may not be rid of the rest.
        let _ = wire.try_send(&nearly_all(first));
        if is_kept(&mut wire, first, || taken(target.addr) - before) {
            inside.push(wire);
        } else {
            let why = wire.expect_late_close(1013);
            assert!(why.ends_with("try again later"), "{why}");
            return inside;
        }
    }
}

/// All that was sent was read, and is kept. `false`: a Close is there instead.
fn is_kept(wire: &mut RawClient, first: u8, grown: impl Fn() -> u64) -> bool {
    if first & 0x80 != 0 {
        // The last time that its buffer grows, it is by half.
        let mut is_refused = false;
        wait_until(|| {
            is_refused = wire.can_be_read(Duration::from_millis(10));
            is_refused || grown() > MEBI as u64 * 3 / 4
        });
        return !is_refused;
    }
    let _ = wire.try_send(&frame_from(Role::Client, 0x89, b"is it?"));
    wire.wait_for_anything();
    let mut opcode = [0];
    wire.tcp().peek(&mut opcode).expect("something came");
    let is_pong = opcode == [0x8a];
    if is_pong {
        wire.expect_frame(0x8a, "is it?");
    }
    is_pong
}

/// What a server with so little address space can be sure of is less than 20 MiB.
fn little_memory() {
    let program = env!("CARGO_BIN_EXE_ws101");
    let script = "ulimit -v 100000; exec \"$0\" serve --listen 127.0.0.1:0 --ping-interval 10m";
    let server = WitnessedServer::spawn(Command::new("sh").args(["-c", script, program]));
    let target = server.target(Pace::Whole);
    let frame = frame_from(Role::Client, 0x82, &vec![0; 4 * MEBI]);
    let is_echoed = || {
        let mut wire = RawClient::upgraded(target);
        // Refused while it sends, it may not be rid of the rest.
        let _ = wire.try_send(&frame);
        let answer = wire.frame();
        if answer.first == 0x88 {
            assert_eq!(answer.payload[..2], 1013_u16.to_be_bytes());
        } else {
            assert!(answer.payload.len() == 4 * MEBI, "the echo");
        }
        answer.first != 0x88
    };
    let echoes: usize = thread::scope(|scope| {
        let clients: Vec<_> = (0..30).map(|_| scope.spawn(is_echoed)).collect();
        let outcomes = clients.into_iter().map(|client| client.join());
        outcomes
            .filter(|echoed| *echoed.as_ref().expect("no panic"))
            .count()
    });
    eprintln!("M17: {echoes} of 30 were echoed");
    assert!((1..30).contains(&echoes), "{echoes} of 30 were echoed");
    wait_until(|| taken(target.addr) == 0);
    assert!(is_echoed(), "one by itself has room");
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it never came");
        thread::park_timeout(Duration::from_millis(20));
    }
}
