//! The last lines of one room, numbered without gaps, as the very JSON that was broadcast.
//!
//! A number alone does not say which line it is: a server that was started anew, without a
//! file or with one that lacks the last lines, numbers other lines the same. So there are
//! **runs**, each with a name of its own (the epoch) and the number that it came to. Who
//! says "I know this room up to 17 in that run" gets exactly what came after, or is told that
//! something is lost.

use serde_json::value::RawValue;
use std::collections::VecDeque;
use std::sync::Arc;

/// Lines that one answer holds, unless exactly those were asked for that were missed.
pub(super) const MOST_AT_ONCE: u64 = 100;
/// Lines that are kept.
const MOST_LINES: usize = 1_000;
/// Bytes that are kept.
const MOST_BYTES: usize = 1 << 20;
/// Runs whose end is known.
pub(super) const MOST_RUNS: usize = 64;

#[derive(Debug, Default)]
pub(super) struct History {
    lines: VecDeque<Box<str>>,
    bytes: usize,
    last: u64,
    /// Runs of the past and how far each came. The numbering went on from one to the next.
    runs: VecDeque<(Arc<str>, u64)>,
}

/// What somebody gets who comes in.
#[derive(Debug)]
pub(super) struct Recap<'a> {
    pub(super) lines: Vec<&'a RawValue>,
    pub(super) lost: bool,
}

impl History {
    /// Nothing yet; the first line will have the number after `last`.
    pub(super) fn after(last: u64) -> Self {
        Self {
            last,
            ..Self::default()
        }
    }

    /// A room in which nothing was said in all these runs.
    pub(super) fn silent_in(runs: &[Arc<str>], last: u64) -> Self {
        let mut history = Self::after(last);
        runs.iter().for_each(|run| history.begin_run(run));
        history
    }

    /// The number of the latest line.
    pub(super) const fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Keeps a line under the next number.
    pub(super) fn push(&mut self, line: &str) {
        #[cfg(test)]
        tests::count_step();
        self.last += 1;
        self.bytes += line.len();
        // The oldest first: mostly the new one fits where it lay.
        while (self.lines.len() >= MOST_LINES || self.bytes > MOST_BYTES)
            && let Some(forgotten) = self.lines.pop_front()
        {
            self.bytes -= forgotten.len();
        }
        self.lines.push_back(line.into());
    }

    /// Keeps a line that was said in the run `epoch`, as number `seq`. Where lines are missing
    /// before it, those before them are of no use any more. Where a run went back to a number
    /// that another one had given before, it did not know that one's lines: its own count.
    pub(super) fn restore(&mut self, epoch: &Arc<str>, seq: u64, line: &str) {
        if (self.first()..=self.last).contains(&seq) {
            self.forget_from(seq);
        } else if seq != self.last + 1 {
            *self = Self::after(seq.saturating_sub(1));
        }
        self.push(line);
        match self.runs.back_mut() {
            Some((run, last)) if run == epoch => *last = seq,
            _ => self.begin_run(epoch),
        }
    }

    fn forget_from(&mut self, seq: u64) {
        let forgotten = self.lines.drain((seq - self.first()) as usize..);
        self.bytes -= forgotten.map(|line| line.len()).sum::<usize>();
        self.last = seq - 1;
        for (_, last) in &mut self.runs {
            *last = self.last.min(*last);
        }
    }

    /// A run begins: whoever was there at its beginning knows all lines up to here.
    pub(super) fn begin_run(&mut self, epoch: &Arc<str>) {
        #[cfg(test)]
        tests::count_step();
        self.runs.push_back((Arc::clone(epoch), self.last));
        while self.runs.len() > MOST_RUNS {
            self.runs.pop_front();
        }
    }

    /// What to tell somebody who knows the lines up to `known` in the run of that name.
    pub(super) fn recap(&self, current: &str, known: Option<(&str, u64)>) -> Recap<'_> {
        let Some((epoch, since)) = known else {
            return Recap {
                lines: self.latest(MOST_AT_ONCE),
                lost: false,
            };
        };
        let run_end = if epoch == current {
            Some(self.last)
        } else {
            let run = self.runs.iter().rfind(|(name, _)| **name == *epoch);
            run.map(|(_, last)| *last)
        };
        if run_end.is_some_and(|end| since <= end) && since + 1 >= self.first() {
            Recap {
                lines: self.latest(self.last - since),
                lost: false,
            }
        } else {
            Recap {
                lines: self.latest(MOST_AT_ONCE),
                lost: true,
            }
        }
    }

    /// At most `limit` lines before number `before`, and whether there are more before those.
    pub(super) fn before(&self, before: Option<u64>, limit: u64) -> (Vec<&RawValue>, bool) {
        let before = before
            .unwrap_or(u64::MAX)
            .clamp(self.first(), self.last + 1);
        let from = before
            .saturating_sub(limit.min(MOST_AT_ONCE))
            .max(self.first());
        (self.between(from, before), from > self.first())
    }

    fn latest(&self, count: u64) -> Vec<&RawValue> {
        let end = self.last + 1;
        self.between(end.saturating_sub(count).max(self.first()), end)
    }

    /// The number of the oldest line that is kept, or that will be.
    fn first(&self) -> u64 {
        self.last + 1 - self.lines.len() as u64
    }

    fn between(&self, from: u64, before: u64) -> Vec<&RawValue> {
        let (start, end) = (from - self.first(), before - self.first());
        let lines = self.lines.range(start as usize..end as usize);
        lines
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use tests::steps;
