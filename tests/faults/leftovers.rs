//! Clients that go while the server keeps a backlog for them. However they go, the server has released
//! everything two seconds later, and until then they count.

use crate::clients::reset;
use crate::kit::bytes::{close_from, frame_from};
use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::client::http::metric;
use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::kit::client::target::{Pace, Target};
use crate::kit::server::Server;
use crate::kit::server::descriptors;
use crate::kit::server::resources::{Resources, assert_back_at};
use crate::kit::server::usage::Usage;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use crate::vanished_clients::wait_for_people;
use libtest_mimic::Trial;
use serde_json::json;
use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;
use std::{fs, io};
use ws101::Role;

/// Clients of each row.
const CLIENTS: usize = 10;

/// How a client goes. A connection that it returns stays open, and is never read.
type Way = fn(RawClient) -> Option<TcpStream>;

const WAYS: [(&str, Way); 5] = [
    ("FIN, and it stays", |wire| {
        wire.tcp().shutdown(Shutdown::Write).expect("it is open");
        Some(wire.into_tcp())
    }),
    ("FIN, and then a reset", |wire| {
        wire.tcp().shutdown(Shutdown::Write).expect("it is open");
        reset(wire);
        None
    }),
    ("close(2) with bytes unread", |wire| {
        drop(wire);
        None
    }),
    ("a reset", |wire| {
        reset(wire);
        None
    }),
    ("a Close, and it stays", |mut wire| {
        wire.send(&close_from(Role::Client, 1000, ""));
        Some(wire.into_tcp())
    }),
];

