//! `connect` and `accept`: what is asked, and what both ends agree on. §4.

use crate::kit::bytes::frame_from;
use crate::{header, listen, read_head, soon, write_head};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::thread;
use ws101::protocol::accept_key;
use ws101::{Connect, Limits, Message, Role, Url, accept, connect};

/// Offered, supported, chosen.
#[test]
fn a_subprotocol_is_agreed_on() {
    #[rustfmt::skip]
    let rows: [(&[&str], &[&str], Option<&str>); 6] = [
        (&[], &[], None),
        (&[], &["chat"], None),
        (&["chat"], &[], None),
        (&["chat"], &["chat"], Some("chat")),
        (&["superchat", "chat"], &["chat"], Some("chat")),
        (&["b", "a"], &["a", "b"], Some("b")), // the client's order counts
    ];
    for (offered, supported, chosen) in rows {
        let (listener, addr) = listen();
        thread::scope(|scope| {
            let server = scope.spawn(|| {
                let (tcp, _) = listener.accept().expect("a client comes");
                accept(tcp, supported, Limits::CHAT).expect("it asks for a WebSocket")
            });
            let url = format!("ws://{addr}/");
            let client = Connect::to(&url).protocols(offered).open().expect("agreed");
            let server = server.join().expect("no panic");
            assert_eq!(client.protocol(), chosen, "{offered:?} {supported:?}");
            assert_eq!(server.protocol(), chosen, "{offered:?} {supported:?}");
        });
    }
}

/// RFC 9110 §7.2: the port is said unless it is the scheme's own, an IPv6 address has brackets.
#[test]
fn the_host_header() {
    for (url, host) in [
        ("ws://localhost", "localhost"),
        ("ws://localhost:80/echo", "localhost"),
        ("ws://localhost:9001", "localhost:9001"),
        ("ws://localhost:443", "localhost:443"),
        ("ws://127.0.0.1/", "127.0.0.1"),
        ("ws://[::1]/", "[::1]"),
        ("ws://[::1]:80/", "[::1]"),
        ("ws://[::1]:9001/", "[::1]:9001"),
    ] {
        let parsed = Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(parsed.host_header(), host, "{url}");
    }
}

/// What `connect` asks for, as the server reads it.
#[test]
fn the_request() {
    let (listener, addr) = listen();
    let port = addr.port();
    let server = one_request(listener);
    let url = format!("ws://localhost:{port}/path?query=%20");
    Connect::to(&url)
        .headers(&[("Origin", "http://localhost")])
        .open()
        .expect("the server agrees");
    let request = server.join().expect("no panic");
    assert!(
        request.starts_with("GET /path?query=%20 HTTP/1.1\r\n"),
        "{request}"
    );
    for (name, value) in [
        ("Host", format!("localhost:{port}").as_str()),
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Origin", "http://localhost"),
    ] {
        assert_eq!(header(&request, name), value);
    }
    assert_eq!(header(&request, "Sec-WebSocket-Key").len(), 24);
}

/// Under another name than the address's, which then is not said.
#[test]
fn a_host_of_the_callers() {
    let (listener, addr) = listen();
    let server = one_request(listener);
    let connect = Connect::to(&format!("ws://{addr}/"))
        .host("chat.example:81")
        .open();
    connect.expect("the server agrees");
    let request = server.join().expect("no panic");
    assert_eq!(header(&request, "Host"), "chat.example:81");
    assert_eq!(request.matches("Host: ").count(), 1, "{request}");
}

/// A server that agrees to one request: which it was.
fn one_request(listener: TcpListener) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let (mut tcp, _) = listener.accept().expect("a client comes");
        let request = read_head(&mut tcp);
        let accept = accept_key(header(&request, "Sec-WebSocket-Key"));
        write_head(
            &mut tcp,
            &format!(
                "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
            ),
        );
        request
    })
}

#[test]
fn no_two_requests_have_the_same_key() {
    let (listener, addr) = listen();
    let server = thread::spawn(move || {
        [(); 2].map(|()| {
            let (mut tcp, _) = listener.accept().expect("a client comes");
            crate::key_in(&read_head(&mut tcp))
        })
    });
    for _ in 0..2 {
        connect(&format!("ws://{addr}/")).expect_err("no answer comes");
    }
    let [first, second] = server.join().expect("no panic");
    assert_ne!(first, second);
}

#[test]
fn an_ipv6_address() {
    let Ok(listener) = TcpListener::bind("[::1]:0") else {
        eprintln!("this machine has no IPv6: nothing is tested");
        return;
    };
    let port = listener.local_addr().expect("it is bound").port();
    let server = thread::spawn(move || {
        let (tcp, _) = listener.accept().expect("a client comes");
        let mut server = accept(tcp, &[], Limits::CHAT).expect("it asks for a WebSocket");
        server.send(Message::Text("hello")).expect("open");
        server
    });
    let mut client = connect(&format!("ws://[::1]:{port}/")).expect("the server agrees");
    client.set_deadline(soon());
    assert_eq!(
        client.next_message().expect("open"),
        Some(Message::Text("hello"))
    );
    drop(server.join());
}

/// The server's first frame may come in the packet of its answer, the client's in the packet of
/// its request; neither is lost.
#[test]
fn frames_behind_the_handshake_count() {
    let (listener, addr) = listen();
    let server = thread::spawn(move || {
        let (mut tcp, _) = listener.accept().expect("a client comes");
        let accept = accept_key(&crate::key_in(&read_head(&mut tcp)));
        let head = format!(
            "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        let packet = [head.as_bytes(), &frame_from(Role::Server, 0x81, b"early")].concat();
        tcp.write_all(&packet).expect("it is read");
        tcp
    });
    let mut client = connect(&format!("ws://{addr}/")).expect("the server agrees");
    client.set_deadline(soon());
    assert_eq!(
        client.next_message().expect("open"),
        Some(Message::Text("early"))
    );
    drop(server.join());

    let (listener, addr) = listen();
    let mut client = TcpStream::connect(addr).expect("it listens");
    let request = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    let packet = [&request[..], &frame_from(Role::Client, 0x81, b"early")].concat();
    client.write_all(&packet).expect("it is read");
    let (tcp, _) = listener.accept().expect("a client comes");
    let mut server = accept(tcp, &[], Limits::CHAT).expect("it asks for a WebSocket");
    server.set_deadline(soon());
    assert_eq!(
        server.next_message().expect("open"),
        Some(Message::Text("early"))
    );
}
