//! The sockets of the library: `connect`, `accept` and `split`, against each other and against
//! peers made of bytes, over loopback.

mod closing;
mod deadlines;
mod duplex;
mod halves;
#[path = "../kit/mod.rs"]
mod kit;
mod opening;
mod opening_refused;

use kit::stopwatch::{PATIENCE, Stopwatch};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};
use ws101::protocol::accept_key;
use ws101::{Limits, Stream, WebSocket, accept, connect};

/// How much longer than its deadline something may wait.
const LATE: Duration = Duration::from_secs(1);

fn soon() -> Option<Instant> {
    Some(Instant::now() + PATIENCE)
}

/// A listener on a free port of loopback.
fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("it is bound");
    (listener, addr)
}

/// Both ends of one connection, the client's first. Neither waits for ever.
fn pair() -> (WebSocket<Stream>, WebSocket<Stream>) {
    let (listener, addr) = listen();
    let server = thread::spawn(move || {
        let (tcp, _) = listener.accept().expect("a client comes");
        accept(tcp, &[], Limits::ECHO).expect("it asks for a WebSocket")
    });
    let mut client = connect(&format!("ws://{addr}/")).expect("the server agrees");
    let mut server = server.join().expect("no panic");
    client.set_deadline(soon());
    server.set_deadline(soon());
    (client, server)
}

/// Our client, and a server of which a test holds the bytes.
fn client_of_raw_server() -> (WebSocket<Stream>, TcpStream) {
    let (listener, addr) = listen();
    let server = thread::spawn(move || {
        let (mut tcp, _) = listener.accept().expect("a client comes");
        let accept = accept_key(&key_in(&read_head(&mut tcp)));
        write_head(
            &mut tcp,
            &format!(
                "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
            ),
        );
        tcp
    });
    let mut client = connect(&format!("ws://{addr}/")).expect("the server agrees");
    client.set_deadline(soon());
    (client, server.join().expect("no panic"))
}

/// A request or an answer, to its blank line and no further.
fn read_head(tcp: &mut TcpStream) -> String {
    tcp.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        tcp.read_exact(&mut byte).expect("a whole head");
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("a head is text")
}

fn write_head(tcp: &mut TcpStream, head: &str) {
    tcp.write_all(head.as_bytes()).expect("it is read");
}

/// The value of a header that must be there.
fn header<'a>(head: &'a str, name: &str) -> &'a str {
    head.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .unwrap_or_else(|| panic!("no {name} in {head}"))
}

fn key_in(request: &str) -> String {
    header(request, "Sec-WebSocket-Key").to_owned()
}
