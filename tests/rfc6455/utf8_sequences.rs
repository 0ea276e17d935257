//! §8.1: 132 byte sequences, 63 of them UTF-8, in the order of the well-known stress tests for
//! UTF-8 decoders. Each is a message in one frame cut anywhere, and in two fragments cut anywhere.

use crate::conversation::{row, session};
use crate::kit::bytes::{Seen, close_from, frame_from, hear};
use libtest_mimic::Trial;
use ws101::protocol::{Limits, Role, from_utf8};

/// What a sequence is a case of, whether it is UTF-8, and its bytes.
struct Sequence {
    group: &'static str,
    valid: bool,
    bytes: Vec<u8>,
}

pub(crate) fn rows() -> Vec<Trial> {
    let sequences = sequences();
    let valid = sequences.iter().filter(|sequence| sequence.valid).count();
    let counted = (valid, sequences.len() - valid);
    let mut rows = vec![row(
        "M10 8.1 63 of the sequences are UTF-8, 69 are not",
        move || {
            assert_eq!(counted, (63, 69));
        },
    )];
    rows.extend(sequences.into_iter().enumerate().map(|(i, sequence)| {
        let name = format!("M10 8.1 sequence {}: {}", i + 1, sequence.group);
        row(name, move || judge(&sequence))
    }));
    rows
}

fn judge(sequence: &Sequence) {
    let bytes = &sequence.bytes;
    let text = std::str::from_utf8(bytes);
    assert_eq!(
        text.is_ok(),
        sequence.valid,
        "the table is wrong: {bytes:x?}"
    );
    assert_eq!(from_utf8(bytes).ok(), text.ok(), "{bytes:x?}");
    // Which byte shows it, `text` has a table for: here it is the same however the sequence is cut.
    let expected = match from_utf8(bytes) {
        Ok(text) => Seen::Text(text.to_owned()),
        Err(error) => Seen::Refused(error.into()),
    };
    let frame = |first, payload: &[u8]| frame_from(Role::Client, first, payload);
    for cut in 0..=bytes.len() {
        let (head, tail) = bytes.split_at(cut);
        let in_two_frames = [frame(0x01, head), frame(0x80, tail)].concat();
        judge_pieces(&expected, &[&in_two_frames]);
        let in_one_frame = frame(0x81, bytes);
        let (head, tail) = in_one_frame.split_at(6 + cut);
        judge_pieces(&expected, &[head, tail]);
    }
}

fn judge_pieces(expected: &Seen, pieces: &[&[u8]]) {
    let mut session = session(Role::Server, Limits::CHAT);
    let seen: Vec<Seen> = pieces
        .iter()
        .flat_map(|piece| hear(&mut session, piece))
        .collect();
    assert_eq!(
        seen,
        std::slice::from_ref(expected),
        "in pieces {pieces:x?}"
    );
    let said = match expected {
        Seen::Refused(error) => close_from(Role::Server, 1007, &error.to_string()),
        _ => Vec::new(),
    };
    assert_eq!(session.outgoing.waiting(), said);
}

fn sequences() -> Vec<Sequence> {
    let mut all = Vec::new();
    let mut add = |group, valid, bytes: &[u8]| {
        let bytes = bytes.to_vec();
        all.push(Sequence {
            group,
            valid,
            bytes,
        });
    };
    valid_text(&mut add);
    boundaries(&mut add);
    malformed(&mut add);
    overlong(&mut add);
    surrogates(&mut add);
    noncharacters(&mut add);
    all
}

