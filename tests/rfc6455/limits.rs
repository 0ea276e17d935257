//! §10.4: how long a message may be, in how many frames it may come, and what is unfinished.

use crate::conversation::{client, row, server, session};
use crate::kit::bytes::{Seen, frame_from, header, hear, key_of, take_events};
use libtest_mimic::Trial;
use ws101::protocol::{Limits, ProtocolError, Role};

/// The first byte of a text frame that is not the last one; and so on.
const TEXT: u8 = 0x01;
const BINARY: u8 = 0x02;
const MORE: u8 = 0x00;
const LAST: u8 = 0x80;

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = size_limit();
    rows.extend(fragment_limit());
    rows.extend(unfinished());
    rows
}

fn size_limit() -> Vec<Trial> {
    let max = 65_536;
    let too_big = |len| ProtocolError::MessageTooBig { len, max };
    let half = vec![b'x'; 32_768];
    let full = vec![b'x'; 65_536];
    let text = String::from_utf8(full.clone()).expect("ASCII");
    let tiny = |message| Limits {
        message,
        fragments: 10,
    };
    let over = header(0x81, key_of(Role::Client), max + 1);
    vec![
        server("M11 10.4 a message exactly at the limit is accepted")
            .hears_frame(0x81, &full)
            .sees_text(&text)
            .row(),
        server("M11 10.4 so it is in two halves")
            .hears_frame(TEXT, &half)
            .hears_frame(LAST, &half)
            .sees_text(&text)
            .row(),
        server("M12 10.4 one byte more is refused at the header, before the payload")
            .hears_bytes(&over)
            .refuses(too_big(max + 1), 1009, 14)
            .row(),
        server("M12 10.4 over two frames: the header of the second shows it")
            .hears_frame(BINARY, &full)
            .hears_frame(LAST, "!")
            .refuses(too_big(max + 1), 1009, 14 + 65_536 + 6)
            .row(),
        server("M12 10.4 an empty frame over a full message is not too much")
            .hears_frame(TEXT, &full)
            .hears_frame(LAST, "")
            .sees_text(&text)
            .row(),
        server("10.4 a limit of nothing takes the empty message")
            .limits(tiny(0))
            .hears_frame(0x81, "")
            .hears_frame(0x81, "a")
            .sees_text("")
            .refuses(ProtocolError::MessageTooBig { len: 1, max: 0 }, 1009, 6 + 6)
            .row(),
        server("10.4 a control frame does not count")
            .limits(tiny(2))
            .hears_frame(TEXT, "a")
            .hears_frame(0x8a, "a long one")
            .hears_frame(LAST, "b")
            .sees(Seen::Pong(b"a long one".to_vec()))
            .sees_text("ab")
            .row(),
        server("10.4 each message is counted from zero")
            .limits(tiny(2))
            .hears_frame(0x81, "ab")
            .hears_frame(TEXT, "c")
            .hears_frame(LAST, "d")
            .hears_frame(0x81, "ef")
            .sees_text("ab")
            .sees_text("cd")
            .sees_text("ef")
            .row(),
        client("10.4 a client has a limit too")
            .limits(tiny(2))
            .hears("82 03 61 62 63")
            .refuses(ProtocolError::MessageTooBig { len: 3, max: 2 }, 1009, 2)
            .row(),
        client("5.2 65536 bytes, the first length in eight bytes, are accepted")
            .hears_frame(0x82, &full)
            .sees(Seen::Binary(full))
            .row(),
    ]
}

fn fragment_limit() -> Vec<Trial> {
    let three = Limits {
        message: 100,
        fragments: 3,
    };
    let too_many = |max| ProtocolError::TooManyFragments { max };
    let ones = |count: usize| {
        let mut wire = frame(BINARY, b"x");
        (2..count).for_each(|_| wire.extend(frame(MORE, b"x")));
        wire.extend(frame(LAST, b"x"));
        wire
    };
    vec![
        server("10.4 as many frames as the limit says are accepted")
            .limits(three)
            .hears_bytes(&ones(3))
            .sees(Seen::Binary(b"xxx".to_vec()))
            .row(),
        server("10.4 one frame more is refused at its header, with a policy code")
            .limits(three)
            .hears_bytes(&ones(4))
            .refuses(too_many(3), 1008, 3 * 7 + 6)
            .row(),
        server("10.4 empty frames count")
            .limits(three)
            .hears_frame(TEXT, "")
            .hears_frame(MORE, "")
            .hears_frame(MORE, "")
            .hears_frame(LAST, "")
            .refuses(too_many(3), 1008, 3 * 6 + 6)
            .row(),
        row(
            "F30 10.4 65536 frames of one byte: a chat refuses the 1025th",
            move || {
                let mut session = session(Role::Server, Limits::CHAT);
                let wire = ones(65_536);
                let seen = hear(&mut session, &wire[..1024 * 7 + 5]);
                assert_eq!(seen, []);
                let seen = hear(&mut session, &wire[1024 * 7 + 5..]);
                assert_eq!(seen, [Seen::Refused(too_many(1024))]);
            },
        ),
        row(
            "F30 10.4 65536 frames of one byte: an echo takes them",
            move || {
                let mut session = session(Role::Server, Limits::ECHO);
                let seen = hear(&mut session, &ones(65_536));
                assert_eq!(seen, [Seen::Binary(vec![b'x'; 65_536])]);
            },
        ),
        row("10.4 the limits are those that are documented", || {
            let (chat, echo) = (Limits::CHAT, Limits::ECHO);
            assert_eq!((chat.message, chat.fragments), (65_536, 1_024));
            assert_eq!((echo.message, echo.fragments), (16_777_216, 131_072));
        }),
    ]
}

