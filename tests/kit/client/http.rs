//! Requests over plain HTTP.

use crate::kit::stopwatch::PATIENCE;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// One value of `/metrics`, if it is listed.
pub(crate) fn metric(addr: SocketAddr, name: &str) -> Option<u64> {
    let page = get(addr, "/metrics");
    let value = page
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.map(|value| value.parse().expect("a whole number"))
}

/// The whole response to a GET, whose status must be 200.
pub(crate) fn get(addr: SocketAddr, path: &str) -> String {
    let mut tcp = TcpStream::connect(addr).expect("the server listens");
    tcp.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
    tcp.write_all(request.as_bytes()).expect("it is read");
    let mut answer = String::new();
    tcp.read_to_string(&mut answer)
        .expect("an answer, and its end");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    answer
}
