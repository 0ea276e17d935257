//! The last lines of one room, numbered without gaps.
//!
//! A number alone does not identify a line: a server that was restarted without its history file, or with
//! one that lacks the last lines, gives the same numbers to other lines. So there are **runs**, each with a
//! name (the epoch) and the number that it came to. A client that says "I know this room up to 17 in that
//! run" is sent exactly what came after, or is told that something is lost.

use super::event::Line;
use std::collections::VecDeque;
use std::sync::Arc;

/// The most lines in one answer, unless a client asks for exactly those that it missed.
pub(super) const MOST_AT_ONCE: u64 = 100;
/// The most lines that are kept.
const MOST_LINES: usize = 1_000;
/// The most bytes that are kept.
const MOST_BYTES: usize = 1 << 20;
/// The most runs whose end is remembered.
pub(super) const MOST_RUNS: usize = 64;

#[derive(Debug, Default)]
pub(super) struct History {
    lines: VecDeque<Line>,
    bytes: usize,
    last: u64,
    /// Runs of the past and how far each came. The numbering went on from one to the next.
    runs: VecDeque<(Arc<str>, u64)>,
}

/// The lines that a newcomer is sent.
#[derive(Debug)]
pub(super) struct Recap<'a> {
    pub(super) lines: Vec<&'a Line>,
    pub(super) lost: bool,
}

impl History {
    /// A history without lines, whose first will have the number after `last`.
    pub(super) fn after(last: u64) -> Self {
        Self {
            last,
            ..Self::default()
        }
    }

    /// The history of a room in which nothing was said in all these runs.
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

    /// Keeps a line, which has the next number.
    pub(super) fn push(&mut self, line: Line) {
        #[cfg(test)]
        tests::count_step();
        self.last += 1;
        self.bytes += line.size();
        // The oldest first, so that the deque need not grow.
        while (self.lines.len() >= MOST_LINES || self.bytes > MOST_BYTES)
            && let Some(forgotten) = self.lines.pop_front()
        {
            self.bytes -= forgotten.size();
        }
        self.lines.push_back(line);
    }

    /// Keeps a line that was said in the run `epoch`. If lines are missing before it, earlier ones are of no
    /// use any more. If a run went back to a number that an earlier run had given, it did not know that
    /// run's lines, and its own count.
    pub(super) fn restore(&mut self, epoch: &Arc<str>, line: Line) {
        let seq = line.seq;
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
        self.bytes -= forgotten.map(|line| line.size()).sum::<usize>();
        self.last = seq - 1;
        for (_, last) in &mut self.runs {
            *last = self.last.min(*last);
        }
    }

    /// Begins a run: a client that was there at its beginning knows all lines up to here.
    pub(super) fn begin_run(&mut self, epoch: &Arc<str>) {
        #[cfg(test)]
        tests::count_step();
        self.runs.push_back((Arc::clone(epoch), self.last));
        while self.runs.len() > MOST_RUNS {
            self.runs.pop_front();
        }
    }

    /// The lines for a client that knows those up to `known` in the run of that name.
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
    pub(super) fn before(&self, before: Option<u64>, limit: u64) -> (Vec<&Line>, bool) {
        let before = before
            .unwrap_or(u64::MAX)
            .clamp(self.first(), self.last + 1);
        let from = before
            .saturating_sub(limit.min(MOST_AT_ONCE))
            .max(self.first());
        (self.between(from, before), from > self.first())
    }

    fn latest(&self, count: u64) -> Vec<&Line> {
        let end = self.last + 1;
        self.between(end.saturating_sub(count).max(self.first()), end)
    }

    /// The number of the oldest line that is kept, or that will be.
    fn first(&self) -> u64 {
        self.last + 1 - self.lines.len() as u64
    }

    fn between(&self, from: u64, before: u64) -> Vec<&Line> {
        let (start, end) = (from - self.first(), before - self.first());
        self.lines.range(start as usize..end as usize).collect()
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use tests::steps;
