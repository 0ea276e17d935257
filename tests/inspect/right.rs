//! Frames that are right: those of §5.7, and others that look odd.

use super::kit::bytes::digits;
use super::{masked, records, row};
use libtest_mimic::Trial;
use serde_json::{Value, json};

/// Name, bytes; of each frame the opcode, the payload and its place in a message.
type Row = (&'static str, String, Vec<(u8, Vec<u8>, Value)>);

pub(crate) fn rows() -> Vec<Trial> {
    let all = [examples(), hostile_but_right(), closes()];
    let trial = |(name, bytes, frames): Row| row(name, move || check(&bytes, &frames));
    all.into_iter().flatten().map(trial).collect()
}

fn check(bytes: &str, expected: &[(u8, Vec<u8>, Value)]) {
    let bytes = bytes.replace(' ', "");
    let found = records(&["-"], bytes.as_bytes(), 0);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    let mut shown = String::new();
    for (n, (record, (opcode, payload, place))) in found.iter().zip(expected).enumerate() {
        assert_eq!(record["n"], n + 1);
        assert_eq!(record["verdict"], json!({"ok": true}));
        assert_eq!(record["fields"][2]["value"], *opcode, "{record}");
        assert_eq!(record["msg"], *place, "{record}");
        let plain = record["plain"].as_str().expect("digits");
        if record["cut"] == 0 {
            assert_eq!(plain, digits(payload));
            shown += record["hex"].as_str().expect("digits");
        } else {
            assert!(digits(payload).starts_with(&plain[..4_000]));
            assert!(digits(payload).ends_with(&plain[plain.len() - 128..]));
        }
    }
    assert!(bytes.starts_with(&shown));
}

fn place(id: u64, part: u64, last: bool) -> Value {
    json!({"id": id, "part": part, "last": last})
}

fn examples() -> Vec<Row> {
    let counting = |len: usize| (0..len).map(|i| i as u8).collect::<Vec<_>>();
    let (hello, alone) = (b"Hello".to_vec(), || place(1, 1, true));
    let long = |header: &str, len| format!("{header}{}", digits(&counting(len)));
    vec![
        (
            "5.7 a text without a mask",
            "81 05 48 65 6c 6c 6f".into(),
            vec![(1, hello.clone(), alone())],
        ),
        (
            "5.7 a masked text",
            "81 85 37 fa 21 3d 7f 9f 4d 51 58".into(),
            vec![(1, hello.clone(), alone())],
        ),
        (
            "5.7 a text in two parts",
            "01 03 48 65 6c 80 02 6c 6f".into(),
            vec![
                (1, b"Hel".to_vec(), place(1, 1, false)),
                (0, b"lo".to_vec(), place(1, 2, true)),
            ],
        ),
        (
            "5.7 a ping",
            "89 05 48 65 6c 6c 6f".into(),
            vec![(9, hello.clone(), Value::Null)],
        ),
        (
            "5.7 the masked pong to it",
            "8a 85 37 fa 21 3d 7f 9f 4d 51 58".into(),
            vec![(10, hello, Value::Null)],
        ),
        (
            "5.7 256 bytes of binary",
            long("827e0100", 256),
            vec![(2, counting(256), alone())],
        ),
        (
            "5.7 64 KiB of binary",
            long("827f0000000000010000", 65_536),
            vec![(2, counting(65_536), alone())],
        ),
    ]
}

fn hostile_but_right() -> Vec<Row> {
    let ping: Vec<u8> = (100..225).collect();
    let two = |one: String, other: String| one + &other;
    let whole = |id| place(id, 1, true);
    vec![
        (
            "F20 a ping of 125 bytes",
            masked(0x89, &ping),
            vec![(9, ping, Value::Null)],
        ),
        (
            "F22 a pong that nobody asked for",
            masked(0x8a, b"unasked"),
            vec![(10, b"unasked".to_vec(), Value::Null)],
        ),
        (
            "F27 a ping within a message",
            two(
                masked(0x01, b"be"),
                two(masked(0x89, b"?"), masked(0x80, b"gun")),
            ),
            vec![
                (1, b"be".to_vec(), place(1, 1, false)),
                (9, b"?".to_vec(), Value::Null),
                (0, b"gun".to_vec(), place(1, 2, true)),
            ],
        ),
        (
            "F28 a Close within a message",
            two(masked(0x01, b"be"), masked(0x88, b"\x03\xe8")),
            vec![
                (1, b"be".to_vec(), place(1, 1, false)),
                (8, b"\x03\xe8".to_vec(), Value::Null),
            ],
        ),
        (
            "F29 two empty frames are a message",
            two(masked(0x01, b""), masked(0x80, b"")),
            vec![
                (1, Vec::new(), place(1, 1, false)),
                (0, Vec::new(), place(1, 2, true)),
            ],
        ),
        (
            "F34 the same key again",
            two(masked(0x81, b"a"), masked(0x82, b"b")),
            vec![(1, b"a".to_vec(), whole(1)), (2, b"b".to_vec(), whole(2))],
        ),
        (
            "M06 a character in two frames",
            two(masked(0x01, b"\xe2"), masked(0x80, b"\x82\xac")),
            vec![
                (1, b"\xe2".to_vec(), place(1, 1, false)),
                (0, b"\x82\xac".to_vec(), place(1, 2, true)),
            ],
        ),
    ]
}

fn closes() -> Vec<Row> {
    let close = |name, payload: &[u8]| {
        let frame = vec![(8, payload.to_vec(), Value::Null)];
        (name, masked(0x88, payload), frame)
    };
    let mut rows = vec![
        close("C01 a Close with 1000", b"\x03\xe8"),
        close("C02 an empty Close", b""),
        (
            "C10 a text behind a Close is not looked at",
            masked(0x88, b"\x03\xe8") + &masked(0x81, b"late"),
            vec![(8, b"\x03\xe8".to_vec(), Value::Null)],
        ),
    ];
    let may_travel = [
        1000_u16, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999,
        4000, 4999,
    ];
    rows.extend(may_travel.map(|code| close("C06 a code that may travel", &code.to_be_bytes())));
    rows
}
