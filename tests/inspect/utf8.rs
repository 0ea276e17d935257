//! Text that is not UTF-8: why, which byte shows it, and where in the frame that is.

use super::{inspect, masked, records, row, shown};
use libtest_mimic::Trial;
use serde_json::{Value, json};

/// A payload; why it is not UTF-8, the byte that shows it, and its place in the payload.
type Row = (&'static [u8], &'static str, u8, usize);

const TABLE: [Row; 34] = [
    (b"\xff", "never-legal", 0xff, 0),
    (b"ok \xfe", "never-legal", 0xfe, 3),
    (b"\xc0\xaf", "never-legal", 0xc0, 0),
    (b"\xc1\xbf", "never-legal", 0xc1, 0),
    (b"\xf5\x80\x80\x80", "never-legal", 0xf5, 0),
    (b"\xf8\x88\x80\x80\x80", "never-legal", 0xf8, 0),
    (b"\xe2\xff", "never-legal", 0xff, 1),
    (b"\x80", "unexpected-continuation", 0x80, 0),
    (b"a\xbfb", "unexpected-continuation", 0xbf, 1),
    ("é\u{a0}".as_bytes(), "", 0, 0),
    (b"\xc3\xa9\xa9", "unexpected-continuation", 0xa9, 2),
    (b"\xe2\x82\xac\x82", "unexpected-continuation", 0x82, 3),
    (b"\xc3\x28", "not-a-continuation", 0x28, 1),
    (b"\xc3\xc3", "not-a-continuation", 0xc3, 1),
    (b"\xe2\x82\x28", "not-a-continuation", 0x28, 2),
    (b"\xe2(\xac", "not-a-continuation", 0x28, 1),
    (b"\xf0\x9f\x91A", "not-a-continuation", 0x41, 3),
    (b"\xf4\x7f", "not-a-continuation", 0x7f, 1),
    (b"\xed\xc2\x80", "not-a-continuation", 0xc2, 1),
    (b"\xc3", "cut-off", 0xc3, 0),
    (b"ok \xe2\x82", "cut-off", 0x82, 4),
    (b"\xf0\x9f\x91", "cut-off", 0x91, 2),
    (b"\xed", "cut-off", 0xed, 0),
    (b"\xf4\x8f", "cut-off", 0x8f, 1),
    (b"\xed\xa0\x80", "surrogate", 0xa0, 1),
    (b"a\xed\xbf\xbf", "surrogate", 0xbf, 2),
    (b"\xed\xa0", "surrogate", 0xa0, 1),
    (b"\xe0\x80\xaf", "overlong", 0x80, 1),
    (b"\xe0\x9f\xbf", "overlong", 0x9f, 1),
    (b"\xf0\x80\x80\xaf", "overlong", 0x80, 1),
    (b"\xf0\x8f", "overlong", 0x8f, 1),
    (b"\xf4\x90\x80\x80", "above-10ffff", 0x90, 1),
    (b"\xf4\xbf", "above-10ffff", 0xbf, 1),
    ("\u{10ffff}\u{d7ff}\u{800}".as_bytes(), "", 0, 0),
];

/// What the sentence about each has to say.
const SENTENCES: [(&str, &str); 7] = [
    ("never-legal", "c0, c1 and f5 to ff"),
    ("unexpected-continuation", "no character has begun"),
    ("not-a-continuation", "stands where"),
    ("cut-off", "ends with"),
    ("surrogate", "surrogate"),
    ("overlong", "overlong"),
    ("above-10ffff", "U+10FFFF"),
];

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows: Vec<Trial> = TABLE.into_iter().map(table_row).collect();
    rows.push(row("utf8: every sentence is another", || {
        for (why, words) in SENTENCES {
            let others = TABLE.iter().filter(|(_, other, ..)| *other != why);
            for (payload, other, ..) in others {
                let text = shown(&[&masked(0x81, payload)], b"", i32::from(!other.is_empty()));
                assert!(!text.contains(words), "{other} says {words:?}: {text}");
            }
        }
    }));
    rows.push(row(
        "utf8: an empty last frame ends what another began",
        empty_last,
    ));
    rows.push(row(
        "utf8: the byte is marked in its row",
        the_byte_is_marked,
    ));
    rows.push(row(
        "utf8: a byte far into the payload has its row shown, too",
        far_behind,
    ));
    rows
}

