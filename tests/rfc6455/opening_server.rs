//! §1.3, §4.2: a client asks for a WebSocket, and a server checks the request.

use crate::conversation::{row, server};
use crate::kit::bytes::Seen;
use crate::request::{HANDSHAKE, handshake_with, head, upgrade};
use libtest_mimic::Trial;
use ws101::protocol::http::{HeadLimits, RequestHead};
use ws101::protocol::{HandshakeError, Upgrade, accept_key};

const NO_UPGRADE: &str = "connect with a WebSocket client";

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = accept();
    rows.extend(request_line());
    rows.extend(upgrade_and_connection());
    rows.extend(version());
    rows.extend(key());
    rows.extend(the_rest());
    rows
}

fn accept() -> Vec<Trial> {
    vec![
        row("U01 1.3 the accept key of the example", || {
            let accept = accept_key("dGhlIHNhbXBsZSBub25jZQ==");
            assert_eq!(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        }),
        row(
            "U15 4.1 the accept key of the example with bits to spare",
            || {
                let accept = accept_key("AQIDBAUGBwgJCgsMDQ4PEC==");
                assert_eq!(accept, "OfS0wDaT5NoxF2gqm7Zj2YtetzM=");
            },
        ),
        upgrade(
            "U01 1.3 the example is answered with exactly these bytes",
            head(&HANDSHAKE),
        )
        .switches(&[]),
        row(
            "U15 4.2.1 a key is judged by its look: its last bits may be set",
            || {
                let request = handshake_with(&["Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC=="]);
                let answer = checked(&request)
                    .expect("a key")
                    .response(None)
                    .expect("no offer");
                let answer = String::from_utf8(answer).expect("ASCII");
                let accept = "\r\nSec-WebSocket-Accept: OfS0wDaT5NoxF2gqm7Zj2YtetzM=\r\n";
                assert!(answer.contains(accept), "{answer}");
            },
        ),
    ]
}

fn checked(request: &[u8]) -> Result<Upgrade<'_>, HandshakeError> {
    Upgrade::check(&RequestHead::parse(request, HeadLimits::DEFAULT)?)
}

/// §4.2.1 items 1 and 2.
fn request_line() -> Vec<Trial> {
    let with_line = |line| head(&[&[line], &HANDSHAKE[1..]].concat());
    let only_get = "only GET and HEAD";
    vec![
        upgrade(
            "U02 4.2.1 the method must be GET: POST",
            with_line("POST /chat HTTP/1.1"),
        )
        .gets(405, only_get),
        upgrade(
            "U02 4.2.1 the method must be GET: HEAD",
            with_line("HEAD /chat HTTP/1.1"),
        )
        .gets(426, "a HEAD cannot become one"),
        upgrade(
            "U03 4.2.1 the version must be 1.1 or higher",
            with_line("GET /chat HTTP/1.0"),
        )
        .gets(426, "HTTP/1.0"),
        upgrade(
            "4.2.1 a target may have a query",
            with_line("GET /chat?a=b HTTP/1.1"),
        )
        .switches(&[]),
        upgrade("4.2.1 Host must be there", handshake_with(&["Host"])).gets(400, "no Host header"),
    ]
}

/// §4.2.1 items 3 and 4.
fn upgrade_and_connection() -> Vec<Trial> {
    let (no, yes) = (
        |name: &str, changes: &[&str]| upgrade(name, handshake_with(changes)).gets(426, NO_UPGRADE),
        |name: &str, changes: &[&str]| upgrade(name, handshake_with(changes)).switches(&[]),
    );
    vec![
        upgrade(
            "U04 4.2.1 a plain GET",
            head(&["GET /chat HTTP/1.1", "Host: a"]),
        )
        .gets(426, NO_UPGRADE),
        no("4.2.1 Upgrade must be there", &["Upgrade"]),
        no("4.2.1 Upgrade must not be empty", &["Upgrade:"]),
        no("U05 4.2.1 Upgrade to something else", &["Upgrade: h2c"]),
        no(
            "4.2.1 a longer word is another word",
            &["Upgrade: websockets"],
        ),
        no(
            "4.2.1 a version of it is another word",
            &["Upgrade: websocket/13"],
        ),
        no("4.2.1 two words are none of both", &["Upgrade: web socket"]),
        yes("4.2.1 Upgrade in any case", &["Upgrade: WebSocket"]),
        yes("4.2.1 Upgrade offers several", &["Upgrade: h2c, websocket"]),
        yes(
            "4.2.1 Upgrade on several lines",
            &["Upgrade: h2c", "Upgrade: websocket"],
        ),
        no("4.2.1 Connection must be there", &["Connection"]),
        no(
            "4.2.1 Connection must name Upgrade",
            &["Connection: keep-alive"],
        ),
        no(
            "4.2.1 a word that holds Upgrade is another",
            &["Connection: Upgrade-Insecure"],
        ),
        yes("4.2.1 Connection in any case", &["Connection: UPGRADE"]),
        yes(
            "U07 4.2.1 Connection is a list",
            &["Connection: keep-alive, Upgrade"],
        ),
        yes(
            "U07 4.2.1 a list without blanks",
            &["Connection: keep-alive,Upgrade"],
        ),
        yes(
            "U07 4.2.1 a list with empty places",
            &["Connection: , ,Upgrade ,"],
        ),
        yes(
            "U07 4.2.1 Connection on two lines",
            &["Connection: keep-alive", "Connection: Upgrade"],
        ),
        yes(
            "4.2.1 header names in any case",
            &[
                "uPGRADE: websocket",
                "CONNECTION: upgrade",
                "sec-websocket-KEY: dGhlIHNhbXBsZSBub25jZQ==",
                "SEC-WEBSOCKET-VERSION: 13",
            ],
        ),
    ]
}

