//! §5.5.1, §7.4: what may stand in a Close frame, and what answers it.

use crate::conversation::{client, row, server, session};
use crate::kit::bytes::{Seen, close_from, hear};
use crate::rows::closes::MAY_TRAVEL;
use libtest_mimic::Trial;
use ws101::protocol::{CloseCode, CloseReason, Limits, ProtocolError, Role};

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = bodies();
    rows.extend(codes());
    rows.extend(reasons());
    rows
}

fn closed(code: u16, text: &str) -> Seen {
    Seen::Close(Some((code, text.to_owned())))
}

fn bodies() -> Vec<Trial> {
    vec![
        client("5.5.1 a client answers an empty Close, masked")
            .hears("88 00")
            .sees(Seen::Close(None))
            .says("88 80 37 fa 21 3d")
            .row(),
        server("5.5.1 the answer has the code that came, the sentence was for us")
            .hears_bytes(&close_from(Role::Client, 1001, "the page is left"))
            .sees(closed(1001, "the page is left"))
            .says("88 02 03 e9")
            .row(),
        client("5.5.1 so it is when a client answers")
            .hears_bytes(&close_from(Role::Server, 1001, "going down"))
            .sees(closed(1001, "going down"))
            .says_frame(0x88, [0x03, 0xe9])
            .row(),
    ]
}

fn codes() -> Vec<Trial> {
    vec![
        row("7.4 all 65536 numbers: exactly these are codes", || {
            (0..=u16::MAX).for_each(judge_code);
        }),
        row(
            "7.4.1 the codes have their numbers and meanings",
            numbers_and_meanings,
        ),
    ]
}

fn numbers_and_meanings() {
    let named = [
        (CloseCode::NORMAL, 1000),
        (CloseCode::GOING_AWAY, 1001),
        (CloseCode::PROTOCOL_ERROR, 1002),
        (CloseCode::UNSUPPORTED_DATA, 1003),
        (CloseCode::INVALID_DATA, 1007),
        (CloseCode::POLICY_VIOLATION, 1008),
        (CloseCode::TOO_BIG, 1009),
        (CloseCode::INTERNAL_ERROR, 1011),
    ];
    for (code, number) in named {
        assert_eq!(CloseCode::new(number), Some(code));
        assert_eq!(code.number(), number);
    }
    let meanings = MAY_TRAVEL.map(|number| CloseCode::new(number).expect("a code").meaning());
    let expected = [
        "normal closure",
        "going away",
        "protocol error",
        "unsupported data",
        "invalid data",
        "policy violation",
        "message too big",
        "extension missing",
        "internal error",
        "service restart",
        "try again later",
        "bad gateway",
        "registered by a library",
        "registered by a library",
        "private use",
        "private use",
    ];
    assert_eq!(meanings, expected);
}

fn judge_code(number: u16) {
    let may_travel = match number {
        1000..=1014 => !(1004..=1006).contains(&number),
        other => (3000..5000).contains(&other),
    };
    let mut session = session(Role::Server, Limits::CHAT);
    let seen = hear(&mut session, &close_from(Role::Client, number, ""));
    let said = if may_travel {
        assert_eq!(seen, [closed(number, "")], "{number}");
        close_from(Role::Server, number, "")
    } else {
        let error = ProtocolError::InvalidCloseCode(number);
        assert_eq!(seen, [Seen::Refused(error)], "{number}");
        close_from(Role::Server, 1002, &error.to_string())
    };
    assert_eq!(session.outgoing.waiting(), said, "{number}");
    assert_eq!(CloseCode::new(number).is_some(), may_travel, "{number}");
}

fn reasons() -> Vec<Trial> {
    let longest = "r".repeat(123);
    vec![
        server("5.5.1 a reason of 123 bytes is accepted")
            .hears_bytes(&close_from(Role::Client, 1000, &longest))
            .sees(closed(1000, &longest))
            .says("88 02 03 e8")
            .row(),
        server("8.1 a reason in every length of character is accepted")
            .hears_bytes(&close_from(Role::Client, 4000, "aß€𝄞\u{0}"))
            .sees(closed(4000, "aß€𝄞\u{0}"))
            .says("88 02 0f a0")
            .row(),
        server("7.4 the code is judged before the reason")
            .hears_frame(0x88, [0x03, 0xec, 0xff])
            .refuses(ProtocolError::InvalidCloseCode(1004), 1002, 9)
            .row(),
        row(
            "5.5.1 a longer reason of ours is cut to what a frame holds",
            || {
                for role in [Role::Server, Role::Client] {
                    let mut session = session(role, Limits::CHAT);
                    let text = "r".repeat(500);
                    session.outgoing.close_with(CloseCode::NORMAL, &text);
                    let close = close_from(role, 1000, &text[..123]);
                    assert_eq!(session.outgoing.waiting(), close);
                }
            },
        ),
        row("5.5.1 it is cut between two characters", || {
            // 122 bytes, then a character of two, three, four: none of them fits in 123.
            for character in ["ß", "€", "𝄞"] {
                let text = "x".repeat(122) + character;
                let reason = CloseReason::new(CloseCode::NORMAL, &text);
                assert_eq!(reason.text, "x".repeat(122), "{character}");
            }
            let text = "x".repeat(121) + "ß";
            let reason = CloseReason::new(CloseCode::NORMAL, &text);
            assert_eq!(reason.text, text, "123 bytes fit");
        }),
        row("5.5.1 a reason built field by field is cut as well", || {
            let mut session = session(Role::Server, Limits::CHAT);
            let (code, text) = (CloseCode::NORMAL, "r".repeat(124));
            session
                .outgoing
                .close(Some(CloseReason { code, text: &text }));
            let close = close_from(Role::Server, 1000, &text[..123]);
            assert_eq!(session.outgoing.waiting(), close);
        }),
    ]
}
