//! M: messages. Text is judged as it arrives, a size when it is declared.

use crate::kit::bytes::{KEY, frame, frame_from, header};
use crate::kit::client::raw::{ENDPOINTS, RawClient};
use crate::witnessed::{SharedServer, own_row};
use libtest_mimic::Trial;
use std::sync::Arc;
use ws101::Role;

/// Name, payload. What ends within a character is wrong when the message ends.
#[rustfmt::skip]
const NOT_UTF8: &[(&str, &[u8])] = &[
    ("M01 ff", b"\xff"),
    ("M01 ff behind what is text", b"hello \xff"),
    ("M02 a slash in two bytes", b"\xc0\xaf"),
    ("M02 a slash in three bytes", b"\xe0\x80\xaf"),
    ("M02 a slash in four bytes", b"\xf0\x80\x80\xaf"),
    ("M03 the first surrogate", b"\xed\xa0\x80"),
    ("M03 the last surrogate", b"\xed\xbf\xbf"),
    ("M04 U+110000", b"\xf4\x90\x80\x80"),
    ("M04 f5", b"\xf5\x80\x80\x80"),
    ("M04 fe", b"\xfe"),
    ("M04 five bytes", b"\xf8\x88\x80\x80\x80"),
    ("M04 six bytes", b"\xfc\x84\x80\x80\x80\x80"),
    ("M05 a continuation byte first", b"\x80"),
    ("M05 one too many", b"\xe2\x82\xac\x80"),
    ("M05 two bytes of three at the end", b"\xe2\x82"),
    ("M05 one byte of four at the end", b"\xf0"),
];

/// The first and the last character of every form, and others at the edge of what is text.
const TEXTS: [&str; 12] = [
    "",
    "\0",
    "\u{7f}",
    "\u{80}",
    "\u{7ff}",
    "\u{800}",
    "\u{d7ff}",
    "\u{e000}",
    "\u{ffff}",
    "\u{10000}",
    "\u{10ffff}",
    "κόσμε",
];

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = Vec::new();
    let everywhere = NOT_UTF8
        .iter()
        .flat_map(|row| ENDPOINTS.map(|there| (row, there)));
    for (&(name, payload), (connect, there)) in everywhere {
        rows.extend(shared.row(format!("{name}: 1007{there}"), move |target| {
            let mut wire = connect(target);
            wire.send_frame(0x81, payload);
            wire.expect_close(1007);
        }));
    }
    rows.extend(shared.row("M06 texts at the edge are echoed", |target| {
        let mut wire = RawClient::upgraded(target);
        TEXTS.into_iter().for_each(|text| wire.echo(text));
    }));
    rows.extend(
        shared.row("M06 a character over several frames is echoed", |target| {
            let mut wire = RawClient::upgraded(target);
            for text in TEXTS {
                wire.send(&one_byte_a_frame(text.as_bytes()));
                wire.expect_frame(0x81, text);
            }
        }),
    );
    rows.extend(shared.row(
        "M08 a bad byte in fragment 2 of 3: 1007 before the third",
        |target| {
            let mut wire = RawClient::upgraded(target);
            wire.send_frame(0x01, "κό");
            wire.send_frame(0x00, b"\xed\xa0\x80");
            wire.expect_close(1007);
        },
    ));
    rows.extend(shared.row(
        "M09 a bad byte within a frame: 1007 before its end",
        |target| {
            let mut wire = RawClient::upgraded(target);
            let text = b"text \xed\xa0\x80 and more that never comes";
            wire.send(&frame_from(Role::Client, 0x81, text)[..6 + 8]);
            wire.expect_close(1007);
        },
    ));
    rows.push(
        shared.row_as_it_stands("M15 16 MiB of binary are echoed", |target| {
            let mut wire = RawClient::upgraded(target);
            let payload: Vec<u8> = (0..16 << 20).map(|i: u32| (i ^ i >> 8) as u8).collect();
            wire.send_frame(0x82, &payload);
            assert!(wire.frame().payload == payload, "the echo differs");
            wire.echo("and on it goes");
        }),
    );
    rows.extend(in_chat(shared));
    rows.extend(limits());
    rows
}

const LIMIT: usize = 65_536;

fn in_chat(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = shared.row("M14 binary to the chat: 1003", |target| {
        let mut wire = RawClient::in_chat(target);
        wire.send_frame(0x82, b"\x00\x01");
        wire.expect_close(1003);
    });
    rows.extend(shared.row("M14 empty binary to the chat: 1003", |target| {
        let mut wire = RawClient::in_chat(target);
        wire.send_frame(0x82, b"");
        wire.expect_close(1003);
    }));
    rows.extend(
        shared.row("M11 65536 bytes are taken in the chat", |target| {
            let mut wire = RawClient::in_chat(target);
            wire.send_frame(0x81, "[".repeat(LIMIT));
            let error = String::from_utf8(wire.frame().payload).expect("text");
            assert!(error.contains("bad_json"), "{error}");
        }),
    );
    rows.extend(
        shared.row("M12 one byte more is not: 1009 at the header", |target| {
            let mut wire = RawClient::in_chat(target);
            wire.send(&header(0x81, Some(KEY), LIMIT as u64 + 1));
            wire.expect_close(1009);
        }),
    );
    rows
}

fn limits() -> Vec<Trial> {
    let shared = SharedServer::with(&["--echo-max-message", "65536"]);
    let mut rows = shared.row("M11 a message exactly at the limit is echoed", |target| {
        let mut wire = RawClient::upgraded(target);
        let text = "k".repeat(LIMIT);
        for first in [0x81, 0x82] {
            wire.send_frame(first, &text);
            wire.expect_frame(first, &text);
        }
    });
    rows.extend(
        shared.row("M12 one byte more: 1009 at the header", |target| {
            for first in [0x81, 0x82] {
                let mut wire = RawClient::upgraded(target);
                wire.send(&header(first, Some(KEY), LIMIT as u64 + 1));
                wire.expect_close(1009);
            }
        }),
    );
    rows.extend(shared.row(
        "M12 over two frames: 1009 at the header of the second",
        |target| {
            let mut wire = RawClient::upgraded(target);
            wire.send_frame(0x02, vec![0; LIMIT]);
            wire.send(&header(0x80, Some(KEY), 1));
            wire.expect_close(1009);
        },
    ));
    rows.extend(own_row(
        "M12 under a limit of none, an empty message is echoed",
        ["--echo-max-message", "0"],
        |target| {
            let mut wire = RawClient::upgraded(target);
            wire.echo("");
            wire.send_frame(0x81, "k");
            wire.expect_close(1009);
        },
    ));
    rows
}

/// One text, cut wherever it can be, and between two frames an empty one.
fn one_byte_a_frame(text: &[u8]) -> Vec<u8> {
    let mut bytes = frame(0x01, Some(KEY), b"");
    for byte in text {
        bytes.extend(frame(0x00, Some(KEY), &[*byte]));
        bytes.extend(frame(0x00, Some(KEY), b""));
    }
    bytes.extend(frame(0x80, Some(KEY), b""));
    bytes
}
