//! Allowances in bytes: for lines that are said, and for lines that are sent again.
//!
//! A request of 120 bytes can be answered with a megabyte, and a line of eight thousand goes to everyone in a
//! room, whatever their links carry. The price is known only afterwards. So a request is served while there
//! is credit, and refused otherwise.
//!
//! All connections of a household share one allowance. For lines that are sent again, each connection also
//! has a smaller one of its own, so that one program that asks without end does not use up what its whole
//! school has. Thirty clients that come back at once, each to a room full of the longest lines, are within it.

use super::refusal::Refusal;
use crate::address_quota::Household;
use crate::rate::{Bucket, Rate};
use crate::sync::{Mutex, MutexGuard};
use std::collections::HashMap;
use std::time::Instant;

/// The bytes that one household is sent again; then, those of one connection.
pub(super) const AGAIN: Rate = Rate {
    per_second: 4 << 20,
    burst: 32 << 20,
};
const AGAIN_TO_ONE: Rate = Rate {
    per_second: 1 << 20,
    burst: 8 << 20,
};
/// The bytes that one household says: no more than the slow link of a listener carries.
pub(super) const SPEECH: Rate = Rate {
    per_second: 64 << 10,
    burst: 256 << 10,
};
/// When this many households are remembered, those that have all of their allowance again are forgotten.
const MANY: usize = 1_024;

/// The allowances of all households; one that is not among them has all of it.
#[derive(Debug)]
pub(super) struct Allowances {
    rate: Rate,
    used: Mutex<HashMap<Household, Bucket>>,
}

impl Allowances {
    pub(super) fn new(rate: Rate) -> Self {
        let used = Mutex::default();
        Self { rate, used }
    }

    /// Checks that this household has some of its allowance left.
    pub(super) fn check(&self, household: Household, now: Instant) -> Result<(), Refusal> {
        let mut used = self.lock();
        let own = used.get_mut(&household);
        own.map_or(Ok(()), |own| check(own, now))
    }

    /// Charges a household for these bytes.
    pub(super) fn pay(&self, household: Household, bytes: usize, now: Instant) {
        let mut used = self.lock();
        if used.len() >= MANY && !used.contains_key(&household) {
            used.retain(|_, bucket| !bucket.is_full(now));
        }
        let own = used.entry(household);
        let own = own.or_insert_with(|| Bucket::new(self.rate, now));
        own.spend(bytes);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Household, Bucket>> {
        self.used.lock()
    }
}

/// One connection's allowance for what it is sent again.
#[derive(Debug)]
pub(super) struct Allowance {
    household: Household,
    own: Bucket,
}

impl Allowance {
    pub(super) fn new(household: Household, now: Instant) -> Self {
        let own = Bucket::new(AGAIN_TO_ONE, now);
        Self { household, own }
    }

    /// Checks that the connection may be sent something again.
    pub(super) fn check(&mut self, all: &Allowances, now: Instant) -> Result<(), Refusal> {
        check(&mut self.own, now)?;
        all.check(self.household, now)
    }

    /// Charges the bytes of an answer.
    pub(super) fn pay(&mut self, all: &Allowances, bytes: usize, now: Instant) {
        self.own.spend(bytes);
        all.pay(self.household, bytes, now);
    }
}

fn check(bucket: &mut Bucket, now: Instant) -> Result<(), Refusal> {
    match bucket.has_any(now) {
        true => Ok(()),
        false => Err(Refusal::until(bucket.next_in(), "not so much at once")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn one_connection_cannot_use_up_what_its_household_has() {
        let (all, mut now) = (Allowances::new(AGAIN), Instant::now());
        let household = Household::of("192.0.2.1".parse().expect("an address"));
        let mut greedy = Allowance::new(household, now);
        let mut sent = 0;
        for _ in 0..100 {
            now += Duration::from_millis(100);
            while greedy.check(&all, now).is_ok() {
                greedy.pay(&all, 1 << 20, now);
                sent += 1;
            }
            let mut other = Allowance::new(household, now);
            assert_eq!(other.check(&all, now), Ok(()), "{sent} MiB were sent");
        }
        assert_eq!(sent, 8 + 10, "in ten seconds");
    }

    #[test]
    fn many_connections_have_what_their_household_has() {
        let (all, now) = (Allowances::new(AGAIN), Instant::now());
        let [greedy, other] = ["192.0.2.1", "192.0.2.2"]
            .map(|address| Household::of(address.parse().expect("an address")));
        let serve = |household| {
            let mut one = Allowance::new(household, now);
            let served = one.check(&all, now).is_ok();
            if served {
                one.pay(&all, 1 << 20, now);
            }
            served
        };
        let served = (0..128).filter(|_| serve(greedy)).count();
        assert_eq!(served, 32);
        assert!(serve(other), "another household has its own");
        let mut refused = Allowance::new(greedy, now);
        let retry = refused.check(&all, now).map_err(|refusal| refusal.retry);
        assert!(retry.is_err_and(|retry| retry < Some(Duration::from_secs(1))));
    }
}
