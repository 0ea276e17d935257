//! What the log says about clients: one line an incident, and only a few a second. A flood of bad requests
//! must not become a flood of log lines.

use crate::rate::{Bucket, Rate};
use crate::sync::Mutex;
use log::Level;
use std::fmt::Display;
use std::time::Instant;

const LINES: Rate = Rate {
    per_second: 10,
    burst: 20,
};

/// Logs incidents, and counts the lines that it suppresses.
#[derive(Debug)]
pub(super) struct IncidentLog(Mutex<Tally>);

#[derive(Debug)]
struct Tally {
    allowance: Bucket,
    suppressed: u64,
}

impl IncidentLog {
    pub(super) fn new() -> Self {
        let allowance = Bucket::new(LINES, Instant::now());
        Self(Mutex::new(Tally {
            allowance,
            suppressed: 0,
        }))
    }

    /// Logs what happened to a connection, or to none if that is 0; never what its client sent.
    pub(super) fn report(&self, level: Level, connection: u64, what: &dyn Display) {
        if !log::log_enabled!(level) {
            return;
        }
        let mut tally = self.0.lock();
        if !tally.allowance.take(Instant::now()) {
            tally.suppressed += 1;
            return;
        }
        let suppressed = std::mem::take(&mut tally.suppressed);
        drop(tally);
        if suppressed > 0 {
            log::log!(level, "{suppressed} lines suppressed");
        }
        log::log!(level, "#{connection} {what}");
    }
}
