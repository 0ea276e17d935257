//! Frames that are wrong: which rule, which section, which close code, in JSON and in words.

use super::{masked, records, row, shown};
use libtest_mimic::Trial;
use serde_json::json;

/// Name, bytes; the rule, its section, the close code.
type Row = (&'static str, String, &'static str, &'static str, u16);

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = vec![
        row("M12 one byte over the limit", || {
            refused(
                &["--max-message", "65536", "81ff0000000000010001 37fa213d"],
                "message-size",
                "10.4",
                1009,
            );
            let exactly = records(&["--max-message", "65536", "-"], &long(65_536), 0);
            assert_eq!(exactly[0]["verdict"], json!({"ok": true}));
        }),
        row("F30 a message in too many frames", || {
            let frames = [masked(0x01, b"a"), masked(0x00, b"b"), masked(0x80, b"c")].concat();
            refused(
                &["--max-fragments", "2", &frames],
                "fragments",
                "10.4",
                1008,
            );
            assert_eq!(records(&["--max-fragments", "3", &frames], b"", 0).len(), 3);
        }),
        row("F01 a server that masks", || {
            refused(
                &["--from", "server", &masked(0x81, b"Hello")],
                "masking",
                "5.1",
                1002,
            );
        }),
    ];
    let all = [headers(), order(), texts(), closes()];
    rows.extend(
        all.into_iter()
            .flatten()
            .map(|(name, bytes, rule, section, close)| {
                let name = format!("{name}: {close}");
                row(name, move || {
                    refused(&["--from", "client", &bytes], rule, section, close)
                })
            }),
    );
    rows
}

/// A client's text of so many bytes, in the form for long ones.
fn long(len: u32) -> Vec<u8> {
    let mut bytes = b"\x81\xff\0\0\0\0".to_vec();
    bytes.extend(len.to_be_bytes());
    bytes.extend(b"\0\0\0\0");
    bytes.resize(bytes.len() + len as usize, b'x');
    bytes
}

/// The last frame is refused, and the words say the same as the JSON.
fn refused(arguments: &[&str], rule: &str, section: &str, close: u16) {
    let records = records(arguments, b"", 1);
    let (last, before) = records.split_last().expect("a record");
    let verdict = json!({"ok": false, "rule": rule, "section": section, "close": close});
    let mut found = last["verdict"].clone();
    if rule == "utf8" {
        // Why, and where: see the rows of `utf8`.
        let found = found.as_object_mut().expect("an object");
        found.retain(|key, _| !["why", "byte", "at"].contains(&key.as_str()));
    }
    assert_eq!(found, verdict, "{last}");
    assert!(
        before.iter().all(|record| record["verdict"]["ok"] == true),
        "{before:?}"
    );
    let words = shown(arguments, b"", 1);
    let ending = format!(" → Close {close} (§{section})");
    let verdicts: Vec<&str> = words
        .lines()
        .filter(|line| line.starts_with("verdict: "))
        .collect();
    let (last, before) = verdicts.split_last().expect("a verdict");
    assert!(last.ends_with(&ending), "{words}");
    assert!(before.iter().all(|line| *line == "verdict: ok"), "{words}");
}

