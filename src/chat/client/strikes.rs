//! How many refusals a client may collect before its connection ends.

use crate::endpoint::CloseWith;
use crate::protocol::CloseCode;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(10);
/// Requests that are wrong: a program that has ten of them refused is broken, or probing.
const MOST_WRONG: usize = 10;
/// Requests that come too fast: pasting many lines is not an attack, a hundred refused ones are.
const MOST_HASTY: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Strikes {
    wrong: VecDeque<Instant>,
    hasty: VecDeque<Instant>,
}

impl Strikes {
    /// Counts a request that could not be served.
    pub(super) fn wrong(&mut self, now: Instant) -> Result<(), CloseWith> {
        let why = "too many requests that were refused";
        count(&mut self.wrong, MOST_WRONG, why, now)
    }

    /// Counts a request that came sooner than the client was told to ask again.
    pub(super) fn hasty(&mut self, now: Instant) -> Result<(), CloseWith> {
        count(&mut self.hasty, MOST_HASTY, "flood", now)
    }
}

fn count(
    strikes: &mut VecDeque<Instant>,
    most: usize,
    why: &'static str,
    now: Instant,
) -> Result<(), CloseWith> {
    strikes.push_back(now);
    if strikes.len() < most {
        return Ok(());
    }
    let first = strikes.pop_front();
    if first.is_some_and(|first| now.saturating_duration_since(first) <= WINDOW) {
        return Err((CloseCode::POLICY_VIOLATION, why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_in_ten_seconds() {
        let start = Instant::now();
        let mut strikes = Strikes::default();
        for _ in 0..9 {
            assert_eq!(strikes.wrong(start), Ok(()));
        }
        assert!(strikes.wrong(start + WINDOW).is_err(), "the tenth");
        let mut strikes = Strikes::default();
        for second in 0..60 {
            let now = start + Duration::from_millis(1_112 * second);
            assert_eq!(
                strikes.wrong(now),
                Ok(()),
                "nine in ten seconds, for a minute"
            );
        }
        for _ in 0..99 {
            assert_eq!(strikes.hasty(start), Ok(()), "hasty ones count apart");
        }
        assert!(strikes.hasty(start).is_err());
    }
}
