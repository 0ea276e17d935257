//! Rows about time: one deadline for all of them, and a client that trickles below it.

use crate::kit::client::raw::RawClient;
use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use std::time::{Duration, Instant};

/// What the flags of these rows say.
pub(crate) const DEADLINE: Duration = Duration::from_millis(600);

/// How much longer a server may wait than a deadline says.
pub(crate) const LATE: Duration = Duration::from_secs(1);

/// The pace of a slow client: a timeout for each read would never run out.
pub(crate) const STEP: Duration = Duration::from_micros(500);

/// Sends these bytes again and again, a step apart, until the server has something to say.
pub(crate) fn trickle(wire: &mut RawClient, bytes: &[u8], step: Duration) {
    let (since, patience) = (Stopwatch::start(), Instant::now() + PATIENCE);
    loop {
        // A client that writes all the time keeps a processor busy, and waits for nothing.
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

/// What began then has ended just now: not before the deadline, and not long after it.
pub(crate) fn assert_in_time(start: Stopwatch) {
    assert_ended_at(DEADLINE, start);
}

/// The same for another deadline.
pub(crate) fn assert_ended_at(deadline: Duration, start: Stopwatch) {
    let took = start.elapsed();
    assert!(took >= deadline, "it took {took:?}");
    start.assert_under(deadline + LATE);
}
