//! F: frames, right and wrong.

use super::{
    CONTROL_FRAGMENTED, CONTROL_LENGTH, LENGTH_MINIMAL, LENGTH_TOP_BIT, MASKING, MESSAGE_SIZE,
    MESSAGE_UNFINISHED, NOTHING_TO_CONTINUE, OPCODE, RSV, Row, close, last, part, refused, taken,
    text, whole,
};
use crate::kit::bytes::{KEY, SIZES, Seen, frame_from, header, hex};
use ws101::protocol::{Limits, Opcode, ProtocolError, Role};

/// The first byte of a text frame that is not the last one; and so on.
const TEXT: u8 = 0x01;
const BINARY: u8 = 0x02;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;

pub(super) fn table() -> Vec<Row> {
    [
        first_bytes(),
        lengths(),
        control_frames(),
        order(),
        accepted(),
    ]
    .concat()
}

/// What the first two bytes show.
fn first_bytes() -> Vec<Row> {
    let wrong_masking = |sender| ProtocolError::WrongMasking { sender };
    let unmasked = |title, bytes| {
        let error = (wrong_masking(Role::Client), 2);
        refused("F01", title, hex(bytes), &MASKING, error)
    };
    let masked = |title, bytes| {
        let error = (wrong_masking(Role::Server), 2);
        refused("F01", title, hex(bytes), &MASKING, error).of_a_server()
    };
    let rsv = |id, title, bytes, bits| {
        let error = (ProtocolError::ReservedBitsSet(bits), 1);
        refused(id, title, hex(bytes), &RSV, error)
    };
    let opcode = |opcode| {
        let id = if opcode < 8 { "F05" } else { "F06" };
        let bytes = format!("{:02x} 80 37 fa 21 3d", 0x80 | opcode);
        let error = (ProtocolError::UnknownOpcode(opcode), 1);
        refused(
            id,
            format!("opcode {opcode:x}"),
            hex(&bytes),
            &OPCODE,
            error,
        )
    };
    let mut rows = vec![
        unmasked("a text without a mask", "81 05 48 65 6c 6c 6f"),
        unmasked("an empty text without a mask", "81 00"),
        unmasked("a ping without a mask", "89 00"),
        masked("a server that masks", "81 85 37 fa 21 3d 7f 9f 4d 51 58"),
        masked("a server that masks a Close", "88 82 37 fa 21 3d 34 12"),
        rsv("F02", "RSV1", "c1 82 37 fa 21 3d 7f 93", 0x40),
        rsv("F02", "RSV1 from a server", "c1 02 48 69", 0x40).of_a_server(),
        rsv("F03", "RSV2", "a1 82 37 fa 21 3d 7f 93", 0x20),
        rsv("F03", "RSV3", "91 82 37 fa 21 3d 7f 93", 0x10),
        rsv("F03", "all three", "f1 82 37 fa 21 3d 7f 93", 0x70),
        rsv("F03", "RSV1 in a continuation", "40 80 37 fa 21 3d", 0x40),
        rsv("F03", "RSV1 in a ping", "c9 80 37 fa 21 3d", 0x40),
        rsv("F03", "RSV2 in a Close", "a8 80 37 fa 21 3d", 0x20),
    ];
    rows.extend((0x3..=0x7).chain(0xb..=0xf).map(opcode));
    let error = (ProtocolError::UnknownOpcode(3), 1);
    let of_a_server = refused(
        "F05",
        "opcode 3 from a server",
        hex("83 00"),
        &OPCODE,
        error,
    );
    rows.push(of_a_server.of_a_server());
    rows
}

fn lengths() -> Vec<Row> {
    let top_bit = |title, bytes| {
        let error = (ProtocolError::LengthTopBitSet, 3);
        refused("F11", title, hex(bytes), &LENGTH_TOP_BIT, error)
    };
    let in_two = |title: String, bytes: Vec<u8>| {
        let error = (ProtocolError::LengthNotMinimal(2), 4);
        refused("F07", title, bytes, &LENGTH_MINIMAL, error)
    };
    let mut rows: Vec<Row> = [0_u16, 1, 2, 125]
        .into_iter()
        .map(|len| {
            let [high, low] = len.to_be_bytes();
            let header = [&[0x81, 0xfe, high, low], &KEY.0[..]].concat();
            // The payload is all there: zeros, masked.
            let payload = KEY.0.into_iter().cycle().take(len.into());
            let bytes = header.into_iter().chain(payload).collect();
            in_two(format!("length {len} in two bytes"), bytes)
        })
        .collect();
    let title = "length 125 in two bytes, from a server".to_owned();
    rows.push(in_two(title, hex("82 7e 00 7d")).of_a_server());
    rows.extend([0_u64, 1, 2, 125, 126, 127, 65_535].map(|len| {
        let bytes = [&[0x82, 0xff], &len.to_be_bytes()[..], &KEY.0].concat();
        // Six zeros of the eight bytes show that the length is below 65536.
        let error = (ProtocolError::LengthNotMinimal(8), 8);
        let title = format!("length {len} in eight bytes");
        refused("F08", title, bytes, &LENGTH_MINIMAL, error)
    }));
    let max = Limits::CHAT.message;
    let too_big = |len| ProtocolError::MessageTooBig { len, max };
    let longest = |first| header(first, Some(KEY), i64::MAX as u64);
    rows.extend([
        top_bit(
            "a length with its top bit set",
            "82 ff 80 00 00 00 00 00 00 00 37 fa 21 3d",
        ),
        top_bit(
            "a length with all its bits set, from a server",
            "82 7f ff ff ff ff ff ff ff ff",
        )
        .of_a_server(),
        refused(
            "F12",
            "length 2^63-1",
            longest(0x82),
            &MESSAGE_SIZE,
            (too_big(i64::MAX as u64), 14),
        ),
        refused(
            "F12",
            "length 2^63-1 on top of one byte",
            [frame_from(Role::Client, BINARY, b"a"), longest(0x80)].concat(),
            &MESSAGE_SIZE,
            (too_big(1 << 63), 7 + 14),
        ),
    ]);
    rows
}

