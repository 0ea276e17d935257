//! How many bytes of whispers one listener is sent: no more than a slow link carries.
//!
//! A listener can leave a noisy room, but a whisper finds it everywhere. Without a bound, a few clients that
//! whisper without end would fill the backlog of a listener on a slow link until it is evicted. So all
//! whispers to one listener share an allowance of bytes, and a whisper that would have to wait is refused.
//! Half of the allowance is reserved for households other than the one that whispered last.

use super::refusal::Refusal;
use crate::address_quota::Household;
use crate::outbox::Sender;
use crate::rate::{Bucket, Rate};
use crate::sync::Mutex;
use std::time::{Duration, Instant};

/// The bytes of whispers to one listener.
const WHISPERS: Rate = Rate {
    per_second: 4 << 10,
    burst: 64 << 10,
};
/// The bytes of a whisper without its text: names, time, id and the JSON around them.
const AROUND: usize = 128;
/// When to try again while a listener lags.
const LAG: Duration = Duration::from_secs(1);
const TOO_MUCH: &str = "this is more than they can hear just now";

#[derive(Debug)]
pub(super) struct Earshot(Mutex<Allowance>);

#[derive(Debug)]
struct Allowance {
    bytes: Bucket,
    /// The household that whispered last.
    last: Option<Household>,
}

impl Earshot {
    pub(super) fn new(now: Instant) -> Self {
        let (bytes, last) = (Bucket::new(WHISPERS, now), None);
        Self(Mutex::new(Allowance { bytes, last }))
    }

    /// Checks that the listener can be sent this now by a client of the household `from`; charges it.
    pub(super) fn admit(
        &self,
        from: Household,
        text: &str,
        sender: &Sender,
        now: Instant,
    ) -> Result<(), Refusal> {
        let mut allowance = self.0.lock();
        let Allowance { bytes, last } = &mut *allowance;
        let for_others = if *last == Some(from) {
            WHISPERS.burst / 2
        } else {
            1
        };
        if !bytes.has(for_others, now) {
            return Err(Refusal::until(bytes.in_for(for_others), TOO_MUCH));
        }
        if !sender.has_room() {
            return Err(Refusal::until(LAG, TOO_MUCH));
        }
        bytes.spend(text.len() + AROUND);
        *last = Some(from);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::tests::with_a_client;

    #[test]
    fn g14_half_is_kept_for_others() {
        let (sender, _heard) = with_a_client();
        let mut now = Instant::now();
        let earshot = Earshot::new(now);
        let [greedy, other] = ["192.0.2.1", "192.0.2.2"]
            .map(|address| Household::of(address.parse().expect("an address")));
        let text = "x".repeat(1_024 - AROUND);
        for (second, most) in [(0, 33), (1, 4), (2, 4)] {
            let whisper = |from| earshot.admit(from, &text, &sender, now);
            let heard = (0..99).take_while(|_| whisper(greedy).is_ok()).count();
            assert_eq!(heard, most, "KiB in second {second}");
            now += Duration::from_secs(1);
        }
        for _ in 0..9 {
            assert_eq!(earshot.admit(other, &text, &sender, now), Ok(()));
            let again = earshot.admit(greedy, &text, &sender, now);
            assert_eq!(again, Ok(()), "one for one");
        }
    }
}
