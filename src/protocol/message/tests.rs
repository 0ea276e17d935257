//! What is asked of an assembler that is not shown every payload: as the inspector uses it.

use super::{Assembler, Limits, Message, Progress};
use crate::protocol::decoder::{Delivery, Part};
use crate::protocol::{FrameHeader, Opcode};
use crate::protocol::{ProtocolError as Error, Utf8Error};

const FEW: Limits = Limits {
    message: 10,
    fragments: 2,
};

fn header(opcode: Opcode, fin: bool, len: u64) -> FrameHeader {
    FrameHeader {
        fin,
        opcode,
        mask: None,
        len,
    }
}

/// A frame that all came at once.
fn add(
    assembler: &mut Assembler,
    opcode: Opcode,
    fin: bool,
    payload: &[u8],
) -> Result<Progress, Error> {
    let header = header(opcode, fin, payload.len() as u64);
    assembler.admit(&header)?;
    assembler.add(&Part {
        header,
        payload: &mut payload.to_vec(),
        first: true,
        last: true,
    })
}

/// The frames passed over, and the header that comes after them: what is said to it.
#[test]
#[rustfmt::skip] // A table.
fn frames_that_are_passed_over_count() {
    use Opcode::{Binary, Continuation, Text};
    let too_big = |len| Err(Error::MessageTooBig { len, max: 10 });
    let table = [
        ("up to the limit", vec![(Text, false, 4)], (Continuation, 6), Ok(Delivery::Complete)),
        ("one byte more", vec![(Text, false, 4)], (Continuation, 7), too_big(11)),
        ("two frames", vec![(Binary, false, 4), (Continuation, false, 5)], (Continuation, 0), Err(Error::TooManyFragments { max: 2 })),
        ("lengths that no u64 can hold", vec![(Binary, false, u64::MAX), (Continuation, false, 1)], (Continuation, 0), too_big(u64::MAX)),
        ("the middle of a message", vec![(Continuation, false, 4)], (Continuation, 7), too_big(11)),
        ("an unfinished message, then another", vec![(Text, false, 0)], (Text, 0), Err(Error::MessageUnfinished)),
        ("a whole message, then the next", vec![(Text, true, 9)], (Text, 9), Ok(Delivery::AsItArrives)),
        ("a whole message, then its continuation", vec![(Text, true, 9)], (Continuation, 0), Err(Error::NothingToContinue)),
        ("a message's two frames, then the next", vec![(Text, false, 9), (Continuation, true, 1)], (Binary, 9), Ok(Delivery::Complete)),
    ];
    for (name, passed_over, (opcode, len), said) in table {
        let mut assembler = Assembler::new(FEW);
        for (opcode, fin, len) in passed_over {
            assembler.pass_over(&header(opcode, fin, len));
        }
        assert_eq!(assembler.admit(&header(opcode, true, len)), said, "{name}");
    }
}

#[test]
fn text_with_a_gap_is_not_judged_and_the_next_text_is() {
    let mut assembler = Assembler::new(Limits::CHAT);
    let unfinished = Ok(Progress::Unfinished);
    assert_eq!(
        add(&mut assembler, Opcode::Text, false, b"caf\xc3"),
        unfinished
    );
    assembler.pass_over(&header(Opcode::Continuation, false, 1));
    let end = add(&mut assembler, Opcode::Continuation, true, b"\xff");
    assert_eq!(end, Ok(Progress::Assembled), "after a gap");

    assert_eq!(add(&mut assembler, Opcode::Text, false, b"a"), unfinished);
    let end = add(&mut assembler, Opcode::Continuation, true, b"\xff");
    assert!(
        matches!(end, Err(Error::InvalidUtf8(Utf8Error { at: 1, .. }))),
        "{end:?}"
    );
}

#[test]
fn a_message_may_be_joined_midway() {
    let mut assembler = Assembler::new(FEW);
    assembler.join_midway();
    assert!(assembler.is_unfinished());
    let part = add(&mut assembler, Opcode::Continuation, false, b"\xff");
    assert_eq!(part, Ok(Progress::Unfinished), "its text cannot be judged");
    assembler.join_midway();
    let end = add(&mut assembler, Opcode::Continuation, false, b"");
    assert_eq!(end, Ok(Progress::Unfinished));
    let third = add(&mut assembler, Opcode::Continuation, true, b"");
    let too_many = Error::TooManyFragments { max: 2 };
    assert_eq!(third, Err(too_many), "what was counted stays counted");
}

#[test]
fn what_is_forgotten_is_missing() {
    for (opcode, whole) in [
        (Opcode::Text, Message::Text("c")),
        (Opcode::Binary, Message::Binary(b"c")),
    ] {
        let mut assembler = Assembler::new(Limits::CHAT);
        add(&mut assembler, opcode, false, b"ab").expect("the first part");
        assembler.forget();
        add(&mut assembler, Opcode::Continuation, true, b"c").expect("the last part");
        assert_eq!(assembler.assembled(), whole);
    }
}
