//! Deadlines are absolute: a peer that sends a byte now and then cannot stretch them.

use crate::kit::bytes::frame_from;
use crate::{LATE, PATIENCE, Stopwatch, client_of_raw_server, listen, pair, read_head, soon};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};
use ws101::{Connect, Message, Role, SocketError, Stream, WebSocket};

const DEADLINE: Duration = Duration::from_millis(300);

/// Below every timeout that is set for a single read.
const STEP: Duration = Duration::from_millis(2);

/// Runs `wait`, which must give up at the deadline, not before and not much later.
fn gives_up<T: std::fmt::Debug>(wait: impl FnOnce() -> Result<T, SocketError>) {
    let start = Stopwatch::start();
    let error = wait().expect_err("nothing came");
    let took = start.elapsed();
    assert!(error.is_timeout(), "{error}");
    // It is set a little before it is waited for.
    let earliest = DEADLINE - DEADLINE / 10;
    assert!(took >= earliest, "{took:?}");
    start.assert_under(DEADLINE + LATE);
}

/// Sends a byte every other millisecond, until the other side is gone.
fn trickle(mut tcp: TcpStream, bytes: &[u8]) -> TcpStream {
    tcp.set_read_timeout(Some(STEP)).expect("a timeout");
    let end = Instant::now() + PATIENCE;
    for byte in bytes.iter().cycle() {
        if Instant::now() > end
            || tcp.write_all(&[*byte]).is_err()
            || matches!(tcp.peek(&mut [0]), Ok(0))
        {
            break;
        }
    }
    tcp
}

#[test]
fn a_silent_peer() {
    let (mut client, _server) = pair();
    client.set_deadline(Some(Instant::now() + DEADLINE));
    gives_up(|| client.next_message().map(|_| ()));
}

#[test]
fn a_trickling_peer_and_then_reading_goes_on() {
    let (mut client, mut server) = client_of_raw_server();
    let frame = frame_from(Role::Server, 0x81, &[b'k'; 60_000]);
    let (now, later) = frame.split_at(30_000);
    thread::scope(|scope| {
        let trickling = scope.spawn(|| {
            for byte in now {
                server.write_all(&[*byte]).expect("it is read");
                thread::yield_now();
            }
            server
        });
        client.set_deadline(Some(Instant::now() + DEADLINE));
        gives_up(|| client.next_message().map(|_| ()));
        let mut server = trickling.join().expect("no panic");
        server.write_all(later).expect("it is read");
        client.set_deadline(soon());
        let message = client.next_message().expect("it is all there now");
        assert_eq!(message, Some(Message::Text(&"k".repeat(60_000))));
    });
}

#[test]
fn a_reading_half_has_its_own() {
    let (client, _server) = pair();
    let (mut reader, writer) = client.split();
    reader.set_deadline(Some(Instant::now() + DEADLINE));
    gives_up(|| reader.next_message().map(|_| ()));
    writer
        .send(Message::Text("hello"))
        .expect("the writer goes on");
}

/// Two handles of one connection share its socket, and what is set on it.
#[test]
fn each_handle_keeps_to_its_own() {
    let (client, mut server) = client_of_raw_server();
    let mut patient = client.into_stream();
    let mut hasty = patient.clone();
    for _ in 0..2 {
        patient.set_deadline(soon());
        server.write_all(b"a").expect("it is read");
        patient.read_exact(&mut [0]).expect("it is there");
        hasty.set_deadline(Some(Instant::now() + DEADLINE));
        gives_up(|| Ok(hasty.read(&mut [0])?));
        patient.set_deadline(None);
        server.write_all(b"b").expect("it is read");
        patient.read_exact(&mut [0]).expect("it is there");
        hasty.set_deadline(Some(Instant::now() + DEADLINE));
        gives_up(|| Ok(hasty.read(&mut [0])?));
    }
}

/// `open` reads until the blank line, which never comes.
#[test]
fn a_handshake_that_trickles() {
    let (listener, addr) = listen();
    let server = thread::spawn(move || {
        let (mut tcp, _) = listener.accept().expect("a client comes");
        read_head(&mut tcp);
        tcp.write_all(b"HTTP/1.1 101 X\r\nA: ").expect("it is read");
        trickle(tcp, b"a");
    });
    let url = format!("ws://{addr}/");
    gives_up(|| Connect::to(&url).timeout(DEADLINE).open());
    server.join().expect("no panic");
}

#[test]
fn a_handshake_that_is_not_answered() {
    let (_listener, addr) = listen();
    let url = format!("ws://{addr}/");
    gives_up(|| Connect::to(&url).timeout(DEADLINE).open());
}

#[test]
fn a_peer_that_does_not_read() {
    let (mut client, _server) = pair();
    let large = vec![0; 16 << 20];
    client.set_deadline(Some(Instant::now() + DEADLINE));
    let start = Stopwatch::start();
    let error = client
        .send(Message::Binary(&large))
        .expect_err("nobody reads");
    assert!(error.is_timeout(), "{error}");
    start.assert_under(DEADLINE + LATE);
}

/// Half a frame is out. Whatever the next call does, the other side must never take for a
/// message what is none: it gets the rest of that frame, or nothing.
fn no_garbage_follows(mut sender: WebSocket<Stream>, mut receiver: WebSocket<Stream>) {
    let large: Vec<u8> = (0..16 << 20).map(|i: u32| (i >> 12) as u8).collect();
    sender.set_deadline(Some(Instant::now() + DEADLINE));
    sender
        .send(Message::Binary(&large))
        .expect_err("nobody reads");
    sender.set_deadline(soon());
    receiver.set_deadline(soon());
    let reading = thread::spawn(move || {
        let mut heard = Vec::new();
        while let Ok(Some(message)) = receiver.next_message() {
            heard.push(message.as_bytes().to_vec());
        }
        heard
    });
    let sent = sender.send(Message::Text("after")).is_ok();
    drop(sender);
    let heard = reading.join().expect("no panic");
    if sent {
        assert!(
            heard == [large, b"after".to_vec()],
            "{} messages",
            heard.len()
        );
    } else {
        assert!(heard.is_empty(), "{} messages of nobody", heard.len());
    }
}

#[test]
fn after_a_write_of_the_client_timed_out_no_garbage_follows() {
    let (client, server) = pair();
    no_garbage_follows(client, server);
}

#[test]
fn after_a_write_of_the_server_timed_out_no_garbage_follows() {
    let (client, server) = pair();
    no_garbage_follows(server, client);
}

#[test]
fn a_writing_half_says_so_too() {
    let (client, _server) = pair();
    let (_reader, writer) = client.split();
    writer.set_deadline(Some(Instant::now() + DEADLINE));
    let large = vec![0; 16 << 20];
    let error = writer
        .send(Message::Binary(&large))
        .expect_err("nobody reads");
    assert!(error.is_timeout(), "{error}");
    writer.set_deadline(soon());
    let error = writer
        .send(Message::Text("after"))
        .expect_err("half a frame is out");
    assert!(!error.is_timeout(), "{error}");
}
