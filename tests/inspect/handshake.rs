//! The handshake: its text explained, and the answer to a key.

use super::kit::program::run;
use super::{records, row, shown};
use libtest_mimic::Trial;
use serde_json::json;

const REQUEST: &str = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Origin: http://example.com\r\nSec-WebSocket-Protocol: chat, superchat\r\n\
    Sec-WebSocket-Version: 13\r\n\r\n";
const RESPONSE: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
    Sec-WebSocket-Protocol: chat\r\n\r\n";

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row("handshake: the four steps", || {
            run(&["handshake", "dGhlIHNhbXBsZSBub25jZQ=="], b"").code(0).printed(&[
                "1  the key                dGhlIHNhbXBsZSBub25jZQ==",
                "   which stands for       74 68 65 20 73 61 6d 70 6c 65 20 6e 6f 6e 63 65",
                "2  and the fixed text     dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
                "3  hashed with SHA-1      b3 7a 4f 2c c0 62 4f 16 90 f6 46 06 cf 38 59 45 b2 be c4 ea",
                "4  in base64              s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            ]);
        }),
        row("handshake: a key with bits to spare", || {
            let ended = run(&["handshake", "AQIDBAUGBwgJCgsMDQ4PEC=="], b"").code(0);
            assert!(
                ended.stdout.ends_with(b"OfS0wDaT5NoxF2gqm7Zj2YtetzM=\n"),
                "{ended:?}"
            );
        }),
        row("handshake: what is no key", || {
            for key in [
                "",
                "abc",
                "dGhlIHNhbXBsZSBub25jZQ",
                "dGhlIHNhbXBsZSBub25jZTE=",
            ] {
                run(&["handshake", key], b"")
                    .code(1)
                    .said("16 bytes in base64");
            }
        }),
        row(
            "handshake: a request, its answer and the first frame",
            || {
                let all = [REQUEST.as_bytes(), RESPONSE.as_bytes(), b"\x81\x02hi"].concat();
                let records = records(&["-"], &all, 0);
                let [request, response, frame] = records.as_slice() else {
                    panic!("{records:?}");
                };
                assert_eq!(
                    (&request["t"], &request["dir"]),
                    (&json!("http"), &json!("in"))
                );
                assert_eq!(
                    (&response["status"], &response["dir"]),
                    (&json!(101), &json!("out"))
                );
                assert_eq!(response["accept"]["accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
                assert_eq!(frame["plain"], "6869");
                let text = shown(&["-"], &all, 0);
                assert!(text.contains("✓ Sec-WebSocket-Key"), "{text}");
                assert!(
                    text.contains("has to be answered by s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
                    "{text}"
                );
            },
        ),
        row("handshake: a request as it is copied from a page", || {
            let copied = REQUEST.replace("\r\n", "\n");
            assert_eq!(records(&["-"], copied.trim().as_bytes(), 0).len(), 1);
            assert_eq!(records(&[copied.trim()], b"", 0).len(), 1);
            let frames = format!("{REQUEST}\u{1}");
            assert_eq!(
                records(&["-"], frames.as_bytes(), 1).len(),
                2,
                "half a frame follows"
            );
        }),
        row("handshake: requests that are refused", || {
            for (from, to, rule, status) in [
                (": 13", ": 8", "websocket-version", 426),
                ("Upgrade: websocket", "Upgrade: h2c", "no-upgrade", 426),
                ("GET", "POST", "method", 405),
                ("ZQ==", "ZQ=", "upgrade-malformed", 400),
                ("\r\nHost", " \nHost", "http-malformed", 400),
                ("HTTP/1.1", "HTTP/2.0", "http-version", 505),
            ] {
                let request = REQUEST.replacen(from, to, 1);
                let record = records(&["-"], request.as_bytes(), 1).remove(0);
                let verdict = &record["verdict"];
                assert_eq!(
                    (&verdict["rule"], &verdict["status"]),
                    (&rule.into(), &status.into())
                );
                let text = shown(&["-"], request.as_bytes(), 1);
                assert!(text.contains(&format!(" → {status} (RFC ")), "{text}");
            }
        }),
        row("handshake: a response that is not valid", || {
            let wrong = [REQUEST, &RESPONSE.replace("s3pP", "S3pP")].concat();
            let records = records(&["-"], wrong.as_bytes(), 1);
            assert_eq!(records[1]["verdict"]["rule"], "response-accept");
            let text = shown(&["-"], wrong.as_bytes(), 1);
            assert!(text.contains("✕ Sec-WebSocket-Accept"), "{text}");
        }),
    ]
}
