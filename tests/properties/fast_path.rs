//! The fast path and its slow twin: a grid of lengths, cuts, masks, opcodes and errors.

use crate::kit::bytes::KEY;
use ws101::protocol::{Delivery, FrameDecoder, Kind, MaskKey, Opcode, ProtocolError, Role};

/// Where the form of a length changes, and beyond what the fast path knows.
const LENGTHS: [u64; 9] = [0, 1, 4, 125, 126, 127, 1_000, 65_535, 65_536];
/// How a length is written: in the seven bits, in two bytes, in eight.
const FORMS: [u8; 3] = [7, 16, 64];
/// The longest message that is taken.
const MAX: u64 = 65_535;

/// A frame, or what only looks like one, without a look at whether it is right.
fn frame(first: u8, key: Option<MaskKey>, form: u8, len: u64) -> Vec<u8> {
    let mask = if key.is_some() { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match form {
        7 => bytes.push(mask | len.min(0x7f) as u8),
        16 => {
            bytes.push(mask | 0x7e);
            bytes.extend((len as u16).to_be_bytes());
        }
        _ => {
            bytes.push(mask | 0x7f);
            bytes.extend(len.to_be_bytes());
        }
    }
    bytes.extend(key.iter().flat_map(|key| key.0));
    bytes.extend((0..len).map(|at| (at as u8).wrapping_mul(37)));
    bytes
}

/// Every place to cut near the header and the end, and a few between.
fn cuts(len: usize) -> impl Iterator<Item = usize> {
    (0..=len).filter(move |cut| *cut < 24 || len - cut < 3 || cut % 9_973 == 0)
}

/// What either way makes of an input: a whole message, or why not.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Message {
        kind: Kind,
        payload: Vec<u8>,
        taken: usize,
    },
    /// A frame that is no whole message of at most [`MAX`] bytes.
    Other,
    Incomplete,
    Wrong(ProtocolError),
}

fn slowly(input: &[u8], sender: Role) -> Outcome {
    let mut input = input.to_vec();
    let decoded = FrameDecoder::new(sender).decode(&mut input, |_| Ok(Delivery::Complete));
    let (part, taken) = match decoded {
        Ok(Some(found)) => found,
        Ok(None) => return Outcome::Incomplete,
        Err(error) => return Outcome::Wrong(error),
    };
    let kind = match part.header.opcode {
        Opcode::Text => Kind::Text,
        Opcode::Binary => Kind::Binary,
        _ => return Outcome::Other,
    };
    if !part.header.fin || part.header.len > MAX {
        return Outcome::Other;
    }
    let payload = part.payload.to_vec();
    Outcome::Message {
        kind,
        payload,
        taken,
    }
}

/// The fast path alone; an input that it does not take stays as it is.
fn fast(input: &[u8], sender: Role) -> Option<Outcome> {
    let mut bytes = input.to_vec();
    let mut decoder = FrameDecoder::new(sender);
    let Some(whole) = decoder.decode_whole_message(&mut bytes, MAX) else {
        assert_eq!((&bytes[..], decoder.frames()), (input, 0), "untouched");
        return None;
    };
    assert_eq!(decoder.frames(), 1);
    let payload = bytes[whole.taken - whole.len..whole.taken].to_vec();
    assert_eq!(
        bytes[whole.taken..],
        input[whole.taken..],
        "what follows is untouched"
    );
    let (kind, taken) = (whole.kind, whole.taken);
    Some(Outcome::Message {
        kind,
        payload,
        taken,
    })
}

/// The fast path takes a message exactly when the decoder finds a client's whole one that is short
/// enough, and makes the same of it.
fn check(input: &[u8], name: &str) -> bool {
    for sender in [Role::Client, Role::Server] {
        let expected = match (sender, slowly(input, sender)) {
            (Role::Client, message @ Outcome::Message { .. }) => Some(message),
            _ => None,
        };
        assert_eq!(fast(input, sender), expected, "{name}, from the {sender:?}");
    }
    fast(input, Role::Client).is_some()
}

#[test]
fn the_fast_path_is_the_decoder_over_lengths_cuts_and_masks() {
    let keys = [
        None,
        Some(KEY),
        Some(MaskKey([0; 4])),
        Some(MaskKey([0xff, 0, 0x80, 1])),
    ];
    let mut taken = 0;
    for (first, key) in [0x81, 0x82, 0x01, 0x80, 0x88]
        .into_iter()
        .flat_map(|first| keys.map(|key| (first, key)))
    {
        for (form, len) in FORMS
            .into_iter()
            .flat_map(|form| LENGTHS.map(|len| (form, len)))
        {
            let whole = frame(first, key, form, len);
            for cut in cuts(whole.len()) {
                let name = format!("{first:02x}, {key:?}, {len} in {form} bits, cut at {cut}");
                taken += usize::from(check(&whole[..cut], &name));
            }
            let behind = [&whole[..], b"\x89\x80more"].concat();
            taken += usize::from(check(
                &behind,
                &format!("{first:02x}, {len} in {form} bits, and more"),
            ));
        }
    }
    // Text and binary, three keys, four lengths in seven bits and four in sixteen, alone and with more
    // after them; a frame that is cut is never taken.
    assert_eq!(taken, 2 * 3 * (4 + 4) * 2);
}

#[test]
fn the_fast_path_is_the_decoder_over_every_first_two_bytes() {
    let mut taken = 0;
    for (first, second) in (0..=u16::MAX).map(|both| both.to_be_bytes().into()) {
        let extended: &[&[u8]] = &[&[0, 125], &[0, 126], &[0, 0], &[1, 0]];
        for extended in extended {
            let mut input = vec![first, second];
            input.extend_from_slice(extended);
            input.resize(300, 7);
            taken += usize::from(check(&input, &format!("{:02x?}", &input[..4])));
        }
    }
    // Two opcodes: each of 126 short lengths four times, and the two of four long ones that need two bytes.
    assert_eq!(taken, 2 * (126 * 4 + 2));
}

/// A second frame is no message of its own while the first is under way.
#[test]
fn the_fast_path_waits_for_the_end_of_a_frame() {
    let mut decoder = FrameDecoder::new(Role::Client);
    let mut begun = frame(0x81, Some(KEY), 7, 10);
    let text = |_: &_| Ok(Delivery::AsItArrives);
    let (part, taken) = (decoder.decode(&mut begun[..9], text).expect("right")).expect("a part");
    assert_eq!((part.last, taken), (false, 9));
    let mut inside = frame(0x82, Some(KEY), 7, 1);
    assert_eq!(decoder.decode_whole_message(&mut inside, MAX), None);
}
