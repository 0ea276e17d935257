//! Limits that the command line sets: how large a message may be, and of how many frames.

use crate::table::refused;
use crate::{masked, records, row, rows};
use libtest_mimic::Trial;
use serde_json::json;

const TOO_BIG: rows::Rule = rows::Rule {
    name: "message-size",
    section: "10.4",
    close: 1009,
};
const TOO_MANY_FRAGMENTS: rows::Rule = rows::Rule {
    name: "fragments",
    section: "10.4",
    close: 1008,
};

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row("M12 one byte over the limit", || {
            let header = "81ff0000000000010001 37fa213d";
            refused(&["--max-message", "65536", header], b"", &TOO_BIG);
            let exactly = records(&["--max-message", "65536", "-"], &long(65_536), 0);
            assert_eq!(exactly[0]["verdict"], json!({"ok": true}));
        }),
        row("F30 a message in too many frames", || {
            let frames = [masked(0x01, b"a"), masked(0x00, b"b"), masked(0x80, b"c")].concat();
            let two = ["--max-fragments", "2", &frames];
            refused(&two, b"", &TOO_MANY_FRAGMENTS);
            assert_eq!(records(&["--max-fragments", "3", &frames], b"", 0).len(), 3);
        }),
    ]
}

/// A client's text of `len` bytes, its length in eight bytes.
fn long(len: u32) -> Vec<u8> {
    let mut bytes = b"\x81\xff\0\0\0\0".to_vec();
    bytes.extend(len.to_be_bytes());
    bytes.extend(b"\0\0\0\0");
    bytes.resize(bytes.len() + len as usize, b'x');
    bytes
}
