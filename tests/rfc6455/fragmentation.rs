//! §5.4, §10.4: a message in several frames, what may stand between them, and the limits.

use crate::bytes::{SIZES, Seen, frame_from, header, hear, key_of};
use crate::conversation::{Conversation, client, row, server, session};
use libtest_mimic::Trial;
use ws101::protocol::{Limits, ProtocolError, Role};

/// The first byte of a text frame that is not the last one; and so on.
const TEXT: u8 = 0x01;
const BINARY: u8 = 0x02;
const MORE: u8 = 0x00;
const LAST: u8 = 0x80;

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = messages();
    rows.extend(order());
    rows.extend(between());
    rows.extend(size_limit());
    rows.extend(fragment_limit());
    rows.extend(unfinished());
    rows
}

fn messages() -> Vec<Trial> {
    let mut rows = Vec::new();
    for reader in [Role::Server, Role::Client] {
        for size in SIZES {
            let peer = reader.peer();
            let payload: Vec<u8> = (0..size).map(|i| (i * 7) as u8).collect();
            let name = format!("5.4 {size} bytes in one frame from a {peer:?}");
            rows.push(
                reading(reader, name)
                    .hears_frame(0x82, &payload)
                    .sees(Seen::Binary(payload.clone()))
                    .row(),
            );
            let name = format!("5.4 {size} bytes in three frames from a {peer:?}");
            rows.push(
                reading(reader, name)
                    .hears_frame(BINARY, &payload[..size / 2])
                    .hears_frame(MORE, &payload[size / 2..size - size / 3])
                    .hears_frame(LAST, &payload[size - size / 3..])
                    .sees(Seen::Binary(payload))
                    .row(),
            );
        }
    }
    rows.extend([
        server("5.4 text in three frames is one message")
            .hears_frame(TEXT, "one ")
            .hears_frame(MORE, "two ")
            .hears_frame(LAST, "three")
            .sees_text("one two three")
            .row(),
        server("F29 5.4 two empty frames are an empty message")
            .hears_frame(TEXT, "")
            .hears_frame(LAST, "")
            .sees_text("")
            .row(),
        server("5.4 empty frames around and between change nothing")
            .hears_frame(BINARY, "")
            .hears_frame(MORE, "a")
            .hears_frame(MORE, "")
            .hears_frame(LAST, "")
            .sees(Seen::Binary(b"a".to_vec()))
            .row(),
        server("5.4 a message after a fragmented one begins anew")
            .hears_frame(TEXT, "ab")
            .hears_frame(LAST, "c")
            .hears_frame(BINARY, "d")
            .hears_frame(LAST, "e")
            .hears_frame(0x81, "f")
            .sees_text("abc")
            .sees(Seen::Binary(b"de".to_vec()))
            .sees_text("f")
            .row(),
    ]);
    rows
}

fn reading(reader: Role, name: String) -> Conversation {
    match reader {
        Role::Server => server(name),
        Role::Client => client(name),
    }
}

/// The opcodes must tell one story. What breaks it is seen when the header is complete.
fn order() -> Vec<Trial> {
    let nothing = ProtocolError::NothingToContinue;
    let unfinished = ProtocolError::MessageUnfinished;
    let mut rows = vec![
        server("F25 5.4 a continuation first is refused")
            .hears("80 81 37 fa 21 3d 4f")
            .refuses(nothing, 1002, 6)
            .row(),
        server("F26 5.4 so it is without FIN")
            .hears("00 81 37 fa 21 3d 4f")
            .refuses(nothing, 1002, 6)
            .row(),
        client("5.4 a continuation first from a server is refused")
            .hears("80 01 4f")
            .refuses(nothing, 1002, 2)
            .row(),
        server("5.4 a continuation after a whole message is refused")
            .hears_frame(0x81, "a")
            .hears_frame(LAST, "b")
            .sees_text("a")
            .refuses(nothing, 1002, 7 + 6)
            .row(),
        server("5.4 a continuation after a fragmented message is refused")
            .hears_frame(TEXT, "a")
            .hears_frame(LAST, "b")
            .hears_frame(LAST, "c")
            .sees_text("ab")
            .refuses(nothing, 1002, 14 + 6)
            .row(),
        server("5.4 a ping does not begin a message")
            .hears_frame(0x89, "")
            .hears_frame(LAST, "")
            .sees(Seen::Ping(vec![]))
            .says_frame(0x8a, "")
            .refuses(nothing, 1002, 6 + 6)
            .row(),
        client("5.4 a new message before the last one ended, from a server")
            .hears_frame(TEXT, "a")
            .hears_frame(0x81, "b")
            .refuses(unfinished, 1002, 3 + 2)
            .row(),
    ];
    for begun in [TEXT, BINARY] {
        for second in [0x01, 0x02, 0x81, 0x82] {
            let name =
                format!("5.4 frame {second:02x} while a message that began with {begun:02x} lasts");
            let row = server(name)
                .hears_frame(begun, "a")
                .hears_frame(second, "b")
                .refuses(unfinished, 1002, 7 + 6);
            rows.push(row.row());
        }
    }
    rows
}

