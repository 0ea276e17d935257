//! Each row: a server, a look at what it uses, what a client does to it, and another look.

use crate::client::{PATIENCE, connect, request, rest, upgraded, write_bytewise};
use crate::crowd::{Crowd, stamped};
use crate::live::Server;
use crate::live::guest::Guest;
use crate::live::usage::Usage;
use crate::live::web::metric;
use libtest_mimic::Trial;
use rustix::net::sockopt::{set_socket_linger, set_socket_recv_buffer_size};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const KIB: u64 = 1;
const MIB: u64 = 1_024 * KIB;

/// A frame of 2⁶³−1 bytes, as far as its header goes.
const ENDLESS: &[u8] = b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x37\xfa\x21\x3d";

pub(crate) fn rows() -> Vec<Trial> {
    let row = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    vec![
        row(
            "F12 a frame that declares 2^63-1 bytes: under 128 KiB",
            endless_frame,
        ),
        row(
            "F13 1 000 declare 16 MiB and send nothing: under 16 MiB",
            declared_only,
        ),
        row(
            "H28 20 MB of one header: under 50 ms and 256 KiB",
            endless_header,
        ),
        row(
            "H06 a handshake in packets of one byte: under 50 ms",
            handshake_in_bytes,
        ),
        row(
            "H06 16 KiB of head in packets of one byte: under 1 s",
            head_in_bytes,
        ),
        row(
            "M15 what 16 MiB took is given back when it is quiet",
            given_back,
        ),
        row(
            "R01 1 000 idle in the chat: 64 MiB, and hardly any time",
            idle_crowd,
        ),
        row(
            "R02 1 000 hear ten lines a second: 99 in 100 within 50 ms",
            talk_to_a_crowd,
        ),
        row(
            "R05 100 who never read: 100 MiB, and back in 15 s",
            never_readers,
        ),
        row(
            "F24 pings of one who never reads: nothing piles up",
            unread_pongs,
        ),
        row("R03 a client that never reads: under 2 MiB", never_reader),
        row("U34 10 000 handshakes, each reset: nothing stays", resets),
    ]
}

fn server(flags: &[&str]) -> (Server, impl Fn() -> Usage) {
    let server = Server::start(flags);
    let process = server.process.id();
    (server, move || Usage::of(process))
}

fn endless_frame() {
    let (server, usage) = server(&[]);
    let declare = || {
        let mut tcp = connect(&server);
        let bytes = [request(server.addr()).as_bytes(), ENDLESS].concat();
        tcp.write_all(&bytes).expect("it is read");
        let answer = rest(tcp);
        let close = answer
            .windows(4)
            .any(|four| four[0] == 0x88 && four[2..] == 1009_u16.to_be_bytes());
        assert!(close, "no 1009 in {answer:02x?}");
    };
    // The first ones wake code and memory that stays in use.
    (0..20).for_each(|_| declare());
    let before = usage();
    (0..20).for_each(|_| declare());
    let grown = usage().growth(&before);
    eprintln!("F12: grown by {grown} KiB in 20 connections");
    assert!(grown < 128 * KIB, "grown by {grown} KiB");
}

fn declared_only() {
    const CLIENTS: usize = 1_000;
    let (server, usage) = server(&["--max-connections", "1100"]);
    let empty = usage();
    let mut crowd = Crowd::connect(server.addr(), "/echo", CLIENTS);
    let idle = usage();
    crowd.declare();
    let after = usage();
    let (by_clients, by_words) = (idle.growth(&empty), after.growth(&idle));
    eprintln!(
        "F13: {} KiB alone, {by_clients} KiB for {CLIENTS} idle clients, {by_words} KiB for what they declare; {} threads",
        empty.rss, after.threads
    );
    assert!(by_words < 16 * MIB, "grown by {by_words} KiB");
    assert!(
        by_clients < 64 * MIB,
        "{by_clients} KiB for {CLIENTS} idle clients"
    );
}

