//! When one WebSocket's next deadline is, and what is due when it has come.
//!
//! There is no timer thread: a connection's own thread sleeps in `read()` until the earliest
//! of these. All are absolute, so a client that sends a byte now and then gains nothing.

use super::config::Deadlines;
use crate::protocol::Incoming;
use std::time::{Duration, Instant};

/// A deadline that is noticed this late was not missed by the client: we were not awake to see.
const OVERSLEPT: Duration = Duration::from_secs(1);

/// What must be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// The client has been silent: ask it.
    Ping,
    /// It did not answer.
    PingTimeout,
    /// A frame began and does not end.
    FrameStalled,
    /// A message began and does not end.
    MessageStalled,
    /// It did not answer our Close.
    CloseTimeout,
}

/// Has somebody who wanted to sleep for so long slept so much longer that the machine must have, too?
///
/// Not every second: a kernel keeps long waits in a coarse wheel, and Linux ends one of 20 seconds
/// up to an eighth late.
pub(super) fn overslept(late: Duration, wanted: Option<Duration>) -> bool {
    late > OVERSLEPT.max(wanted.unwrap_or_default() / 4)
}

/// The moments that the deadlines count from.
#[derive(Debug)]
pub(super) struct Timers {
    deadlines: Deadlines,
    heard: Instant,
    pinged: Option<Instant>,
    /// The frame that is incomplete, by its number, and when it began.
    frame: Option<(u64, Instant)>,
    /// The same for the message that is incomplete.
    message: Option<(u64, Instant)>,
    closing: Option<Instant>,
}

impl Timers {
    pub(super) const fn new(deadlines: Deadlines, now: Instant) -> Self {
        Self {
            deadlines,
            heard: now,
            pinged: None,
            frame: None,
            message: None,
            closing: None,
        }
    }

    /// Bytes came in, and were decoded as far as they go. Any byte is a sign of life.
    pub(super) fn heard(&mut self, incoming: &Incoming, now: Instant) {
        self.heard = now;
        self.pinged = None;
        self.frame = began(
            self.frame,
            incoming.is_inside_frame(),
            incoming.frames(),
            now,
        );
        let messages = incoming.messages_assembled();
        self.message = began(self.message, incoming.is_inside_message(), messages, now);
    }

    /// We were asleep ourselves, the whole machine perhaps: nobody is late but us. What was
    /// due begins anew, so that a laptop that wakes up does not lose all its connections.
    pub(super) fn excuse(&mut self, now: Instant) {
        let anew = |(number, _)| (number, now);
        self.heard = now;
        self.pinged = self.pinged.map(|_| now);
        self.frame = self.frame.map(anew);
        self.message = self.message.map(anew);
        self.closing = self.closing.map(|_| now);
    }

    /// A ping went out.
    pub(super) const fn pinged(&mut self, now: Instant) {
        self.pinged = Some(now);
    }

    /// Our Close went out, and the client owes us its own.
    pub(super) fn closing(&mut self, now: Instant) {
        self.closing.get_or_insert(now);
    }

    /// The earliest deadline, and what is due then.
    pub(super) fn next(&self) -> (Instant, Due) {
        if let Some(since) = self.closing {
            return (since + self.deadlines.close, Due::CloseTimeout);
        }
        let life = match self.pinged {
            None => (self.heard + self.deadlines.ping_interval, Due::Ping),
            Some(since) => (since + self.deadlines.ping_timeout, Due::PingTimeout),
        };
        let frame = self
            .frame
            .map(|(_, began)| (began + self.deadlines.frame, Due::FrameStalled));
        let message = self
            .message
            .map(|(_, began)| (began + self.deadlines.message, Due::MessageStalled));
        [frame, message]
            .into_iter()
            .flatten()
            .fold(
                life,
                |first, other| if other.0 < first.0 { other } else { first },
            )
    }
}

/// Since when the frame or message with this number is incomplete: since `before` if it was so
/// then, since now if it is another.
fn began(
    before: Option<(u64, Instant)>,
    is_inside: bool,
    number: u64,
    now: Instant,
) -> Option<(u64, Instant)> {
    if !is_inside {
        return None;
    }
    before
        .filter(|(known, _)| *known == number)
        .or(Some((number, now)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Config;

    #[test]
    fn a_kernel_that_wakes_us_somewhat_late_is_no_sleep() {
        let seconds = Duration::from_secs_f64;
        for (late, wanted, expected) in [
            (0.9, None, false),
            (1.1, None, true),
            (1.1, Some(2.0), true),
            (2.5, Some(20.0), false),
            (5.5, Some(20.0), true),
        ] {
            assert_eq!(overslept(seconds(late), wanted.map(seconds)), expected);
        }
    }

    #[test]
    fn after_a_sleep_of_our_own_everyone_has_a_full_round() {
        let start = Instant::now();
        let deadlines = Config::default().deadlines;
        let mut timers = Timers::new(deadlines, start);
        timers.pinged(start);
        timers.frame = Some((0, start));
        let (_, due) = timers.next();
        assert_eq!(due, Due::PingTimeout);
        let later = start + Duration::from_secs(3_600);
        timers.excuse(later);
        assert_eq!(
            timers.next(),
            (later + deadlines.ping_timeout, Due::PingTimeout)
        );
        timers.closing(later);
        let after = later + Duration::from_secs(3_600);
        timers.excuse(after);
        assert_eq!(timers.next(), (after + deadlines.close, Due::CloseTimeout));
    }
}
