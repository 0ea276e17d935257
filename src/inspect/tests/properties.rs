//! What is shown is what happens: held with random bytes, in random pieces.

use super::{assert_partition, observe};
use crate::inspect::{Observer, Verdict};
use crate::protocol::{
    Event, Frame, Incoming, Limits, MaskKey, Opcode, ProtocolError, Role, Utf8Error, Utf8Fault,
    mask,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// So small that random input breaks them.
const TIGHT: Limits = Limits {
    message: 200,
    fragments: 3,
};

fn role() -> impl Strategy<Value = Role> {
    select(vec![Role::Client, Role::Server])
}

/// Frames of which most are right, so that what follows them is looked at, too.
fn nearly_frames() -> impl Strategy<Value = (Role, Vec<u8>)> {
    let first = select(vec![
        0x81_u8, 0x01, 0x82, 0x02, 0x80, 0x00, 0x89, 0x8a, 0x88, 0xc1, 0x83, 0x09,
    ]);
    let payload = prop_oneof![
        "[a-zäöü€👋]{0,40}".prop_map(String::into_bytes),
        vec(any::<u8>(), 0..150),
        vec(any::<u8>(), 0..3),
        select(vec![b"\x03\xe8".to_vec(), b"\x03\xed".to_vec()]),
    ];
    let frame = (first, payload, any::<[u8; 4]>(), 0..40_u8);
    (role(), vec(frame, 0..8)).prop_map(|(sender, frames)| {
        let mut wire = Vec::new();
        for (first, mut payload, key, luck) in frames {
            let is_masked = (sender == Role::Client) != (luck == 0);
            wire.push(first);
            let mask = if is_masked { 0x80 } else { 0 };
            let is_long = payload.len() > 125 || luck == 1;
            match is_long {
                false => wire.push(mask | payload.len() as u8),
                true => wire.extend([mask | 126, 0, payload.len() as u8]),
            }
            if is_masked {
                wire.extend(key);
                mask::apply(MaskKey(key), &mut payload);
            }
            wire.extend(payload);
        }
        (sender, wire)
    })
}

/// What a connection makes of the bytes: how many frames were right, and the rule that was broken.
/// `None` after a Close, which ends it.
fn judged(sender: Role, bytes: &[u8], limits: Limits) -> (u64, Option<ProtocolError>) {
    let mut incoming = Incoming::new(sender, limits);
    for byte in bytes {
        incoming.receive(std::slice::from_ref(byte));
        loop {
            let frames = incoming.frames();
            match incoming.next_event() {
                Ok(None) => break,
                Ok(Some(Event::Close(_))) => return (incoming.frames(), None),
                Ok(Some(_)) => {}
                // A frame that was complete when it was found to be wrong is counted already.
                Err(error) => return (frames, Some(error)),
            }
        }
    }
    (incoming.frames(), None)
}

/// UTF-8, but for a few bytes.
fn not_quite_text() -> impl Strategy<Value = Vec<u8>> {
    let letters = "[a-zäö€👋]{0,6}".prop_map(String::into_bytes);
    let begun = select(vec![
        &b"\xc3"[..],
        b"\xe2\x82",
        b"\xf0\x9f\x91",
        b"\xed\xa0",
        b"\xf4",
        b"\xe0",
    ]);
    let part =
        prop_oneof![4 => letters, 1 => vec(any::<u8>(), 0..3), 1 => begun.prop_map(<[u8]>::to_vec)];
    vec(part, 0..6).prop_map(|parts| parts.concat())
}

/// A message, cut at these places: of each frame, how much of the text precedes it, and its bytes.
fn fragments(text: &[u8], cuts: &[Index]) -> Vec<(usize, Vec<u8>)> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
    ends.push(text.len());
    ends.sort_unstable();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let last = ends.len() - 1;
    let frame = |(number, (start, end)): (usize, (usize, &usize))| {
        let kind = if number == 0 {
            Opcode::Text
        } else {
            Opcode::Continuation
        };
        let mut bytes = Vec::new();
        let payload = &text[start..*end];
        Frame {
            fin: number == last,
            ..Frame::whole(kind, payload)
        }
        .encode(Some(super::KEY), &mut bytes);
        (start, bytes)
    };
    starts.zip(&ends).enumerate().map(frame).collect()
}

