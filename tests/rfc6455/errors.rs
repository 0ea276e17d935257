//! §7.1.7, and RFC 9110 §15: every mistake has one answer, its section, and a sentence.

use crate::conversation::row;
use libtest_mimic::Trial;
use ws101::protocol::http::Response;
use ws101::protocol::{
    HandshakeError, Opcode, ProtocolError, ResponseError, Role, SendError, Utf8Error, Utf8Fault,
};

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = protocol_errors();
    rows.extend(handshake_errors());
    rows.extend(other_errors());
    rows
}

#[rustfmt::skip] // A table.
fn protocol_errors() -> Vec<Trial> {
    use ProtocolError as E;
    let table = [
        (E::ReservedBitsSet(0x40), "rsv", "5.2", 1002, "RSV1 is set, no extension was negotiated"),
        (E::ReservedBitsSet(0x20), "rsv", "5.2", 1002, "RSV2 is set, no extension was negotiated"),
        (E::ReservedBitsSet(0x50), "rsv", "5.2", 1002, "RSV1 and RSV3 are set, no extension was negotiated"),
        (E::ReservedBitsSet(0x70), "rsv", "5.2", 1002, "RSV1 and RSV2 and RSV3 are set, no extension was negotiated"),
        (E::UnknownOpcode(0xb), "opcode", "5.2", 1002, "opcode 0xb is reserved"),
        (E::WrongMasking { sender: Role::Client }, "masking", "5.1", 1002, "a frame from a client is not masked"),
        (E::WrongMasking { sender: Role::Server }, "masking", "5.1", 1002, "a frame from a server is masked"),
        (E::LengthNotMinimal(2), "length-minimal", "5.2", 1002, "a length in 2 bytes that fits in fewer"),
        (E::LengthTopBitSet, "length-top-bit", "5.2", 1002, "the highest bit of an eight-byte length is set"),
        (E::ControlTooLong(Opcode::Ping), "control-length", "5.5", 1002, "a Ping frame of more than 125 bytes"),
        (E::ControlFragmented(Opcode::Close), "control-fragmented", "5.5", 1002, "a Close frame without FIN"),
        (E::NothingToContinue, "nothing-to-continue", "5.4", 1002, "a continuation, but no message has begun"),
        (E::MessageUnfinished, "message-unfinished", "5.4", 1002, "a new message before the last one ended"),
        (E::InvalidUtf8(Utf8Error { fault: Utf8Fault::NeverLegal, byte: 0xff, at: 0 }), "utf8", "8.1", 1007, "text that is not UTF-8: its byte 0, ff, is never part of UTF-8"),
        (E::InvalidUtf8(Utf8Error { fault: Utf8Fault::UnexpectedContinuation, byte: 0x80, at: 7 }), "utf8", "8.1", 1007, "text that is not UTF-8: its byte 7, 80, continues no character"),
        (E::InvalidUtf8(Utf8Error { fault: Utf8Fault::NotAContinuation, byte: 0x28, at: 1 }), "utf8", "8.1", 1007, "text that is not UTF-8: its byte 1, 28, does not continue the character before it"),
        (E::InvalidUtf8(Utf8Error { fault: Utf8Fault::CutOff, byte: 0x82, at: u64::MAX }), "utf8", "8.1", 1007, "text that is not UTF-8: its byte 18446744073709551615, 82, is the last, within a character"),
        (E::InvalidUtf8(Utf8Error { fault: Utf8Fault::Surrogate, byte: 0xa0, at: 1 }), "utf8", "8.1", 1007, "text that is not UTF-8: its byte 1, a0, makes a surrogate"),
        (E::InvalidUtf8(Utf8Error { fault: Utf8Fault::Overlong, byte: 0x0a, at: 1 }), "utf8", "8.1", 1007, "text that is not UTF-8: its byte 1, 0a, makes an overlong form"),
        (E::InvalidUtf8(Utf8Error { fault: Utf8Fault::AboveMaximum, byte: 0x90, at: 1 }), "utf8", "8.1", 1007, "text that is not UTF-8: its byte 1, 90, makes a code point above U+10FFFF"),
        (E::CloseBodyTooShort, "close-body", "5.5.1", 1002, "a Close body of one byte, a code takes two"),
        (E::InvalidCloseCode(1005), "close-code", "7.4", 1002, "close code 1005 may not be sent"),
        (E::MessageTooBig { len: 70_000, max: 65_536 }, "message-size", "10.4", 1009, "a message of 70000 bytes, the limit is 65536"),
        (E::TooManyFragments { max: 1024 }, "fragments", "10.4", 1008, "a message in more than 1024 frames"),
        (E::NoMemory { bytes: u64::MAX }, "memory", "10.4", 1013, "no memory is left for a message of 18446744073709551615 bytes or more, try again later"),
    ];
    let rows = table.map(|(error, rule, section, code, sentence)| {
        row(format!("7.1.7 {sentence}"), move || {
            assert_eq!(error.rule(), rule);
            assert_eq!(error.section(), section);
            assert_eq!(error.close_code().number(), code);
            assert_eq!(error.to_string(), sentence);
            assert!(sentence.len() <= 123, "it fits in a Close frame");
        })
    });
    rows.into()
}

