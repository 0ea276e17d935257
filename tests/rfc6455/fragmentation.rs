//! §5.4: a message in several frames, and what may stand between them.

use crate::conversation::{Conversation, client, row, server, session};
use crate::kit::bytes::{SIZES, Seen, frame_from, hear};
use libtest_mimic::Trial;
use ws101::protocol::{
    Assembler, FrameHeader, Limits, Message, Opcode, Part, Progress, ProtocolError, Role,
};

/// The first byte of a text frame that is not the last one; and so on.
const TEXT: u8 = 0x01;
const BINARY: u8 = 0x02;
const MORE: u8 = 0x00;
const LAST: u8 = 0x80;

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = messages();
    rows.extend(order());
    rows.extend(between());
    rows.extend(memory());
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
        row("5.4 the pong does not wait for the message", || {
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
    ]
}

/// What is in an assembler, before and after it is asked to give memory back.
fn memory() -> Vec<Trial> {
    let table = [
        (Opcode::Text, Message::Text("abc"), Message::Text("")),
        (
            Opcode::Binary,
            Message::Binary(b"abc"),
            Message::Binary(b""),
        ),
    ];
    let rows = table.map(|(opcode, whole, nothing)| {
        row(
            format!("10.4 {opcode:?}: memory is given back between messages"),
            move || {
                let max = Some(Limits::CHAT.message);
                let mut assembler = Assembler::new(Limits::CHAT);
                assert_eq!(assembler.awaits_message(), max);
                assert_eq!(
                    add(&mut assembler, opcode, false, b"ab"),
                    Progress::Unfinished
                );
                assembler.shrink();
                assert_eq!(assembler.awaits_message(), None);
                let last = add(&mut assembler, Opcode::Continuation, true, b"c");
                assert_eq!(last, Progress::Assembled);
                assert_eq!(assembler.assembled(), whole, "not within one");
                assert_eq!(assembler.awaits_message(), max);
                assembler.shrink();
                assert_eq!(assembler.assembled(), nothing);
            },
        )
    });
    rows.into()
}

fn add(assembler: &mut Assembler, opcode: Opcode, fin: bool, payload: &[u8]) -> Progress {
    let header = FrameHeader {
        fin,
        opcode,
        mask: None,
        len: payload.len() as u64,
    };
    assembler.admit(&header).expect("it may come now");
    let mut payload = payload.to_vec();
    let part = Part {
        header,
        payload: &mut payload,
        first: true,
        last: true,
    };
    assembler.add(&part).expect("it is right")
}

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    frame_from(Role::Client, first, payload)
}
