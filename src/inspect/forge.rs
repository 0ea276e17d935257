//! Frames built bit by bit, right or wrong. RFC 6455 §5.2.
//!
//! [`Frame`](crate::protocol::Frame) cannot write a wrong frame, and should not. A lesson about what a
//! strict peer refuses needs wrong frames: here every bit is the caller's choice, and nothing is judged.

use crate::protocol::{MaskKey, mask};
use std::fmt;

/// A frame as it is to be written. By default it is right: a whole message, in the shortest form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Forgery<'a> {
    pub(crate) fin: bool,
    /// RSV1 is 4, RSV2 is 2, RSV3 is 1.
    pub(crate) rsv: u8,
    /// Any of the sixteen opcodes.
    pub(crate) opcode: u8,
    pub(crate) mask: Option<MaskKey>,
    /// How the payload length is written; `None` is the shortest form.
    pub(crate) form: Option<LengthForm>,
    /// The payload length that the header declares; `None` is the true one.
    pub(crate) declared: Option<u64>,
    /// The payload, not masked.
    pub(crate) payload: &'a [u8],
}

/// The three forms of a payload length, by their bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LengthForm {
    Bits7,
    Bits16,
    Bits64,
}

impl LengthForm {
    pub(crate) const ALL: [Self; 3] = [Self::Bits7, Self::Bits16, Self::Bits64];

    /// The only form that §5.2 allows for this length.
    pub(crate) const fn shortest(len: u64) -> Self {
        match len {
            0..=125 => Self::Bits7,
            126..=0xffff => Self::Bits16,
            _ => Self::Bits64,
        }
    }
}

impl fmt::Display for LengthForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bits7 => "7",
            Self::Bits16 => "16",
            Self::Bits64 => "64",
        })
    }
}

/// A length that does not fit in the form that was asked for: not even a wrong frame can hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LengthTooLong {
    pub(crate) len: u64,
    pub(crate) form: LengthForm,
}

impl Forgery<'_> {
    /// The bytes of the frame.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, LengthTooLong> {
        let fin = if self.fin { 0x80 } else { 0 };
        let mut bytes = vec![fin | self.rsv << 4 | self.opcode];
        self.write_length(&mut bytes)?;
        let mut payload = self.payload.to_vec();
        if let Some(key) = self.mask {
            bytes.extend(key.0);
            mask::apply(key, &mut payload);
        }
        bytes.extend(payload);
        Ok(bytes)
    }

    fn write_length(&self, bytes: &mut Vec<u8>) -> Result<(), LengthTooLong> {
        let len = self.declared.unwrap_or(self.payload.len() as u64);
        let form = self.form.unwrap_or(LengthForm::shortest(len));
        let mask = if self.mask.is_some() { 0x80 } else { 0 };
        match form {
            LengthForm::Bits7 if len <= 125 => bytes.push(mask | len as u8),
            LengthForm::Bits16 if len <= 0xffff => {
                bytes.push(mask | 126);
                bytes.extend((len as u16).to_be_bytes());
            }
            LengthForm::Bits64 => {
                bytes.push(mask | 127);
                bytes.extend(len.to_be_bytes());
            }
            form => return Err(LengthTooLong { len, form }),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Frame, FrameHeader, Opcode, ProtocolError, Role};

    const RIGHT: Forgery<'_> = Forgery {
        fin: true,
        rsv: 0,
        opcode: 1,
        mask: None,
        form: None,
        declared: None,
        payload: b"Hi",
    };

    #[test]
    fn a_right_frame_is_the_one_that_the_protocol_writes() {
        for size in [0, 1, 125, 126, 127, 65_535, 65_536] {
            for mask in [None, Some(MaskKey([0x37, 0xfa, 0x21, 0x3d]))] {
                let payload = vec![b'a'; size];
                let forged = Forgery {
                    mask,
                    payload: &payload,
                    ..RIGHT
                };
                let mut written = Vec::new();
                Frame::whole(Opcode::Text, &payload).encode(mask, &mut written);
                assert_eq!(forged.bytes(), Ok(written), "{size} bytes, {mask:?}");
            }
        }
    }

    #[test]
    fn a_wrong_frame_breaks_the_rule_that_was_asked_for() {
        let form = |form| Forgery {
            form: Some(form),
            ..RIGHT
        };
        let too_long = Forgery {
            declared: Some(1 << 63),
            ..RIGHT
        };
        let rows = [
            (
                Forgery { rsv: 4, ..RIGHT },
                ProtocolError::ReservedBitsSet(0x40),
            ),
            (
                Forgery { rsv: 3, ..RIGHT },
                ProtocolError::ReservedBitsSet(0x30),
            ),
            (
                Forgery {
                    opcode: 11,
                    ..RIGHT
                },
                ProtocolError::UnknownOpcode(11),
            ),
            (form(LengthForm::Bits16), ProtocolError::LengthNotMinimal(2)),
            (form(LengthForm::Bits64), ProtocolError::LengthNotMinimal(8)),
            (too_long, ProtocolError::LengthTopBitSet),
        ];
        for (forged, error) in rows {
            let bytes = forged.bytes().expect("it can be written");
            let decoded = FrameHeader::decode(&bytes, Role::Server);
            assert_eq!(decoded, Err(error), "{forged:?}");
        }
    }

    #[test]
    fn a_length_that_no_form_holds_is_refused() {
        for (form, longest) in [(LengthForm::Bits7, 125), (LengthForm::Bits16, 0xffff)] {
            let forged = |len| Forgery {
                form: Some(form),
                declared: Some(len),
                ..RIGHT
            };
            assert!(forged(longest).bytes().is_ok(), "{longest} in {form} bits");
            let len = longest + 1;
            assert_eq!(forged(len).bytes(), Err(LengthTooLong { len, form }));
        }
    }
}
