//! `connect` and `accept` when they come to nothing: each time an error that says why.

use crate::{LATE, PATIENCE, Stopwatch, key_in, listen, read_head};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use ws101::protocol::{HandshakeError, ResponseError, accept_key};
use ws101::{Connect, Limits, SocketError, accept, connect};

/// Address, and words of the sentence that says what is wrong with it.
#[test]
fn addresses_that_are_none() {
    for (address, words) in [
        ("wss://localhost/", "wss:// needs TLS"),
        ("WSS://localhost/", "wss:// needs TLS"),
        ("http://localhost/", "not http://"),
        ("localhost:9001", "begins with ws://"),
        ("", "begins with ws://"),
        ("ws://", "names no host"),
        ("ws:///echo", "names no host"),
        ("ws://:9001/", "not a host"),
        ("ws://user@localhost/", "not a host"),
        ("ws://[::1/", "not a host"),
        ("ws://[localhost]/", "not a host"),
        ("ws://[::1]9001/", "not a host"),
        ("ws://::1/", "not a host"),
        ("ws://localhost:0/", "not a port"),
        ("ws://localhost:65536/", "not a port"),
        ("ws://localhost:+80/", "not a port"),
        ("ws://localhost:echo/", "not a port"),
        ("ws://localhost/#part", "no #fragment"),
        ("ws://localhost/a b", "%20"),
        ("ws://localhost/a\r\nHost: b", "percent-encoded"),
        ("ws://localhost/ö", "percent-encoded"),
    ] {
        let start = Stopwatch::start();
        match connect(address) {
            Err(error @ SocketError::Url(_)) => {
                let sentence = error.to_string();
                assert!(sentence.contains(words), "{address:?}: {sentence}");
            }
            other => panic!("{address:?}: {other:?}"),
        }
        start.assert_under(LATE); // it is not looked up
    }
}

/// What may not be sent is refused before anybody is looked for. The rules are a table of their
/// own, in `tests/rfc6455`.
#[test]
fn words_that_no_request_may_hold() {
    let nowhere = Connect::to("ws://nowhere.invalid/");
    for (connect, words) in [
        (
            nowhere.clone().headers(&[("Host", "a")]),
            "writes Host itself",
        ),
        (
            nowhere.clone().headers(&[("A", "b\r\nC: d")]),
            "value of A holds",
        ),
        (
            nowhere.clone().headers(&[("A b", "c")]),
            "not a header's name",
        ),
        (
            nowhere.clone().protocols(&["a b"]),
            "the subprotocol \"a b\"",
        ),
        (nowhere.clone().host("a\r\nB: c"), "not a host"),
    ] {
        match connect.open() {
            Err(error @ SocketError::Header(_)) => {
                let told = error.to_string();
                assert!(told.contains(words), "{told}");
            }
            other => panic!("{words}: {other:?}"),
        }
    }
}

#[test]
fn nobody_listens() {
    let (listener, addr) = listen();
    drop(listener);
    let start = Stopwatch::start();
    match connect(&format!("ws://{addr}/")) {
        Err(SocketError::Io(error)) => assert_eq!(error.kind(), ErrorKind::ConnectionRefused),
        other => panic!("{other:?}"),
    }
    start.assert_under(LATE);
}