fn control_frames() -> Vec<Row> {
    let kinds = [
        (Opcode::Ping, "a ping", "F17"),
        (Opcode::Pong, "a pong", "F18"),
        (Opcode::Close, "a Close", "F18"),
    ];
    let mut rows = Vec::new();
    for (opcode, kind, id) in kinds {
        for (sender, whose) in [(Role::Client, ""), (Role::Server, ", from a server")] {
            let mut add = |id, title: String, bytes: Vec<u8>, rule, error| {
                let row = refused(id, format!("{title}{whose}"), bytes, rule, error);
                rows.push(Row {
                    from: sender,
                    ..row
                });
            };
            let first = opcode as u8;
            add(
                id,
                format!("{kind} without FIN"),
                frame_from(sender, first, b"k"),
                &CONTROL_FRAGMENTED,
                (ProtocolError::ControlFragmented(opcode), 1),
            );
            add(
                "F19",
                format!("{kind} of 126 bytes"),
                frame_from(sender, 0x80 | first, &[b'a'; 126]),
                &CONTROL_LENGTH,
                (ProtocolError::ControlTooLong(opcode), 2),
            );
            if sender == Role::Client {
                add(
                    "F19",
                    format!("{kind} whose length is in eight bytes"),
                    vec![0x80 | first, 0xff],
                    &CONTROL_LENGTH,
                    (ProtocolError::ControlTooLong(opcode), 2),
                );
            }
        }
    }
    rows
}

/// The opcodes must tell one story. What breaks it is seen when the header is complete.
fn order() -> Vec<Row> {
    let frame = |first, payload| frame_from(Role::Client, first, payload);
    let nothing = |title, first| {
        let error = (ProtocolError::NothingToContinue, 6);
        refused(
            "F25",
            title,
            frame(first, b"x"),
            &NOTHING_TO_CONTINUE,
            error,
        )
    };
    let within = |title, second| {
        let bytes = [frame(TEXT, b"x"), frame(second, b"x")].concat();
        let error = (ProtocolError::MessageUnfinished, 7 + 6);
        refused("F26", title, bytes, &MESSAGE_UNFINISHED, error)
    };
    vec![
        nothing("a continuation first", 0x80),
        nothing("a continuation first, to be continued", 0x00),
        within("a text within a text", 0x81),
        within("a text within a text, to be continued", 0x01),
        within("a binary within a text", 0x82),
    ]
}

fn accepted() -> Vec<Row> {
    let mut rows: Vec<Row> = SIZES
        .into_iter()
        .map(|size| {
            let payload: Vec<u8> = (0..size).map(|i| i as u8).collect();
            let steps = [whole(0x82, payload, Seen::Binary)];
            taken("F10", "5.2", format!("{size} bytes"), steps)
        })
        .collect();
    rows.extend([0, 1, 2, 124, 125].map(|size| {
        let payload: Vec<u8> = (0..size).map(|i| 255 - i as u8).collect();
        let steps = [whole(PING, payload, Seen::Ping)];
        taken("F20", "5.5.2", format!("a ping of {size} bytes"), steps)
    }));
    let unasked = [whole(PONG, "unasked", Seen::Pong)];
    let around_a_ping = [
        part(TEXT, "be"),
        whole(PING, "now", Seen::Ping),
        last("gun", Seen::Text("begun".to_owned())),
    ];
    rows.extend([
        taken("F22", "5.5.3", "a pong that answers no ping", unasked),
        taken("F27", "5.4", "a ping within a message", around_a_ping),
        taken(
            "F28",
            "7.1.5",
            "a Close within a message",
            [part(TEXT, "be"), close(1000, ""), part(0x80, "gun")],
        ),
        taken(
            "F29",
            "5.4",
            "two empty frames are an empty message",
            [part(TEXT, ""), last("", Seen::Text(String::new()))],
        ),
        taken(
            "F34",
            "5.3",
            "the same masking key in every frame",
            ["one", "two", "three", "four", "five"].map(text),
        ),
    ]);
    rows
}