fn between() -> Vec<Trial> {
    vec![
        server("F27 5.4 a ping between fragments is answered, the message comes once")
            .hears_frame(TEXT, "Hel")
            .hears_frame(0x89, "now")
            .hears_frame(LAST, "lo")
            .sees(Seen::Ping(b"now".to_vec()))
            .sees_text("Hello")
            .says_frame(0x8a, "now")
            .row(),
        row("F27 5.4 the pong does not wait for the message", || {
            let mut session = session(Role::Server, Limits::CHAT);
            let begun = [frame(TEXT, b"Hel"), frame(0x89, b"now")].concat();
            let seen = hear(&mut session, &begun);
            assert_eq!(seen, [Seen::Ping(b"now".to_vec())]);
            let pong = frame_from(Role::Server, 0x8a, b"now");
            assert_eq!(session.outgoing.waiting(), pong);
        }),
        server("5.4 every control frame may stand between any two fragments")
            .hears_frame(BINARY, "a")
            .hears_frame(0x8a, "")
            .hears_frame(0x89, "1")
            .hears_frame(MORE, "b")
            .hears_frame(0x89, "2")
            .hears_frame(LAST, "c")
            .sees(Seen::Pong(vec![]))
            .sees(Seen::Ping(b"1".to_vec()))
            .sees(Seen::Ping(b"2".to_vec()))
            .sees(Seen::Binary(b"abc".to_vec()))
            .says_frame(0x8a, "1")
            .says_frame(0x8a, "2")
            .row(),
        server("5.4 a control frame inside a character does not disturb it")
            .hears_frame(TEXT, [0xe2, 0x82])
            .hears_frame(0x8a, [0xff])
            .hears_frame(LAST, [0xac])
            .sees(Seen::Pong(vec![0xff]))
            .sees_text("€")
            .row(),
        server("F28 7.1.5 a Close between fragments ends it, the message is discarded")
            .hears_frame(TEXT, "Hel")
            .hears_frame(0x88, [0x03, 0xe8])
            .hears_frame(LAST, "lo")
            .sees(Seen::Close(Some((1000, String::new()))))
            .says("88 02 03 e8")
            .row(),
    ]
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
    let huge = [
        header(0x82, key_of(Role::Client), i64::MAX as u64),
        vec![0; 9],
    ]
    .concat();
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
        server("F12 10.4 2^63-1 bytes are refused at the header")
            .hears_bytes(&huge)
            .refuses(too_big(i64::MAX as u64), 1009, 14)
            .row(),
        server("F12 10.4 2^63-1 on top of one byte too")
            .hears_frame(BINARY, "a")
            .hears_bytes(&header(LAST, key_of(Role::Client), i64::MAX as u64))
            .refuses(too_big(1 << 63), 1009, 7 + 14)
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
        client("F10 5.2 65536 bytes, the first length in eight bytes, are accepted")
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
            let mut session = session(Role::Server, Limits::CHAT);
            hear(&mut session, &heard);
            let incoming = &session.incoming;
            assert_eq!(incoming.is_inside_frame(), in_frame, "inside a frame");
            assert_eq!(incoming.is_inside_message(), in_message, "inside a message");
            assert_eq!(incoming.frames(), frames, "frames");
        })
    });
    rows.into()
}

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    frame_from(Role::Client, first, payload)
}
