//! C: Close frames, right and wrong.

use super::{
    CLOSE_BODY, CLOSE_CODE, CONTROL_LENGTH, Row, Step, UTF8, close, part, refused, taken, text,
    whole,
};
use crate::kit::bytes::{Seen, close_from, frame_from};
use ws101::protocol::{Opcode, ProtocolError, Role, Utf8Error, Utf8Fault};

/// §7.4.1, §7.4.2, and the registry of §11.7.
pub(crate) const MAY_TRAVEL: [u16; 16] = [
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];
const MAY_NOT_TRAVEL: [u16; 14] = [
    0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 32_768, 65_535,
];

/// The first byte of a Close.
const CLOSE: u8 = 0x88;

pub(super) fn table() -> Vec<Row> {
    let mut rows = vec![
        refused(
            "C03",
            "a body of one byte is half a code",
            frame_from(Role::Client, CLOSE, b"\x03"),
            &CLOSE_BODY,
            (ProtocolError::CloseBodyTooShort, 7),
        ),
        refused(
            "C03",
            "a body of one byte, from a server",
            frame_from(Role::Server, CLOSE, b"\x03"),
            &CLOSE_BODY,
            (ProtocolError::CloseBodyTooShort, 3),
        )
        .of_a_server(),
        refused(
            "C09",
            "a reason of 124 bytes makes a control frame of 126",
            frame_from(Role::Client, CLOSE, &reason(&[b'r'; 124])),
            &CONTROL_LENGTH,
            (ProtocolError::ControlTooLong(Opcode::Close), 2),
        ),
    ];
    rows.extend(MAY_NOT_TRAVEL.map(|code| {
        let error = (ProtocolError::InvalidCloseCode(code), 8);
        let bytes = close_from(Role::Client, code, "");
        let title = format!("code {code} may not travel");
        refused("C04", title, bytes, &CLOSE_CODE, error)
    }));
    let error = (ProtocolError::InvalidCloseCode(1005), 4);
    let bytes = close_from(Role::Server, 1005, "");
    let row = refused("C04", "code 1005 from a server", bytes, &CLOSE_CODE, error);
    rows.push(row.of_a_server());
    rows.extend(reasons());
    rows.extend(accepted());
    rows
}

fn reason(text: &[u8]) -> Vec<u8> {
    [&1000_u16.to_be_bytes(), text].concat()
}

fn reasons() -> Vec<Row> {
    let not_utf8 = |title, text: &[u8], at: usize, fault| {
        let (byte, place) = (text[at], at as u64);
        let error = ProtocolError::InvalidUtf8(Utf8Error {
            fault,
            byte,
            at: place,
        });
        let bytes = frame_from(Role::Client, CLOSE, &reason(text));
        // A control frame is judged when all of it is there.
        let after = bytes.len();
        refused("C07", title, bytes, &UTF8, (error, after))
    };
    vec![
        not_utf8(
            "a reason that is not UTF-8",
            b"\xff",
            0,
            Utf8Fault::NeverLegal,
        ),
        not_utf8(
            "a reason that ends within a character",
            b"a\xe2\x82",
            2,
            Utf8Fault::CutOff,
        ),
        not_utf8(
            "a reason with a surrogate",
            b"\xed\xa0\x80",
            1,
            Utf8Fault::Surrogate,
        ),
    ]
}

fn accepted() -> Vec<Row> {
    let empty = Step {
        event: Some(Seen::Close(None)),
        ..part(CLOSE, "")
    };
    let mut rows = vec![
        taken("C01", "5.5.1", "a Close with code 1000", [close(1000, "")]),
        taken("C02", "5.5.1", "an empty Close", [empty]),
        taken(
            "C10",
            "5.5.1",
            "what follows a Close is ignored",
            [
                close(1000, ""),
                part(0x81, "late"),
                part(CLOSE, [0x03, 0xe9]),
            ],
        )
        .followed_by(&[0xff; 3]),
        taken(
            "C13",
            "5.5.1",
            "what precedes a Close counts",
            [
                text("before"),
                whole(0x89, "alive?", Seen::Ping),
                close(1000, ""),
            ],
        ),
    ];
    rows.extend(MAY_TRAVEL.map(|code| {
        let title = format!("code {code} is echoed");
        taken("C06", "7.4", title, [close(code, "reason")])
    }));
    rows
}
