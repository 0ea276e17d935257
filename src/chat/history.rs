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
pub(super) use tests::steps;

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    thread_local! {
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    /// A line or a run was added to a history.
    pub(super) fn count_step() {
        STEPS.set(STEPS.get() + 1);
    }

    /// How often that was, by this thread.
    pub(in crate::chat) fn steps() -> usize {
        STEPS.get()
    }

    fn said(numbers: std::ops::RangeInclusive<u64>) -> History {
        let mut history = History::after(numbers.start() - 1);
        numbers.for_each(|number| history.push(&number.to_string()));
        history
    }

    fn recap(history: &History, known: Option<(&str, u64)>) -> (Vec<u64>, bool) {
        let Recap { lines, lost } = history.recap("now", known);
        let numbers = lines
            .iter()
            .map(|line| line.get().parse().expect("a number"));
        (numbers.collect(), lost)
    }

    const LOST: bool = true;

    #[test]
    fn exactly_what_was_missed_or_lost() {
        let (all, tail) = (said(1..=5), said(3..=5));
        let rows = [
            ("nothing was known", &all, None, vec![1, 2, 3, 4, 5], !LOST),
            ("all but two", &all, Some(("now", 3)), vec![4, 5], !LOST),
            ("all", &all, Some(("now", 5)), vec![], !LOST),
            (
                "none, from the start",
                &all,
                Some(("now", 0)),
                vec![1, 2, 3, 4, 5],
                !LOST,
            ),
            (
                "there is no sixth",
                &all,
                Some(("now", 6)),
                vec![1, 2, 3, 4, 5],
                LOST,
            ),
            (
                "another run's third",
                &all,
                Some(("then", 3)),
                vec![1, 2, 3, 4, 5],
                LOST,
            ),
            (
                "the second is gone",
                &tail,
                Some(("now", 1)),
                vec![3, 4, 5],
                LOST,
            ),
            (
                "the third is there",
                &tail,
                Some(("now", 2)),
                vec![3, 4, 5],
                !LOST,
            ),
        ];
        for (name, history, known, lines, lost) in rows {
            assert_eq!(recap(history, known), (lines, lost), "{name}");
        }
        assert_eq!(
            recap(&History::default(), Some(("now", 0))),
            (vec![], !LOST)
        );
    }

    #[test]
    fn a_run_of_the_past_counts_as_far_as_it_was_kept() {
        let mut history = History::default();
        let [first, second, current] = ["first", "second", "now"].map(Arc::from);
        for seq in 1..=3 {
            history.restore(&first, seq, &seq.to_string());
        }
        history.begin_run(&second);
        history.restore(&second, 4, "4");
        history.begin_run(&current);
        history.push("5");
        assert_eq!(recap(&history, Some(("first", 2))), (vec![3, 4, 5], !LOST));
        assert_eq!(recap(&history, Some(("second", 3))), (vec![4, 5], !LOST));
        let (_, lost) = recap(&history, Some(("first", 4)));
        assert!(lost, "its fourth never reached the file");
        history.restore(&current, 9, "9");
        let (_, lost) = recap(&history, Some(("now", 5)));
        assert!(lost, "the lines between are missing");
    }

    #[test]
    fn a_run_that_went_back_counts_from_there() {
        let mut history = said(1..=3);
        let [first, second] = ["first", "second"].map(Arc::from);
        history.begin_run(&first);
        history.restore(&first, 4, "40");
        history.restore(&first, 5, "50");
        history.begin_run(&second);
        history.restore(&second, 4, "4");
        assert_eq!(recap(&history, Some(("first", 3))), (vec![4], !LOST));
        let (lines, lost) = recap(&history, Some(("first", 5)));
        assert_eq!(
            (lines, lost),
            (vec![1, 2, 3, 4], LOST),
            "its last lines are not here"
        );
        assert_eq!(history.bytes, 4);
    }

    #[test]
    fn memory_has_bounds() {
        let mut history = History::default();
        for _ in 0..5_000 {
            history.push("1");
        }
        assert_eq!((history.first(), history.last()), (4_001, 5_000));
        for _ in 0..2_000 {
            history.push(&format!("\"{}\"", "x".repeat(8_000)));
        }
        assert!(history.bytes <= MOST_BYTES && history.lines.len() > 100);
    }

    #[test]
    fn pages_backwards() {
        let history = said(1..=250);
        let numbers = |before, limit| {
            let (lines, more) = history.before(before, limit);
            let first = lines.first().map(|line| line.get().to_owned());
            (lines.len(), first, more)
        };
        assert_eq!(
            numbers(None, 1_000_000),
            (100, Some("151".to_owned()), true)
        );
        assert_eq!(numbers(Some(151), 100), (100, Some("51".to_owned()), true));
        assert_eq!(numbers(Some(51), 100), (50, Some("1".to_owned()), false));
        assert_eq!(numbers(Some(0), 100), (0, None, false));
        assert_eq!(numbers(Some(17), 0), (0, None, true));
    }
}
