//! RFC 9112 §3, RFC 6585 §5: how large a request head may be.

use crate::conversation::row;
use crate::request::{get, head, page};
use libtest_mimic::Trial;
use ws101::protocol::HandshakeError;
use ws101::protocol::http::{HeadLimits, HeadScanner, RequestHead};

const LINE: &str = "longer than 8192";
const HEAD: &str = "longer than 16384";

pub(crate) fn rows() -> Vec<Trial> {
    let line = |name: &str, len: usize| {
        let line = format!("GET /{} HTTP/1.1", "a".repeat(len - 14));
        page(name, head(&[&line, "Host: a"]))
    };
    let size = |name: &str, size: usize| {
        let rest = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n".len();
        get(name, &[&format!("X: {}", "y".repeat(size - rest))])
    };
    let count = |name: &str, count: usize| get(name, &vec!["X: y"; count - 1]);
    let endless = |name: &str, part: &str| page(name, part.repeat(20_000 / part.len()));
    let sixty_fifth = "GET / HTTP/1.1\r\nHost: a\r\n".len() + 64 * "X: y\r\n".len();
    vec![
        line("H25 9112 3 a first line of 8192 bytes", 8192).passes(),
        line("H25 9112 3 a first line of 8193 bytes", 8193).gets_after(8193, 414, LINE),
        endless("H25 9112 3 a first line without end", "a").gets_after(8193, 414, LINE),
        size("H26 6585 5 a head of 16384 bytes", 16_384).passes(),
        size("H26 6585 5 a head of 16385 bytes", 16_385).gets(431, HEAD),
        endless("H26 6585 5 blank lines without end", "\r\n").gets_after(16_385, 431, HEAD),
        get("H26 6585 5 what follows a head does not count", &[])
            .followed_by(&[b'\n'; 20_000])
            .passes(),
        count("H27 6585 5 64 headers", 64).passes(),
        count(
            "H27 6585 5 65 headers: refused when the last one is there",
            65,
        )
        .gets_after(sixty_fifth, 431, "more than 64"),
        row(
            "H28 6585 5 one header of 20 MB is refused in its first 16 KiB",
            one_huge_header,
        ),
        row(
            "9112 2.2 bytes that no scanner has seen are judged when they are taken apart",
            unscanned,
        ),
        row("9112 3 the limits are those that are documented", || {
            let max = HeadLimits::DEFAULT;
            assert_eq!((max.head, max.line, max.headers), (16_384, 8_192, 64));
        }),
    ]
}

/// A caller with a head from elsewhere gets the same answers.
fn unscanned() {
    let many = head(&[&["GET / HTTP/1.1", "Host: a"][..], &["X: y"; 64]].concat());
    let table: [(&[u8], &str); 5] = [
        (b"GET / HTTP/1.1\r\nHost: a\r\n", "the head is incomplete"),
        (b"GET /\r\n\r\n", "the first line is not"),
        (
            b"GET / HTTP/1.1\r\nX Y: z\r\n\r\n",
            "a header name that is not a word",
        ),
        (
            b"GET / HTTP/1.1\r\nX: \x01\r\n\r\n",
            "a control character in a header",
        ),
        (&many, "more than 64"),
    ];
    for (bytes, words) in table {
        let refused = RequestHead::parse(bytes, HeadLimits::DEFAULT).expect_err(words);
        assert!(refused.to_string().contains(words), "{refused}");
    }
}

fn one_huge_header() {
    let mut scanner = HeadScanner::new(HeadLimits::DEFAULT);
    let mut input = b"GET / HTTP/1.1\r\nHost: a\r\nX: ".to_vec();
    let refused = loop {
        input.extend([b'y'; 1024]);
        match scanner.scan(&input) {
            Ok(None) => assert!(input.len() < 20_000_000, "it is never refused"),
            other => break other,
        }
    };
    assert_eq!(refused, Err(HandshakeError::HeadTooLong(16_384)));
    assert!(input.len() <= 17 << 10, "after {} bytes", input.len());
}