fn endless_header() {
    let (server, usage) = server(&[]);
    let send = |size: usize| {
        let mut tcp = connect(&server);
        let start = b"GET / HTTP/1.1\r\nA: ";
        tcp.write_all(start).expect("it is read");
        // The server may end the connection long before all of it is written.
        let _ = tcp.write_all(&vec![b'a'; size]);
        let answer = rest(tcp);
        assert!(
            answer.starts_with(b"HTTP/1.1 431 "),
            "{}",
            answer.escape_ascii()
        );
    };
    (0..5).for_each(|_| send(20_000));
    let before = usage();
    send(20_000_000);
    let after = usage();
    let (time, grown) = (after.cpu - before.cpu, after.growth(&before));
    eprintln!("H28: {time:?} of processor time, grown by {grown} KiB");
    assert!(time < Duration::from_millis(50), "{time:?}");
    assert!(grown < 256 * KIB, "grown by {grown} KiB");
}

fn handshake_in_bytes() {
    let (server, usage) = server(&[]);
    let before = usage();
    let mut tcp = connect(&server);
    write_bytewise(&mut tcp, request(server.addr()).as_bytes());
    let mut status = [0; 13];
    tcp.read_exact(&mut status).expect("an answer");
    assert_eq!(&status, b"HTTP/1.1 101 ");
    let time = usage().cpu - before.cpu;
    eprintln!("H06: {time:?} of processor time for a handshake");
    assert!(time <= Duration::from_millis(50), "{time:?}");
}

/// Every byte is looked at once, so this takes as many steps as bytes. It is the reads that cost.
fn head_in_bytes() {
    let (server, usage) = server(&[]);
    let before = usage();
    let mut tcp = connect(&server);
    let start = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nA: ";
    let head = format!(
        "{start}{}\r\n\r\n",
        "a".repeat((16 << 10) - start.len() - 4)
    );
    write_bytewise(&mut tcp, head.as_bytes());
    let answer = rest(tcp);
    assert!(
        answer.starts_with(b"HTTP/1.1 200 "),
        "{}",
        answer.escape_ascii()
    );
    let time = usage().cpu - before.cpu;
    eprintln!("H06: {time:?} of processor time for 16 KiB");
    assert!(time < Duration::from_secs(1), "{time:?}");
}

/// A binary and a text, in two fragments each: they are put together in memory of their own.
fn given_back() {
    const SIZE: usize = 16 << 20;
    let (server, usage) = server(&["--ping-interval", "300ms"]);
    let mut tcp = upgraded(&server);
    let mut echo = |frames: [u8; 2]| {
        let mut echoed = vec![0; 10 + SIZE]; // with the header of a length in eight bytes
        for first in frames {
            let mut frame = vec![first, 0xff];
            frame.extend((SIZE as u64 / 2).to_be_bytes());
            frame.extend([0; 4]); // a key that changes nothing
            frame.resize(frame.len() + SIZE / 2, b'k');
            tcp.write_all(&frame).expect("it is read");
        }
        tcp.read_exact(&mut echoed).expect("an echo");
    };
    let before = usage();
    echo([0x02, 0x80]);
    echo([0x01, 0x80]);
    let held = usage();
    // The first ping comes when it has been quiet for a while; memory goes back behind it.
    let grown = (0..5)
        .map(|_| {
            let mut ping = [0; 2];
            tcp.read_exact(&mut ping).expect("a ping");
            assert_eq!(ping, [0x89, 0]);
            tcp.write_all(b"\x8a\x80\0\0\0\0").expect("it is read");
            usage().growth(&before)
        })
        .min()
        .expect("five looks");
    let at_most = held.growth(&before);
    eprintln!("M15: {at_most} KiB held after the echo, {grown} KiB when it is quiet");
    assert!(grown < 4 * MIB, "{grown} KiB are kept");
}

fn never_reader() {
    let (server, usage) = server(&[]);
    let mut witness = upgraded(&server);
    let mut deaf = upgraded(&server);
    let before = usage();
    let frame = [&[0x82, 0xfe, 0xea, 0x60, 0, 0, 0, 0][..], &[b'x'; 60_000]].concat();
    deaf.set_write_timeout(Some(Duration::from_millis(200)))
        .expect("a timeout");
    while deaf.write_all(&frame).is_ok() {}
    witness.write_all(b"\x81\x80\0\0\0\0").expect("it is read");
    witness.read_exact(&mut [0; 2]).expect("an echo");
    let grown = usage().growth(&before);
    eprintln!("R03: grown by {grown} KiB");
    assert!(grown < 2 * MIB, "grown by {grown} KiB");
}

