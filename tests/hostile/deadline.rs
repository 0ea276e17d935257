//! Rows about time: one deadline for all of them, and a client that trickles below it.

use crate::live::wire::Wire;
use std::time::{Duration, Instant};

/// What the flags of these rows say.
pub(crate) const DEADLINE: Duration = Duration::from_millis(600);

/// How late an end may be noticed, on a machine that has other things to do.
pub(crate) const LATE: Duration = Duration::from_secs(1);

/// The pace of a slow client: a timeout for each read would never run out.
pub(crate) const STEP: Duration = Duration::from_micros(500);

/// Sends these bytes again and again, a step apart, until the server has something to say.
pub(crate) fn trickle(wire: &mut Wire, bytes: &[u8], step: Duration) {
    let most = Instant::now() + DEADLINE + LATE;
    loop {
        assert!(Instant::now() < most, "a trickle stretches the deadline");
        wire.send(bytes);
        if wire.can_be_read(step) {
            return;
        }
    }
}

/// What began at `start` has ended just now: not before the deadline, and not long after it.
pub(crate) fn assert_in_time(start: Instant) {
    let took = start.elapsed();
    assert!(
        (DEADLINE..DEADLINE + LATE).contains(&took),
        "it took {took:?}"
    );
}
