//! The closing handshake, from either side. §7.1.

use crate::kit::bytes::{close_from, frame_from, hex};
use crate::{LATE, PATIENCE, Stopwatch, client_of_raw_server, pair, soon};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::Duration;
use ws101::{CloseCode, CloseReason, Event, Message, Role, SocketError, Stream, WebSocket};

const CODE: CloseCode = CloseCode::NORMAL;

const FLOOD: CloseReason<'_> = CloseReason {
    code: CloseCode::POLICY_VIOLATION,
    text: "flood",
};

/// One side says goodbye, the other hears it, and both are done.
fn closes(closing: WebSocket<Stream>, mut other: WebSocket<Stream>) {
    let start = Stopwatch::start();
    thread::scope(|scope| {
        let closing = scope.spawn(|| closing.close(CODE, "done"));
        match other.next_event() {
            Ok(Event::Close(Some(reason))) => {
                assert_eq!((reason.code, reason.text), (CODE, "done"));
            }
            unexpected => panic!("{unexpected:?}"),
        }
        assert!(matches!(other.next_message(), Err(SocketError::Closed)));
        let late = other.send(Message::Text("late"));
        assert!(matches!(late, Err(SocketError::Send(_))), "{late:?}");
        other.finish();
        closing.join().expect("no panic").expect("a clean end");
    });
    start.assert_under(LATE);
}

#[test]
fn the_client_closes() {
    let (client, server) = pair();
    closes(client, server);
}

#[test]
fn the_server_closes() {
    let (client, server) = pair();
    closes(server, client);
}

#[test]
fn both_close_at_once() {
    for _ in 0..20 {
        let (client, server) = pair();
        let closing = thread::spawn(|| client.close(CODE, "client"));
        server.close(CODE, "server").expect("a clean end");
        closing.join().expect("no panic").expect("a clean end");
    }
}

#[test]
fn to_next_message_the_end_is_none() {
    let (client, mut server) = pair();
    let closing = thread::spawn(|| client.close(CODE, ""));
    assert!(matches!(server.next_message(), Ok(None)));
    server.finish();
    closing.join().expect("no panic").expect("a clean end");
}

/// What was on its way when we closed is passed over, what came before is not lost.
#[test]
fn messages_on_their_way_do_not_disturb_a_close() {
    let (client, mut server) = pair();
    for number in 0..100 {
        server
            .send(Message::Text(&number.to_string()))
            .expect("open");
    }
    let closing = thread::spawn(|| client.close(CODE, ""));
    assert!(matches!(server.next_message(), Ok(None)));
    server.finish();
    closing.join().expect("no panic").expect("a clean end");
}

#[test]
fn split_halves_close_too() {
    let (client, server) = pair();
    let (mut reader, writer) = client.split();
    let other = thread::spawn(move || {
        let mut server = server;
        assert!(matches!(server.next_message(), Ok(None)));
        server.finish();
    });
    writer.close(CODE, "done").expect("open");
    reader.set_deadline(soon());
    assert!(matches!(reader.next_message(), Ok(None)));
    assert!(matches!(reader.next_message(), Err(SocketError::Closed)));
    let late = writer.send(Message::Text("late"));
    assert!(matches!(late, Err(SocketError::Send(_))), "{late:?}");
    other.join().expect("no panic");
}

#[test]
fn a_peer_that_is_gone_without_a_close() {
    let (mut client, server) = pair();
    drop(server);
    assert!(matches!(
        client.next_message(),
        Err(SocketError::Disconnected)
    ));
    let (client, server) = pair();
    let (mut reader, _writer) = client.split();
    drop(server);
    assert!(matches!(
        reader.next_message(),
        Err(SocketError::Disconnected)
    ));
}

