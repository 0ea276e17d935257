//! RFC 9112 §2.2, §2.3, §3: how the lines of a request end, and how the first one is written.

use crate::conversation::row;
use crate::request::{head, page};
use libtest_mimic::Trial;
use ws101::protocol::http::{HeadLimits, HeadScanner};

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = line_ends();
    rows.extend(first_line());
    rows
}

fn line_ends() -> Vec<Trial> {
    let lf = "LF without CR";
    let first = "GET / HTTP/1.1";
    vec![
        page(
            "H08 9112 2.2 lines ended by LF alone",
            "GET / HTTP/1.1\nHost: a\n\n",
        )
        .gets_at(first, 400, lf),
        page(
            "H08 9112 2.2 one header line ended by LF alone",
            "GET / HTTP/1.1\r\nHost: a\n\r\n",
        )
        .gets_at("Host", 400, lf),
        page(
            "H08 9112 2.2 the blank line ended by LF alone",
            "GET / HTTP/1.1\r\nHost: a\r\n\n",
        )
        .gets(400, lf),
        page(
            "H08 9112 2.2 LF alone in front of the request",
            "\nGET / HTTP/1.1\r\n",
        )
        .gets_after(1, 400, lf),
        page(
            "H10 9112 2.2 CR within a value",
            "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n",
        )
        .gets_at("Host", 400, "CR"),
        page(
            "H10 9112 2.2 CR twice before LF",
            "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
        )
        .gets_at("Host", 400, "CR"),
        page(
            "H10 9112 2.2 CR within the first line",
            "GET /\r HTTP/1.1\r\n\r\n",
        )
        .gets_at("GET", 400, "CR"),
        page(
            "H11 9110 5.5 NUL within a value",
            "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n",
        )
        .gets_at("Host", 400, "NUL"),
        page(
            "H12 9112 5.2 a folded line",
            "GET / HTTP/1.1\r\nX: a\r\n b\r\nHost: a\r\n\r\n",
        )
        .gets_at("\r\n b", 400, "begins with a blank"),
        page(
            "H12 9112 5.2 a line folded by a tab",
            "GET / HTTP/1.1\r\nX: a\r\n\tb\r\n\r\n",
        )
        .gets_at("\r\n\tb", 400, "begins with a blank"),
        page(
            "H14 9112 2.2 a blank before the first header",
            "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
        )
        .gets_at("\r\n Host", 400, "begins with a blank"),
        page(
            "H23 9112 2.2 blank lines before the request",
            "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        )
        .passes(),
        page(
            "H23 9112 2.2 one blank line before the request",
            "\r\nGET / HTTP/1.0\r\n\r\n",
        )
        .passes(),
        page(
            "H22 9112 3 a TLS ClientHello",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        )
        .gets_after(1, 400, "this port speaks http, not https"),
        row("H01 9112 2.2 blank lines do not begin a request", || {
            let mut scanner = HeadScanner::new(HeadLimits::DEFAULT);
            assert!(!scanner.has_begun());
            assert_eq!(scanner.scan(b"\r\n\r\n"), Ok(None));
            assert!(!scanner.has_begun());
            assert_eq!(scanner.scan(b"\r\n\r\nG"), Ok(None));
            assert!(scanner.has_begun());
        }),
    ]
}

fn first_line() -> Vec<Trial> {
    let malformed = |name: &str, line: &str| {
        page(format!("H16 9112 3 {name}"), head(&[line, "Host: a"])).gets_at(
            line,
            400,
            "malformed request",
        )
    };
    let version = |name: &str, line: &str| {
        page(name, head(&[line, "Host: a"])).gets_at(line, 505, "HTTP/1.1")
    };
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let mut rows = vec![
        malformed("two blanks in the first line", "GET  / HTTP/1.1"),
        malformed("two blanks before the version", "GET /  HTTP/1.1"),
        malformed("tabs for blanks", "GET\t/\tHTTP/1.1"),
        malformed("a blank before the method", " GET / HTTP/1.1"),
        malformed("a blank behind the version", "GET / HTTP/1.1 "),
        malformed("a blank within the target", "GET /a b HTTP/1.1"),
        malformed("no target", "GET HTTP/1.1"),
        malformed("a method that is no word", "G(T / HTTP/1.1"),
        malformed("bytes over 127 in the target", "GET /ü HTTP/1.1"),
        malformed("a fragment in the target", "GET /a#b HTTP/1.1"),
        malformed("a control character in the target", "GET /\u{1} HTTP/1.1"),
        malformed("DEL in the target", "GET /\u{7f} HTTP/1.1"),
        malformed("a version in lower case", "GET / http/1.1"),
        malformed("a version without its minor number", "GET / HTTP/1"),
        malformed("a version of two digits", "GET / HTTP/1.10"),
        malformed("another protocol", "GET / ICY/1.1"),
        page("H18 9112 3 HTTP/0.9", "GET /\r\n").gets(400, "malformed request"),
        page(
            "H19 9112 2.3 HTTP/1.0 is answered, with no Host too",
            head(&["GET / HTTP/1.0"]),
        )
        .passes(),
        version("H20 9112 2.3 HTTP/1.2", "GET / HTTP/1.2"),
        version("H20 9112 2.3 HTTP/2.0", "GET / HTTP/2.0"),
        version("H20 9112 2.3 HTTP/0.9, by name", "GET / HTTP/0.9"),
        page("H20 9112 2.3 the preface of HTTP/2", preface).gets_at("PRI", 505, "HTTP/1.1"),
    ];
    for method in [
        "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "FOO",
    ] {
        let lines = [&format!("{method} / HTTP/1.1"), "Host: a"];
        let row = page(format!("H37 9110 9 method {method}"), head(&lines));
        rows.push(row.gets(405, "only GET and HEAD"));
    }
    rows.push(
        page(
            "H46 9110 9.3.2 method HEAD",
            head(&["HEAD / HTTP/1.1", "Host: a"]),
        )
        .passes(),
    );
    rows
}
