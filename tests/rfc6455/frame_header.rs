//! §5.1, §5.2: the bytes in front of a payload, and from which of them a mistake is seen.

use crate::conversation::row;
use crate::kit::bytes::{KEY, SIZES, header, hex, key_of};
use libtest_mimic::Trial;
use ws101::protocol::{FrameHeader, Opcode, ProtocolError, Role};

const ROLES: [Role; 2] = [Role::Client, Role::Server];
const OPCODES: [Opcode; 6] = [
    Opcode::Continuation,
    Opcode::Text,
    Opcode::Binary,
    Opcode::Close,
    Opcode::Ping,
    Opcode::Pong,
];

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = first_bytes();
    rows.extend(lengths());
    rows
}

fn first_bytes() -> Vec<Trial> {
    let mut rows = Vec::new();
    rows.push(row(
        "5.2 every pair of first bytes, from either end",
        || {
            for sender in ROLES {
                for pair in 0..=u16::MAX {
                    let [first, second] = pair.to_be_bytes();
                    every_pair(sender, first, second);
                }
            }
        },
    ));
    rows
}

/// The rules of the first two bytes, each at the first byte that can show it.
fn every_pair(sender: Role, first: u8, second: u8) {
    let bits = first & 0x0f;
    let opcode = OPCODES.into_iter().find(|&opcode| opcode as u8 == bits);
    let control = bits >= 8;
    let by_first = match opcode {
        _ if first & 0x70 != 0 => Err(ProtocolError::ReservedBitsSet(first & 0x70)),
        None => Err(ProtocolError::UnknownOpcode(bits)),
        Some(opcode) if control && first & 0x80 == 0 => {
            Err(ProtocolError::ControlFragmented(opcode))
        }
        Some(opcode) => Ok(opcode),
    };
    let one = FrameHeader::decode(&[first], sender);
    assert_eq!(one, by_first.map(|_| None), "{first:02x} from {sender:?}");

    let (masked, len) = (second & 0x80 != 0, u64::from(second & 0x7f));
    let by_second = by_first.and_then(|opcode| {
        if masked != (sender == Role::Client) {
            return Err(ProtocolError::WrongMasking { sender });
        }
        if control && len > 125 {
            return Err(ProtocolError::ControlTooLong(opcode));
        }
        let header = FrameHeader {
            fin: first & 0x80 != 0,
            opcode,
            mask: None,
            len,
        };
        Ok((!masked && len < 126).then_some((header, 2)))
    });
    let two = FrameHeader::decode(&[first, second], sender);
    assert_eq!(two, by_second, "{first:02x} {second:02x} from {sender:?}");
}

fn lengths() -> Vec<Trial> {
    let mut rows = Vec::new();
    for sender in ROLES {
        for size in SIZES {
            let name = format!("5.2 the header of {size} bytes from a {sender:?}, both ways");
            rows.push(row(name, move || both_ways(sender, size as u64)));
        }
        rows.push(row(
            format!("5.2 the longest length, 2^63-1, from a {sender:?}, both ways"),
            move || both_ways(sender, i64::MAX as u64),
        ));
    }
    for len in [0, 1, 125, 126, 127, 65_535] {
        let name = format!("5.2 length {len} in eight bytes is refused, by its header alone");
        rows.push(row(name, move || eight_bytes_are_too_many(len)));
    }
    rows.push(row(
        "5.2 six zero bytes of eight show it: no more are awaited",
        || {
            let six_zeros = hex("82 ff 00 00 00 00 00 00");
            let decoded = FrameHeader::decode(&six_zeros, Role::Client);
            assert!(decoded.is_err(), "{decoded:?}: what follows is below 65536");
        },
    ));
    rows.push(row(
        "5.2 every length in two bytes",
        every_length_in_two_bytes,
    ));
    rows
}

/// Encoded it is what stands in §5.2, decoded it is the same again, and no byte sooner.
fn both_ways(sender: Role, len: u64) {
    for (opcode, fin) in OPCODES.into_iter().flat_map(|o| [(o, true), (o, false)]) {
        if opcode.is_control() && (len > 125 || !fin) {
            continue;
        }
        let mask = key_of(sender);
        let expected = FrameHeader {
            fin,
            opcode,
            mask,
            len,
        };
        let wire = header(opcode as u8 | if fin { 0x80 } else { 0 }, mask, len);
        let mut encoded = Vec::new();
        expected.encode(&mut encoded);
        assert_eq!(encoded, wire, "{expected:?} encoded");
        for cut in 0..wire.len() {
            let decoded = FrameHeader::decode(&wire[..cut], sender);
            assert_eq!(decoded, Ok(None), "{expected:?} cut at {cut}");
        }
        let behind = [&wire[..], &[0xff; 3]].concat();
        let decoded = FrameHeader::decode(&behind, sender);
        assert_eq!(decoded, Ok(Some((expected, wire.len()))));
    }
}

fn eight_bytes_are_too_many(len: u64) {
    for sender in ROLES {
        let mask = if sender == Role::Client { 0x80 } else { 0 };
        let mut wire = vec![0x82, mask | 127];
        wire.extend(len.to_be_bytes());
        wire.extend(KEY.0);
        let error = FrameHeader::decode(&wire, sender).expect_err("it fits in fewer");
        assert!(matches!(error, ProtocolError::LengthNotMinimal(8)));
        assert_eq!(error.close_code().number(), 1002);
        // The length itself is enough: neither key nor payload is awaited.
        assert_eq!(FrameHeader::decode(&wire[..10], sender), Err(error));
    }
}

fn every_length_in_two_bytes() {
    for len in 0..=u16::MAX {
        let [a, b] = len.to_be_bytes();
        let decoded = FrameHeader::decode(&[0x82, 126, a, b], Role::Server);
        let len = u64::from(len);
        let expected = if len < 126 {
            Err(ProtocolError::LengthNotMinimal(2))
        } else {
            let (fin, opcode, mask) = (true, Opcode::Binary, None);
            Ok(Some((
                FrameHeader {
                    fin,
                    opcode,
                    mask,
                    len,
                },
                4,
            )))
        };
        assert_eq!(decoded, expected, "length {len}");
    }
}
