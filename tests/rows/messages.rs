//! M: text that is UTF-8, and text that is not.

use super::{Row, Step, UTF8, last, part, refused, taken, text};
use crate::kit::bytes::{KEY, Seen, frame_from, header};
use std::iter;
use ws101::protocol::{ProtocolError, Role, Utf8Error, Utf8Fault};

const TEXT: u8 = 0x01;
const WHOLE: u8 = 0x81;
const MORE: u8 = 0x00;
const LAST: u8 = 0x80;

/// Number, title and payload; why it is not UTF-8, and which byte of it shows that. What ends within
/// a character is wrong when the message ends.
#[rustfmt::skip]
const NOT_UTF8: [(&str, &str, &[u8], Utf8Fault, usize); 16] = [
    ("M01", "ff", b"\xff", Utf8Fault::NeverLegal, 0),
    ("M01", "ff after text", b"hello \xff", Utf8Fault::NeverLegal, 6),
    ("M02", "an overlong slash in two bytes", b"\xc0\xaf", Utf8Fault::NeverLegal, 0),
    ("M02", "an overlong slash in three bytes", b"\xe0\x80\xaf", Utf8Fault::Overlong, 1),
    ("M02", "an overlong slash in four bytes", b"\xf0\x80\x80\xaf", Utf8Fault::Overlong, 1),
    ("M03", "the first surrogate", b"\xed\xa0\x80", Utf8Fault::Surrogate, 1),
    ("M03", "the last surrogate", b"\xed\xbf\xbf", Utf8Fault::Surrogate, 1),
    ("M04", "U+110000", b"\xf4\x90\x80\x80", Utf8Fault::AboveMaximum, 1),
    ("M04", "f5, which begins no character", b"\xf5\x80\x80\x80", Utf8Fault::NeverLegal, 0),
    ("M04", "fe", b"\xfe", Utf8Fault::NeverLegal, 0),
    ("M04", "a form of five bytes", b"\xf8\x88\x80\x80\x80", Utf8Fault::NeverLegal, 0),
    ("M04", "a form of six bytes", b"\xfc\x84\x80\x80\x80\x80", Utf8Fault::NeverLegal, 0),
    ("M05", "a continuation byte first", b"\x80", Utf8Fault::UnexpectedContinuation, 0),
    ("M05", "one continuation byte too many", b"\xe2\x82\xac\x80", Utf8Fault::UnexpectedContinuation, 3),
    ("M05", "two bytes of three at the end", b"ok \xe2\x82", Utf8Fault::CutOff, 4),
    ("M05", "one byte of four at the end", b"\xf0", Utf8Fault::CutOff, 0),
];

/// The first and the last character of every form, and others at the edge of what is text.
const EDGES: [&str; 12] = [
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

pub(super) fn table() -> Vec<Row> {
    let mut rows: Vec<Row> = (NOT_UTF8.into_iter())
        .map(|(id, title, payload, fault, at)| {
            let bytes = frame_from(Role::Client, WHOLE, payload);
            refused(
                id,
                title,
                bytes,
                &UTF8,
                (fault_at(fault, payload, at), 6 + at + 1),
            )
        })
        .collect();
    rows.extend(accepted());
    rows.extend(as_soon_as_it_shows());
    rows
}

fn accepted() -> Vec<Row> {
    vec![
        taken("M06", "8.1", "texts at the edge of UTF-8", EDGES.map(text)),
        taken(
            "M06",
            "8.1",
            "a character in two frames",
            [
                part(TEXT, b"\xe2"),
                last(b"\x82\xac", Seen::Text("€".to_owned())),
            ],
        ),
        taken(
            "M06",
            "8.1",
            "texts in frames of one byte",
            EDGES.map(one_byte_a_frame).concat(),
        ),
    ]
}

/// The text cut wherever it can be, with an empty frame before each byte.
fn one_byte_a_frame(text: &str) -> Vec<Step> {
    let bytes = text.as_bytes().chunks(1);
    let bytes = bytes.flat_map(|byte| [part(MORE, byte), part(MORE, "")]);
    let end = last("", Seen::Text(text.to_owned()));
    iter::once(part(TEXT, ""))
        .chain(bytes)
        .chain([end])
        .collect()
}

/// Neither the rest of the frame nor the rest of the message is awaited.
fn as_soon_as_it_shows() -> Vec<Row> {
    let greek = "κόσμε".as_bytes();
    let broken = [greek, b"\xf4\x90\x80\x80edited"].concat();
    let above = fault_at(Utf8Fault::AboveMaximum, &broken, greek.len() + 1);
    let frame = |first, payload: &[u8]| frame_from(Role::Client, first, payload);
    let unfinished = fault_at(Utf8Fault::CutOff, b"\xe2\x82", 1);
    let rows = [
        (
            "M08",
            "a bad byte in the second of three frames",
            [
                frame(TEXT, greek),
                frame(MORE, b"\xf4\x90\x80\x80"),
                frame(LAST, b"edited"),
            ]
            .concat(),
            6 + greek.len() + 6 + 2,
        ),
        (
            "M08",
            "a bad character that is cut in two by its frames",
            [
                frame(TEXT, &broken[..greek.len() + 1]),
                frame(MORE, &broken[greek.len() + 1..greek.len() + 2]),
                frame(LAST, b"edited"),
            ]
            .concat(),
            6 + greek.len() + 1 + 6 + 1,
        ),
        (
            "M09",
            "a bad byte within a frame",
            frame(WHOLE, &broken),
            6 + greek.len() + 2,
        ),
        (
            "M09",
            "a bad byte within a frame whose rest never comes",
            [
                header(WHOLE, Some(KEY), 65_536),
                frame(WHOLE, &broken[..greek.len() + 2])[6..].to_vec(),
            ]
            .concat(),
            14 + greek.len() + 2,
        ),
    ];
    let rows =
        rows.map(|(id, title, bytes, after)| refused(id, title, bytes, &UTF8, (above, after)));
    let empty_last = refused(
        "M05",
        "two bytes of three, and an empty last frame",
        [frame(TEXT, b"\xe2\x82"), frame(LAST, b"")].concat(),
        &UTF8,
        (unfinished, 8 + 6),
    );
    rows.into_iter().chain([empty_last]).collect()
}

/// The byte of `text` at `at` shows that it is not UTF-8.
fn fault_at(fault: Utf8Fault, text: &[u8], at: usize) -> ProtocolError {
    let (byte, at) = (text[at], at as u64);
    ProtocolError::InvalidUtf8(Utf8Error { fault, byte, at })
}
