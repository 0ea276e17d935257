//! §5.1, §5.2: the bytes in front of a payload, and from which of them a mistake is seen.

use crate::bytes::{KEY, SIZES, header, hex, key_of};
use crate::conversation::{client, row, server};
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
    let mut rows = masking();
    rows.extend(reserved());
    rows.extend(lengths());
    rows
}

fn masking() -> Vec<Trial> {
    let sender = Role::Client;
    let unmasked = ProtocolError::WrongMasking { sender };
    let sender = Role::Server;
    let masked = ProtocolError::WrongMasking { sender };
    vec![
        server("F01 5.1 a frame without a mask from a client is refused")
            .hears("81 05 48 65 6c 6c 6f")
            .refuses(unmasked, 1002, 2)
            .row(),
        server("F01 5.1 an empty one too")
            .hears("81 00")
            .refuses(unmasked, 1002, 2)
            .row(),
        server("F01 5.1 a ping without a mask too")
            .hears("89 00")
            .refuses(unmasked, 1002, 2)
            .row(),
        client("5.1 a masked frame from a server is refused")
            .hears("81 85 37 fa 21 3d 7f 9f 4d 51 58")
            .refuses(masked, 1002, 2)
            .row(),
        client("5.1 a masked Close from a server is refused")
            .hears("88 82 37 fa 21 3d 34 12")
            .refuses(masked, 1002, 2)
            .row(),
    ]
}

fn reserved() -> Vec<Trial> {
    let rsv = |name: &str, bytes: &str, bits| {
        server(name)
            .hears(bytes)
            .refuses(ProtocolError::ReservedBitsSet(bits), 1002, 1)
            .row()
    };
    let mut rows = vec![
        rsv("F02 5.2 RSV1 is refused", "c1 82 37 fa 21 3d 7f 93", 0x40),
        rsv("F03 5.2 RSV2 is refused", "a1 82 37 fa 21 3d 7f 93", 0x20),
        rsv("F03 5.2 RSV3 is refused", "91 82 37 fa 21 3d 7f 93", 0x10),
        rsv(
            "F03 5.2 all three together",
            "f1 82 37 fa 21 3d 7f 93",
            0x70,
        ),
        rsv("F03 5.2 RSV1 in a continuation", "40 80 37 fa 21 3d", 0x40),
        rsv("F03 5.2 RSV1 in a ping", "c9 80 37 fa 21 3d", 0x40),
        rsv("F03 5.2 RSV2 in a Close", "a8 80 37 fa 21 3d", 0x20),
        client("5.2 RSV1 from a server is refused")
            .hears("c1 02 48 69")
            .refuses(ProtocolError::ReservedBitsSet(0x40), 1002, 1)
            .row(),
    ];
    for opcode in [3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf] {
        let id = if opcode < 8 { "F05" } else { "F06" };
        let bytes = format!("{:02x} 80 37 fa 21 3d", 0x80 | opcode);
        let row = server(format!("{id} 5.2 opcode {opcode:x} is refused"))
            .hears(&bytes)
            .refuses(ProtocolError::UnknownOpcode(opcode), 1002, 1)
            .row();
        rows.push(row);
    }
    let error = ProtocolError::UnknownOpcode(3);
    rows.push(
        client("5.2 an unknown opcode from a server is refused")
            .hears("83 00")
            .refuses(error, 1002, 1)
            .row(),
    );
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
    for len in [0u16, 1, 2, 125] {
        let name = format!("F07 5.2 length {len} in two bytes is refused");
        let error = ProtocolError::LengthNotMinimal(2);
        let [a, b] = len.to_be_bytes();
        rows.push(
            server(name)
                .hears_bytes(&[0x81, 0xfe, a, b, 0x37, 0xfa, 0x21, 0x3d])
                .hears_bytes(&vec![0x37; len.into()]) // The payload is all there.
                .refuses(error, 1002, 4)
                .row(),
        );
    }
    rows.push(
        client("F07 5.2 length 125 in two bytes from a server is refused")
            .hears("82 7e 00 7d")
            .refuses(ProtocolError::LengthNotMinimal(2), 1002, 4)
            .row(),
    );
    for len in [0, 1, 125, 126, 127, 65_535] {
        let name = format!("F08 5.2 length {len} in eight bytes is refused");
        rows.push(row(name, move || eight_bytes_are_too_many(len)));
    }
    rows.push(row(
        "F08 5.2 six zero bytes of eight show it: no more are awaited",
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
    let top_bit = ProtocolError::LengthTopBitSet;
    rows.push(
        server("F11 5.2 a length with its top bit set is refused")
            .hears("82 ff 80 00 00 00 00 00 00 00 37 fa 21 3d")
            .refuses(top_bit, 1002, 3)
            .row(),
    );
    rows.push(
        client("F11 5.2 so it is from a server")
            .hears("82 7f ff ff ff ff ff ff ff ff")
            .refuses(top_bit, 1002, 3)
            .row(),
    );
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
