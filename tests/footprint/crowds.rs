//! Rows with a hundred clients or a thousand: what they cost, and how soon lines reach them.

use crate::baseline::Control;
use crate::client::upgraded;
use crate::crowd::{Crowd, stamped};
use crate::kit::client::chat::ChatClient;
use crate::kit::client::http::metric;
use crate::kit::server::Server;
use crate::kit::server::usage::Usage;
use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use crate::kit::table::row;
use crate::rows::{KIB, MIB, server};
use libtest_mimic::Trial;
use rustix::net::sockopt::set_socket_recv_buffer_size;
use serde_json::json;
use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "F13 1 000 declare 16 MiB and send nothing: under 16 MiB",
            declared_only,
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
    ]
}

fn declared_only() {
    const CLIENTS: usize = 1_000;
    let (server, usage) = crowd_server();
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

fn crowd_server() -> (Server, impl Fn() -> Usage) {
    server(&["--max-connections", "1100", "--max-handshaking", "2200"])
}

fn idle_crowd() {
    const CLIENTS: usize = 1_000;
    let (server, usage) = crowd_server();
    let empty = usage();
    let _crowd = Crowd::connect(server.addr(), "/ws", CLIENTS);
    let mut witness = upgraded(&server);
    // While `people` events follow their joining, once a second, the server is not idle.
    let before = quiet(&usage, &mut witness);
    let start = Instant::now();
    witness
        .set_read_timeout(Some(Duration::from_secs(2)))
        .expect("a timeout");
    assert!(witness.read(&mut [0]).is_err(), "no event comes");
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

/// Waits for more than a second in which the process did nothing: once a second a crowd receives the
/// list of people.
fn quiet(usage: &impl Fn() -> Usage, witness: &mut TcpStream) -> Usage {
    witness
        .set_read_timeout(Some(Duration::from_millis(1_100)))
        .expect("a timeout");
    let deadline = Instant::now() + PATIENCE;
    let mut before = usage();
    loop {
        assert!(witness.read(&mut [0]).is_err(), "no event comes");
        let now = usage();
        if now.cpu == before.cpu {
            return now;
        }
        assert!(Instant::now() < deadline, "it is never quiet");
        before = now;
    }
}

/// On a machine with other things to do, it is those four times in which a control is heard.
fn talk_to_a_crowd() {
    const LINES: usize = 20;
    const CLIENTS: usize = 1_000;
    const SOON: Duration = Duration::from_millis(50);
    let (server, usage) = crowd_server();
    let mut crowd = Crowd::connect(server.addr(), "/ws", CLIENTS);
    let (addr, control) = Control::listen(CLIENTS);
    let mut elsewhere = Crowd::connect(addr, "/ws", CLIENTS);
    let mut control = control.join().expect("all came in");
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    quiet(&usage, &mut upgraded(&server));
    // Their `entered` events have not been read yet.
    crowd.listen(1);
    ada.say_now("lobby", &stamped());
    crowd.heard();
    // A single busy moment of the machine spoils one round of three.
    let in_time = (0..3).any(|_| {
        let before = usage();
        crowd.listen(LINES);
        elsewhere.listen(LINES);
        say_ten_a_second(&mut ada, &mut control, LINES);
        let [slow, slow_elsewhere] = [&mut crowd, &mut elsewhere].map(|crowd| {
            let heard = crowd.heard();
            assert_eq!(
                heard.len(),
                LINES * CLIENTS,
                "every line reached everyone, once"
            );
            heard[heard.len() * 99 / 100]
        });
        let cpu = usage().cpu - before.cpu;
        eprintln!(
            "R02: {LINES} lines to {CLIENTS}, 99 in 100 within {slow:.1?}, of a control within \
             {slow_elsewhere:.1?}, {cpu:?} of processor time"
        );
        slow < SOON.max(4 * slow_elsewhere)
    });
    assert!(in_time, "it never took less than that");
}

/// Each line is followed by one of the control, half an interval later.
fn say_ten_a_second(ada: &mut ChatClient, control: &mut Control, lines: usize) {
    const HALF: Duration = Duration::from_millis(50);
    for _ in 0..lines {
        let start = Instant::now();
        ada.say_now("lobby", &stamped());
        hear_until(ada, start + HALF);
        control.say();
        hear_until(ada, start + 2 * HALF);
    }
}

/// Skips the events until then.
fn hear_until(ada: &mut ChatClient, end: Instant) {
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        ada.hear(left);
    }
}

/// Their systems buffer megabytes for them, and they read nothing.
fn never_readers() {
    const DEAF: usize = 100;
    let (server, usage) = server(&["--rate", "off", "--write-timeout", "2s"]);
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    let before = usage();
    let deaf: Vec<ChatClient> = (0..DEAF)
        .map(|_| ChatClient::in_room(server.addr(), "deaf", "lobby"))
        .collect();
    for client in &deaf {
        set_socket_recv_buffer_size(client.tcp(), 4 << 10).expect("an option");
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
    let (since, deadline) = (Stopwatch::start(), Instant::now() + PATIENCE);
    let after = loop {
        let now = usage();
        if now.threads <= before.threads && now.descriptors <= before.descriptors {
            break now;
        }
        since.assert_under(Duration::from_secs(15));
        assert!(Instant::now() < deadline, "{before:?}, now {now:?}");
        ada.hear(Duration::from_millis(20)); // that they left
    };
    eprintln!(
        "R05: up to {most} KiB more, all sent away after {talked:.1?}, then {} KiB",
        after.growth(&before)
    );
    // A backlog for each, and the thread that tries to write it.
    assert!(
        most <= DEAF as u64 * (MIB + 64 * KIB),
        "grown by {most} KiB"
    );
}
