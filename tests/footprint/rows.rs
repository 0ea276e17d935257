//! Each row starts a server, measures what it uses, lets a client act, and measures again.

use crate::client::{connect, request, rest, upgraded, write_bytewise};
use crate::kit::server::Server;
use crate::kit::server::usage::Usage;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use libtest_mimic::Trial;
use rustix::net::sockopt::{set_socket_linger, set_socket_recv_buffer_size};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

pub(crate) const KIB: u64 = 1;
pub(crate) const MIB: u64 = 1_024 * KIB;

/// The header of a frame of 2⁶³−1 bytes.
const ENDLESS: &[u8] = b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x37\xfa\x21\x3d";

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "F12 a frame that declares 2^63-1 bytes: under 128 KiB",
            endless_frame,
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
            "F24 pings of one who never reads: nothing piles up",
            unread_pongs,
        ),
        row("R03 a client that never reads: under 2 MiB", never_reader),
        row("U34 10 000 handshakes, each reset: nothing stays", resets),
    ]
}

pub(crate) fn server(flags: &[&str]) -> (Server, impl Fn() -> Usage) {
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
    // The first connections touch code and memory that stays in use.
    (0..20).for_each(|_| declare());
    let before = usage();
    (0..20).for_each(|_| declare());
    let grown = usage().growth(&before);
    eprintln!("F12: grown by {grown} KiB in 20 connections");
    assert!(grown < 128 * KIB, "grown by {grown} KiB");
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

/// Every byte is examined once, so the work is linear; the cost is in the reads.
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

/// Makes the server return freed memory to the system. glibc's allocator may otherwise keep up to 32 MiB,
/// depending on the sizes in which 16 MiB were allocated, and hide whether the server has freed them.
fn server_that_frees() -> (Server, impl Fn() -> Usage) {
    let program = env!("CARGO_BIN_EXE_ws101");
    let flags = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--ping-interval",
        "300ms",
    ];
    let mut command = Command::new(program);
    let command = command.args(flags).env("MALLOC_MMAP_THRESHOLD_", "131072");
    let server = Server::spawn(command);
    let process = server.process.id();
    (server, move || Usage::of(process))
}

/// A binary and a text, in two fragments each, which are assembled in memory of their own.
fn given_back() {
    const SIZE: usize = 16 << 20;
    const PING: [u8; 2] = [0x89, 0];
    let (server, usage) = server_that_frees();
    let mut tcp = upgraded(&server);
    let mut echo = |frames: [u8; 2]| {
        for first in frames {
            let mut frame = vec![first, 0xff];
            frame.extend((SIZE as u64 / 2).to_be_bytes());
            frame.extend([0; 4]); // masked with zeros
            frame.resize(frame.len() + SIZE / 2, b'k');
            tcp.write_all(&frame).expect("it is read");
        }
        // On a busy machine this takes so long that the server pings.
        let mut header = PING;
        while header == PING {
            tcp.read_exact(&mut header).expect("a header");
        }
        let mut echoed = vec![0; 8 + SIZE]; // after a length in eight bytes
        tcp.read_exact(&mut echoed).expect("an echo");
    };
    let before = usage();
    echo([0x02, 0x80]);
    echo([0x01, 0x80]);
    let held = usage();
    // A ping comes after a quiet while, and memory is returned after one of the first pings. On a busy
    // machine some of them are old when they are read.
    let deadline = Instant::now() + PATIENCE;
    let grown = loop {
        let mut ping = [0; 2];
        tcp.read_exact(&mut ping).expect("a ping");
        assert_eq!(ping, PING);
        tcp.write_all(b"\x8a\x80\0\0\0\0").expect("it is read");
        let grown = usage().growth(&before);
        if grown < 4 * MIB || Instant::now() > deadline {
            break grown;
        }
    };
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
    let (server, usage) = server(&["--max-handshaking", "2000"]);
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

/// Measures until the condition holds. Between two measurements the witness gets a pong: the server
/// lives.
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

/// Each ping may ask for an answer of 125 bytes; §5.5.3: answering the latest of those that wait is
/// enough.
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
