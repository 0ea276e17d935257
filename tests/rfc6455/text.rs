//! §8.1: text is UTF-8, and the first byte that can never become UTF-8 ends the connection.

use crate::conversation::{client, row, server, session};
use crate::kit::bytes::{Seen, close_from, frame_from, hear};
use libtest_mimic::Trial;
use std::ops::RangeInclusive;
use ws101::protocol::{Limits, ProtocolError, Role, Utf8Decoder, Utf8Error, Utf8Fault, from_utf8};

const TEXT: u8 = 0x01;
const WHOLE: u8 = 0x81;
const MORE: u8 = 0x00;
const LAST: u8 = 0x80;

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = messages();
    rows.push(row(
        "8.1 all sequences of up to three telling bytes: refused at the earliest one",
        || {
            for bytes in sequences_of(&TELLING, 3) {
                refused_at_the_earliest(&bytes);
            }
        },
    ));
    rows.push(row(
        "8.1 all beginnings of four-byte forms, and what may follow",
        || {
            for first in 0xf0..=0xf8 {
                for rest in sequences_of(&[0x7f, 0x80, 0x8f, 0x90, 0xbf, 0xc0], 3) {
                    refused_at_the_earliest(&[&[first], &rest[..]].concat());
                }
            }
        },
    ));
    rows
}

fn messages() -> Vec<Trial> {
    vec![
        client("8.1 a server's text is judged too")
            .hears("81 02 c3 28")
            .refuses(invalid(Utf8Fault::NotAContinuation, 0x28, 1), 1007, 4)
            .row(),
        server("8.1 a character over four frames, with an empty one among them")
            .hears_frame(TEXT, b"\xf0")
            .hears_frame(MORE, b"\x9d")
            .hears_frame(MORE, b"")
            .hears_frame(MORE, b"\x84")
            .hears_frame(LAST, b"\x9e")
            .sees_text("𝄞")
            .row(),
        server("8.1 the last frame ends within a character")
            .hears_frame(TEXT, b"a")
            .hears_frame(LAST, b"\xf0\x9d\x84")
            .refuses(invalid(Utf8Fault::CutOff, 0x84, 3), 1007, 7 + 9)
            .row(),
        server("8.1 what one message left incomplete is not continued by the next")
            .hears_frame(TEXT, b"a")
            .hears_frame(LAST, b"b")
            .hears_frame(WHOLE, b"\x82\xac")
            .sees_text("ab")
            .refuses(
                invalid(Utf8Fault::UnexpectedContinuation, 0x82, 0),
                1007,
                7 + 7 + 7,
            )
            .row(),
        server("8.1 text may hold NUL, U+FEFF, U+FFFF and U+10FFFF")
            .hears_frame(WHOLE, "\u{0}\u{feff}\u{ffff}\u{10ffff}")
            .sees_text("\u{0}\u{feff}\u{ffff}\u{10ffff}")
            .row(),
        server("8.1 binary may be anything")
            .hears_frame(0x82, b"\xff\xfe\xc0\xaf")
            .sees(Seen::Binary(b"\xff\xfe\xc0\xaf".to_vec()))
            .row(),
    ]
}

/// §8.1 lets an endpoint wait for the end of a message; this one does not.
fn invalid(fault: Utf8Fault, byte: u8, at: usize) -> ProtocolError {
    let at = at as u64;
    ProtocolError::InvalidUtf8(Utf8Error { fault, byte, at })
}

/// The bytes at which some rule of UTF-8 begins or ends.
const TELLING: [u8; 27] = [
    0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec,
    0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xff,
];

fn sequences_of(alphabet: &[u8], longest: usize) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    let mut longer = 0..1;
    for _ in 0..longest {
        let end = all.len();
        for i in longer {
            for &byte in alphabet {
                all.push([&all[i][..], &[byte]].concat());
            }
        }
        longer = end..all.len();
    }
    all
}

