//! What is measured: how many members and senders, how much they say, and for how long.

use std::time::Duration;

/// Who receives what a member says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    Everyone,
    Oneself,
}

/// The members of a room, and what they say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) members: usize,
    pub(crate) senders: usize,
    /// Messages that each sender keeps in flight.
    pub(crate) window: usize,
    /// Bytes of a text.
    pub(crate) size: usize,
    pub(crate) audience: Audience,
}

impl Load {
    /// The number of members that receive each message.
    pub(crate) const fn receivers(&self) -> usize {
        match self.audience {
            Audience::Everyone => self.members,
            Audience::Oneself => 1,
        }
    }

    /// The time from one batch of each sender to the next that makes half of `rate` deliveries a second.
    pub(crate) fn half(&self, rate: f64) -> Duration {
        let deliveries = self.senders * self.window * self.members;
        Duration::from_secs_f64(2.0 * deliveries as f64 / rate.max(1.0))
    }
}

/// How long a load is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Length {
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
    /// The number of measurements, one after the other.
    pub(crate) times: usize,
    /// Whether the order of messages is checked too. That takes time.
    pub(crate) strict: bool,
}
