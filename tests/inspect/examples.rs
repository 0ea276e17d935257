//! The examples of §5.7.

use super::kit::bytes::digits;
use super::row;
use super::table::{Frame, assert_frames};
use libtest_mimic::Trial;
use serde_json::{Value, json};

/// Name, bytes, frames.
type Row = (&'static str, String, Vec<Frame>);

pub(crate) fn rows() -> Vec<Trial> {
    let trial = |(name, bytes, frames): Row| {
        row(name, move || {
            assert_frames(&["-"], &bytes.replace(' ', ""), &frames);
        })
    };
    examples().into_iter().map(trial).collect()
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