fn resets() {
    let (server, usage) = server(&["--max-handshaking", "1000"]);
    let mut witness = upgraded(&server);
    let cycle = || {
        let mut tcp = connect(&server);
        tcp.write_all(request(server.addr()).as_bytes())
            .expect("it is read");
        tcp.peek(&mut [0]).expect("the answer is there");
        set_socket_linger(&tcp, Some(Duration::ZERO)).expect("an option");
    };
    let quiet = usage();
    (0..100).for_each(|_| cycle());
    let before = settled(&usage, &mut witness, |now| now.threads <= quiet.threads);
    (0..10_000).for_each(|_| cycle());
    let after = settled(&usage, &mut witness, |now| {
        now.threads <= before.threads && now.descriptors <= before.descriptors
    });
    let grown = after.growth(&before);
    eprintln!("U34: {before:?}, then {after:?}");
    assert!(grown < MIB, "grown by {grown} KiB");
}

/// Looks until it is as it should be. Between two looks the witness gets a pong: the server lives.
fn settled(
    usage: impl Fn() -> Usage,
    witness: &mut TcpStream,
    done: impl Fn(&Usage) -> bool,
) -> Usage {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let now = usage();
        if done(&now) {
            return now;
        }
        assert!(Instant::now() < deadline, "it stays at {now:?}");
        witness.write_all(b"\x81\x80\0\0\0\0").expect("it is read");
        witness.read_exact(&mut [0; 2]).expect("an echo");
    }
}

fn crowd_server() -> (Server, impl Fn() -> Usage) {
    server(&["--max-connections", "1100", "--max-handshaking", "1100"])
}

fn idle_crowd() {
    const CLIENTS: usize = 1_000;
    let (server, usage) = crowd_server();
    let empty = usage();
    let _crowd = Crowd::connect(server.addr(), "/ws", CLIENTS);
    let mut witness = upgraded(&server);
    // What follows their coming (who is there, once a second) is not idleness.
    let before = quiet(&usage, &mut witness);
    let start = Instant::now();
    witness
        .set_read_timeout(Some(Duration::from_secs(2)))
        .expect("a timeout");
    assert!(witness.read(&mut [0]).is_err(), "nobody says anything");
    let after = usage();
    let share = (after.cpu - before.cpu).as_secs_f64() / start.elapsed().as_secs_f64();
    let (grown, threads) = (after.growth(&empty), after.threads);
    eprintln!(
        "R01: {grown} KiB and {threads} threads for {CLIENTS} in the chat, {:.2} % of a processor",
        share * 100.0
    );
    assert!(grown <= 64 * MIB, "grown by {grown} KiB");
    assert!(threads <= 2 * CLIENTS + 5, "{threads} threads");
    assert!(
        share < 0.01 + 0.005,
        "a tick of the kernel's clock is half a per cent of this: {share}"
    );
}

/// Waits for more than a second in which the process did nothing: once a second a crowd is told
/// who is there.
fn quiet(usage: &impl Fn() -> Usage, witness: &mut TcpStream) -> Usage {
    witness
        .set_read_timeout(Some(Duration::from_millis(1_100)))
        .expect("a timeout");
    let deadline = Instant::now() + PATIENCE;
    let mut before = usage();
    loop {
        assert!(witness.read(&mut [0]).is_err(), "nobody says anything");
        let now = usage();
        if now.cpu == before.cpu {
            return now;
        }
        assert!(Instant::now() < deadline, "it is never quiet");
        before = now;
    }
}

