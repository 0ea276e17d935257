//! What the command line does not take, and what a server does that no server may.

use super::kit::program::{Program, run};
use super::kit::server::Server;
use super::stage::Stage;
use crate::PATIENCE;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use ws101::{Event, Limits, Message, accept};

#[test]
fn flags_of_serve_that_cannot_be_meant() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = taken.local_addr().expect("it is bound").to_string();
    #[rustfmt::skip] // A table: a flag, its value, the exit status, and words of the sentence.
    let table = [
        ("--allow-host", "http://a.example", 2, "is not a host name: write it without http://"),
        ("--allow-host", "a.example:80", 2, "is not a host name"),
        ("--allow-origin", "a.example", 2, "is not a site: write http://NAME"),
        ("--allow-origin", "https://a.example/page", 2, "is not a site"),
        ("--rate", "fast", 2, "is not a rate: write a number of lines per second, or off"),
        ("--rate", "0", 2, "is not a rate"),
        ("--ping-interval", "soon", 2, "--ping-interval"),
        ("--www", "/dev/null", 1, "--www /dev/null: no such directory"),
        ("--listen", "192.0.2.1:0", 1, "192.0.2.1:0 is not an address of this machine"),
        ("--listen", "nowhere", 1, "cannot listen on nowhere"),
        ("--listen", &taken, 1, "is in use: end the program that listens there"),
    ];
    for (flag, value, code, words) in table {
        let mut arguments = vec!["serve", flag, value];
        if flag != "--listen" {
            arguments.extend(["--listen", "127.0.0.1:0"]);
        }
        run(&arguments, b"").code(code).said(words).printed(&[]);
    }
}

/// A client, and the server's end of its connection, on which any bytes can be written.
fn connected(arguments: &[&str]) -> (Program, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("ws://{}/", listener.local_addr().expect("it is bound"));
    let program = Program::start(&[&["connect", &url], arguments].concat());
    let (tcp, _) = listener.accept().expect("the client comes");
    tcp.set_read_timeout(Some(PATIENCE))
        .expect("it has a timeout");
    let raw = tcp.try_clone().expect("two handles");
    accept(tcp, &[], Limits::CHAT).expect("it asks for a WebSocket");
    (program, raw)
}

#[test]
fn a_server_that_breaks_a_rule() {
    #[rustfmt::skip] // A table: what the server sends, and words of the sentence.
    let table: [(&[u8], &str); 4] = [
        (b"\x83\x00", "the server broke a rule: opcode 0x3 is reserved (RFC 6455 §5.2)"),
        (b"\x81\x80\x01\x02\x03\x04", "a frame from a server is masked (RFC 6455 §5.1)"),
        (b"\x81\x01\xff", "its byte 0, ff, is never part of UTF-8 (RFC 6455 §8.1)"),
        (b"\x80\x00", "a continuation, but no message has begun (RFC 6455 §5.4)"),
    ];
    for (bytes, words) in table {
        let (program, mut server) = connected(&["--trace", "--wait", "1h"]);
        server.write_all(bytes).expect("it is sent");
        program.end().said(words).code(1);
    }
}

#[test]
fn a_server_that_does_not_answer_our_close() {
    let (program, mut server) = connected(&[]);
    let ended = std::thread::spawn(|| program.end());
    let mut close = [0; 8];
    server.read_exact(&mut close).expect("a Close comes");
    assert_eq!(close[..2], [0x88, 0x82], "masked, with a code");
    drop(server);
    let ended = ended.join().expect("no panic");
    ended.said("the server did not answer our Close").code(1);
}

#[test]
fn an_unsolicited_pong() {
    let (program, mut server) = connected(&["-v", "--wait", "1h"]);
    server.write_all(b"\x8a\x02hi\x88\x00").expect("it is sent");
    program.end().said("unsolicited pong \"hi\"").code(0);
}

#[test]
fn what_is_typed_can_be_too_long_for_a_ping() {
    let server = Server::start(&[]);
    let url = server.url("/echo");
    let long = format!("/ping {}\n/pong {0}\nafter\n", "x".repeat(126));
    let ended = run(&["connect", &url], long.as_bytes());
    ended
        .printed(&["after"])
        .said("a control frame of 126 bytes, at most 125 are allowed")
        .said("not everything was sent")
        .code(1);
    run(&["connect", &url], b"/help\n").said("/ping").code(0);
}

/// The names by which others on the network may call a server with `--lan`.
#[test]
fn a_server_for_the_lan_knows_its_own_names() {
    let server = Server::start(&["--lan"]);
    let system = rustix::system::uname();
    let name = system.nodename().to_str().expect("a name").to_owned();
    let short = name.split('.').next().unwrap_or_default().to_owned();
    for (host, status) in [
        (&name, 200),
        (&short, 200),
        (&format!("{short}.local"), 200),
        (&format!("{short}.example"), 421),
    ] {
        let mut tcp = TcpStream::connect(server.addr()).expect("it listens");
        tcp.set_read_timeout(Some(PATIENCE))
            .expect("it has a timeout");
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        tcp.write_all(request.as_bytes()).expect("it is read");
        let mut answer = String::new();
        tcp.read_to_string(&mut answer).expect("an answer");
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{host}: {answer}"
        );
    }
}

#[test]
fn a_chat_where_there_is_none() {
    let stage = Stage::open();
    let program = Program::start(&["chat", &stage.url("/"), "--name", "ada"]);
    let mut socket = stage.next_with(&["chat.ws101.v1"]);
    socket.send(Message::Text("hello")).expect("it is sent");
    assert!(matches!(socket.next_event(), Ok(Event::Close(_))));
    program
        .end()
        .said("does not speak the chat's protocol")
        .code(1);
}