fn table_row((payload, why, byte, at): Row) -> Trial {
    let name = format!("utf8: {payload:02x?}: {why}");
    row(name, move || {
        let from_server = [&[0x81, payload.len() as u8], payload].concat();
        let whole = [
            (masked(0x81, payload), 6),
            (super::digits(&from_server), 2),
            (masked(0x88, &[b"\x03\xe8", payload].concat()), 8),
        ];
        for (bytes, header) in whole {
            says(&bytes, &[], why, byte, Some(header + at));
        }
        for cut in 0..=payload.len() {
            let (begin, end) = payload.split_at(cut);
            let bytes = masked(0x01, begin) + &masked(0x80, end);
            let at = match at.checked_sub(cut) {
                // What is wrong in the first frame is refused there, but only the last one ends the text.
                None if why != "cut-off" => Some(6 + at),
                within => within.map(|at| 6 + at),
            };
            says(&bytes, &["--from", "client"], why, byte, at);
        }
    })
}

/// In JSON, in words, and with every field explained.
fn says(bytes: &str, arguments: &[&str], why: &str, byte: u8, at: Option<usize>) {
    let arguments = [arguments, &[bytes]].concat();
    let code = i32::from(!why.is_empty());
    let records = records(&arguments, b"", code);
    let verdict = &records.last().expect("a record")["verdict"];
    if why.is_empty() {
        assert_eq!(*verdict, json!({"ok": true}), "{bytes}");
        return;
    }
    let mut expected = json!({"ok": false, "rule": "utf8", "section": "8.1", "close": 1007,
        "why": why, "byte": format!("{byte:02x}")});
    if let Some(at) = at {
        expected["at"] = json!(at);
    }
    assert_eq!(*verdict, expected, "{bytes}");
    let place = at.map_or("in an earlier frame".to_owned(), |at| {
        format!("byte {at} of the frame")
    });
    let (_, words) = SENTENCES
        .iter()
        .find(|(name, _)| *name == why)
        .expect("a sentence for each");
    for more in [&[][..], &["--explain"]] {
        let text = shown(&[more, &arguments].concat(), b"", 1);
        let (_, sentence) = text.split_once("verdict: text that").expect("a verdict");
        let byte = format!("{byte:02x}");
        for part in [words, place.as_str(), &byte, "→ Close 1007 (§8.1)"] {
            assert!(sentence.contains(part), "{bytes}: {part:?} in {text}");
        }
    }
}

fn empty_last() {
    let bytes = masked(0x01, b"\xe2\x82") + &masked(0x80, b"");
    let text = shown(&[&bytes], b"", 1);
    let (_, last) = text.split_once("frame 2").expect("two frames");
    let fin = last.lines().find(|line| line.contains("FIN")).expect("FIN");
    assert!(fin.ends_with('✕'), "FIN ends the message: {last}");
}

/// Under the byte, as it travelled and unmasked.
fn the_byte_is_marked() {
    for (bytes, marked) in [
        (masked(0x81, b"\xc3\x28"), &["d2", "28"][..]),
        ("81 03 61 c3 28".to_owned(), &["28"]),
        (masked(0x81, b"\xc3"), &["c3"]),
        (masked(0x81, b"0123456789ab\xed\xa0\x80"), &["a0"]),
        (masked(0x88, b"\x03\xe8\xff"), &["ff"]),
    ] {
        let text = shown(&[&bytes], b"", 1);
        let lines: Vec<&str> = text.lines().collect();
        let carets = lines.iter().position(|line| line.contains("^^"));
        let carets = carets.unwrap_or_else(|| panic!("no mark: {text}"));
        let (row, carets) = (lines[carets - 1], lines[carets]);
        assert!(row.ends_with('✕'), "{text}");
        let row: Vec<char> = row.chars().collect();
        let under: Vec<String> = (carets.match_indices("^^"))
            .map(|(at, _)| row[at..at + 2].iter().collect())
            .collect();
        assert_eq!(
            under.last().map(String::as_str),
            marked.last().copied(),
            "{text}"
        );
        assert_eq!(
            under.len(),
            if bytes.starts_with("8103") || bytes.starts_with("81 03") {
                1
            } else {
                2
            }
        );
        let plain = text.lines().filter(|line| line.contains('✕')).count();
        assert_eq!(plain, 1, "no other row: {text}");
    }
}

/// A byte beyond what is shown of a long payload, and one that not even the record holds.
fn far_behind() {
    for (before, of) in [(200, 300), (3_000, 3_010), (3_000, 9_000)] {
        let mut payload = vec![b'a'; of];
        payload[before] = 0xff;
        let mut bytes = vec![0x81, 126];
        bytes.extend((of as u16).to_be_bytes());
        bytes.extend(payload);
        let ended = inspect(&["--from", "server", "-"], &bytes).code(1);
        let text = String::from_utf8(ended.stdout).expect("text");
        let place = format!("byte {} of the frame", 4 + before);
        assert!(text.contains(&place), "{text}");
        let is_kept = of < 9_000;
        assert_eq!(text.contains("^^"), is_kept, "{before} of {of}: {text}");
        let records = records(&["--from", "server", "-"], &bytes, 1);
        assert_eq!(records[0]["verdict"]["at"], Value::from(4 + before));
    }
}
