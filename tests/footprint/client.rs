//! One client that sends raw bytes.

use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

pub(crate) fn request(host: SocketAddr) -> String {
    format!(
        "GET /echo HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
}

pub(crate) fn connect(server: &Server) -> TcpStream {
    let tcp = TcpStream::connect(server.addr()).expect("the server listens");
    tcp.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    tcp.set_write_timeout(Some(PATIENCE)).expect("a timeout");
    tcp.set_nodelay(true).expect("an option");
    tcp
}

pub(crate) fn upgraded(server: &Server) -> TcpStream {
    let mut tcp = connect(server);
    tcp.write_all(request(server.addr()).as_bytes())
        .expect("it is read");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        tcp.read_exact(&mut byte).expect("an answer");
        head.push(byte[0]);
    }
    assert!(
        head.starts_with(b"HTTP/1.1 101 "),
        "{}",
        head.escape_ascii()
    );
    tcp
}

/// Reads to the end of the stream: then the server has finished with this client.
pub(crate) fn rest(mut tcp: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    tcp.read_to_end(&mut bytes).expect("no reset");
    bytes
}

pub(crate) fn write_bytewise(tcp: &mut TcpStream, bytes: &[u8]) {
    for byte in bytes {
        tcp.write_all(&[*byte]).expect("it is read");
    }
}