fn headers() -> Vec<Row> {
    let rsv = |name, first| (name, masked(first, b"Hi"), "rsv", "5.2", 1002);
    let mut rows = vec![
        (
            "F01 a text without a mask",
            "81 05 48 65 6c 6c 6f".into(),
            "masking",
            "5.1",
            1002,
        ),
        (
            "F01 a ping without a mask",
            "89 00".into(),
            "masking",
            "5.1",
            1002,
        ),
        rsv("F02 RSV1", 0xc1),
        rsv("F03 RSV2", 0xa1),
        rsv("F03 RSV3", 0x91),
        rsv("F03 all three", 0xf1),
        (
            "F07 length 2 in two bytes",
            "81 fe 00 02 37 fa 21 3d 7f 93".into(),
            "length-minimal",
            "5.2",
            1002,
        ),
        (
            "F07 length 125 in two bytes",
            "81 fe 00 7d".into(),
            "length-minimal",
            "5.2",
            1002,
        ),
        (
            "F08 length 2 in eight bytes",
            "82 ff 00 00 00 00 00 00 00 02".into(),
            "length-minimal",
            "5.2",
            1002,
        ),
        (
            "F11 the top bit of a length",
            "82 ff 80 00 00 00 00 00 00 00".into(),
            "length-top-bit",
            "5.2",
            1002,
        ),
        (
            "F12 length 2^63-1",
            "82 ff 7f ff ff ff ff ff ff ff 37 fa 21 3d".into(),
            "message-size",
            "10.4",
            1009,
        ),
        (
            "F17 a ping to be continued",
            "09 81 37 fa 21 3d 56".into(),
            "control-fragmented",
            "5.5",
            1002,
        ),
        (
            "F18 a Close to be continued",
            "08 82 37 fa 21 3d 34 12".into(),
            "control-fragmented",
            "5.5",
            1002,
        ),
        (
            "F19 a ping of 126 bytes",
            "89 fe 00 7e".into(),
            "control-length",
            "5.5",
            1002,
        ),
        (
            "F19 a pong of 126 bytes",
            "8a fe 00 7e".into(),
            "control-length",
            "5.5",
            1002,
        ),
        (
            "C09 a reason of 124 bytes",
            "88 fe 00 7e".into(),
            "control-length",
            "5.5",
            1002,
        ),
    ];
    for opcode in (0x3..=0x7).chain(0xb..=0xf) {
        let name = if opcode < 8 {
            "F05 an opcode for data"
        } else {
            "F06 an opcode for control"
        };
        rows.push((name, masked(0x80 | opcode, b""), "opcode", "5.2", 1002));
    }
    rows
}

fn order() -> Vec<Row> {
    let nothing = |name, first| {
        (
            name,
            masked(first, b"x"),
            "nothing-to-continue",
            "5.4",
            1002,
        )
    };
    let within = |name, second| {
        let bytes = masked(0x01, b"x") + &masked(second, b"x");
        (name, bytes, "message-unfinished", "5.4", 1002)
    };
    vec![
        nothing("F25 a continuation first", 0x80),
        nothing("F25 one that is to be continued", 0x00),
        within("F26 a text within a text", 0x81),
        within("F26 a binary within a text", 0x82),
    ]
}

fn texts() -> Vec<Row> {
    let utf8 = |name, bytes: String| (name, bytes, "utf8", "8.1", 1007);
    let text = |name, payload: &[u8]| utf8(name, masked(0x81, payload));
    vec![
        text("M01 ff", b"\xff"),
        text("M02 a slash in two bytes", b"\xc0\xaf"),
        text("M02 a slash in three bytes", b"\xe0\x80\xaf"),
        text("M02 a slash in four bytes", b"\xf0\x80\x80\xaf"),
        text("M03 a surrogate", b"\xed\xa0\x80"),
        text("M04 U+110000", b"\xf4\x90\x80\x80"),
        text("M04 f5", b"\xf5\x80\x80\x80"),
        text("M04 fe", b"\xfe"),
        text("M04 five bytes", b"\xf8\x88\x80\x80\x80"),
        text("M05 a character without its end", b"\xe2\x82"),
        utf8(
            "M08 a bad byte in the second of three frames",
            masked(0x01, "κό".as_bytes()) + &masked(0x00, b"\xed\xa0\x80"),
        ),
        utf8(
            "M09 a bad byte in a frame that has not all come",
            "81 a0 00 00 00 00 61 ff".into(),
        ),
        utf8(
            "M05 a message that ends within a character",
            masked(0x01, b"\xe2\x82") + &masked(0x80, b""),
        ),
    ]
}

fn closes() -> Vec<Row> {
    let mut rows = vec![
        (
            "C03 a body of one byte",
            masked(0x88, b"\x03"),
            "close-body",
            "5.5.1",
            1002,
        ),
        (
            "C07 a reason that is not UTF-8",
            masked(0x88, b"\x03\xe8\xff"),
            "utf8",
            "8.1",
            1007,
        ),
    ];
    let may_not_travel = [0_u16, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535];
    rows.extend(may_not_travel.map(|code| {
        let name = "C04 a code that may not travel";
        (
            name,
            masked(0x88, &code.to_be_bytes()),
            "close-code",
            "7.4",
            1002,
        )
    }));
    rows
}
