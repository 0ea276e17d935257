//! Twice the bytes cost at most two and a half times the work: for every header, field and list that
//! a stranger can fill. Otherwise a few kilobytes a second could keep a processor busy.
//!
//! Each row makes the longest input of its kind in two sizes, one four times the other, and compares
//! what they cost. Work that grows with the square would cost sixteen times as much, and is refused
//! from 2.5² = 6.25 on. What is measured is the processor time of this thread alone, so other
//! programs on the machine do not count. They can still make a run dearer (caches, interrupts), never
//! cheaper: so the cheapest of several runs counts for either size, and a row that exceeds the bound
//! is measured again until it holds, or for good.

use super::guard::Access;
use super::pages::Page;
use super::{guard, proxy};
use crate::dialects::json;
use crate::inspect::Observer;
use crate::protocol::http::{HeadLimits, HeadScanner, RequestHead, ResponseScanner};
use crate::protocol::{Incoming, Limits, Role, Upgrade};
use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

const SMALL: usize = 4 << 10;
const TIMES: usize = 4;
/// 2.5 × for twice the bytes, twice.
const MOST: f64 = 6.25;
/// Before a row passes, and before it fails.
const RUNS: std::ops::Range<usize> = 5..30;
/// What one run of the small size takes at least: much more than the clock's own granularity.
const A_RUN: Duration = Duration::from_micros(100);