/// Whoever is sent away while it talks can write no more, but must hear why.
#[test]
fn a_close_is_heard_even_if_it_cannot_be_answered() {
    let close = close_from(Role::Server, 1008, "flood");
    let ping = frame_from(Role::Server, 0x89, b"still there?");
    let cannot_write = || {
        let (client, mut server) = client_of_raw_server();
        server
            .write_all(&[&ping[..], &close].concat())
            .expect("it is read");
        let ended = client.stream().tcp().shutdown(Shutdown::Write);
        ended.expect("it is open");
        (client, server)
    };
    let (mut client, _server) = cannot_write();
    assert!(matches!(client.next_event(), Ok(Event::Ping(_))));
    let heard = client
        .next_event()
        .map(|event| event == Event::Close(Some(FLOOD)));
    assert!(matches!(heard, Ok(true)), "{heard:?}");
    let (client, _server) = cannot_write();
    let (mut reader, writer) = client.split();
    reader.set_deadline(soon());
    assert!(matches!(reader.next_event(), Ok(Event::Ping(_))));
    let heard = reader
        .next_event()
        .map(|event| event == Event::Close(Some(FLOOD)));
    assert!(matches!(heard, Ok(true)), "{heard:?}");
    assert!(writer.send(Message::Text("late")).is_err());
}

/// The rule that the peer broke is what the caller sees; the peer sees it as a close code, and
/// can read that although it goes on sending.
#[test]
fn a_peer_that_breaks_a_rule_is_told_so() {
    let rows = [
        ("a masked frame", "81 81 37 fa 21 3d 5c", 1002),
        ("text that is not UTF-8", "81 01 ff", 1007),
        ("16 MiB and one byte", "82 7f 00 00 00 00 01 00 00 01", 1009),
    ];
    for (name, bytes, code) in rows {
        let (mut client, mut server) = client_of_raw_server();
        server.write_all(&hex(bytes)).expect("it is read");
        server.write_all(&[0; 100_000]).expect("it is read");
        let error = match client.next_message() {
            Err(SocketError::Protocol(error)) => error,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(error.close_code().number(), code, "{name}");
        assert!(
            matches!(client.next_message(), Err(SocketError::Closed)),
            "{name}"
        );
        client.finish();
        server.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut heard = Vec::new();
        server.read_to_end(&mut heard).expect("no reset");
        assert_eq!(heard[..2], [0x88, 0x80 | (heard.len() - 6) as u8], "{name}");
        let key = [heard[2], heard[3]];
        let number = u16::from_be_bytes([heard[6] ^ key[0], heard[7] ^ key[1]]);
        assert_eq!(number, code, "{name}");
    }
}

/// Five seconds, says `close`: a peer that talks on and never says goodbye does not change that.
#[test]
fn a_peer_that_never_answers_a_close() {
    let (client, mut server) = client_of_raw_server();
    let start = Stopwatch::start();
    let closing = thread::spawn(|| client.close(CODE, ""));
    server
        .set_read_timeout(Some(Duration::from_millis(20)))
        .expect("a timeout");
    while !closing.is_finished() && start.elapsed() < PATIENCE {
        let _ = server.write_all(&frame_from(Role::Server, 0x89, b""));
        let _ = server.read(&mut [0; 1_024]);
    }
    let took = start.elapsed();
    let error = closing
        .join()
        .expect("no panic")
        .expect_err("no answer came");
    assert!(error.is_timeout(), "{error}");
    let five = Duration::from_secs(5);
    assert!(took >= five, "{took:?}");
    start.assert_under(five + LATE);
}

/// §7.1.5: the code that came is the code that is echoed.
#[test]
fn the_code_of_a_close_is_echoed() {
    let (mut client, mut server) = client_of_raw_server();
    server
        .write_all(&close_from(Role::Server, 4_321, "because"))
        .expect("it is read");
    assert!(matches!(client.next_message(), Ok(None)));
    client.finish();
    server.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut heard = Vec::new();
    server.read_to_end(&mut heard).expect("no reset");
    assert_eq!(heard[..2], [0x88, 0x82]);
    let number = u16::from_be_bytes([heard[6] ^ heard[2], heard[7] ^ heard[3]]);
    assert_eq!(number, 4_321);
}
