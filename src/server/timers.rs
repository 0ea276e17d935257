//! When one WebSocket's next deadline is, and what is due when it has come.
//!
//! There is no timer thread: a connection's own thread sleeps in `read()` until the earliest
//! of these. All are absolute, so a client that sends a byte now and then gains nothing.

use super::config::Deadlines;
use crate::protocol::Incoming;
use std::time::{Duration, Instant};

/// A deadline that is noticed this late was not missed by the client: this thread was not awake.
const OVERSLEPT: Duration = Duration::from_secs(1);

/// What is to be done at a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// The client has been silent: it is asked for a sign of life.
    Ping,
    /// It gave none.
    PingTimeout,
    /// A frame has begun and does not end.
    FrameStalled,
    /// A message has begun and does not end.
    MessageStalled,
    /// It did not answer our Close.
    CloseTimeout,
}

/// Did a sleep overrun so far that the machine itself must have been suspended?
///
/// One second is not always enough to tell: a kernel keeps long waits in a coarse wheel, and Linux ends one
/// of 20 seconds up to an eighth late.
pub(super) fn overslept(late: Duration, wanted: Option<Duration>) -> bool {
    late > OVERSLEPT.max(wanted.unwrap_or_default() / 4)
}

/// The moments that the deadlines count from.
#[derive(Debug)]
pub(super) struct Timers {
    deadlines: Deadlines,
    received: Instant,
    pinged: Option<Instant>,
    /// The number of the frame that is incomplete, and when it began.
    frame: Option<(u64, Instant)>,
    /// The number of the message that is incomplete, and when it began.
    message: Option<(u64, Instant)>,
    closing: Option<Instant>,
}

impl Timers {
    pub(super) const fn new(deadlines: Deadlines, now: Instant) -> Self {
        Self {
            deadlines,
            received: now,
            pinged: None,
            frame: None,
            message: None,
            closing: None,
        }
    }

    /// Notes that bytes arrived, and were decoded as far as possible. Any byte is a sign of life.
    pub(super) fn received(&mut self, incoming: &Incoming, now: Instant) {
        self.received = now;
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

    /// Gives every deadline its full time again, after a sleep of our own or of the whole machine: a laptop
    /// that wakes up must not lose all its connections.
    pub(super) fn restart(&mut self, now: Instant) {
        let from_now = |(number, _)| (number, now);
        self.received = now;
        self.pinged = self.pinged.map(|_| now);
        self.frame = self.frame.map(from_now);
        self.message = self.message.map(from_now);
        self.closing = self.closing.map(|_| now);
    }

    /// Notes that a ping was sent.
    pub(super) const fn pinged(&mut self, now: Instant) {
        self.pinged = Some(now);
    }

    /// Notes that our Close was sent, which the client has to answer. §5.5.1.
    pub(super) fn closing(&mut self, now: Instant) {
        self.closing.get_or_insert(now);
    }

    /// The earliest deadline, and what is due then.
    pub(super) fn next(&self) -> (Instant, Due) {
        if let Some(since) = self.closing {
            return (since + self.deadlines.close, Due::CloseTimeout);
        }
        let life = match self.pinged {
            None => (self.received + self.deadlines.ping_interval, Due::Ping),
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

/// Since when the frame or message with this number is incomplete: as `before`, or since now if it is
/// another.
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
    fn a_wait_that_ends_somewhat_late_is_no_suspension() {
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
    fn after_a_suspension_every_deadline_has_its_full_time() {
        let start = Instant::now();
        let deadlines = Config::default().deadlines;
        let mut timers = Timers::new(deadlines, start);
        timers.pinged(start);
        timers.frame = Some((0, start));
        let (_, due) = timers.next();
        assert_eq!(due, Due::PingTimeout);
        let later = start + Duration::from_secs(3_600);
        timers.restart(later);
        assert_eq!(
            timers.next(),
            (later + deadlines.ping_timeout, Due::PingTimeout)
        );
        timers.closing(later);
        let after = later + Duration::from_secs(3_600);
        timers.restart(after);
        assert_eq!(timers.next(), (after + deadlines.close, Due::CloseTimeout));
    }
}
