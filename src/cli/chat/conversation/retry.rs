//! What follows the end of a connection: another attempt, later and later, or the end of the conversation.

use crate::CloseCode;
use crate::cli::terminal::escape;
use std::time::{Duration, Instant};

/// The first and the longest pause before another attempt.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(30)];
/// How many attempts count as made after an expulsion: it is followed by a long pause.
const ATTEMPTS_AFTER_EXPULSION: u32 = 5;
/// How long a pipe's lines wait for a server that is gone. A person decides for themselves.
const LONGEST_OUTAGE: Duration = Duration::from_secs(60);
/// The chat's own code: another connection has claimed our name.
const CONTINUED_ELSEWHERE: u16 = 4001;

/// Attempts to connect again.
#[derive(Debug, Default)]
pub(super) struct Retry {
    lost_since: Option<Instant>,
    attempts: u32,
}

impl Retry {
    /// A connection is lost, or an attempt has failed. Returns whether it is the first of this outage.
    pub(super) fn begins(&mut self, now: Instant) -> bool {
        let is_first = self.lost_since.is_none();
        self.lost_since.get_or_insert(now);
        is_first
    }

    /// Whether the outage has lasted too long for a pipe.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        let lasted = |since| now.saturating_duration_since(since);
        self.lost_since.map(lasted) >= Some(LONGEST_OUTAGE)
    }

    /// The pause before the next attempt, twice as long each time. The thread that connects adds some
    /// chance, so that the clients of a server do not all come back at once.
    pub(super) fn pause(&mut self) -> Duration {
        let [first, longest] = PAUSES;
        let factor = 2_u32.saturating_pow(self.attempts);
        self.attempts += 1;
        first.saturating_mul(factor).min(longest)
    }

    /// Leaves the server alone for a while.
    pub(super) fn later(&mut self) {
        self.attempts = self.attempts.max(ATTEMPTS_AFTER_EXPULSION);
    }

    /// The connection stands. Returns whether it ends an outage.
    pub(super) fn succeeded(&mut self) -> bool {
        self.attempts = 0;
        self.lost_since.take().is_some()
    }
}

/// What a Close from the server is followed by, with a sentence that says why.
#[derive(Debug)]
pub(super) enum AfterClose {
    End(String),
    Retry(String),
    RetryLater(String),
}

/// Judges a Close by its code.
pub(super) fn after_close(reason: Option<(CloseCode, String)>) -> AfterClose {
    // §7.1.5: 1005 stands for a Close without a code.
    let number = reason.as_ref().map_or(1005, |(code, _)| code.number());
    let why = match &reason {
        None => "the server closed it without a reason".to_owned(),
        Some((code, text)) if text.is_empty() => {
            format!("the server closed it: {number} {}", code.meaning())
        }
        Some((_, text)) => format!("the server closed it: {number}, {}", escape(text)),
    };
    match number {
        CONTINUED_ELSEWHERE => AfterClose::End(
            "continued elsewhere: another connection has taken over this name".to_owned(),
        ),
        // What we sent broke a rule, and would again.
        1002 | 1003 | 1007 | 1009 | 1010 => AfterClose::End(why),
        1008 => AfterClose::RetryLater(why),
        _ => AfterClose::Retry(why),
    }
}