#[rustfmt::skip] // A table.
fn handshake_errors() -> Vec<Trial> {
    use HandshakeError as E;
    let none: &[&str] = &[];
    const UPGRADE: &str = "Upgrade: websocket";
    let table = [
        (E::Malformed("x"), "http-malformed", 400, "Bad Request", "RFC 9112 §2.2", none),
        (E::BadUpgrade("x"), "upgrade-malformed", 400, "Bad Request", "RFC 6455 §4.2.1", none),
        (E::Repeated("Host"), "header-repeated", 400, "Bad Request", "RFC 9112 §2.2", none),
        (E::WrongOrigin("http://a".to_owned()), "origin", 403, "Forbidden", "RFC 6455 §10.2", none),
        (E::NotFound, "not-found", 404, "Not Found", "RFC 6455 §4.2.2", none),
        (E::Method, "method", 405, "Method Not Allowed", "RFC 9110 §15.5.6", &["Allow: GET, HEAD"]),
        (E::TimedOut, "timeout", 408, "Request Timeout", "RFC 9110 §15.5.9", none),
        (E::HasBody, "body", 413, "Content Too Large", "RFC 9110 §15.5.14", none),
        (E::LineTooLong(8192), "line-length", 414, "URI Too Long", "RFC 9112 §3", none),
        (E::Expectation, "expectation", 417, "Expectation Failed", "RFC 9110 §10.1.1", none),
        (E::WrongHost("a".to_owned()), "host", 421, "Misdirected Request", "RFC 9110 §7.4", none),
        (E::NoUpgrade("x"), "no-upgrade", 426, "Upgrade Required", "RFC 6455 §4.2.1", &[UPGRADE]),
        (E::WebSocketVersion, "websocket-version", 426, "Upgrade Required", "RFC 6455 §4.4", &[UPGRADE, "Sec-WebSocket-Version: 13"]),
        (E::HeadTooLong(16384), "head-length", 431, "Request Header Fields Too Large", "RFC 6585 §5", none),
        (E::TooManyHeaders(64), "header-count", 431, "Request Header Fields Too Large", "RFC 6585 §5", none),
        (E::Busy("too many connections"), "busy", 503, "Service Unavailable", "RFC 9110 §15.6.4", &["Retry-After: 5"]),
        (E::HttpVersion, "http-version", 505, "HTTP Version Not Supported", "RFC 9112 §2.3", none),
    ];
    let rows = table.map(|(error, rule, status, reason, section, headers)| {
        row(format!("9110 15 {status} {reason}: {error}"), move || {
            assert_eq!(error.rule(), rule);
            assert_eq!(error.section(), section);
            assert_eq!(error.status(), status);
            assert_eq!(error.response().status(), status);
            let sentence = format!("{error}\n");
            let answer = |method| {
                let bytes = error.response().to_bytes(method);
                String::from_utf8(bytes).expect("text")
            };
            let connection = if status == 426 { "close, Upgrade" } else { "close" };
            let mut lines = vec![
                format!("HTTP/1.1 {status} {reason}"),
                "Content-Type: text/plain; charset=utf-8".to_owned(),
                "X-Content-Type-Options: nosniff".to_owned(),
            ];
            lines.extend(headers.iter().map(|header| (*header).to_owned()));
            lines.push(format!("Content-Length: {}", sentence.len()));
            lines.push(format!("Connection: {connection}"));
            let head = lines.join("\r\n") + "\r\n\r\n";
            assert_eq!(answer("GET"), format!("{head}{sentence}"), "one response");
            assert_eq!(answer("HEAD"), head, "the same head, no body");
            assert_eq!(sentence.matches('\n').count(), 1, "one line");
        })
    });
    rows.into()
}

fn other_errors() -> Vec<Trial> {
    vec![
        row(
            "9110 15 what a client sent cannot break out of the sentence about it",
            || {
                let evil = "a\r\nSet-Cookie: b\u{1b}[31m".to_owned();
                for error in [
                    HandshakeError::WrongHost(evil.clone()),
                    HandshakeError::WrongOrigin(evil),
                ] {
                    let sentence = error.to_string();
                    assert!(!sentence.contains(char::is_control), "{sentence:?}");
                }
            },
        ),
        row(
            "4.1 what a client says of an answer it does not accept",
            || {
                let status = ResponseError::Status {
                    status: 404,
                    reason: "Not Found".to_owned(),
                };
                let said = [
                    (status, "the server answered 404 Not Found instead of 101"),
                    (
                        ResponseError::WrongAccept,
                        "the server's Sec-WebSocket-Accept does not answer our key",
                    ),
                    (
                        ResponseError::Missing("Upgrade: websocket"),
                        "the server's answer lacks \"Upgrade: websocket\"",
                    ),
                    (
                        ResponseError::Malformed("x"),
                        "the server's answer is not HTTP/1.1: x",
                    ),
                    (
                        ResponseError::UnaskedExtension("x".to_owned()),
                        "the server chose the extension \"x\", which was not offered",
                    ),
                    (
                        ResponseError::UnaskedProtocol("x".to_owned()),
                        "the server chose the subprotocol \"x\", which was not offered",
                    ),
                ];
                for (error, sentence) in said {
                    assert_eq!(error.to_string(), sentence);
                }
            },
        ),
        row("9110 15 a status without words of its own", || {
            let bytes = Response::new(299, "text/plain", Vec::new()).to_bytes("GET");
            assert!(bytes.starts_with(b"HTTP/1.1 299 \r\n"), "the blank stays");
        }),
        row("5.5 what is said of a frame that cannot be sent", || {
            let after = SendError::AfterClose.to_string();
            assert_eq!(
                after,
                "nothing can be sent after a Close, or after a write that failed"
            );
            let long = SendError::ControlTooLong(126).to_string();
            assert_eq!(
                long,
                "a control frame of 126 bytes, at most 125 are allowed"
            );
            let none = SendError::NoMemory(126).to_string();
            assert_eq!(none, "no memory is left for a frame of 126 bytes");
        }),
    ]
}
