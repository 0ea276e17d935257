//! F: frames, right and wrong. A wrong one is answered with one Close that says why.

use crate::kit::bytes::{KEY, SIZES, header, hex};
use crate::kit::client::raw::{ENDPOINTS, RawClient};
use crate::witnessed::{SharedServer, own_row};
use libtest_mimic::Trial;
use std::sync::Arc;

/// Name, bytes, close code. Nothing follows the bytes: what is wrong must be seen in them.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, u16)] = &[
    ("F01 a text without a mask", "81 05 48 65 6c 6c 6f", 1002),
    ("F01 a ping without a mask", "89 00", 1002),
    ("F02 RSV1", "c1 82 37 fa 21 3d 7f 93", 1002),
    ("F03 RSV2", "a1 82 37 fa 21 3d 7f 93", 1002),
    ("F03 RSV3", "91 82 37 fa 21 3d 7f 93", 1002),
    ("F03 all three", "f1 82 37 fa 21 3d 7f 93", 1002),
    ("F05 opcode 3", "83 80 37 fa 21 3d", 1002),
    ("F05 opcode 4", "84 80 37 fa 21 3d", 1002),
    ("F05 opcode 5", "85 80 37 fa 21 3d", 1002),
    ("F05 opcode 6", "86 80 37 fa 21 3d", 1002),
    ("F05 opcode 7", "87 80 37 fa 21 3d", 1002),
    ("F06 opcode b", "8b 80 37 fa 21 3d", 1002),
    ("F06 opcode c", "8c 80 37 fa 21 3d", 1002),
    ("F06 opcode d", "8d 80 37 fa 21 3d", 1002),
    ("F06 opcode e", "8e 80 37 fa 21 3d", 1002),
    ("F06 opcode f", "8f 80 37 fa 21 3d", 1002),
    ("F07 length 2 in two bytes", "81 fe 00 02 37 fa 21 3d 7f 93", 1002),
    ("F07 length 125 in two bytes", "81 fe 00 7d", 1002),
    ("F08 length 2 in eight bytes", "82 ff 00 00 00 00 00 00 00 02", 1002),
    ("F08 length 65535 in eight bytes", "82 ff 00 00 00 00 00 00 ff ff", 1002),
    ("F11 a length with its top bit set", "82 ff 80 00 00 00 00 00 00 00", 1002),
    ("F12 length 2^63-1", "82 ff 7f ff ff ff ff ff ff ff 37 fa 21 3d", 1009),
    ("F17 a ping to be continued", "09 81 37 fa 21 3d 56", 1002),
    ("F18 a pong to be continued", "0a 80 37 fa 21 3d", 1002),
    ("F18 a Close to be continued", "08 82 37 fa 21 3d 34 12", 1002),
    ("F19 the header of a ping of 126 bytes", "89 fe 00 7e", 1002),
    ("F19 the header of a pong of 126 bytes", "8a fe 00 7e", 1002),
    ("F19 the header of a Close of 126 bytes", "88 fe 00 7e", 1002),
    ("F25 a continuation first", "80 81 37 fa 21 3d 4f", 1002),
    ("F25 one that is to be continued", "00 81 37 fa 21 3d 4f", 1002),
    ("F26 a text within a text", "01 81 37 fa 21 3d 4f 81 81 37 fa 21 3d 4f", 1002),
];

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = Vec::new();
    let everywhere = REFUSED
        .iter()
        .flat_map(|row| ENDPOINTS.map(|there| (row, there)));
    for (&(name, bytes, code), (connect, there)) in everywhere {
        rows.extend(shared.row(format!("{name}: {code}{there}"), move |target| {
            let mut wire = connect(target);
            wire.send(&hex(bytes));
            let sentence = wire.expect_close(code);
            assert!(!sentence.is_empty(), "the Close says why");
        }));
    }
    for (name, run) in ACCEPTED {
        rows.extend(shared.row(name, move |target| run(&mut RawClient::upgraded(target))));
    }
    for size in SIZES {
        rows.extend(
            shared.row(format!("F10 {size} bytes are echoed"), move |target| {
                let mut wire = RawClient::upgraded(target);
                let payload: Vec<u8> = (0..size).map(|i| i as u8).collect();
                wire.send_frame(0x82, &payload);
                wire.expect_frame(0x82, &payload);
            }),
        );
    }
    rows.push(
        shared.row_as_it_stands("F30 65536 fragments of one byte: echoed", |target| {
            let mut wire = RawClient::upgraded(target);
            wire.send(&fragments(65_536));
            wire.expect_frame(0x81, "k".repeat(65_536));
        }),
    );
    rows.extend(own_row(
        "F30 over --echo-max-fragments: 1008",
        ["--echo-max-fragments", "1024"],
        |target| {
            let mut wire = RawClient::upgraded(target);
            wire.send(&fragments(1_024));
            wire.expect_frame(0x81, "k".repeat(1_024));
            wire.send(&fragments(1_025));
            wire.expect_close(1008);
        },
    ));
    rows.extend(shared.row(
        "F30 1024 fragments are one message in the chat, 1025 are too many: 1008",
        |target| {
            let mut wire = RawClient::in_chat(target);
            wire.send(&fragments(1_024)); // no JSON, but one message
            let error = String::from_utf8(wire.frame().payload).expect("text");
            assert!(error.contains("bad_json"), "{error}");
            wire.send(&fragments(1_025));
            wire.expect_close(1008);
        },
    ));
    rows
}

type Accepted = (&'static str, fn(&mut RawClient));

const ACCEPTED: [Accepted; 6] = [
    ("F20 a ping of 125 bytes gets the same back", |wire| {
        let payload: Vec<u8> = (100..225).collect();
        wire.send_frame(0x89, &payload);
        wire.expect_frame(0x8a, &payload);
    }),
    ("F22 a pong that nobody asked for is passed over", |wire| {
        wire.send_frame(0x8a, b"unasked");
        wire.echo("hello");
    }),
    (
        "F27 a pong does not wait for the message around its ping",
        |wire| {
            wire.send_frame(0x01, b"be");
            wire.send_frame(0x89, b"ping");
            wire.expect_frame(0x8a, "ping");
            wire.send_frame(0x80, b"gun");
            wire.expect_frame(0x81, "begun");
        },
    ),
    ("F28 a Close within a message ends it", |wire| {
        wire.send_frame(0x01, b"be");
        wire.send_frame(0x88, [0x03, 0xe8]);
        wire.expect_close(1000);
    }),
    ("F29 two empty frames are an empty message", |wire| {
        wire.send_frame(0x01, b"");
        wire.send_frame(0x80, b"");
        wire.expect_frame(0x81, "");
    }),
    ("F34 the same key again and again", |wire| {
        for round in 0..5 {
            let text = format!("round {round}");
            wire.send_frame(0x81, text.as_bytes());
            wire.expect_frame(0x81, text);
        }
    }),
];

/// One text in so many frames.
fn fragments(count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in 1..=count {
        let opcode = u8::from(number == 1);
        let fin = if number == count { 0x80 } else { 0 };
        bytes.extend(header(fin | opcode, Some(KEY), 1));
        bytes.push(b'k' ^ KEY.0[0]);
    }
    bytes
}