/// §4.2.1 item 6, §4.4.
fn version() -> Vec<Trial> {
    let mut rows: Vec<Trial> = [
        "", "8", "12", "14", "013", "13.0", "0xd", "+13", "1 3", "8, 13", "13, 8",
    ]
    .into_iter()
    .map(|version| {
        let request = handshake_with(&[&format!("Sec-WebSocket-Version: {version}")]);
        upgrade(format!("U09 4.2.1 version {version:?} is not 13"), request).gets(426, "version 13")
    })
    .collect();
    rows.extend([
        upgrade(
            "U09 4.2.1 the version must be there",
            handshake_with(&["Sec-WebSocket-Version"]),
        )
        .gets(426, "version 13"),
        upgrade(
            "U09 4.2.1 blanks around the version are not part of it",
            handshake_with(&["Sec-WebSocket-Version: \t 13 \t"]),
        )
        .switches(&[]),
        upgrade(
            "4.2.1 the version must stand there once",
            handshake_with(&["Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13"]),
        )
        .gets(400, "Sec-WebSocket-Version may occur"),
    ]);
    rows
}

/// §4.2.1 item 5: sixteen bytes in base64.
fn key() -> Vec<Trial> {
    let bad = [
        ("empty", ""),
        ("of 15 bytes", "AQIDBAUGBwgJCgsMDQ4P"),
        ("of 17 bytes", "AQIDBAUGBwgJCgsMDQ4PEBE="),
        ("of 18 bytes: 24 characters", "AQIDBAUGBwgJCgsMDQ4PEBES"),
        ("of 23 characters", "AQIDBAUGBwgJCgsMDQ4PE=="),
        ("of 25 characters", "AQIDBAUGBwgJCgsMDQ4PEBE=="),
        ("without padding", "AQIDBAUGBwgJCgsMDQ4PEA"),
        ("with padding in front", "==AQIDBAUGBwgJCgsMDQ4PEA"),
        ("with padding within", "AQIDBAUGBwgJCgsMDQ4PE==="),
        ("with a blank within", "AQIDBAUGBwg JCgsMDQ4PE=="),
        ("in the alphabet for URLs", "AQIDBAUGBwgJCgsMDQ4P-_=="),
    ];
    let mut rows: Vec<Trial> = bad
        .into_iter()
        .map(|(what, key)| {
            let id = if key.is_empty() { "U11" } else { "U13" };
            let request = handshake_with(&[&format!("Sec-WebSocket-Key: {key}")]);
            upgrade(format!("{id} 4.2.1 a key {what} is refused"), request)
                .gets(400, "Sec-WebSocket-Key is not 16 bytes")
        })
        .collect();
    let twice = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    rows.extend([
        upgrade(
            "U11 4.2.1 the key must be there",
            handshake_with(&["Sec-WebSocket-Key"]),
        )
        .gets(400, "no Sec-WebSocket-Key"),
        upgrade(
            "U12 4.2.1 the key must stand there once",
            handshake_with(&[twice, twice]),
        )
        .gets(400, "Sec-WebSocket-Key may occur"),
        upgrade(
            "U13 4.2.1 blanks around a key are not part of it",
            handshake_with(&["Sec-WebSocket-Key:   dGhlIHNhbXBsZSBub25jZQ== \t"]),
        )
        .switches(&[]),
        row("U13 4.2.1 a bad key names the section of its rule", || {
            let request = handshake_with(&["Sec-WebSocket-Key: short"]);
            let error = checked(&request).expect_err("no key");
            assert!(
                error.section().starts_with("RFC 6455 §4"),
                "{}",
                error.section()
            );
        }),
    ]);
    rows
}

/// §4.2.1 item 10, and what comes with or after the request.
fn the_rest() -> Vec<Trial> {
    let others = [
        "Cookie: a=b",
        "User-Agent: c",
        "Origin: http://example.com",
        "Accept: */*",
    ];
    let ping = [0x89, 0x80, 0x37, 0xfa, 0x21, 0x3d];
    vec![
        upgrade("4.2.1 other headers are ignored", handshake_with(&others)).switches(&[]),
        upgrade(
            "4.2.1 the order of headers does not matter",
            head(
                &[
                    &HANDSHAKE[..1],
                    &HANDSHAKE[1..].iter().rev().copied().collect::<Vec<_>>(),
                ]
                .concat(),
            ),
        )
        .switches(&[]),
        upgrade(
            "U29 4.1 an upgrade with a body",
            handshake_with(&["Content-Length: 5"]),
        )
        .followed_by(b"hello")
        .gets(413, "no request body"),
        upgrade(
            "U30 4.2.2 what comes behind the request is left for the frames",
            head(&HANDSHAKE),
        )
        .followed_by(&ping)
        .switches(&[]),
        server("U30 4.2.2 and its ping is answered")
            .hears_bytes(&ping)
            .sees(Seen::Ping(vec![]))
            .says("8a 00")
            .row(),
    ]
}
