//! `20s`, `200ms`, `2m`: durations as people write them.

use std::time::Duration;

/// Reads a whole number and its unit.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let unit_at = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let number: u64 = number.parse().map_err(|_| explain(text))?;
    let milliseconds = match unit {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => None,
    };
    match milliseconds {
        Some(1..=LONGEST) => Ok(Duration::from_millis(milliseconds.unwrap_or_default())),
        _ => Err(explain(text)),
    }
}

/// A year: far from where adding to a moment could overflow.
const LONGEST: u64 = 365 * 24 * 3_600_000;

fn explain(text: &str) -> String {
    format!("{text:?} is not a duration: write a number and ms, s, m or h, such as 20s")
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
                parse(text),
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
        ] {
            assert!(parse(text).is_err(), "{text:?} is refused");
        }
    }
}
