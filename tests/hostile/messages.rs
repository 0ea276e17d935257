//! M: messages. Text is judged as it arrives, a size when it is declared.

use crate::kit::bytes::{KEY, header};
use crate::kit::client::raw::RawClient;
use crate::witnessed::{SharedServer, own_row};
use libtest_mimic::Trial;
use std::sync::Arc;

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = Vec::new();
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
