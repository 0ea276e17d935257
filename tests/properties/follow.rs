//! §5.2: frames followed by their headers are the frames that a decoder finds.

use crate::streams::{keys, nearly_frames, role, sent, wire_of};
use crate::{cases, in_chunks};
use proptest::collection::vec;
use proptest::prelude::*;
use ws101::protocol::{
    Delivery, FrameDecoder, FrameFollower, FrameHeader, ProtocolError, Role, Stretch,
};

/// What one frame was: its header, and its bytes as they travelled.
type Followed = (FrameHeader, Vec<u8>);

/// The frames of `wire` that are complete, by a decoder that is given all of it at once.
fn decoded(wire: &[u8], sender: Role) -> (Vec<Followed>, Option<ProtocolError>) {
    let (mut decoder, mut input) = (FrameDecoder::new(sender), wire.to_vec());
    let (mut frames, mut rest, mut at) = (Vec::new(), &mut input[..], 0);
    loop {
        match decoder.decode(rest, |_| Ok(Delivery::Complete)) {
            Ok(Some((part, taken))) => {
                frames.push((part.header, wire[at..at + taken].to_vec()));
                at += taken;
                rest = &mut rest[taken..];
            }
            Ok(None) => return (frames, None),
            Err(error) => return (frames, Some(error)),
        }
    }
}

/// The frames that a follower of `chunks` finds. Checks what each step says of itself.
fn followed<'a>(
    chunks: impl Iterator<Item = &'a [u8]>,
    sender: Role,
) -> (Vec<Followed>, Option<ProtocolError>) {
    let mut follower = FrameFollower::new(sender);
    let (mut frames, mut frame, mut payload) = (Vec::new(), Vec::new(), 0);
    for mut chunk in chunks {
        while !chunk.is_empty() {
            assert_eq!(follower.is_between_frames(), frame.is_empty());
            let stretch = match follower.step(chunk) {
                Ok(stretch) => stretch,
                Err(error) => {
                    assert_eq!(follower.step(chunk), Err(error), "for good");
                    return (frames, Some(error));
                }
            };
            let Stretch {
                first,
                last,
                offset,
                ..
            } = stretch;
            assert_eq!((first, offset), (frame.is_empty(), payload));
            assert!(stretch.taken() > 0, "each step takes something");
            let (now, later) = chunk.split_at(stretch.taken());
            frame.extend_from_slice(now);
            payload += stretch.payload_bytes as u64;
            chunk = later;
            if last {
                let header = stretch.header.expect("the header of a frame that ends");
                assert_eq!(header.len, payload);
                frames.push((header, std::mem::take(&mut frame)));
                payload = 0;
            }
        }
    }
    (frames, None)
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn frames_are_followed_however_they_are_cut(
        sender in role(), all in vec(sent(), 0..6), keys in keys(), sizes in vec(1usize..70, 1..6),
    ) {
        let (wire, _) = wire_of(&all, sender, &keys);
        prop_assert_eq!(followed(in_chunks(&wire, &sizes), sender), decoded(&wire, sender));
        prop_assert_eq!(followed(in_chunks(&wire, &[1]), sender), decoded(&wire, sender));
    }

    #[test]
    fn a_wrong_header_ends_it_however_it_is_cut(
        (reader, wire) in nearly_frames(), sizes in vec(1usize..70, 1..4),
    ) {
        let sender = reader.peer();
        prop_assert_eq!(followed(in_chunks(&wire, &sizes), sender), decoded(&wire, sender));
    }

    #[test]
    fn a_gap_is_passed_over(
        sender in role(), len in 1usize..400, gap in 0usize..500, key in keys(),
    ) {
        let payload = vec![0; len];
        let key = (sender == Role::Client).then(|| key[0]);
        let frame = crate::kit::bytes::frame(0x82, key, &payload);
        let begun = frame.len() - len;
        let mut follower = FrameFollower::new(sender);
        follower.step(&frame[..begun]).expect("a header");
        follower.skip(gap as u64);
        prop_assert_eq!(follower.is_between_frames(), gap >= len);
        if gap < len {
            let rest = follower.step(&frame[begun + gap..]).expect("the rest");
            prop_assert_eq!((rest.offset, rest.payload_bytes, rest.last), (gap as u64, len - gap, true));
        }
    }
}