/// Head limits that let the growth be seen.
const LIMITS: HeadLimits = HeadLimits {
    head: 1 << 20,
    line: 1 << 20,
    headers: 1 << 20,
};
const SELF: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A name, an input of about the wanted number of bytes, and what is done with it.
type Row = (&'static str, fn(usize) -> Vec<u8>, fn(&[u8]));

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("different subprotocols", |size| header("Sec-WebSocket-Protocol", numbered(size, ",")), request),
    ("subprotocols on many lines", |size| headers("Sec-WebSocket-Protocol", size), request),
    ("extensions", |size| header("Sec-WebSocket-Extensions", numbered(size, ",")), request),
    ("parameters of an extension", |size| header("Sec-WebSocket-Extensions", numbered(size, ";")), request),
    ("a quoted parameter", |size| header("Sec-WebSocket-Extensions", format!("a;b=\"{}c\"", "\\".repeat(size))), request),
    ("Connection", |size| header("Connection", numbered(size, ",")), request),
    ("Connection on many lines", |size| headers("Connection", size), request),
    ("Upgrade", |size| header("Upgrade", numbered(size, ",")), request),
    ("cookies", |size| header("Cookie", numbered(size, "=1; ")), request),
    ("Accept", |size| header("Accept", numbered(size, ";q=0.5,")), request),
    ("Accept-Encoding", |size| header("Accept-Encoding", numbered(size, ";q=0,")), request),
    ("If-None-Match", |size| header("If-None-Match", numbered(size, "\",\"")), request),
    ("X-Forwarded-For", |size| header("X-Forwarded-For", "127.0.0.1,".repeat(size / 10)), request),
    ("empty places in a list", |size| header("Accept-Encoding", ",".repeat(size)), request),
    ("Origin", |size| header("Origin", "http://".to_owned() + &"a.".repeat(size / 2)), request),
    ("Origin, an address without end", |size| header("Origin", "http://[".to_owned() + &"1:".repeat(size / 2)), request),
    ("different headers", |size| head("/", &numbered(size, ": 1\r\nA")), request),
    ("the same header", |size| headers("A", size), request),
    ("Host", |size| format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", "a".repeat(size)).into(), request),
    ("a path", |size| head(&"/..".repeat(size / 3), ""), request),
    ("percent-escapes", |size| head(&("/".to_owned() + &"%2e".repeat(size / 3)), ""), request),
    ("a query", |size| head(&("/?".to_owned() + &"a=%20&".repeat(size / 6)), ""), request),
    ("blank lines in front of a request", |size| "\r\n".repeat(size / 2).into(), byte_by_byte),
    ("a request byte by byte", |size| header("A", "b".repeat(size)), byte_by_byte),
    ("many headers byte by byte", |size| headers("A", size), byte_by_byte),
    ("an answer byte by byte", |size| answer(&format!("A: {}\r\n", "b".repeat(size))), answer_byte_by_byte),
    ("an answer's blank lines", |size| "\r\n".repeat(size / 2).into(), answer_byte_by_byte),
    ("frames to be explained", |size| vec![0x80; size], explain_frames),
    ("topics", |size| format!("{{\"type\":\"follow\",\"topics\":[\"{}\"]}}", numbered(size, "\",\"")).into(), json),
    ("one key again and again", |size| format!("{{{}\"type\":\"rooms\"}}", "\"text\":\"a\",".repeat(size / 11)).into(), json),
    ("different keys", |size| format!("{{\"{}\":1}}", numbered(size, "\":1,\"")).into(), json),
    ("different keys in a field", |size| format!("{{\"x\":{{\"{}\":1}}}}", numbered(size, "\":1,\"")).into(), json),
    ("escapes in a text", |size| format!("{{\"type\":\"say\",\"room\":\"a\",\"text\":\"{}\"}}", "\\u00e9".repeat(size / 6)).into(), json),
    ("a name", |size| format!("{{\"type\":\"name\",\"name\":\"{}\"}}", "e\u{301}".repeat(size / 3)).into(), json),
    ("blanks around a text", |size| format!("{{\"type\":\"say\",\"room\":\"a\",\"text\":\"{} x\"}}", "\u{2003}".repeat(size / 3)).into(), json),
    ("digits of an integer", |size| format!("{{\"type\":\"history\",\"room\":\"a\",\"before\":{}}}", "1".repeat(size)).into(), json),
    ("digits of a fraction", |size| format!("{{\"type\":\"ping\",\"t\":0.{}}}", "1".repeat(size)).into(), json),
    ("lists in lists", |size| "[".repeat(size).into(), json),
    ("what is no JSON after many lines", |size| format!("{{{}!", "\n".repeat(size)).into(), json),
    ("fragments", |size| [&[1, 0x80, 0, 0, 0, 0][..], &[0, 0x81, 0, 0, 0, 0, b'a'].repeat(size / 7)].concat(), frames),
    ("pings between fragments", |size| [&[1, 0x80, 0, 0, 0, 0][..], &[0x89, 0x80, 0, 0, 0, 0, 0, 0x81, 0, 0, 0, 0, b'a'].repeat(size / 13)].concat(), frames),
    ("a text byte by byte", |size| frame(0x81, size), frames),
    ("a binary message byte by byte", |size| frame(0x82, size), frames),
];

#[test]
fn twice_the_bytes_cost_at_most_two_and_a_half_times_the_work() {
    let dear: Vec<String> = ROWS.iter().filter_map(measure).collect();
    assert!(dear.is_empty(), "{dear:#?}");
}

/// A sentence, if the row costs too much.
fn measure((name, fill, work): &Row) -> Option<String> {
    let inputs = [fill(SMALL), fill(TIMES * SMALL)];
    let mut calls = 1;
    while cost(*work, &inputs[0], calls) < A_RUN {
        calls *= 2;
    }
    let mut least = [Duration::MAX; 2];
    for run in 0..RUNS.end {
        for (least, input) in least.iter_mut().zip(&inputs) {
            *least = cost(*work, input, calls).min(*least);
        }
        if run >= RUNS.start && ratio(least) <= MOST {
            return None;
        }
    }
    let (ratio, bytes) = (ratio(least), inputs.map(|input| input.len()));
    Some(format!(
        "{name}: {ratio:.1} times the work, {bytes:?} bytes"
    ))
}

fn ratio([small, large]: [Duration; 2]) -> f64 {
    large.as_secs_f64() / small.as_secs_f64()
}

/// The processor time of `calls` calls.
fn cost(work: fn(&[u8]), input: &[u8], calls: u32) -> Duration {
    let before = processor_time();
    for _ in 0..calls {
        work(black_box(input));
    }
    processor_time() - before
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("a clock that runs forwards")
}

/// All that is done with a request, whatever it asks for.
fn request(head: &[u8]) {
    let found = HeadScanner::new(LIMITS).scan(head).expect("well-formed");
    let head = RequestHead::parse(&head[found.expect("complete")], LIMITS).expect("a request");
    let target = head.target().expect("a target");
    let (host, access) = (target.host.unwrap_or_default(), Access::default());
    let _ = black_box(guard::check_host(host, &access));
    if let Ok(origin) = head.headers.once("Origin") {
        let _ = black_box(guard::check_origin(origin, host, &access));
    }
    black_box(proxy::client(&head.headers, SELF, &[SELF]));
    let page = Page::at("/icon.svg", None).expect("a page");
    let _ = black_box(page.response(&head.headers, None));
    if let Ok(upgrade) = Upgrade::check(&head) {
        let chosen = upgrade.choose_protocol(&[json::PROTOCOL]);
        let _ = black_box(upgrade.response(chosen));
    }
}

fn byte_by_byte(head: &[u8]) {
    let mut scanner = HeadScanner::new(LIMITS);
    for end in 1..=head.len() {
        let _ = black_box(scanner.scan(&head[..end]));
    }
}

fn answer_byte_by_byte(head: &[u8]) {
    let mut scanner = ResponseScanner::new();
    for end in 1..=head.len() {
        let _ = black_box(scanner.scan(&head[..end]));
    }
}

fn explain_frames(bytes: &[u8]) {
    let mut observer = Observer::midway(Role::Client, Limits::ECHO);
    black_box(observer.receive(bytes, Duration::ZERO));
}

fn json(text: &[u8]) {
    json::judge::ask(std::str::from_utf8(text).expect("text"));
}

fn frames(bytes: &[u8]) {
    let mut incoming = Incoming::new(Role::Client, Limits::ECHO);
    for byte in bytes {
        incoming.receive(std::slice::from_ref(byte));
        while let Ok(Some(event)) = incoming.next_event() {
            black_box(event);
        }
    }
}

/// `0`, `1`, `2` and so on, with something between.
fn numbered(size: usize, between: &str) -> String {
    let mut all = String::new();
    for number in 0.. {
        all += &number.to_string();
        if all.len() >= size {
            return all;
        }
        all += between;
    }
    unreachable!("there are more numbers")
}

/// The upgrade of §1.3, for `target`, with more headers.
fn head(target: &str, more: &str) -> Vec<u8> {
    let more = if more.is_empty() {
        String::new()
    } else {
        format!("B{more}: 1\r\n")
    };
    format!(
        "GET {target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
    )
    .into()
}

fn header(name: &str, value: String) -> Vec<u8> {
    let head = String::from_utf8(head("/", "")).expect("text");
    format!(
        "{}{name}: {value}\r\n\r\n",
        head.trim_end_matches("\r\n").to_owned() + "\r\n"
    )
    .into()
}

/// One header on as many lines as fit.
fn headers(name: &str, size: usize) -> Vec<u8> {
    let lines: Vec<String> = (0..size / (name.len() + 8))
        .map(|number| number.to_string())
        .collect();
    header(name, lines.join(&format!("\r\n{name}: ")))
}

fn answer(more: &str) -> Vec<u8> {
    format!("HTTP/1.1 101 Switching Protocols\r\n{more}\r\n").into()
}

/// A client's frame under the key 0.
fn frame(first: u8, size: usize) -> Vec<u8> {
    let length = u16::try_from(size)
        .expect("a length of two bytes")
        .to_be_bytes();
    [
        &[first, 0xfe, length[0], length[1], 0, 0, 0, 0][..],
        &vec![b'a'; size],
    ]
    .concat()
}
