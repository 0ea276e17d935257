//! M: messages. Text is judged as it arrives, a size when it is declared.

use crate::live::bytes::{KEY, frame, frame_from, header};
use crate::live::house::{House, Own};
use crate::live::rows::row;
use crate::live::wire::{Pace, Wire};
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

pub(crate) fn rows(house: &Arc<House>) -> Vec<Trial> {
    let mut rows = Vec::new();
    for (pace, how) in Pace::BOTH {
        for &(name, payload) in NOT_UTF8 {
            let house = Arc::clone(house);
            rows.push(row(format!("{name}: 1007{how}"), move || {
                let mut wire = Wire::upgraded(house.addr());
                wire.send_at(&frame_from(Role::Client, 0x81, payload), pace);
                wire.expect_close(1007);
            }));
        }
        let house = Arc::clone(house);
        rows.push(row(
            format!("M06 texts at the edge are echoed{how}"),
            move || {
                let mut wire = Wire::upgraded(house.addr());
                for text in TEXTS {
                    wire.send_at(&frame_from(Role::Client, 0x81, text.as_bytes()), pace);
                    wire.expect_frame(0x81, text);
                }
            },
        ));
    }
    let shared = || Arc::clone(house);
    let (cut, fragment, chopped, large) = (shared(), shared(), shared(), shared());
    rows.extend([
        row("M06 a character over several frames is echoed", move || {
            let mut wire = Wire::upgraded(cut.addr());
            for text in TEXTS {
                wire.send(&one_byte_a_frame(text.as_bytes()));
                wire.expect_frame(0x81, text);
            }
        }),
        row(
            "M08 a bad byte in fragment 2 of 3: 1007 before the third",
            move || {
                let mut wire = Wire::upgraded(fragment.addr());
                wire.send_frame(0x01, "κό");
                wire.send_frame(0x00, b"\xed\xa0\x80");
                wire.expect_close(1007);
            },
        ),
        row(
            "M09 a bad byte within a frame: 1007 before its end",
            move || {
                let mut wire = Wire::upgraded(chopped.addr());
                let whole = frame_from(
                    Role::Client,
                    0x81,
                    b"text \xed\xa0\x80 and more that never comes",
                );
                wire.send(&whole[..6 + 8]);
                wire.expect_close(1007);
            },
        ),
        row("M15 16 MiB of binary are echoed", move || {
            let mut wire = Wire::upgraded(large.addr());
            let payload: Vec<u8> = (0..16 << 20).map(|i: u32| (i ^ i >> 8) as u8).collect();
            wire.send_frame(0x82, &payload);
            assert!(wire.frame().payload == payload, "the echo differs");
            wire.echo("and on it goes");
        }),
    ]);
    rows.extend(limits());
    rows
}

const LIMIT: usize = 65_536;

fn limits() -> Vec<Trial> {
    let house = Arc::new(House::with(&["--echo-max-message", "65536"]));
    let shared = || Arc::clone(&house);
    let (exact, above, parts) = (shared(), shared(), shared());
    vec![
        row("M11 a message exactly at the limit is echoed", move || {
            let mut wire = Wire::upgraded(exact.addr());
            let text = "k".repeat(LIMIT);
            for first in [0x81, 0x82] {
                wire.send_frame(first, &text);
                wire.expect_frame(first, &text);
            }
        }),
        row("M12 one byte more: 1009 at the header", move || {
            for first in [0x81, 0x82] {
                let mut wire = Wire::upgraded(above.addr());
                wire.send(&header(first, Some(KEY), LIMIT as u64 + 1));
                wire.expect_close(1009);
            }
        }),
        row(
            "M12 over two frames: 1009 at the header of the second",
            move || {
                let mut wire = Wire::upgraded(parts.addr());
                wire.send_frame(0x02, vec![0; LIMIT]);
                wire.send(&header(0x80, Some(KEY), 1));
                wire.expect_close(1009);
            },
        ),
        row(
            "M12 under a limit of none, an empty message is echoed",
            || {
                let server = Own::start(&["--echo-max-message", "0"]);
                let mut wire = Wire::upgraded(server.addr());
                wire.echo("");
                wire.send_frame(0x81, "k");
                wire.expect_close(1009);
            },
        ),
    ]
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