/// What a server answers that does not agree, or not in the right way; `{accept}` is the right
/// answer to the key.
#[test]
fn answers_that_are_not_agreement() {
    type Judge = fn(&ResponseError) -> bool;
    const UP: &str =
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n";
    #[rustfmt::skip]
    let rows: [(String, Judge); 15] = [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".into(), |e| matches!(e, ResponseError::Status { status: 404, reason } if reason == "Not Found")),
        ("HTTP/1.1 200 OK\r\n\r\n<html>".into(), |e| matches!(e, ResponseError::Status { status: 200, .. })),
        ("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n".into(), |e| matches!(e, ResponseError::Status { status: 302, .. })),
        ("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n".into(), |e| matches!(e, ResponseError::WrongAccept)),
        ("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n".into(), |e| matches!(e, ResponseError::WrongAccept)),
        ("HTTP/1.1 101 X\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".into(), |e| matches!(e, ResponseError::Missing("Upgrade: websocket"))),
        ("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".into(), |e| matches!(e, ResponseError::Missing("Connection: Upgrade"))),
        (format!("HTTP/1.1 101 X\r\n{UP}Sec-WebSocket-Protocol: chat\r\n\r\n"), |e| matches!(e, ResponseError::UnaskedProtocol(name) if name == "chat")),
        (format!("HTTP/1.1 101 X\r\n{UP}Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"), |e| matches!(e, ResponseError::UnaskedExtension(name) if name == "permessage-deflate")),
        (format!("HTTP/1.1 101 X\r\n{UP}Sec-WebSocket-Accept: {{accept}}\r\n\r\n"), |e| matches!(e, ResponseError::Malformed(_))),
        ("SSH-2.0-OpenSSH_9.6\r\n".into(), |e| matches!(e, ResponseError::Malformed(_))),
        ("\0\0\0\0".into(), |e| matches!(e, ResponseError::Malformed(_))),
        (String::new(), |e| matches!(e, ResponseError::Malformed(_))),
        ("HTTP/1.1 101 X\r\nUpgr".into(), |e| matches!(e, ResponseError::Malformed(_))),
        (format!("HTTP/1.1 101 X\r\nA: {}\r\n\r\n", "a".repeat(100_000)), |e| matches!(e, ResponseError::Malformed(_))),
    ];
    for (answer, judge) in rows {
        let (listener, addr) = listen();
        let shown = answer.chars().take(80).collect::<String>();
        let server = thread::spawn(move || {
            let (mut tcp, _) = listener.accept().expect("a client comes");
            let accept = accept_key(&key_in(&read_head(&mut tcp)));
            // A client that has seen enough may be gone.
            let _ = tcp.write_all(answer.replace("{accept}", &accept).as_bytes());
            let _ = tcp.shutdown(Shutdown::Write);
        });
        match connect(&format!("ws://{addr}/")) {
            Err(SocketError::Response(error)) => assert!(judge(&error), "{shown:?}: {error:?}"),
            other => panic!("{shown:?}: {other:?}"),
        }
        server.join().expect("no panic");
    }
}

/// A subprotocol that was not among those that were offered.
#[test]
fn a_subprotocol_of_the_servers_own() {
    let (listener, addr) = listen();
    let server = thread::spawn(move || {
        let (mut tcp, _) = listener.accept().expect("a client comes");
        let accept = accept_key(&key_in(&read_head(&mut tcp)));
        crate::write_head(
            &mut tcp,
            &format!(
                "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: Chat\r\n\r\n"
            ),
        );
    });
    let url = format!("ws://{addr}/");
    let opened = Connect::to(&url).protocols(&["chat"]).open();
    let unasked = matches!(&opened, Err(SocketError::Response(ResponseError::UnaskedProtocol(name))) if name == "Chat");
    assert!(unasked, "{opened:?}");
    server.join().expect("no panic");
}

/// Request, status of the answer, and whether `accept` takes it for plain HTTP.
#[test]
fn requests_that_accept_refuses() {
    #[rustfmt::skip]
    let rows = [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 426, true),
        ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", 405, false),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 413, false),
        ("nonsense\r\n\r\n", 400, false),
        ("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n", 400, false),
        ("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n\r\n", 426, false),
    ];
    for (request, status, plain) in rows {
        let (listener, addr) = listen();
        let server = thread::spawn(move || {
            let (tcp, _) = listener.accept().expect("a client comes");
            accept(tcp, &[], Limits::CHAT).expect_err("it is refused")
        });
        let mut client = TcpStream::connect(addr).expect("it listens");
        client.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        client.write_all(request.as_bytes()).expect("it is read");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("no reset");
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request:?}: {answer}"
        );
        drop(client);
        let error = server.join().expect("no panic");
        assert!(
            matches!(error, SocketError::Request(_)),
            "{request:?}: {error:?}"
        );
        let no_upgrade = matches!(error, SocketError::Request(HandshakeError::NoUpgrade(_)));
        assert_eq!(no_upgrade, plain, "{request:?}");
    }
}

#[test]
fn a_client_that_is_gone_before_it_has_asked() {
    for request in ["", "GET / HT"] {
        let (listener, addr) = listen();
        let mut client = TcpStream::connect(addr).expect("it listens");
        client.write_all(request.as_bytes()).expect("it is read");
        drop(client);
        let (tcp, _) = listener.accept().expect("a client comes");
        let error = accept(tcp, &[], Limits::CHAT).expect_err("nobody is there");
        assert!(
            matches!(error, SocketError::Disconnected),
            "{request:?}: {error:?}"
        );
    }
}
