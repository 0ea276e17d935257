//! F30: a message in very many frames.

use crate::kit::bytes::{KEY, header};
use crate::kit::client::raw::RawClient;
use crate::witnessed::{SharedServer, own_row};
use libtest_mimic::Trial;
use std::sync::Arc;

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = Vec::new();
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

/// One text in `count` frames of one byte.
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
