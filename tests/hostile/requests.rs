//! H: one request, one response. If the request is wrong, the client can read why.

use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::kit::client::response::Response;
use crate::kit::client::target::Target;
use crate::witnessed::SharedServer;
use libtest_mimic::Trial;
use std::sync::Arc;

/// Name, request, status. `{host}` is where the server listens.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, u16)] = &[
    ("H08 lines ended by LF alone", "GET / HTTP/1.1\nHost: {host}\n\n", 400),
    ("H08 the blank line alone ended by LF", "GET / HTTP/1.1\r\nHost: {host}\r\n\n", 400),
    ("H10 a CR within a value", "GET / HTTP/1.1\r\nHost: {host}\r\nA: b\rc\r\n\r\n", 400),
    ("H11 a NUL within a value", "GET / HTTP/1.1\r\nHost: {host}\r\nA: b\0c\r\n\r\n", 400),
    ("H12 a folded line", "GET / HTTP/1.1\r\nHost: {host}\r\nA: b\r\n c\r\n\r\n", 400),
    ("H13 a blank before the colon", "GET / HTTP/1.1\r\nHost : {host}\r\n\r\n", 400),
    ("H14 a blank before the first name", "GET / HTTP/1.1\r\n Host: {host}\r\n\r\n", 400),
    ("H16 two blanks", "GET  / HTTP/1.1\r\nHost: {host}\r\n\r\n", 400),
    ("H16 a tab", "GET\t/ HTTP/1.1\r\nHost: {host}\r\n\r\n", 400),
    ("H18 HTTP/0.9", "GET /\r\n\r\n", 400),
    ("H20 HTTP/1.2", "GET / HTTP/1.2\r\nHost: {host}\r\n\r\n", 505),
    ("H20 HTTP/2.0", "GET / HTTP/2.0\r\nHost: {host}\r\n\r\n", 505),
    ("H20 the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ("H22 a TLS ClientHello", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}", 400),
    ("H30 a chunked body", "GET / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 400),
    ("H31 both kinds of length", "GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello", 400),
    ("H32 two lengths", "GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
    ("H34 a body that is a request", "GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 44\r\n\r\nGET /healthz HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n", 413),
    ("H36 an expectation", "GET / HTTP/1.1\r\nHost: {host}\r\nExpect: 100-continue\r\n\r\n", 417),
    ("H38 no Host", "GET / HTTP/1.1\r\n\r\n", 400),
    ("H39 Host twice, the same", "GET / HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n", 400),
    ("H39 Host twice, different", "GET / HTTP/1.1\r\nHost: {host}\r\nHost: localhost\r\n\r\n", 400),
    ("H41 a name that is not ours", "GET / HTTP/1.1\r\nHost: attacker.example\r\n\r\n", 421),
    ("H41 a name that begins like ours", "GET / HTTP/1.1\r\nHost: localhost.attacker.example\r\n\r\n", 421),
    ("H44 an asterisk", "GET * HTTP/1.1\r\nHost: {host}\r\n\r\n", 400),
    ("H44 a host and a port", "GET example.com:80 HTTP/1.1\r\nHost: {host}\r\n\r\n", 400),
    ("H47 bytes over 127 in Host", "GET / HTTP/1.1\r\nHost: l\u{f6}calhost\r\n\r\n", 400),
    ("H47 bytes over 127 in Origin", "GET / HTTP/1.1\r\nHost: {host}\r\nOrigin: http://\u{f6}\r\n\r\n", 400),
    ("S01 a path that climbs", "GET /../Cargo.toml HTTP/1.1\r\nHost: {host}\r\n\r\n", 404),
    ("S01 a path that descends first, then climbs", "GET /a/../../etc/passwd HTTP/1.1\r\nHost: {host}\r\n\r\n", 404),
    ("S01 an encoded path that climbs", "GET /%2e%2e/Cargo.toml HTTP/1.1\r\nHost: {host}\r\n\r\n", 404),
    ("S04 an encoded NUL", "GET /index.html%00.png HTTP/1.1\r\nHost: {host}\r\n\r\n", 400),
    ("S04 a percent sign without hexadecimal digits", "GET /%zz HTTP/1.1\r\nHost: {host}\r\n\r\n", 400),
];

/// Requests that look odd and are valid.
#[rustfmt::skip]
const ANSWERED: &[(&str, &str)] = &[
    ("H19 HTTP/1.0", "GET /healthz HTTP/1.0\r\n\r\n"),
    ("H23 blank lines first", "\r\n\r\nGET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n"),
    ("H42 127.0.0.1 and a port", "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:9001\r\n\r\n"),
    ("H42 [::1] and a port", "GET /healthz HTTP/1.1\r\nHost: [::1]:9001\r\n\r\n"),
    ("H42 LOCALHOST", "GET /healthz HTTP/1.1\r\nHost: LOCALHOST:9001\r\n\r\n"),
    ("H42 an address of a local network", "GET /healthz HTTP/1.1\r\nHost: 192.168.7.9\r\n\r\n"),
    ("H47 bytes over 127 where it does not matter", "GET /healthz HTTP/1.1\r\nHost: {host}\r\nA: \u{f6}\r\n\r\n"),
    ("H35 a second request after it is not read", "GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\nGET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n"),
    ("H35 bytes after it that are no request are not read", "GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n\0\0\0"),
];

const METHODS: [&str; 9] = [
    "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "FOO",
];

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = Vec::new();
    for &(name, request, status) in REFUSED {
        refused(&mut rows, shared, name, request.to_owned(), status);
    }
    for method in METHODS {
        let name = format!("H37 method {method}");
        let request = format!("{method} / HTTP/1.1\r\nHost: {{host}}\r\nA: reflected\r\n\r\n");
        refused(&mut rows, shared, &name, request, 405);
    }
    refused(
        &mut rows,
        shared,
        "U02 an upgrade by POST",
        UPGRADE.replace("GET", "POST"),
        405,
    );
    refused(
        &mut rows,
        shared,
        "H25 a first line of 8193 bytes",
        first_line_of(8_193),
        414,
    );
    refused(
        &mut rows,
        shared,
        "H26 a head of 16385 bytes",
        head_of(16_385),
        431,
    );
    refused(&mut rows, shared, "H27 65 headers", with_headers(65), 431);
    for &(name, request) in ANSWERED {
        answered(&mut rows, shared, name, request.to_owned());
    }
    answered(
        &mut rows,
        shared,
        "H25 a first line of 8192 bytes",
        first_line_of(8_192),
    );
    answered(
        &mut rows,
        shared,
        "H26 a head of 16384 bytes",
        head_of(16_384),
    );
    answered(&mut rows, shared, "H27 64 headers", with_headers(64));
    rows.extend(shared.row("H46 HEAD has all but the body", head_of_pages));
    rows.extend(shared.row(
        "H46 an error in answer to HEAD has no body either",
        |target| {
            let answer = ask(target, "HEAD /nothing HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!((answer.status, answer.body.as_str()), (404, ""));
        },
    ));
    rows.extend(shared.row(
        "H46 a 405 does not allow the method that it refuses",
        |target| {
            let answer = ask(target, "HEAD /echo HTTP/1.1\r\nHost: {host}\r\n\r\n");
            let allowed = answer.header("Allow").unwrap_or_default();
            assert!(
                answer.status != 405 || !allowed.contains("HEAD"),
                "{answer:?}"
            );
        },
    ));
    rows
}

fn refused(
    rows: &mut Vec<Trial>,
    shared: &Arc<SharedServer>,
    name: &str,
    request: String,
    status: u16,
) {
    rows.extend(shared.row(format!("{name}: {status}"), move |target| {
        let answer = ask(target, &request);
        answer.assert_refusal(status);
        assert!(!answer.body.contains("reflected"), "{answer:?}");
    }));
}

fn answered(rows: &mut Vec<Trial>, shared: &Arc<SharedServer>, name: &str, request: String) {
    rows.extend(shared.row(format!("{name}: 200"), move |target| {
        let answer = ask(target, &request);
        assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
        answer.assert_complete();
    }));
}

fn ask(target: Target, request: &str) -> Response {
    let request = request.replace("{host}", &target.addr.to_string());
    let mut wire = RawClient::open(target);
    // ISO 8859-1, as in older HTTP: one byte a character, so that a row can hold any byte.
    let bytes: Vec<u8> = request.chars().map(|character| character as u8).collect();
    wire.send(&bytes);
    wire.answer()
}

fn head_of_pages(target: Target) {
    for path in ["/", "/healthz"] {
        let request = |method: &str| {
            format!("{method} {path} HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\n\r\n")
        };
        let (get, head) = (ask(target, &request("GET")), ask(target, &request("HEAD")));
        get.assert_complete();
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        assert_eq!(head.names(), get.names(), "{path}");
        let length = |answer: &Response| answer.header("Content-Length").map(str::to_owned);
        assert_eq!(length(&head), length(&get), "{path}");
    }
}

/// A request whose first line, `GET /healthz?aaa… HTTP/1.1`, has this length.
fn first_line_of(length: usize) -> String {
    let (start, end) = ("GET /healthz?", " HTTP/1.1");
    let filling = "a".repeat(length - start.len() - end.len());
    format!("{start}{filling}{end}\r\nHost: {{host}}\r\n\r\n")
}

/// A head of this length, of many headers. Its Host is the one that is sent.
fn head_of(length: usize) -> String {
    let mut head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n".to_owned();
    while head.len() + 1_000 < length {
        head += &format!("A: {}\r\n", "a".repeat(500));
    }
    let last = length - head.len() - "B: \r\n\r\n".len();
    head + &format!("B: {}\r\n\r\n", "b".repeat(last))
}

fn with_headers(count: usize) -> String {
    let more = "A: b\r\n".repeat(count - 1);
    format!("GET /healthz HTTP/1.1\r\nHost: {{host}}\r\n{more}\r\n")
}
