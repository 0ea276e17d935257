//! What is shown is what happens: held with random bytes, in random pieces.

use super::{assert_partition, observe};
use crate::inspect::{Observer, Verdict};
use crate::protocol::{Event, Incoming, Limits, MaskKey, ProtocolError, Role, mask};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

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

/// What the connection's own judge says of the same bytes: how many frames were right, and the
/// rule that was broken. `None`: everything behind a Close is nothing to it.
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
            Verdict::Refused(error) => Some(error),
            _ => None,
        });
        prop_assert_eq!(refused, error);
        prop_assert!(right == frames || (error.is_some() && right + 1 == frames), "{right} of {frames}");
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
            if let Verdict::Refused(_) = whole.verdict {
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