/// A WebSocket, and how a backlog arises there for clients that do not read.
type Backlog = (&'static str, fn(&Server, usize) -> Vec<RawClient>);

const BACKLOGS: [Backlog; 2] = [("/echo", unread_echoes), ("the chat", unread_lines)];

pub(crate) fn rows() -> Vec<Trial> {
    let ways = |(place, backlog): Backlog, ways: &[(&str, Way)]| -> Vec<Trial> {
        let row = |&(how, go): &(&str, Way)| {
            row(
                format!("C16 gone from {place} with a backlog: {how}"),
                move || nothing_is_left(backlog, go),
            )
        };
        ways.iter().map(row).collect()
    };
    let [echo, chat] = BACKLOGS;
    let mut rows = ways(chat, &WAYS);
    // While its echoes are not read, `/echo` does not read a Close.
    rows.extend(ways(echo, &WAYS[..4]));
    rows.push(row("C16 gone: evicted, and it stays", evicted));
    rows.push(row(
        "C16 gone: a client that has only sent a FIN reads its last answers",
        last_answers,
    ));
    rows.push(row(
        "C16 gone with a backlog: 300 clients never hold more than the 200 places there are",
        places,
    ));
    rows
}

fn nothing_is_left(backlog: fn(&Server, usize) -> Vec<RawClient>, go: Way) {
    // A client that is still there may take its time.
    let server = Server::start(&["--rate", "off", "--write-timeout", "10m"]);
    let mut witness = ChatClient::in_room(server.addr(), "witness", "other");
    let before = Resources::of(server.process.id());
    let clients = backlog(&server, CLIENTS);
    let gone: Vec<_> = clients.into_iter().map(go).collect();
    assert_back_at(before, server.process.id());
    assert_eq!(metric(server.addr(), "ws101_evictions_total"), Some(0));
    witness.say_now("other", "as if nothing was");
    drop(gone);
}

/// Clients of `/echo` that read none of their echoes.
fn unread_echoes(server: &Server, count: usize) -> Vec<RawClient> {
    let message = frame_from(Role::Client, 0x82, &[b'x'; 6 << 20]); // more than the kernel keeps
    let one = |_| {
        let wire = RawClient::upgraded(target(server));
        wire.tcp().write_all(&message).expect("it is read");
        wire.wait_for_anything(); // all was read, and the echo has begun
        wire
    };
    (0..count).map(one).collect()
}

/// Clients in a room of the chat that read none of its lines.
fn unread_lines(server: &Server, count: usize) -> Vec<RawClient> {
    let mut ada = ChatClient::in_room(server.addr(), "ada", "room");
    let all: Vec<RawClient> = (0..count).map_while(|_| deaf(server)).collect();
    talk_until_they_lag(server, &mut ada, all.len());
    ada.close();
    all
}

/// A client in the room, unless there is no place for it.
fn deaf(server: &Server) -> Option<RawClient> {
    let mut wire = RawClient::open(target(server));
    // History on joining counts against the address: each client has its own, named by a trusted proxy.
    static LAST: AtomicU8 = AtomicU8::new(0);
    let address = LAST.fetch_add(1, Ordering::Relaxed);
    let forwarded = format!("\r\nX-Forwarded-For: 192.0.2.{address}\r\n\r\n");
    let request = UPGRADE
        .replace("/echo", "/ws")
        .replace("\r\n\r\n", &forwarded);
    // A server that refuses may have closed the connection before the request.
    let _ = wire.try_send(
        request
            .replace("{host}", &server.addr().to_string())
            .as_bytes(),
    );
    if wire.head().status != 101 {
        return None;
    }
    let join = json!({"type": "join", "name": unique("deaf"), "room": "room"});
    wire.send_frame(0x81, join.to_string());
    Some(wire)
}

/// Talks until `count` clients have each a writer thread, or were evicted.
fn talk_until_they_lag(server: &Server, ada: &mut ChatClient, count: usize) {
    wait_for_people(ada, 1 + count as u64);
    let writers = || writers(server.process.id());
    let deadline = Instant::now() + PATIENCE;
    let text = "\u{1d11e}".repeat(2_000); // 8 kB
    let mut talk = |lines| {
        ada.ask_all((0..lines).map(|_| json!({"type": "say", "room": "room", "text": text})));
        ada.count("said", lines);
    };
    while writers() < count {
        talk(10);
        assert!(Instant::now() < deadline, "{} of {count} lag", writers());
    }
    talk(60);
}

/// For a client with a small window the kernel keeps little, so the server keeps more.
fn target(server: &Server) -> Target {
    Target::new(server.addr(), Pace::ByteByByte)
}

/// A client that is evicted while it does nothing is gone two seconds later.
fn evicted() {
    let server = Server::start(&["--rate", "off", "--max-backlog", "100000"]);
    let mut ada = ChatClient::in_room(server.addr(), "ada", "room");
    let before = Resources::of(server.process.id());
    let deaf = deaf(&server);
    let text = "\u{1d11e}".repeat(2_000);
    while metric(server.addr(), "ws101_evictions_total") != Some(1) {
        ada.say_now("room", &text);
    }
    assert_back_at(before, server.process.id());
    drop(deaf);
}

fn last_answers() {
    let server = Server::start(&[]);
    let mut wire = RawClient::upgraded(server.addr());
    let message = vec![b'x'; 4 << 20];
    wire.send_frame(0x82, &message);
    wire.send_fin();
    wire.expect_frame(0x82, &message);
    wire.expect_end();
}

/// Threads that wait for a client to take what it is sent.
fn writers(process: u32) -> usize {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("the server runs");
    let name =
        |task: io::Result<fs::DirEntry>| fs::read_to_string(task.ok()?.path().join("comm")).ok();
    tasks
        .filter_map(name)
        .filter(|name| name.trim() == "writer")
        .count()
}

/// A place becomes free when the server has released everything of its client, not before.
fn places() {
    const PLACES: usize = 200;
    /// Descriptors of clients that wait for a place, or read their refusal.
    const AT_THE_DOOR: usize = PLACES / 4 + 16;

    descriptors::allow_many();
    let server = Server::start(&[
        "--max-connections",
        "200",
        "--rate",
        "off",
        "--trust-proxy",
        "127.0.0.1",
    ]);
    let process = server.process.id();
    let before = Usage::of(process);
    let mut ada = ChatClient::in_room(server.addr(), "ada", "room");
    let (mut gone, mut descriptors, mut memory) = (Vec::new(), 0, 0);
    while gone.len() < 300 {
        let crowd: Vec<RawClient> = (0..300 - gone.len()).map_while(|_| deaf(&server)).collect();
        talk_until_they_lag(&server, &mut ada, crowd.len());
        let now = Usage::of(process);
        descriptors = descriptors.max(now.descriptors - before.descriptors);
        memory = memory.max(now.growth(&before));
        for mut wire in crowd {
            wire.send_fin();
            gone.push(wire);
        }
    }
    eprintln!("{PLACES} places, 300 clients: {descriptors} descriptors, {memory} KiB at most");
    assert!(descriptors <= PLACES + AT_THE_DOOR, "{descriptors}");
    // A backlog each, and the little that a connection takes.
    assert!(memory <= PLACES as u64 * (1_024 + 64), "{memory} KiB");
    drop(ada);
}
