//! Integers in JSON, which knows numbers only.

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::Number;

/// An integer that counts something. One that is out of range counts as the range's end.
///
/// JSON has one kind of number (RFC 8259 §6): `2`, `2.0` and `2e0` are the same one, and a client
/// that keeps numbers as doubles may send any of them. `2.5` is no integer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Integer(pub(super) u64);

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        let float = number.as_f64().filter(|value| value.fract() == 0.0);
        let integer = number.as_u64().or(float.map(|value| value as u64)); // `as` saturates
        integer
            .map(Self)
            .ok_or_else(|| D::Error::custom("not an integer"))
    }
}