fn talk_to_a_crowd() {
    const LINES: usize = 20;
    const CLIENTS: usize = 1_000;
    let (server, usage) = crowd_server();
    let mut crowd = Crowd::connect(server.addr(), "/ws", CLIENTS);
    let mut ada = Guest::in_room(server.addr(), "ada", "lobby");
    quiet(&usage, &mut upgraded(&server));
    // What they were told of each other has not been read yet.
    crowd.listen(1);
    ada.say_now("lobby", &stamped());
    crowd.heard();
    // The machine may have other things to do for a while: one round of three must be well.
    let in_time = (0..3).any(|_| {
        let before = usage();
        crowd.listen(LINES);
        say_ten_a_second(&mut ada, LINES);
        let heard = crowd.heard();
        let cpu = usage().cpu - before.cpu;
        assert_eq!(heard.len(), LINES * CLIENTS, "every line reached everyone, once");
        let slow = heard[heard.len() * 99 / 100];
        eprintln!("R02: {LINES} lines to {CLIENTS}, 99 in 100 within {slow:.1?}, {cpu:?} of processor time");
        slow < Duration::from_millis(50)
    });
    assert!(in_time, "it never took less than that");
}

fn say_ten_a_second(ada: &mut Guest, lines: usize) {
    for _ in 0..lines {
        let next = Instant::now() + Duration::from_millis(100);
        ada.say_now("lobby", &stamped());
        // Whatever else she is told until then is passed over.
        while let Some(left) = next.checked_duration_since(Instant::now()) {
            ada.hear(left);
        }
    }
}

/// They take what their system takes for them, megabytes, and nothing more.
fn never_readers() {
    const DEAF: usize = 100;
    let (server, usage) = server(&["--rate", "off", "--write-timeout", "2s"]);
    let mut ada = Guest::in_room(server.addr(), "ada", "lobby");
    let before = usage();
    let deaf: Vec<Guest> = (0..DEAF)
        .map(|_| Guest::in_room(server.addr(), "deaf", "lobby"))
        .collect();
    for guest in &deaf {
        set_socket_recv_buffer_size(guest.tcp(), 4 << 10).expect("an option");
    }
    let text = "x".repeat(2_000);
    let start = Instant::now();
    let mut most = 0;
    while metric(server.addr(), "ws101_evictions_total") != Some(DEAF as u64) {
        ada.ask_all((0..50).map(|_| json!({"type": "say", "room": "lobby", "text": text})));
        ada.count("said", 50);
        most = most.max(usage().growth(&before));
        assert!(start.elapsed() < 2 * PATIENCE, "they are still there");
    }
    let talked = start.elapsed();
    let deadline = Instant::now() + Duration::from_secs(15);
    let after = loop {
        let now = usage();
        if now.threads <= before.threads && now.descriptors <= before.descriptors {
            break now;
        }
        assert!(Instant::now() < deadline, "{before:?}, now {now:?}");
        ada.hear(Duration::from_millis(20)); // that they left
    };
    eprintln!(
        "R05: up to {most} KiB more, all sent away after {talked:.1?}, then {} KiB",
        after.growth(&before)
    );
    // What is kept for each, and the thread that tries to be rid of it.
    assert!(
        most <= DEAF as u64 * (MIB + 64 * KIB),
        "grown by {most} KiB"
    );
}

/// Each ping may have an answer of 125 bytes: of those that wait, the newest is enough (§5.5.3).
fn unread_pongs() {
    let (server, usage) = server(&["--control-rate", "1000000", "--control-burst", "1000000"]);
    let mut witness = upgraded(&server);
    let mut deaf = upgraded(&server);
    set_socket_recv_buffer_size(&deaf, 4 << 10).expect("an option");
    deaf.set_write_timeout(Some(Duration::from_millis(200)))
        .expect("a timeout");
    let before = usage();
    let pings = [&[0x89, 0xfd, 0, 0, 0, 0][..], &[b'p'; 125]]
        .concat()
        .repeat(1_000);
    let sent = (0..400)
        .take_while(|_| deaf.write_all(&pings).is_ok())
        .count();
    witness.write_all(b"\x81\x80\0\0\0\0").expect("it is read");
    witness.read_exact(&mut [0; 2]).expect("an echo");
    let grown = usage().growth(&before);
    eprintln!("F24: {sent} 000 pings, grown by {grown} KiB");
    assert!(grown < 2 * MIB, "grown by {grown} KiB");
}
