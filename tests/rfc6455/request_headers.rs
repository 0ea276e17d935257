//! RFC 9112 §5, §6: how the headers of a request are written, and that it brings no body.

use crate::conversation::row;
use crate::request::{get, handshake_with, head, page, upgrade};
use libtest_mimic::Trial;
use ws101::protocol::http::{HeadLimits, RequestHead};

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = headers();
    rows.extend(values());
    rows.extend(bodies());
    rows
}

/// How a header line is written, and which may stand there once.
fn headers() -> Vec<Trial> {
    let bad_name = |name: &str, line: &str| {
        get(name, &[line]).gets_at(
            &format!("\n{line}"),
            400,
            "a header name that is not a word and a colon",
        )
    };
    let once = |name: &str, line: &str, words| get(name, &[line]).gets(400, words);
    let origin = ["Origin: http://a", "Origin: http://a"];
    let in_1_0 = ["GET / HTTP/1.0", "Host: a", "Host: a"];
    vec![
        bad_name("H13 9112 5.1 a blank before the colon", "X : a"),
        bad_name("9112 5.1 a header without a colon", "X"),
        bad_name("9112 5.1 a header without a name", ": a"),
        bad_name("9112 5.1 a name with a blank in it", "X Y: a"),
        bad_name("9112 5.1 a name over 127", "Ü: a"),
        get(
            "9112 5.1 a bad name is refused when its line is there",
            &["X : a", "Y: b"],
        )
        .gets_at("X :", 400, "a header name"),
        get("9112 5 a value may be empty, or blank", &["X:", "Y:  \t "]).passes(),
        get("9112 5 no blank behind the colon is needed", &["X:a"]).passes(),
        get("9110 5.5 a tab within a value", &["X: a\tb"]).passes(),
        page(
            "H38 9112 3.2 HTTP/1.1 without Host",
            head(&["GET / HTTP/1.1"]),
        )
        .gets(400, "no Host header"),
        once(
            "H39 9112 3.2 Host twice, the same",
            "Host: a",
            "Host may occur",
        ),
        once(
            "H39 9112 3.2 Host twice, different",
            "HOST: b",
            "Host may occur",
        ),
        page("H39 9112 3.2 Host twice in HTTP/1.0", head(&in_1_0)).gets(400, "Host may occur"),
        get("6454 7.3 Origin twice", &origin).gets(400, "Origin may occur"),
        row(
            "9112 5 a parsed head has its parts, values without the blanks around them",
            || {
                let bytes = head(&["HEAD /a?b=c HTTP/1.0", "X: \t one two \t", "x:three"]);
                let head = RequestHead::parse(&bytes, HeadLimits::DEFAULT).expect("well-formed");
                assert_eq!(
                    (head.method, head.target, head.minor_version),
                    ("HEAD", "/a?b=c", 0)
                );
                let values: Vec<&[u8]> = head.headers.all("X").collect();
                assert_eq!(values, [&b"one two"[..], b"three"]);
            },
        ),
    ]
}

/// What a value may hold.
fn values() -> Vec<Trial> {
    let not_ascii = "not ASCII";
    let mut rows = vec![
        get(
            "H47 9110 5.5 bytes over 127 in a header that does not matter",
            &["X: ü"],
        )
        .passes(),
        page(
            "H47 9110 5.5 bytes over 127 in Host",
            head(&["GET / HTTP/1.1", "Host: ü"]),
        )
        .gets(400, not_ascii),
        get(
            "H47 9110 5.5 bytes over 127 in any other Sec- header",
            &["Sec-Fetch-Site: ü"],
        )
        .gets(400, not_ascii),
    ];
    for header in [
        "Origin",
        "Upgrade",
        "Connection",
        "Sec-WebSocket-Key",
        "Sec-WebSocket-Version",
        "Sec-WebSocket-Protocol",
        "Sec-WebSocket-Extensions",
    ] {
        let request = handshake_with(&[&format!("{header}: ü")]);
        let name = format!("H47 9110 5.5 bytes over 127 in {header}");
        rows.push(upgrade(name, request).gets(400, "malformed request"));
    }
    let controls = (1..=31).chain([127]);
    for byte in controls.filter(|byte| !matches!(byte, b'\t' | b'\n' | b'\r')) {
        // Long on both sides: the parser looks at many bytes at once.
        let (before, control, behind) = ("a".repeat(40), char::from(byte), "b".repeat(40));
        let name = format!("9110 5.5 control character {byte:02x} in a value");
        let request = get(name, &[&format!("X: {before}{control}{behind}")]);
        rows.push(request.gets_at("X: a", 400, "a control character"));
    }
    rows
}

fn bodies() -> Vec<Trial> {
    let smuggled = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
    let chunks = b"5\r\nhello\r\n0\r\n\r\n";
    let both = ["Content-Length: 5", "Transfer-Encoding: chunked"];
    let endless = format!("Content-Length: {}", "9".repeat(40));
    let coded = |name, headers: &[&str]| {
        get(name, headers)
            .followed_by(chunks)
            .gets(400, "Transfer-Encoding")
    };
    let length = |name: &str, value: &str| {
        get(name, &[&format!("Content-Length: {value}")]).gets(400, "Content-Length")
    };
    let lengths = |name, headers: [&str; 2]| {
        get(name, &headers).gets(400, "Content-Length may occur only once")
    };
    vec![
        coded("H30 9112 6.1 a chunked body", &both[1..]),
        coded("H31 9112 6.1 Content-Length and Transfer-Encoding", &both),
        coded(
            "9112 6.1 any other transfer coding",
            &["Transfer-Encoding: identity"],
        ),
        lengths(
            "H32 9110 8.6 two lengths",
            ["Content-Length: 5", "Content-Length: 6"],
        ),
        lengths(
            "H32 9110 8.6 one length twice",
            ["Content-Length: 0", "content-length: 0"],
        ),
        length("9110 8.6 a list of lengths", "5, 5"),
        length("9110 8.6 a length with a sign", "+5"),
        length("9110 8.6 a negative length", "-1"),
        length("9110 8.6 a length in hexadecimal", "0x5"),
        length("9110 8.6 an empty length", ""),
        length("9110 8.6 a length with a blank in it", "1 2"),
        get(
            "H34 9110 15.5.14 a body that looks like a request",
            &["Content-Length: 34"],
        )
        .followed_by(smuggled)
        .gets(413, "no request body"),
        get(
            "H34 9110 15.5.14 a length that no machine holds",
            &[&endless],
        )
        .gets(413, "no request body"),
        get("9110 8.6 a body of nothing", &["Content-Length: 0"]).passes(),
        get(
            "H35 9112 9.3 a second request behind the first is not read",
            &[],
        )
        .followed_by(smuggled)
        .passes(),
        get(
            "H36 9110 10.1.1 Expect: 100-continue",
            &["Expect: 100-continue"],
        )
        .gets(417, "no expectation"),
    ]
}