/// The frame declares one byte more than comes, so that the message's end decides nothing.
fn refused_at_the_earliest(bytes: &[u8]) {
    let earliest = earliest_impossible(bytes);
    let mut session = session(Role::Server, Limits::CHAT);
    let frame = frame_from(Role::Client, WHOLE, &[bytes, b"!"].concat());
    hear(&mut session, &frame[..6]);
    for (i, byte) in frame[6..6 + bytes.len()].iter().enumerate() {
        let seen = hear(&mut session, &[*byte]);
        if earliest == Some(i) {
            let error = invalid(fault_at(bytes, i), bytes[i], i);
            assert_eq!(seen, [Seen::Refused(error)], "{bytes:x?} at {i}");
            let close = close_from(Role::Server, 1007, &error.to_string());
            assert_eq!(session.outgoing.waiting(), close);
            break;
        }
        assert_eq!(seen, [], "{bytes:x?} at {i}");
    }

    // The decoder alone, given all at once, comes to the same verdict, and at the end to std's.
    let (mut decoder, mut text) = (Utf8Decoder::new(), String::new());
    let pushed = decoder.push(bytes, &mut text);
    assert_eq!(pushed.is_err(), earliest.is_some(), "{bytes:x?}");
    let whole = pushed
        .and_then(|()| decoder.finish())
        .map(|()| text.as_str())
        .map_err(ProtocolError::from);
    let cut_off = bytes
        .last()
        .map(|last| invalid(Utf8Fault::CutOff, *last, bytes.len() - 1));
    let error = earliest
        .map(|at| invalid(fault_at(bytes, at), bytes[at], at))
        .or(cut_off);
    let expected = std::str::from_utf8(bytes).map_err(|_| error.expect("it has a byte"));
    assert_eq!(whole, expected, "{bytes:x?}");
    let at_once = from_utf8(bytes).map_err(ProtocolError::from);
    assert_eq!(at_once, expected, "{bytes:x?}");
}

/// The well-formed byte sequences, as the Unicode Standard lists them (table 3-7).
const WELL_FORMED: [&[RangeInclusive<u8>]; 9] = [
    &[0x00..=0x7f],
    &[0xc2..=0xdf, 0x80..=0xbf],
    &[0xe0..=0xe0, 0xa0..=0xbf, 0x80..=0xbf],
    &[0xe1..=0xec, 0x80..=0xbf, 0x80..=0xbf],
    &[0xed..=0xed, 0x80..=0x9f, 0x80..=0xbf],
    &[0xee..=0xef, 0x80..=0xbf, 0x80..=0xbf],
    &[0xf0..=0xf0, 0x90..=0xbf, 0x80..=0xbf, 0x80..=0xbf],
    &[0xf1..=0xf3, 0x80..=0xbf, 0x80..=0xbf, 0x80..=0xbf],
    &[0xf4..=0xf4, 0x80..=0x8f, 0x80..=0xbf, 0x80..=0xbf],
];

/// What is wrong with the byte at `at`, the first after which no text can follow: by the
/// code points that the character could have, not by the second bytes that are forbidden.
fn fault_at(bytes: &[u8], at: usize) -> Utf8Fault {
    let is_used =
        |byte: u8| (WELL_FORMED.iter()).any(|form| form.iter().any(|range| range.contains(&byte)));
    let is_continuation = |byte: u8| byte & 0xc0 == 0x80;
    if !is_used(bytes[at]) {
        return Utf8Fault::NeverLegal;
    }
    let begun = bytes[..at]
        .iter()
        .rev()
        .take(3)
        .position(|byte| byte & 0xc0 == 0xc0);
    let len = begun.map_or(0, |back| bytes[at - back - 1].leading_ones() as usize);
    let begun = begun
        .filter(|back| back + 1 < len)
        .map(|back| &bytes[at - back - 1..=at]);
    let Some(character) = begun else {
        return Utf8Fault::UnexpectedContinuation;
    };
    if !is_continuation(bytes[at]) {
        return Utf8Fault::NotAContinuation;
    }
    // The least code point that begins with these bits.
    let first = u32::from(character[0]) & (0x7f >> len);
    let bits = (character[1..].iter()).fold(first, |bits, byte| bits << 6 | u32::from(byte & 0x3f));
    let least = bits << (6 * (len - character.len()));
    match (len, least) {
        (3, ..0x800) | (4, ..0x1_0000) => Utf8Fault::Overlong,
        (_, 0xd800..0xe000) => Utf8Fault::Surrogate,
        (_, 0x11_0000..) => Utf8Fault::AboveMaximum,
        _ => panic!("{bytes:x?}: nothing is wrong at {at}"),
    }
}

/// The offset of the first byte after which no text can follow.
fn earliest_impossible(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        // How far each form goes along with what is here; the longest wins.
        let fits = |form: &&[RangeInclusive<u8>]| {
            form.iter()
                .zip(&bytes[at..])
                .take_while(|(range, byte)| range.contains(byte))
                .count()
        };
        let form = WELL_FORMED
            .iter()
            .max_by_key(|form| fits(form))
            .expect("nine forms");
        let len = fits(form);
        if at + len < bytes.len() && len < form.len() {
            return Some(at + len);
        }
        at += len;
    }
    None
}