/// The place of the byte that shows that this is no text, and whether only the text's end shows it.
fn impossible(text: &[u8]) -> Option<(usize, bool)> {
    let error = std::str::from_utf8(text).err()?;
    let start = error.valid_up_to();
    let is_lead = (0xc2..=0xf4).contains(&text[start]);
    Some(match error.error_len() {
        Some(fitting) if is_lead => (start + fitting, false),
        Some(_) => (start, false),
        None => (text.len() - 1, true),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn fields_partition_every_frame(
        (sender, bytes) in prop_oneof![nearly_frames(), (role(), vec(any::<u8>(), 0..300))],
        sizes in vec(1_usize..70, 1..5),
    ) {
        let records = observe(Observer::new(sender, TIGHT), &bytes, &sizes);
        records.iter().for_each(assert_partition);
        let shown: Vec<u8> = records.iter().flat_map(|record| record.hex.0.clone()).collect();
        prop_assert!(bytes.starts_with(&shown));
    }

    #[test]
    fn the_verdict_is_the_one_of_the_connection(
        (sender, bytes) in prop_oneof![nearly_frames(), (role(), vec(any::<u8>(), 0..300))],
        sizes in vec(1_usize..70, 1..5),
    ) {
        let records = observe(Observer::new(sender, TIGHT), &bytes, &sizes);
        let right = records.iter().filter(|record| record.verdict == Verdict::Right).count() as u64;
        let (frames, error) = judged(sender, &bytes, TIGHT);
        let refused = records.iter().find_map(|record| match record.verdict {
            Verdict::Refused { error, .. } => Some(error),
            _ => None,
        });
        prop_assert_eq!(refused, error);
        prop_assert!(right == frames || (error.is_some() && right + 1 == frames), "{right} of {frames}");
    }

    #[test]
    fn the_byte_that_shows_it_is_where_the_standard_library_finds_it(
        text in not_quite_text(), cuts in vec(any::<Index>(), 0..4), sizes in vec(1_usize..70, 1..5),
    ) {
        let frames = fragments(&text, &cuts);
        let bytes: Vec<u8> = frames.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
        let records = observe(Observer::new(Role::Client, Limits::CHAT), &bytes, &sizes);
        let last = records.last().expect("a frame at least");
        let Some((place, is_cut_off)) = impossible(&text) else {
            prop_assert!(records.iter().all(|record| record.verdict == Verdict::Right));
            return Ok(());
        };
        let Verdict::Refused { error: ProtocolError::InvalidUtf8(Utf8Error { fault, byte, at }), at: in_frame } = last.verdict else {
            return Err(TestCaseError::fail(format!("{last:?}")));
        };
        prop_assert_eq!((at, byte), (place as u64, text[place]));
        prop_assert_eq!(fault == Utf8Fault::CutOff, is_cut_off);
        // Header and key take six bytes of each frame.
        let (before, _) = frames[records.len() - 1];
        prop_assert_eq!(in_frame, place.checked_sub(before).map(|place| 6 + place as u64));
        if let Some(in_frame) = in_frame {
            prop_assert_eq!(last.plain.0[in_frame as usize - 6], byte);
        } else {
            prop_assert!(is_cut_off && before == text.len(), "only an empty last frame has no byte to show");
        }
    }

    #[test]
    fn pieces_change_nothing_but_reads(
        (sender, bytes) in nearly_frames(), sizes in vec(1_usize..70, 1..5),
    ) {
        let whole = observe(Observer::new(sender, TIGHT), &bytes, &[usize::MAX]);
        let cut = observe(Observer::new(sender, TIGHT), &bytes, &sizes);
        prop_assert_eq!(whole.len(), cut.len());
        for (mut whole, mut cut) in whole.into_iter().zip(cut) {
            prop_assert_eq!(whole.reads.len(), 1);
            whole.reads.clear();
            cut.reads.clear();
            if let Verdict::Refused { .. } = whole.verdict {
                // What came of it by then is shown: less of it, if it came in smaller pieces.
                prop_assert!(whole.hex.0.starts_with(&cut.hex.0));
                prop_assert!(whole.plain.0.starts_with(&cut.plain.0));
                prop_assert_eq!((whole.verdict, whole.msg, whole.n), (cut.verdict, cut.msg, cut.n));
            } else {
                prop_assert_eq!(whole, cut);
            }
        }
    }
}
