//! A proxy that hangs: neither side sees an error or an end. The server gives up the client at the
//! deadline of whatever was unfinished, and clients that come by another way talk on.

use crate::kit::bytes::{KEY, close_from, frame_from, header};
use crate::kit::client::chat::{ChatClient, two_in_a_room};
use crate::kit::client::hanging_proxy::HangingProxy;
use crate::kit::client::raw::RawClient;
use crate::kit::process::Process;
use crate::kit::server::Server;
use crate::kit::server::resources::{Resources, has_come_back};
use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use crate::kit::table::row;
use crate::shutdown::{LONGEST, assert_ends, goodbye, settled, signal};
use crate::unwritable_history::wait_until;
use libtest_mimic::Trial;
use rustix::net::sockopt::set_socket_recv_buffer_size;
use rustix::process::Signal;
use std::process::Command;
use std::time::{Duration, Instant};
use ws101::{Connect, Role};

/// What the proxy hangs within, the flag with that deadline, and a client that gets to that point.
type Stage = (
    &'static str,
    [&'static str; 2],
    fn(&HangingProxy) -> RawClient,
);

const STAGES: [Stage; 5] = [
    ("a request", ["--handshake-timeout", "600ms"], |proxy| {
        let mut wire = RawClient::open(proxy.addr());
        wire.send(b"GET /ws HTTP/1.1\r\nHost: loc");
        wire
    }),
    ("a frame", ["--frame-timeout", "600ms"], |proxy| {
        let mut wire = RawClient::in_chat(proxy.addr());
        wire.send(&frame_from(Role::Client, 0x81, b"half of it")[..9]);
        wire
    }),
    ("a message", ["--message-timeout", "600ms"], |proxy| {
        let mut wire = RawClient::in_chat(proxy.addr());
        wire.send_frame(0x01, "the first frame of several");
        wire
    }),
    ("an answer", ["--write-timeout", "600ms"], |proxy| {
        let mut wire = RawClient::upgraded(proxy.addr());
        // A small buffer on our side, so that the way back holds little.
        set_socket_recv_buffer_size(wire.tcp(), 4 << 10).expect("a connection has options");
        wire.send(&header(0x82, Some(KEY), ANSWER as u64));
        wire.send(&vec![0; ANSWER]);
        wire
    }),
    ("a silence", ["--ping-interval", "300ms"], |proxy| {
        RawClient::in_chat(proxy.addr())
    }),
];

const ANSWER: usize = 15 << 20;

pub(crate) fn rows() -> Vec<Trial> {
    let within = STAGES.into_iter().map(|(what, deadline, come)| {
        let name =
            format!("C30 a proxy hangs within {what}: gone at the deadline, the others talk");
        row(name, move || hangs(deadline, come))
    });
    let mut rows: Vec<Trial> = within.collect();
    rows.push(row(
        "C30 a proxy hangs, and SIGTERM: 1001 to the others, an end in time",
        sigterm,
    ));
    rows.push(row(
        "C30 a proxy hangs: our client gives up at its deadline, and comes back",
        client,
    ));
    rows.push(row(
        "C30 a proxy hangs within the handshake of a terminal that comes back: it tries again",
        terminal,
    ));
    rows
}

/// Lets a client get to that point, and waits until the server has received all its bytes.
fn come(proxy: &HangingProxy, stage: fn(&HangingProxy) -> RawClient) -> RawClient {
    let before = proxy.passed_on();
    let wire = stage(proxy);
    wait_until(|| proxy.passed_on() == before + wire.sent_bytes());
    wire
}

fn hangs(deadline: [&str; 2], stage: fn(&HangingProxy) -> RawClient) {
    let mut flags = vec![
        "--rate",
        "off",
        "--close-timeout",
        "300ms",
        "--ping-timeout",
        "3s",
    ];
    flags.extend(deadline);
    let server = Server::start(&flags);
    let (mut ada, mut bob, room) = two_in_a_room(server.addr());
    let before = Resources::of(server.process.id());
    let proxy = HangingProxy::to(server.addr());
    let mut client = come(&proxy, stage);
    proxy.hang();
    let since = Stopwatch::start();
    // What the client sends from now on does not arrive: neither the rest nor a Close.
    let _ = client.try_send(&close_from(Role::Client, 1000, ""));
    let give_up = Instant::now() + PATIENCE;
    while !has_come_back(before, server.process.id()) {
        assert!(Instant::now() < give_up, "it is still there");
        let number = ada.say_now(&room, "are you there?");
        assert_eq!(bob.until("said")["seq"], number);
    }
    // The deadline, a ping timeout or the close timeout, and some time for the end.
    since.assert_under(Duration::from_secs(6));
    // The proxy still holds its end. The client comes back by a new connection.
    let mut again = ChatClient::in_room(proxy.addr(), "carol", &room);
    let number = again.say_now(&room, "here I am again");
    ada.find(|event| event["type"] == "said" && event["seq"] == number);
    ada.close();
    bob.close();
}

/// One client at each stage.
fn sigterm() {
    let mut server = Server::start(&[]);
    let proxy = HangingProxy::to(server.addr());
    let clients = STAGES.map(|(_, _, stage)| come(&proxy, stage));
    let mut other = settled(&server);
    proxy.hang();
    let start = signal(&server, Signal::TERM);
    assert_eq!(goodbye(&mut other), "server shutting down");
    other.send(&close_from(Role::Client, 1001, ""));
    other.expect_end();
    assert_ends(&mut server, start);
    drop(clients);
}

fn client() {
    const DEADLINE: Duration = Duration::from_millis(300);
    let server = Server::start(&[]);
    let proxy = HangingProxy::to(server.addr());
    let url = format!("ws://{}/echo", proxy.addr());
    let connect = || Connect::to(&url).timeout(PATIENCE).open();
    proxy.hang_next();
    let error = Connect::to(&url).timeout(DEADLINE).open();
    assert!(error.expect_err("no answer comes").is_timeout());

    let mut socket = connect().expect("this one does not hang");
    proxy.hang();
    let since = Stopwatch::start();
    socket.set_deadline(Some(Instant::now() + DEADLINE));
    let large = vec![0; ANSWER];
    let sent = socket.send(ws101::Message::Binary(&large));
    assert!(sent.expect_err("it is not taken").is_timeout());

    let mut socket = connect().expect("this one does not hang");
    proxy.hang();
    socket.set_deadline(Some(Instant::now() + DEADLINE));
    let heard = socket.next_message().map(drop);
    assert!(heard.expect_err("nothing comes").is_timeout());
    since.assert_under(LONGEST);
    connect().expect("one comes back").finish();
}

/// The first connection breaks, the second hangs within its handshake, the third works.
fn terminal() {
    let server = Server::start(&[]);
    let mut witness = ChatClient::in_room(server.addr(), "witness", "room");
    let proxy = HangingProxy::to(server.addr());
    let url = format!("ws://{}/ws", proxy.addr());
    let mut command = Command::new(env!("CARGO_BIN_EXE_ws101"));
    command.args(["chat", &url, "--name", "far", "--room", "room", "--follow"]);
    let terminal = Process::spawn(&mut command);
    let hears = |witness: &mut ChatClient, text: &str| {
        assert_eq!(witness.until("entered")["name"], "far");
        witness.say_now("room", text);
        while !terminal.line(PATIENCE).ends_with(text) {}
    };
    hears(&mut witness, "you are here");
    proxy.hang_next();
    proxy.cut();
    assert_eq!(witness.until("left")["name"], "far");
    hears(&mut witness, "you are here again");
    assert_eq!(proxy.connections(), 3);
}