type Add<'a> = &'a mut dyn FnMut(&'static str, bool, &[u8]);

fn valid_text(add: Add<'_>) {
    for text in ["hello$world", "hello¢world", "hello€world", "hello𤭢world"] {
        add("one character among ASCII", true, text.as_bytes());
    }
    let word = "κ\u{1f79}σμε"; // The second letter with its accent takes three bytes.
    add("a Greek word", true, word.as_bytes());
    for end in 1..=word.len() {
        let group = "a beginning of the Greek word";
        add(group, word.is_char_boundary(end), &word.as_bytes()[..end]);
    }
}

fn boundaries(add: Add<'_>) {
    for bytes in [
        &b"\x00"[..],
        b"\xc2\x80",
        b"\xe0\xa0\x80",
        b"\xf0\x90\x80\x80",
    ] {
        add("the first character of its length", true, bytes);
    }
    for bytes in [&b"\xf8\x88\x80\x80\x80"[..], b"\xfc\x84\x80\x80\x80\x80"] {
        add("the first of five or six bytes, once allowed", false, bytes);
    }
    for bytes in [
        &b"\x7f"[..],
        b"\xdf\xbf",
        b"\xef\xbf\xbf",
        b"\xf4\x8f\xbf\xbf",
    ] {
        add("the last character of its length", true, bytes);
    }
    for bytes in [
        &b"\xf7\xbf\xbf\xbf"[..],
        b"\xfb\xbf\xbf\xbf\xbf",
        b"\xfd\xbf\xbf\xbf\xbf\xbf",
    ] {
        add("the last of four to six bytes, once allowed", false, bytes);
    }
    for neighbour in ["\u{d7ff}", "\u{e000}", "\u{fffd}", "\u{10ffff}"] {
        add("next to a gap", true, neighbour.as_bytes());
    }
    add("U+110000", false, b"\xf4\x90\x80\x80");
}

fn malformed(add: Add<'_>) {
    add("a lone continuation byte, the first", false, b"\x80");
    add("a lone continuation byte, the last", false, b"\xbf");
    for len in 2..=6 {
        let bytes: Vec<u8> = [0x80, 0xbf].into_iter().cycle().take(len).collect();
        add("continuation bytes alone", false, &bytes);
    }
    let all: Vec<u8> = (0x80..=0xbf).collect();
    add("all continuation bytes", false, &all);

    for starts in [
        0xc0..=0xdf,
        0xe0..=0xef,
        0xf0..=0xf7,
        0xf8..=0xfb,
        0xfc..=0xfd,
    ] {
        let bytes: Vec<u8> = starts.flat_map(|start: u8| [start, b' ']).collect();
        add("first bytes, each before a blank", false, &bytes);
    }
    for (starts, inner) in [
        ([0xc0, 0xe0, 0xf0, 0xf8, 0xfc], 0x80),
        ([0xdf, 0xef, 0xf7, 0xfb, 0xfd], 0xbf),
    ] {
        for (behind, start) in starts.into_iter().enumerate() {
            let bytes = [vec![start], vec![inner; behind]].concat();
            add("the last byte is missing", false, &bytes);
        }
    }
    let all = b"\xc0\xe0\x80\xf0\x80\x80\xf8\x80\x80\x80\xfc\x80\x80\x80\x80\
                \xdf\xef\xbf\xf7\xbf\xbf\xfb\xbf\xbf\xbf\xfd\xbf\xbf\xbf\xbf";
    add("all of these in a row", false, all);
    for bytes in [&b"\xfe"[..], b"\xff", b"\xfe\xfe\xff\xff"] {
        add("a byte that is nothing", false, bytes);
    }
}

fn overlong(add: Add<'_>) {
    for bytes in [
        &b"\xc0\xaf"[..],
        b"\xe0\x80\xaf",
        b"\xf0\x80\x80\xaf",
        b"\xf8\x80\x80\x80\xaf",
        b"\xfc\x80\x80\x80\x80\xaf",
    ] {
        add("an overlong slash", false, bytes);
    }
    for bytes in [
        &b"\xc1\xbf"[..],
        b"\xe0\x9f\xbf",
        b"\xf0\x8f\xbf\xbf",
        b"\xf8\x87\xbf\xbf\xbf",
        b"\xfc\x83\xbf\xbf\xbf\xbf",
    ] {
        add("the last overlong character of its length", false, bytes);
    }
    for bytes in [
        &b"\xc0\x80"[..],
        b"\xe0\x80\x80",
        b"\xf0\x80\x80\x80",
        b"\xf8\x80\x80\x80\x80",
        b"\xfc\x80\x80\x80\x80\x80",
    ] {
        add("an overlong NUL", false, bytes);
    }
}

fn surrogates(add: Add<'_>) {
    let high = [
        b"\xed\xa0\x80",
        b"\xed\xad\xbf",
        b"\xed\xae\x80",
        b"\xed\xaf\xbf",
    ];
    let low = [b"\xed\xb0\x80", b"\xed\xbe\x80", b"\xed\xbf\xbf"];
    for bytes in high.iter().chain(&low) {
        add("a surrogate", false, *bytes);
    }
    for first in high {
        for second in [low[0], low[2]] {
            add("a pair of surrogates", false, &[*first, *second].concat());
        }
    }
}

fn noncharacters(add: Add<'_>) {
    for plane in 0..=0x10u32 {
        for last in [0xfffe, 0xffff] {
            let character = char::from_u32(plane << 16 | last).expect("not a surrogate");
            let bytes = character.to_string();
            add("a noncharacter", true, bytes.as_bytes());
        }
    }
    for special in '\u{fff9}'..='\u{ffff}' {
        let bytes = special.to_string();
        add("a special", true, bytes.as_bytes());
    }
}
