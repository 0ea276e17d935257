//! Rate limits: a bucket that fills at a steady rate, up to a burst.

use std::time::{Duration, Instant};

/// A rate, and the burst that it allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// What is gained in each second.
    pub per_second: u32,
    /// What can be used at once after a pause.
    pub burst: u32,
}

/// What is left of an allowance.
#[derive(Debug)]
pub(crate) struct Bucket {
    rate: Rate,
    left: f64,
    seen: Instant,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn new(rate: Rate, now: Instant) -> Self {
        Self {
            rate,
            left: rate.burst.into(),
            seen: now,
        }
    }

    /// Takes one out, if there is one. Returns whether there was.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let allowed = self.has_any(now);
        if allowed {
            self.spend(1);
        }
        allowed
    }

    /// Is there one?
    pub(crate) fn has_any(&mut self, now: Instant) -> bool {
        self.has(1, now)
    }

    /// Does the bucket hold at least this many?
    pub(crate) fn has(&mut self, count: u32, now: Instant) -> bool {
        self.fill(now);
        self.left >= count.into()
    }

    /// Takes this many out, on credit if there are fewer: for a price that is known only afterwards.
    pub(crate) fn spend(&mut self, count: usize) {
        self.left -= count as f64;
    }

    /// Is it full, as if it had never been used?
    pub(crate) fn is_full(&mut self, now: Instant) -> bool {
        self.fill(now);
        self.left >= self.rate.burst.into()
    }

    fn fill(&mut self, now: Instant) {
        let gained = now.saturating_duration_since(self.seen).as_secs_f64()
            * f64::from(self.rate.per_second);
        self.seen = now;
        self.left = (self.left + gained).min(self.rate.burst.into());
    }

    /// How long until there is one.
    pub(crate) fn next_in(&self) -> Duration {
        self.in_for(1)
    }

    /// How long until there are this many.
    pub(crate) fn in_for(&self, count: u32) -> Duration {
        let missing = (f64::from(count) - self.left).max(0.0);
        Duration::from_secs_f64(missing / f64::from(self.rate.per_second.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_a_steady_trickle() {
        let start = Instant::now();
        let mut bucket = Bucket::new(
            Rate {
                per_second: 10,
                burst: 3,
            },
            start,
        );
        let taken = (0..5).filter(|_| bucket.take(start)).count();
        assert_eq!(taken, 3, "the burst");
        assert_eq!(bucket.next_in(), Duration::from_millis(100), "ten a second");
        let later = start + Duration::from_millis(250);
        let taken = (0..5).filter(|_| bucket.take(later)).count();
        assert_eq!(
            taken, 2,
            "a quarter of a second at ten a second, the half is kept for later"
        );
        let much_later = start + Duration::from_secs(60);
        let taken = (0..5).filter(|_| bucket.take(much_later)).count();
        assert_eq!(taken, 3, "no more than the burst, however long the pause");
        bucket.spend(20);
        assert_eq!(bucket.next_in(), Duration::from_millis(2_100), "on credit");
        let paid = much_later + Duration::from_millis(2_150);
        assert!(bucket.has_any(paid) && !bucket.is_full(paid));
        assert!(bucket.is_full(paid + Duration::from_millis(250)));
    }
}
