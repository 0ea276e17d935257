//! How connections end, and how the conversation does.

use super::{
    Act, CONTINUED_ELSEWHERE, Conversation, FAREWELL, PATIENCE, PAUSES, Phase, THROWN_OUT,
};
use crate::CloseCode;
use crate::cli::terminal::escape;
use std::time::{Duration, Instant};

impl Conversation {
    /// The server has closed the connection, or has answered our Close.
    pub(super) fn closed(&mut self, now: Instant, reason: Option<(CloseCode, String)>) {
        self.connected = false;
        if let Phase::Leaving { .. } = self.phase {
            return self.end(self.outcome());
        }
        let number = reason.as_ref().map_or(1005, |(code, _)| code.number());
        let why = match &reason {
            None => "the server closed it without a reason".to_owned(),
            Some((code, text)) if text.is_empty() => {
                format!("the server closed it: {number} {}", code.meaning())
            }
            Some((_, text)) => format!("the server closed it: {number}, {}", escape(text)),
        };
        match number {
            CONTINUED_ELSEWHERE => self.end(Err(
                "continued elsewhere: another connection has taken over this name".to_owned(),
            )),
            // What we sent broke a rule. It would again.
            1002 | 1003 | 1007 | 1009 | 1010 => self.end(Err(why)),
            1008 => {
                self.attempts = self.attempts.max(THROWN_OUT);
                self.lost(now, &why);
            }
            _ => self.lost(now, &why),
        }
    }

    /// There is no connection any more, or still none.
    pub(super) fn lost(&mut self, now: Instant, why: &str) {
        self.connected = false;
        if let Phase::Leaving { .. } = self.phase {
            return self.end(self.outcome());
        }
        if !self.was_here {
            return self.end(Err(why.to_owned()));
        }
        if self.lost_since.is_none() {
            self.note(&format!("the connection is lost ({why}); trying again"));
        }
        let since = *self.lost_since.get_or_insert(now);
        let gives_up = !self.settings.interactive && !self.settings.follow;
        if gives_up && now.saturating_duration_since(since) >= PATIENCE {
            return self.end(Err(format!("the connection is lost: {why}")));
        }
        if self.awaited.take().is_some() && self.phase == Phase::Here {
            self.failed = true;
            self.note("the last command was not answered");
        }
        self.unsent.interrupted();
        self.phase = Phase::Connecting;
        self.acts.push(Act::Connect(pause(self.attempts)));
        self.attempts += 1;
    }

    /// Ctrl-C goes now; a second one does not even wait for the server's answer.
    pub(super) fn interrupt(&mut self, now: Instant) {
        self.input_ended = true;
        self.leave_chat(now);
    }

    pub(super) fn leave_chat(&mut self, now: Instant) {
        if !self.connected || matches!(self.phase, Phase::Leaving { .. }) {
            return self.end(self.outcome());
        }
        let until = now + FAREWELL;
        self.phase = Phase::Leaving { until };
        self.acts.push(Act::Close);
    }

    pub(super) fn end(&mut self, outcome: Result<(), String>) {
        if self.connected && !matches!(self.phase, Phase::Leaving { .. }) {
            self.acts.push(Act::Close);
        }
        self.phase = Phase::Ended;
        self.acts.push(Act::End(outcome));
    }

    pub(super) fn outcome(&self) -> Result<(), String> {
        match self.unsent.len() {
            0 if self.failed && !self.settings.interactive => {
                Err("not everything could be done".to_owned())
            }
            0 => Ok(()),
            1 => Err("one line was not said".to_owned()),
            count => Err(format!("{count} lines were not said")),
        }
    }
}

/// Twice as long each time. (Who waits adds some chance, so that not everybody comes back at once.)
fn pause(attempts: u32) -> Duration {
    let [first, longest] = PAUSES;
    first
        .saturating_mul(2_u32.saturating_pow(attempts))
        .min(longest)
}
