//! The `http` blocks: requests to a running server, responses byte for byte.

use crate::PROTOCOL;
use crate::kit::stopwatch::PATIENCE;
use crate::markdown::blocks;
use crate::server::with_server;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

#[test]
fn every_http_example_is_true() {
    with_server(run_all);
}

fn run_all(address: SocketAddr) {
    let blocks = blocks(PROTOCOL, "http");
    assert!(blocks.len() >= 8, "the examples were found");
    for (line, block) in blocks {
        let marked = |mark: char| {
            let lines = block.iter().filter_map(move |line| line.strip_prefix(mark));
            lines
                .map(|line| line.strip_prefix(' ').unwrap_or(line))
                .collect::<Vec<&str>>()
        };
        let (request, written) = (marked('>'), marked('<'));
        assert_eq!(
            request.len() + written.len(),
            block.len(),
            "PROTOCOL.md:{line}: a line without > or <"
        );
        let mut stream = TcpStream::connect(address).expect("the server runs");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
            .write_all((request.join("\r\n") + "\r\n").as_bytes())
            .expect("the server reads");
        assert_eq!(read_answer(&mut stream), written, "PROTOCOL.md:{line}");
    }
}

/// The lines of the response. After a 101 or a 304 the connection stays open, otherwise it ends with the response.
fn read_answer(stream: &mut TcpStream) -> Vec<String> {
    let mut answer = Vec::new();
    let mut byte = [0];
    while stream.read(&mut byte).expect("the server answers") == 1 {
        answer.push(byte[0]);
        let stays = [b"HTTP/1.1 101 ", b"HTTP/1.1 304 "]
            .iter()
            .any(|line| answer.starts_with(*line));
        if stays && answer.ends_with(b"\r\n\r\n") {
            break;
        }
    }
    let answer = String::from_utf8(answer).expect("the answer is text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "));
    assert!(
        length.is_none_or(|length| length == body.len().to_string()),
        "Content-Length is the body's: {answer}"
    );
    // The one line that differs each time.
    let is_date = |line: &str| line.starts_with("Date: ") && line.ends_with(" GMT");
    let dates = head.lines().filter(|line| is_date(line)).count();
    assert_eq!(
        dates,
        usize::from(!head.contains(" 101 ")),
        "a page and a refusal have a date: {head}"
    );
    head.lines()
        .filter(|line| !is_date(line))
        .map(str::to_owned)
        .chain([String::new()])
        .chain(body.lines().map(str::to_owned))
        .collect()
}
