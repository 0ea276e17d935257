//! How many refusals a guest may collect before the connection ends.

use crate::chat::Goodbye;
use crate::protocol::CloseCode;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(10);
/// Requests that are wrong: a program that gets ten of them back is broken, or trying.
const MOST_WRONG: usize = 10;
/// Requests that come too fast: pasting many lines is not an attack, a hundred refused ones are.
const MOST_HASTY: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Strikes {
    wrong: VecDeque<Instant>,
    hasty: VecDeque<Instant>,
}

impl Strikes {
    /// Another refusal.
    pub(super) fn count(&mut self, is_hasty: bool, now: Instant) -> Result<(), Goodbye> {
        let (strikes, most, why) = if is_hasty {
            (&mut self.hasty, MOST_HASTY, "flood")
        } else {
            (
                &mut self.wrong,
                MOST_WRONG,
                "too many requests that were refused",
            )
        };
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_in_ten_seconds() {
        let start = Instant::now();
        let mut strikes = Strikes::default();
        for _ in 0..9 {
            assert_eq!(strikes.count(false, start), Ok(()));
        }
        assert!(strikes.count(false, start + WINDOW).is_err(), "the tenth");
        let mut strikes = Strikes::default();
        for second in 0..60 {
            let now = start + Duration::from_millis(1_112 * second);
            assert_eq!(
                strikes.count(false, now),
                Ok(()),
                "nine in ten seconds, for a minute"
            );
        }
        for _ in 0..99 {
            assert_eq!(strikes.count(true, start), Ok(()), "hasty ones count apart");
        }
        assert!(strikes.count(true, start).is_err());
    }
}
