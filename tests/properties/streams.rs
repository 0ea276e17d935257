//! Streams of frames: right ones, and such as are wrong somewhere.

use crate::kit::bytes::{Seen, frame, pieces};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use ws101::protocol::{MaskKey, Role};

/// Either end.
pub(crate) fn role() -> impl Strategy<Value = Role> {
    select(&[Role::Client, Role::Server])
}

/// What a peer may send: a message cut at these places with a pong in every cut, or a control frame.
#[derive(Debug, Clone)]
pub(crate) enum Sent {
    Text(String, Vec<usize>),
    Binary(Vec<u8>, Vec<usize>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
}

pub(crate) fn sent() -> impl Strategy<Value = Sent> {
    let cuts = || vec(0usize..300, 0..4);
    prop_oneof![
        ("\\PC{0,80}", cuts()).prop_map(|(text, cuts)| Sent::Text(text, cuts)),
        (vec(any::<u8>(), 0..300), cuts()).prop_map(|(bytes, cuts)| Sent::Binary(bytes, cuts)),
        vec(any::<u8>(), 0..=125).prop_map(Sent::Ping),
        vec(any::<u8>(), 0..=125).prop_map(Sent::Pong),
    ]
}

/// It as `sender` sends it, and what it means to the other end.
pub(crate) fn wire_of(all: &[Sent], sender: Role, keys: &[MaskKey]) -> (Vec<u8>, Vec<Seen>) {
    let (mut wire, mut seen) = (Vec::new(), Vec::new());
    let mut keys = keys.iter().cycle();
    let mut send = |first, payload: &[u8]| {
        let key = keys.next().copied().filter(|_| sender == Role::Client);
        wire.extend(frame(first, key, payload));
    };
    for one in all {
        let (opcode, payload, cuts) = match one {
            Sent::Ping(payload) => (0x89, &payload[..], &[][..]),
            Sent::Pong(payload) => (0x8a, &payload[..], &[][..]),
            Sent::Text(text, cuts) => (0x01, text.as_bytes(), &cuts[..]),
            Sent::Binary(bytes, cuts) => (0x02, &bytes[..], &cuts[..]),
        };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (payload.len() + 1)).collect();
        cuts.sort_unstable();
        for (i, part) in pieces(payload, &cuts).into_iter().enumerate() {
            let fin = if i == cuts.len() { 0x80 } else { 0 };
            if i > 0 {
                send(0x8a, &[i as u8]);
                seen.push(Seen::Pong(vec![i as u8]));
            }
            send(fin | if i == 0 { opcode } else { 0 }, part);
        }
        seen.push(match one.clone() {
            Sent::Text(text, _) => Seen::Text(text),
            Sent::Binary(bytes, _) => Seen::Binary(bytes),
            Sent::Ping(payload) => Seen::Ping(payload),
            Sent::Pong(payload) => Seen::Pong(payload),
        });
    }
    (wire, seen)
}

/// Masking keys, used in turn.
pub(crate) fn keys() -> impl Strategy<Value = Vec<MaskKey>> {
    vec(any::<[u8; 4]>().prop_map(MaskKey), 1..5)
}

/// Bytes that are wrong somewhere, but not everywhere.
pub(crate) fn nearly_frames() -> impl Strategy<Value = (Role, Vec<u8>)> {
    let spoilt = (any::<usize>(), any::<u8>());
    (
        role(),
        vec(sent(), 0..5),
        keys(),
        vec(spoilt, 0..4),
        any::<bool>(),
    )
        .prop_map(|(reader, all, keys, spoilt, noise)| {
            let (mut wire, _) = wire_of(&all, reader.peer(), &keys);
            for (at, byte) in spoilt {
                match wire.len() {
                    0 => wire.push(byte),
                    len if noise => wire.insert(at % len, byte),
                    len => wire[at % len] = byte,
                }
            }
            (reader, wire)
        })
}
