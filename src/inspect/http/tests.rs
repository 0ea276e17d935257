//! The handshake of §1.3, and what can be wrong with it.

use super::*;

const REQUEST: &str = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Version: 13\r\n\r\n";
const RESPONSE: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
    Sec-WebSocket-Protocol: chat\r\n\r\n";

fn wrong(record: &HttpRecord) -> Vec<&'static str> {
    let wrong = record.checks.iter().filter(|check| !check.ok);
    wrong.map(|check| check.h).collect()
}

fn verdict(record: &HttpRecord) -> serde_json::Value {
    serde_json::to_value(&record.verdict).expect("JSON")
}

#[test]
fn the_handshake_of_the_standard() {
    let with_frames = format!("{REQUEST}\x01\x02");
    let request = HttpRecord::request(with_frames.as_bytes());
    assert_eq!(request.verdict, HttpVerdict::Right);
    assert_eq!(
        (request.hex.0.as_slice(), wrong(&request)),
        (REQUEST.as_bytes(), vec![])
    );
    assert_eq!(request.checks.len(), 9);

    let response = HttpRecord::response(RESPONSE.as_bytes(), Some(REQUEST.as_bytes()));
    assert_eq!(response.verdict, HttpVerdict::Right);
    let json = serde_json::to_value(&response).expect("JSON");
    assert_eq!(
        (&json["dir"], &json["status"]),
        (&"out".into(), &101.into())
    );
    let accept = serde_json::json!({
        "key": "dGhlIHNhbXBsZSBub25jZQ==",
        "key_bytes": "7468652073616d706c65206e6f6e6365",
        "concatenated": "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
        "sha1": "b37a4f2cc0624f1690f64606cf385945b2bec4ea",
        "accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    });
    assert_eq!(json["accept"], accept);
    let alone = HttpRecord::response(RESPONSE.as_bytes(), None);
    assert_eq!((alone.verdict, alone.accept), (HttpVerdict::Right, None));
}

type Names = &'static [&'static str];

/// What is replaced, by what; the checks that fail, the rule, the status.
#[rustfmt::skip]
const WRONG: &[(&str, &str, Names, &str, u16)] = &[
    ("GET", "POST", &["method"], "method", 405),
    ("HTTP/1.1", "HTTP/1.0", &["HTTP version"], "no-upgrade", 426),
    ("Upgrade: websocket", "Upgrade: h2c", &["Upgrade"], "no-upgrade", 426),
    ("Connection: Upgrade", "A: b", &["Connection"], "no-upgrade", 426),
    (": 13", ": 8", &["Sec-WebSocket-Version"], "websocket-version", 426),
    ("ZQ==", "Z===", &["Sec-WebSocket-Key"], "upgrade-malformed", 400),
    ("superchat", "chat", &["Sec-WebSocket-Protocol"], "upgrade-malformed", 400),
    ("Host: server.example.com\r\n", "", &[], "http-malformed", 400),
    ("Host", "Host: a\r\nHost", &[], "header-repeated", 400),
    ("\r\n\r\n", "\r\nContent-Length: 5\r\n\r\n", &[], "body", 413),
    ("GET", "\x16", &[], "http-malformed", 400),
];

#[test]
fn what_is_wrong_is_named_and_the_checks_go_on_behind_it() {
    for &(from, to, names, rule, status) in WRONG {
        let record = HttpRecord::request(REQUEST.replacen(from, to, 1).as_bytes());
        let json = verdict(&record);
        assert_eq!(
            (&json["rule"], &json["status"]),
            (&rule.into(), &status.into())
        );
        assert_eq!(wrong(&record), names, "{to:?}");
    }
    let two = REQUEST.replace("websocket", "h2c").replace(": 13", ": 8");
    let record = HttpRecord::request(two.as_bytes());
    assert_eq!(wrong(&record), ["Upgrade", "Sec-WebSocket-Version"]);
    let half = HttpRecord::request(&REQUEST.as_bytes()[..40]);
    assert_eq!(verdict(&half), serde_json::json!({"ok": null}));
}

#[test]
fn an_answer_that_is_none() {
    for (from, to, rule) in [
        ("s3pP", "S3pP", "response-accept"),
        (": chat", ": Chat", "response-protocol"),
        ("101", "200", "response-status"),
        ("Upgrade: websocket", "A: b", "response-missing"),
        (
            "\r\n\r\n",
            "\r\nSec-WebSocket-Extensions: x\r\n\r\n",
            "response-extension",
        ),
        ("HTTP/1.1", "HTTP/3", "response-malformed"),
    ] {
        let response = RESPONSE.replacen(from, to, 1);
        let record = HttpRecord::response(response.as_bytes(), Some(REQUEST.as_bytes()));
        assert_eq!(verdict(&record)["rule"], rule, "{to:?}");
    }
}
