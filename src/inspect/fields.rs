//! Which bits of a frame belong to which field. RFC 6455 §5.2.
//!
//! The fields are a partition: each bit that has arrived is in exactly one.

use super::kept::Hex;
use crate::protocol::Layout;
use serde::{Serialize, Serializer};
use std::fmt;

/// The fields that a frame can have, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Name {
    Fin,
    Rsv,
    Opcode,
    Mask,
    /// The seven-bit payload length.
    Length,
    /// The extended payload length, in two or eight bytes.
    Extended,
    Key,
    Payload,
}

impl Name {
    /// Every field.
    #[cfg(test)]
    pub(super) const ALL: [Self; 8] = [
        Self::Fin,
        Self::Rsv,
        Self::Opcode,
        Self::Mask,
        Self::Length,
        Self::Extended,
        Self::Key,
        Self::Payload,
    ];

    /// The name in JSON.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Fin => "fin",
            Self::Rsv => "rsv",
            Self::Opcode => "opcode",
            Self::Mask => "mask",
            Self::Length => "length",
            Self::Extended => "extended",
            Self::Key => "key",
            Self::Payload => "payload",
        }
    }
}

/// A field of one frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Field {
    pub(crate) name: Name,
    /// The offsets of its first byte and of the byte after its last, in the frame as it travelled.
    pub(crate) at: [u64; 2],
    /// The bits of a field that is smaller than a byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bits: Option<Bits>,
    pub(crate) value: Value,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Value {
    /// A number. Of a payload, how many bytes of it have arrived.
    Number(u64),
    Key(Hex),
    /// Not all of the field has arrived.
    Unfinished,
}

/// Some bits of a byte. `1.......` is the first bit, and it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bits {
    pub(crate) byte: u8,
    pub(crate) mask: u8,
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for bit in (0..8).rev().map(|place| 1 << place) {
            f.write_str(match (self.mask & bit != 0, self.byte & bit != 0) {
                (false, _) => ".",
                (true, false) => "0",
                (true, true) => "1",
            })?;
        }
        Ok(())
    }
}

impl Serialize for Bits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The fields of a frame that begins with `beginning` and of which `arrived` bytes have arrived.
pub(super) fn of(beginning: &[u8], arrived: u64) -> Vec<Field> {
    let Some(layout) = Layout::of(beginning) else {
        return Vec::new();
    };
    let mut fields = Fields {
        beginning,
        arrived,
        all: Vec::with_capacity(8),
    };
    fields.bits(Name::Fin, 0, 0b1000_0000, layout.fin.into());
    fields.bits(Name::Rsv, 0, 0b0111_0000, layout.rsv);
    fields.bits(Name::Opcode, 0, 0b0000_1111, layout.opcode);
    let Some((is_masked, short)) = layout.second else {
        return fields.all;
    };
    fields.bits(Name::Mask, 1, 0b1000_0000, is_masked.into());
    fields.bits(Name::Length, 1, 0b0111_1111, short);
    let extended = layout.extended.map_or(Value::Unfinished, Value::Number);
    fields.bytes(Name::Extended, layout.extended_size() as u64, extended);
    let key = layout.key.map(|key| Value::Key(Hex(key.0.to_vec())));
    let key = key.unwrap_or(Value::Unfinished);
    fields.bytes(Name::Key, layout.key_size() as u64, key);
    let payload = arrived.saturating_sub(layout.size().unwrap_or_default() as u64);
    fields.bytes(Name::Payload, payload, Value::Number(payload));
    fields.all
}

/// The fields so far. Each begins where the last one ends.
struct Fields<'a> {
    beginning: &'a [u8],
    arrived: u64,
    all: Vec<Field>,
}

impl Fields<'_> {
    /// Some bits of the byte at `at`.
    fn bits(&mut self, name: Name, at: u8, mask: u8, value: u8) {
        let byte = self.beginning[usize::from(at)];
        self.all.push(Field {
            name,
            at: [at.into(), u64::from(at) + 1],
            bits: Some(Bits { byte, mask }),
            value: Value::Number(value.into()),
        });
    }

    /// The next `size` bytes, as far as they have arrived.
    fn bytes(&mut self, name: Name, size: u64, value: Value) {
        let start = self.all.last().map_or(0, |field| field.at[1]);
        let end = self.arrived.min(start + size);
        if start < end {
            self.all.push(Field {
                name,
                at: [start, end],
                bits: None,
                value,
            });
        }
    }
}
