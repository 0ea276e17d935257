//! Settings that are flags of the command line: their defaults, and how durations and rates are written.
//!
//! A group of settings is a struct that derives [`clap::Args`]. Each of its fields is declared once: the
//! doc comment is the flag's help, the attribute has the default, and `Default` asks the attribute.

use crate::rate::Rate;
use clap::{Args, Command};
use std::time::Duration;

/// The settings that a command line without any flag stands for.
pub(crate) fn defaults<T: Args>() -> T {
    let command = T::augment_args(Command::new("ws101"));
    let matches = command.try_get_matches_from(["ws101"]);
    matches
        .and_then(|matches| T::from_arg_matches(&matches))
        .expect("every flag has a default or is optional")
}

/// A year: far from where adding to an instant could overflow.
const LONGEST: u64 = 365 * 24 * 3_600_000;

/// Parses a whole number and its unit: `200ms`, `20s`, `2m`, `1h`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let unit_at = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let factor = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let milliseconds = number.parse::<u64>().ok().zip(factor);
    let milliseconds = milliseconds.and_then(|(number, factor)| number.checked_mul(factor));
    match milliseconds {
        Some(milliseconds @ 1..=LONGEST) => Ok(Duration::from_millis(milliseconds)),
        _ => Err(format!(
            "{text:?} is not a duration: write a number and ms, s, m or h, such as 20s"
        )),
    }
}

/// Parses a number of lines per second, of which twice as many may come at once; `off` is no limit.
pub(crate) fn parse_rate(text: &str) -> Result<Option<Rate>, String> {
    if text == "off" {
        return Ok(None);
    }
    match text.parse() {
        Ok(per_second @ 1..=1_000_000) => Ok(Some(Rate {
            per_second,
            burst: 2 * per_second,
        })),
        _ => Err(format!(
            "{text:?} is not a rate: write a number of lines per second, or off"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units() {
        for (text, milliseconds) in [
            ("200ms", 200),
            ("20s", 20_000),
            ("2m", 120_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        for text in [
            "",
            "20",
            "s",
            "1.5s",
            "-1s",
            "20 s",
            "0s",
            "99999999999999999999s",
            "18446744073709551615h",
            "8761h",
        ] {
            assert!(parse_duration(text).is_err(), "{text:?} is refused");
        }
    }

    #[test]
    fn rates() {
        let rate = Rate {
            per_second: 10,
            burst: 20,
        };
        assert_eq!(parse_rate("10"), Ok(Some(rate)));
        assert_eq!(parse_rate("off"), Ok(None));
        for text in ["", "0", "-1", "1000001", "OFF", "10/s"] {
            assert!(parse_rate(text).is_err(), "{text:?} is refused");
        }
    }
}
