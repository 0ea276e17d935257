//! §10.4: memory is taken for what has arrived, and given back.

use crate::kit::bytes::{frame_from, header, hear, key_of, read, take_events};
use crate::streams::role;
use crate::{cases, session};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::VecDeque;
use ws101::protocol::{Limits, MaskKey, ReadBuffer, Role, Session};

/// What is done to a read buffer.
#[derive(Debug, Clone)]
enum Step {
    /// A read fills this part, of 255, of the space.
    Read(u8),
    /// This part of the unread is used up.
    Consume(u8),
    Shrink,
}

fn step() -> impl Strategy<Value = Step> {
    let part = || prop_oneof![Just(255u8), any::<u8>()];
    prop_oneof![
        4 => part().prop_map(Step::Read),
        4 => part().prop_map(Step::Consume),
        1 => Just(Step::Shrink),
    ]
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_read_buffer_is_a_queue_that_grows_by_what_arrives(
        needed in select(&[0, 1, 1000, 50_000, 1 << 40]),
        steps in vec(step(), 1..60),
    ) {
        let (mut buffer, mut model) = (ReadBuffer::new(), VecDeque::new());
        let (mut arrived, mut next) = (0, 0u8);
        let part = |of: usize, part: u8| of * usize::from(part) / 255;
        for step in steps {
            match step {
                Step::Read(filled) if model.len() < 300_000 => {
                    let space = buffer.space(needed).expect("there is memory");
                    prop_assert!(!space.is_empty());
                    let count = part(space.len(), filled);
                    for place in &mut space[..count] {
                        *place = next;
                        model.push_back(next);
                        next = next.wrapping_mul(5).wrapping_add(1);
                    }
                    let held = space.len() + model.len() - count;
                    prop_assert!(held <= (2 * arrived).max(4096), "{held} for {arrived}");
                    buffer.filled(count);
                    arrived += count;
                }
                Step::Read(_) => {}
                Step::Consume(used) => {
                    let count = part(model.len(), used);
                    let used: Vec<u8> = model.drain(..count).collect();
                    buffer.consume(count);
                    prop_assert!(buffer.consumed(count) == used);
                }
                Step::Shrink => buffer.shrink(),
            }
            prop_assert!(model.iter().eq(buffer.unread()));
        }
    }

    #[test]
    fn a_declared_length_takes_no_memory(
        reader in role(),
        first in select(&[0x01, 0x02, 0x81, 0x82]),
        len in 100_000u64..1 << 62,
        trickle in vec(0usize..3000, 1..20),
    ) {
        let mut session = session(reader, Limits { message: u64::MAX, fragments: 9 });
        let head = header(first, key_of(reader.peer()), len);
        prop_assert_eq!(hear(&mut session, &head), []);
        let mut arrived = head.len();
        for count in trickle {
            let piece = ascii_piece(reader.peer(), arrived - head.len(), count);
            prop_assert_eq!(hear(&mut session, &piece), []);
            arrived += count;
            let space = space(&mut session);
            prop_assert!(space <= (2 * arrived).max(4096), "space for {space}, {arrived} came");
        }
    }
}

/// How much the next read is offered.
fn space(session: &mut Session) -> usize {
    session.incoming.space().expect("there is memory").len()
}

/// The bytes from `start` on of a payload of `7`s, as `sender` masks it.
fn ascii_piece(sender: Role, start: usize, count: usize) -> Vec<u8> {
    let key = key_of(sender).unwrap_or(MaskKey([0; 4])).0;
    (start..start + count).map(|i| b'7' ^ key[i % 4]).collect()
}

/// A read may end with nothing, at its timeout: then the space is asked for again.
#[test]
fn space_that_is_not_used_does_not_grow() {
    let mut session = session(Role::Server, Limits::ECHO);
    let mut filling = header(0x82, key_of(Role::Client), 1 << 20);
    filling.resize(space(&mut session), 0);
    assert_eq!(hear(&mut session, &filling), []);
    let offered = space(&mut session);
    for _ in 0..10 {
        assert_eq!(space(&mut session), offered);
    }
}

#[test]
fn any_amount_may_come_before_the_first_event_is_taken() {
    let small = frame_from(Role::Client, 0x82, b"small");
    let mut session = session(Role::Server, Limits::CHAT);
    let all = small.repeat(100_000);
    let mut rest = &all[..];
    while !rest.is_empty() {
        rest = read(&mut session, rest);
    }
    let mut seen = Vec::new();
    take_events(&mut session, &mut seen);
    assert_eq!(seen.len(), 100_000);
}

#[test]
fn memory_that_a_large_message_took_is_given_back() {
    let large = frame_from(Role::Client, 0x82, &vec![1; 1 << 20]);
    let small = frame_from(Role::Client, 0x82, b"small");
    let mut session = session(Role::Server, Limits::ECHO);
    let held = space;
    hear(&mut session, &large);
    assert!(held(&mut session) >= 64 << 10);
    for _ in 0..200 {
        hear(&mut session, &small);
    }
    assert_eq!(
        held(&mut session),
        4096,
        "by and by, while small messages come"
    );

    hear(&mut session, &large);
    session.incoming.shrink();
    assert_eq!(held(&mut session), 4096, "at once, when it falls silent");
}
