//! §5, §7: frames, messages, and a session's whole life.

use crate::kit::bytes::{KEY, SIZES, Seen, frame_from, hear, take_events};
use crate::streams::{keys, nearly_frames, role, sent, wire_of};
use crate::{cases, in_chunks, session};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use ws101::protocol::{FrameHeader, Limits, MaskKey, Message, SessionState, mask};

/// So small that random input breaks them.
const TIGHT: Limits = Limits {
    message: 200,
    fragments: 3,
};

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn frames_mean_the_same_however_they_are_cut(
        reader in role(), all in vec(sent(), 0..6), keys in keys(), sizes in vec(1usize..70, 1..6),
    ) {
        let (wire, expected) = wire_of(&all, reader.peer(), &keys);
        let mut session = session(reader, Limits::CHAT);
        let seen: Vec<Seen> =
            in_chunks(&wire, &sizes).flat_map(|chunk| hear(&mut session, chunk)).collect();
        let pongs = seen.iter().filter_map(|seen| match seen {
            Seen::Ping(payload) => Some(frame_from(reader, 0x8a, payload)),
            _ => None,
        });
        prop_assert_eq!(session.outgoing.waiting(), pongs.collect::<Vec<_>>().concat());
        prop_assert_eq!(seen, expected);
        prop_assert!(!session.incoming.is_inside_frame() && !session.incoming.is_inside_message());
    }

    #[test]
    fn what_is_wrong_is_so_however_it_is_cut(
        (reader, wire) in nearly_frames(), sizes in vec(1usize..70, 1..4),
    ) {
        let (mut whole, mut cut) = (session(reader, TIGHT), session(reader, TIGHT));
        let mut seen = Vec::new();
        whole.incoming.receive(&wire);
        take_events(&mut whole, &mut seen);
        let seen_cut: Vec<Seen> =
            in_chunks(&wire, &sizes).flat_map(|chunk| hear(&mut cut, chunk)).collect();
        prop_assert_eq!(seen_cut, seen);
        prop_assert_eq!(cut.outgoing.waiting(), whole.outgoing.waiting());
        prop_assert_eq!(cut.state(), whole.state());
    }

    #[test]
    fn what_fails_stays_failed_and_what_is_said_is_always_right(
        (reader, wire) in prop_oneof![
            nearly_frames(),
            (role(), vec(any::<u8>(), 0..300)),
        ],
        sizes in vec(1usize..70, 1..4),
        more in vec(any::<u8>(), 0..100),
    ) {
        let mut ours = session(reader, TIGHT);
        let seen: Vec<Seen> =
            in_chunks(&wire, &sizes).flat_map(|chunk| hear(&mut ours, chunk)).collect();
        let ended = matches!(seen.last(), Some(Seen::Refused(_) | Seen::Close(_)));
        prop_assert_eq!(ours.state(), if ended { SessionState::Closed } else { SessionState::Open });
        let said = ours.outgoing.waiting().to_vec();
        if ended {
            prop_assert_eq!(hear(&mut ours, &more), []);
            prop_assert!(ours.outgoing.send(Message::Text("late")).is_err());
            prop_assert_eq!(ours.outgoing.waiting(), &said[..]);
        }
        let mut theirs = session(reader.peer(), Limits::CHAT);
        let heard = hear(&mut theirs, &said);
        let wrong = heard.iter().any(|seen| matches!(seen, Seen::Refused(_)));
        prop_assert!(!wrong, "we broke a rule ourselves: {heard:?}");
        prop_assert_eq!(matches!(heard.last(), Some(Seen::Close(_))), ended);
    }

    #[test]
    fn messages_come_back_as_they_were_sent(
        sender in role(),
        sizes in vec(prop_oneof![3 => 0usize..300, 1 => select(&SIZES)], 1..4),
        seed in any::<u8>(),
        chunks in vec(1usize..100_000, 1..4),
    ) {
        let mut theirs = session(sender, Limits::ECHO);
        let mut expected = Vec::new();
        for (i, size) in sizes.into_iter().enumerate() {
            let bytes: Vec<u8> = (0..size).map(|i| (i as u8).wrapping_mul(seed)).collect();
            let text = text_of(size, seed);
            let message = if i % 2 == 0 { Message::Text(&text) } else { Message::Binary(&bytes) };
            theirs.outgoing.send(message).expect("open");
            expected.push(match message {
                Message::Text(text) => Seen::Text(text.to_owned()),
                Message::Binary(bytes) => Seen::Binary(bytes.to_vec()),
            });
        }
        let mut ours = session(sender.peer(), Limits::ECHO);
        let seen: Vec<Seen> = in_chunks(theirs.outgoing.waiting(), &chunks)
            .flat_map(|chunk| hear(&mut ours, chunk))
            .collect();
        prop_assert!(seen == expected, "not the same messages");
    }
}

/// `size` bytes of text, with characters of every length.
fn text_of(size: usize, seed: u8) -> String {
    let mut text = String::with_capacity(size);
    for character in "aß€𝄞".chars().cycle().skip(usize::from(seed % 4)) {
        if text.len() + character.len_utf8() > size {
            break;
        }
        text.push(character);
    }
    let missing = size - text.len();
    text + &"x".repeat(missing)
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn a_header_that_decodes_encodes_to_the_same_bytes(
        sender in role(),
        first in prop_oneof![4 => select(&[0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8a]), 1 => any::<u8>()],
        second in prop_oneof![any::<u8>(), select(&[0x7e, 0x7f, 0xfe, 0xff])],
        zeros in 0usize..8,
        rest in vec(any::<u8>(), 12),
    ) {
        // Zeros in front make long forms of short lengths likely.
        let bytes = [&[first, second], &[0; 8][..zeros], &rest].concat();
        if let Ok(Some((header, size))) = FrameHeader::decode(&bytes, sender) {
            let mut encoded = Vec::new();
            header.encode(&mut encoded);
            prop_assert_eq!(&encoded, &bytes[..size]);
            prop_assert!(size <= FrameHeader::MAX_SIZE);
            prop_assert_eq!(FrameHeader::decode(&bytes[..size - 1], sender), Ok(None));
            prop_assert!(FrameHeader::decode(&bytes, sender.peer()).is_err());
        }
    }
}

#[test]
fn a_mask_is_the_same_done_wide_or_bytewise_whole_or_in_parts() {
    let bytes: Vec<u8> = (0..200u8).map(|i| i.wrapping_mul(37)).collect();
    for (key, len, offset) in (0..3usize)
        .flat_map(|key| (0..80usize).map(move |len| (key, len)))
        .flat_map(|(key, len)| (0..9usize).map(move |offset| (key, len, offset)))
    {
        let key = [KEY, MaskKey([0; 4]), MaskKey([0xff, 0, 0x80, 1])][key];
        let (mut wide, mut slow) = (bytes.clone(), bytes.clone());
        mask::apply(key, &mut wide[offset..offset + len]);
        mask::apply_bytewise(key, &mut slow[offset..offset + len]);
        assert_eq!(wide, slow, "{len} bytes at {offset} with {key:?}");
        for cut in 0..=len.min(17) {
            let mut parts = bytes.clone();
            let (head, tail) = parts[offset..offset + len].split_at_mut(cut);
            mask::apply(key, head);
            mask::apply(key.after(cut), tail);
            assert_eq!(
                parts, slow,
                "{len} bytes at {offset}, cut at {cut}, with {key:?}"
            );
        }
    }
}
