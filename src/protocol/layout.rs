//! A header taken apart without a verdict, to be shown. RFC 6455 §5.2.
//!
//! [`FrameHeader::decode`](super::FrameHeader::decode) must stop at the first byte that is wrong. An
//! inspector also wants the fields after it. Where `decode` accepts a header, both say the same: the
//! test below tries them all.

use super::header::{FIN, IN_EIGHT_BYTES, IN_TWO_BYTES, LENGTH, MASK, OPCODE, RSV};
use super::mask::MaskKey;

/// The fields of a header, as far as they have arrived, right or wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// FIN, the first bit.
    pub fin: bool,
    /// The reserved bits as a number: RSV1 is 4, RSV2 is 2, RSV3 is 1.
    pub rsv: u8,
    /// The opcode, from 0 to 15.
    pub opcode: u8,
    /// MASK and the seven-bit payload length, once the second byte has arrived.
    pub second: Option<(bool, u8)>,
    /// The extended payload length, if there is one and all of it has arrived.
    pub extended: Option<u64>,
    /// The masking key, if there is one and all of it has arrived.
    pub key: Option<MaskKey>,
}

impl Layout {
    /// Takes the front of `input` apart; `None` if it is empty.
    pub fn of(input: &[u8]) -> Option<Self> {
        let (&first, rest) = input.split_first()?;
        let mut layout = Self {
            fin: first & FIN != 0,
            rsv: (first & RSV) >> 4,
            opcode: first & OPCODE,
            second: None,
            extended: None,
            key: None,
        };
        let Some((&second, rest)) = rest.split_first() else {
            return Some(layout);
        };
        layout.second = Some((second & MASK != 0, second & LENGTH));
        if let Some((extended, rest)) = rest.split_at_checked(layout.extended_size()) {
            layout.extended = (!extended.is_empty()).then(|| big_endian(extended));
            layout.key = (rest.first_chunk())
                .filter(|_| layout.key_size() > 0)
                .map(|key| MaskKey(*key));
        }
        Some(layout)
    }

    /// The size of the extended payload length: zero, two or eight bytes.
    pub const fn extended_size(&self) -> usize {
        match self.second {
            Some((_, IN_TWO_BYTES)) => 2,
            Some((_, IN_EIGHT_BYTES)) => 8,
            _ => 0,
        }
    }

    /// The size of the masking key: zero or four bytes.
    pub const fn key_size(&self) -> usize {
        match self.second {
            Some((true, _)) => 4,
            _ => 0,
        }
    }

    /// The size of the header, known once the second byte has arrived.
    pub fn size(&self) -> Option<usize> {
        self.second
            .map(|_| 2 + self.extended_size() + self.key_size())
    }

    /// The payload length, once all of it has arrived.
    pub fn len(&self) -> Option<u64> {
        match self.second {
            Some((_, short)) if self.extended_size() == 0 => Some(u64::from(short)),
            _ => self.extended,
        }
    }

    /// Does the header declare an empty payload?
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{FrameHeader, Role};

    #[test]
    fn where_decode_accepts_a_header_it_is_this_one() {
        let lengths = [[0, 0, 0, 0], [0, 125, 9, 9], [0, 126, 9, 9], [0, 1, 0, 0]];
        let mut accepted = 0;
        for (first, second) in (0..=u16::MAX).map(|both| both.to_be_bytes().into()) {
            for length in lengths {
                let mut input = vec![first, second];
                input.extend(length);
                input.extend([0, 3, 2, 1, 0xa1, 0xa2, 0xa3, 0xa4]);
                for (sender, end) in [(Role::Client, 14), (Role::Server, 14), (Role::Client, 5)] {
                    let input = &input[..end];
                    let layout = Layout::of(input).expect("bytes are there");
                    let Ok(Some((header, size))) = FrameHeader::decode(input, sender) else {
                        continue;
                    };
                    accepted += 1;
                    assert_eq!(layout.size(), Some(size), "{input:02x?}");
                    assert_eq!(layout.len(), Some(header.len), "{input:02x?}");
                    assert_eq!(layout.key, header.mask, "{input:02x?}");
                    assert_eq!(layout.opcode, header.opcode as u8, "{input:02x?}");
                    assert_eq!((layout.fin, layout.rsv), (header.fin, 0), "{input:02x?}");
                }
            }
        }
        assert!(accepted > 5_000, "{accepted} headers");
    }

    #[test]
    fn what_has_not_arrived_is_not_there() {
        assert_eq!(Layout::of(&[]), None);
        let header = [0x82, 0xfe, 1, 2, 3, 4, 5, 6];
        for end in 1..=header.len() {
            let layout = Layout::of(&header[..end]).expect("bytes are there");
            assert_eq!(layout.size(), (end > 1).then_some(8), "{end}");
            assert_eq!(layout.len(), (end > 3).then_some(258), "{end}");
            assert_eq!(layout.key.is_some(), end > 7, "{end}");
        }
    }
}
