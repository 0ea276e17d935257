//! Faults of a client's machine or of the server's, which the other clients must not notice.

use crate::kit::bytes::frame_from;
use crate::kit::client::raw::{RawClient, is_timeout};
use crate::kit::server::Server;
use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use crate::kit::table::row;
use libtest_mimic::Trial;
use rustix::net::sockopt::{set_socket_linger, set_socket_recv_buffer_size};
use rustix::process::{Pid, Signal, WaitOptions, waitpid};
use std::io::Write;
use std::iter;
use std::process::Command;
use std::time::{Duration, Instant};
use ws101::Role;

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row("never reader: cut off at the write deadline", never_reader),
        row(
            "slow reader: a little now and then does not move the deadline",
            slow_reader,
        ),
        row("C15 a reset ends one connection, at once", || {
            let server = Server::start(&["--max-connections", "1"]);
            let wire = RawClient::upgraded(server.addr());
            reset(wire);
            RawClient::upgraded_when_there_is_room(server.addr()).echo("next");
        }),
        row("U34 500 handshakes, each reset when it is answered", || {
            let server = Server::start(&["--max-connections", "10"]);
            let mut witness = RawClient::upgraded(server.addr());
            for round in 0..50 {
                for _ in 0..10 {
                    let wire = RawClient::open(server.addr());
                    reset(wire);
                }
                witness.echo(&format!("round {round}"));
            }
            RawClient::upgraded_when_there_is_room(server.addr()).echo("next");
        }),
        row(
            "suspend: who answers pings outlives a server that was stopped",
            suspend,
        ),
        row(
            "EMFILE: few descriptors, many connections, and each gets an answer",
            few_descriptors,
        ),
        row(
            "huge backlog: 200 connect before the server accepts one",
            || {
                let server = Server::start(&[]);
                let mut all: Vec<RawClient> =
                    (0..200).map(|_| RawClient::open(server.addr())).collect();
                let start = Stopwatch::start();
                let request =
                    crate::kit::client::raw::UPGRADE.replace("{host}", &server.addr().to_string());
                for wire in &mut all {
                    wire.send(request.as_bytes());
                }
                let mut refused = 0;
                for wire in &mut all {
                    match wire.head().status {
                        101 => wire.echo("hello"),
                        status => {
                            assert_eq!(status, 503);
                            refused += 1;
                        }
                    }
                }
                start.assert_under(Duration::from_secs(10));
                assert!(
                    refused <= 200 - 128,
                    "{refused} were refused, 128 may shake hands at once"
                );
            },
        ),
    ]
}

pub(crate) fn reset(wire: RawClient) {
    let tcp = wire.into_tcp();
    set_socket_linger(&tcp, Some(Duration::ZERO)).expect("a connection has options");
}

/// Sends messages to `/echo` until the server takes no more: the way back is full, and it waits for us.
pub(crate) fn fill(wire: &RawClient) {
    // A small buffer on our side; the server's grows as the kernel decides.
    set_socket_recv_buffer_size(wire.tcp(), 4 << 10).expect("a connection has options");
    let frame = frame_from(Role::Client, 0x82, &[b'x'; 60_000]);
    let mut tcp = wire.tcp();
    tcp.set_write_timeout(Some(Duration::from_millis(100)))
        .expect("a timeout");
    let deadline = Instant::now() + PATIENCE;
    while tcp.write_all(&frame).is_ok() {
        assert!(Instant::now() < deadline, "the server takes without end");
    }
}

fn never_reader() {
    let server = Server::start(&["--write-timeout", "600ms", "--max-connections", "2"]);
    let mut witness = RawClient::upgraded(server.addr());
    let deaf = RawClient::upgraded(server.addr());
    let start = Instant::now();
    fill(&deaf);
    // Its place becomes free, although it never closes.
    while RawClient::open(server.addr()).status_of_upgrade() == 503 {
        witness.echo("meanwhile");
        assert!(start.elapsed() < PATIENCE, "the client is not cut off");
    }
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(600), "{took:?}");
    witness.echo("afterwards");
}

fn slow_reader() {
    let server = Server::start(&["--write-timeout", "600ms", "--max-connections", "2"]);
    let mut witness = RawClient::upgraded(server.addr());
    let mut slow = RawClient::upgraded(server.addr());
    fill(&slow);
    let start = Instant::now();
    loop {
        // It ends in a reset here: the client has sent bytes that the server never reads.
        match slow.read(1_024, Instant::now() + Duration::from_millis(20)) {
            Ok(bytes) if bytes.is_empty() => break,
            Err(error) if !is_timeout::<()>(&Err(error.kind().into())) => break,
            _ => witness.echo("meanwhile"),
        }
        if RawClient::open(server.addr()).status_of_upgrade() == 101 {
            break;
        }
        assert!(start.elapsed() < PATIENCE, "the client is not cut off");
    }
    witness.echo("afterwards");
}

/// The server is stopped for longer than the ping interval and timeout together. When it continues, it
/// must read what has arrived, and ping once more, before it gives up a client.
fn suspend() {
    let server = Server::start(&["--ping-interval", "2s", "--ping-timeout", "1s"]);
    let mut clients: Vec<RawClient> = (0..20)
        .map(|_| RawClient::upgraded(server.addr()))
        .collect();
    clients.iter_mut().for_each(|client| client.echo("here"));
    let id = Pid::from_raw(server.process.id() as i32).expect("a process has a number");
    server.process.signal(Signal::STOP);
    // It takes a moment until all threads are stopped.
    waitpid(Some(id), WaitOptions::UNTRACED).expect("it is our child");
    let (before, after) = clients.split_at_mut(10);
    before
        .iter_mut()
        .for_each(|client| client.send_frame(0x81, "still here"));
    before[0].expect_silence(Duration::from_millis(4_000));
    server.process.signal(Signal::CONT);
    after
        .iter_mut()
        .for_each(|client| client.send_frame(0x81, "still here"));
    for client in &mut clients {
        let frame = iter::repeat_with(|| client.frame()).find(|frame| frame.first != 0x89);
        assert_eq!(frame.expect("one comes").payload, b"still here");
    }
}

/// 128 descriptors, of which the server reserves some. It knows how many connections it can hold,
/// including refused ones that it keeps for a moment, so that `accept` never fails.
fn few_descriptors() {
    let program = env!("CARGO_BIN_EXE_ws101");
    let script = "ulimit -n 128; exec \"$0\" serve --listen 127.0.0.1:0";
    let server = Server::spawn(Command::new("sh").args(["-c", script, program]));
    let mut clients: Vec<RawClient> = (0..128)
        .map(|_| RawClient::open(server.addr()))
        .map_while(|mut wire| (wire.status_of_upgrade() == 101).then_some(wire))
        .collect();
    eprintln!("128 descriptors: {} clients", clients.len());
    assert!((16..128).contains(&clients.len()));
    let refused: Vec<RawClient> = (0..100).map(|_| RawClient::open(server.addr())).collect();
    clients
        .iter_mut()
        .for_each(|client| client.echo("while they knock"));
    for mut wire in refused {
        wire.answer().assert_refusal(503);
    }
    drop(clients);
    RawClient::upgraded_when_there_is_room(server.addr()).echo("there is room again");
    let log = server.process.log();
    let failures = log.matches("no connection can be accepted").count();
    assert_eq!(failures, 0, "{log}");
}
