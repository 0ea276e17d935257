//! Rows about deadlines: the one that all of them set, and a client that trickles bytes.

use crate::kit::client::raw::RawClient;
use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use std::time::{Duration, Instant};

/// The deadline that the flags of these rows set.
pub(crate) const DEADLINE: Duration = Duration::from_millis(600);

/// How long after a deadline the server may act.
pub(crate) const LATE: Duration = Duration::from_secs(1);

/// The pace of a slow client. A timeout for each read would never expire.
pub(crate) const STEP: Duration = Duration::from_micros(500);

/// Sends these bytes repeatedly, `step` apart, until the server sends something.
pub(crate) fn trickle(wire: &mut RawClient, bytes: &[u8], step: Duration) {
    let (since, patience) = (Stopwatch::start(), Instant::now() + PATIENCE);
    loop {
        // A client that writes all the time keeps a processor busy, so the stopwatch stands still.
        since.assert_under(DEADLINE + LATE);
        assert!(
            Instant::now() < patience,
            "a trickle stretches the deadline"
        );
        wire.send(bytes);
        if wire.can_be_read(step) {
            return;
        }
    }
}

/// What began at `start` ended now: not before the deadline, and not long after it.
pub(crate) fn assert_in_time(start: Stopwatch) {
    assert_ended_at(DEADLINE, start);
}

/// As [`assert_in_time`], for another deadline.
pub(crate) fn assert_ended_at(deadline: Duration, start: Stopwatch) {
    let took = start.elapsed();
    assert!(took >= deadline, "it took {took:?}");
    start.assert_under(deadline + LATE);
}