/// Deadlines are kept elsewhere; here it is said what has begun and not ended.
fn unfinished() -> Vec<Trial> {
    let text = [frame(TEXT, b"ab"), frame(0x89, b"p"), frame(LAST, b"cd")].concat();
    let binary = frame(0x82, b"whole");
    let control = frame(0x89, b"ping");
    let text_part = &frame(0x81, b"whole")[..8];
    let closed = [frame(TEXT, b"ab"), frame(0x88, b""), text.clone()].concat();
    // What has come, whether a frame and a message have begun, how many frames are complete.
    let table = [
        ("nothing", Vec::new(), false, false, 0),
        ("one byte of a header", text[..1].to_vec(), true, false, 0),
        (
            "a fragment but for its last byte",
            text[..7].to_vec(),
            true,
            true,
            0,
        ),
        ("a fragment", text[..8].to_vec(), false, true, 1),
        (
            "a fragment and half a ping",
            text[..12].to_vec(),
            true,
            true,
            1,
        ),
        ("a fragment and a ping", text[..15].to_vec(), false, true, 2),
        ("a whole fragmented message", text, false, false, 3),
        (
            "the header of a text frame",
            text_part[..6].to_vec(),
            true,
            true,
            0,
        ),
        ("half a text frame", text_part.to_vec(), true, true, 0),
        ("half a binary frame", binary[..8].to_vec(), true, true, 0),
        ("a binary frame", binary, false, false, 1),
        ("half a ping", control[..8].to_vec(), true, false, 0),
        ("a ping", control, false, false, 1),
        (
            "a Close within a message, and more",
            closed,
            false,
            false,
            2,
        ),
    ];
    let rows = table.map(|(what, heard, in_frame, in_message, frames)| {
        row(format!("10.4 what is unfinished after {what}"), move || {
            for size in [1, heard.len().max(1)] {
                let mut session = session(Role::Server, Limits::CHAT);
                for piece in heard.chunks(size) {
                    hear(&mut session, piece);
                }
                let incoming = &session.incoming;
                assert_eq!(incoming.is_inside_frame(), in_frame, "inside a frame");
                assert_eq!(incoming.is_inside_message(), in_message, "inside a message");
                assert_eq!(incoming.frames(), frames, "frames");
            }
        })
    });
    let counted = row(
        "10.4 messages are counted that came in several frames",
        || {
            // What comes next, and how many such messages are complete then.
            let table = [
                ("a whole message", frame(0x81, b"ab"), 0),
                ("a first part", frame(TEXT, b"ab"), 0),
                ("a ping", frame(0x89, b"p"), 0),
                ("a part", frame(MORE, b"c"), 0),
                ("the last part", frame(LAST, b"d"), 1),
                ("a first part again", frame(BINARY, b""), 1),
                ("its last part", frame(LAST, b""), 2),
            ];
            let mut session = session(Role::Server, Limits::CHAT);
            for (what, wire, count) in table {
                hear(&mut session, &wire);
                assert_eq!(session.incoming.messages_assembled(), count, "{what}");
            }
        },
    );
    let received = row(
        "10.4 more may be received at once than there is space",
        || {
            let max = Limits::ECHO.message as usize;
            for len in [0, 1, 4096, 65_536, max] {
                let mut session = session(Role::Server, Limits::ECHO);
                session.incoming.receive(&frame(0x82, &vec![7; len]));
                let mut seen = Vec::new();
                take_events(&mut session, &mut seen);
                assert_eq!(seen, [Seen::Binary(vec![7; len])], "{len} bytes");
            }
        },
    );
    rows.into_iter().chain([counted, received]).collect()
}

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    frame_from(Role::Client, first, payload)
}
