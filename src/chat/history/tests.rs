//! The lines that are kept of a room, and those that a client missed.

use super::*;
use crate::chat::event::Name;
use std::cell::Cell;

thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

/// Counts a line or a run that was added to a history.
pub(super) fn count_step() {
    STEPS.set(STEPS.get() + 1);
}

/// How many this thread has added.
pub(in crate::chat) fn steps() -> usize {
    STEPS.get()
}

fn line(seq: u64, text: &str) -> Line {
    Line {
        seq,
        from: Name::new("ada"),
        text: text.into(),
        at: "now".into(),
        id: None,
    }
}

/// Keeps a line under the next number.
fn say(history: &mut History, text: &str) {
    let seq = history.last() + 1;
    history.push(line(seq, text));
}

fn said(numbers: std::ops::RangeInclusive<u64>) -> History {
    let mut history = History::after(numbers.start() - 1);
    numbers.for_each(|_| say(&mut history, "hi"));
    history
}

fn recap(history: &History, known: Option<(&str, u64)>) -> (Vec<u64>, bool) {
    let Recap { lines, lost } = history.recap("now", known);
    (lines.iter().map(|line| line.seq).collect(), lost)
}

const LOST: bool = true;

#[test]
fn exactly_what_was_missed_or_lost() {
    let (all, tail) = (said(1..=5), said(3..=5));
    let every: &[u64] = &[1, 2, 3, 4, 5];
    let rows: [(_, _, _, &[u64], _); 8] = [
        ("nothing was known", &all, None, every, !LOST),
        ("all but two", &all, Some(("now", 3)), &[4, 5], !LOST),
        ("all", &all, Some(("now", 5)), &[], !LOST),
        ("none, from the start", &all, Some(("now", 0)), every, !LOST),
        ("there is no sixth", &all, Some(("now", 6)), every, LOST),
        ("another run's third", &all, Some(("then", 3)), every, LOST),
        (
            "the second is gone",
            &tail,
            Some(("now", 1)),
            &[3, 4, 5],
            LOST,
        ),
        (
            "the third is there",
            &tail,
            Some(("now", 2)),
            &[3, 4, 5],
            !LOST,
        ),
    ];
    for (name, history, known, lines, lost) in rows {
        assert_eq!(recap(history, known), (lines.to_vec(), lost), "{name}");
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
        history.restore(&first, line(seq, "hi"));
    }
    history.begin_run(&second);
    history.restore(&second, line(4, "hi"));
    history.begin_run(&current);
    say(&mut history, "hi");
    assert_eq!(recap(&history, Some(("first", 2))), (vec![3, 4, 5], !LOST));
    assert_eq!(recap(&history, Some(("second", 3))), (vec![4, 5], !LOST));
    let (_, lost) = recap(&history, Some(("first", 4)));
    assert!(lost, "its fourth never reached the file");
    history.restore(&current, line(9, "hi"));
    let (_, lost) = recap(&history, Some(("now", 5)));
    assert!(lost, "the lines between are missing");
}

#[test]
fn a_line_of_another_run_begins_it() {
    let mut history = History::default();
    let [first, second] = ["first", "second"].map(Arc::from);
    for (seq, run) in [(1, &first), (2, &first), (3, &second), (4, &second)] {
        history.restore(run, line(seq, "hi"));
    }
    assert_eq!(history.runs, [(first, 2), (second, 4)]);
    assert_eq!(recap(&history, Some(("first", 2))), (vec![3, 4], !LOST));
    assert_eq!(
        recap(&history, Some(("first", 3))),
        (vec![1, 2, 3, 4], LOST)
    );
    assert_eq!(recap(&history, Some(("second", 3))), (vec![4], !LOST));
}

#[test]
fn a_run_that_went_back_counts_from_there() {
    let mut history = said(1..=3);
    let [first, second] = ["first", "second"].map(Arc::from);
    history.begin_run(&first);
    history.restore(&first, line(4, "hi"));
    history.restore(&first, line(5, "hi"));
    history.begin_run(&second);
    history.restore(&second, line(4, "hi"));
    assert_eq!(recap(&history, Some(("first", 3))), (vec![4], !LOST));
    let (lines, lost) = recap(&history, Some(("first", 5)));
    assert_eq!(
        (lines, lost),
        (vec![1, 2, 3, 4], LOST),
        "its last lines are not here"
    );
    assert_eq!(history.bytes, 4 * line(4, "hi").size());
}

/// A room that is made again: a client that knew it silent, in a run that is remembered, has missed nothing.
#[test]
fn a_room_in_which_nothing_was_said() {
    let runs: Vec<Arc<str>> = (0..=MOST_RUNS).map(|run| run.to_string().into()).collect();
    let mut history = History::silent_in(&runs, 7);
    assert!(history.is_empty());
    for (name, since, lost) in [
        ("1", 7, !LOST),
        ("64", 7, !LOST),
        ("0", 7, LOST),  // one run too many
        ("64", 8, LOST), // it never came so far
        ("65", 7, LOST), // there was no such run
    ] {
        assert_eq!(
            recap(&history, Some((name, since))),
            (vec![], lost),
            "{name}"
        );
    }
    say(&mut history, "hi");
    assert!(!history.is_empty());
    assert_eq!(recap(&history, Some(("64", 7))), (vec![8], !LOST));
}

#[test]
fn bytes_are_kept_up_to_the_limit() {
    let around = line(1, "").size();
    let quarter = "x".repeat(MOST_BYTES / 4 - around);
    let mut history = History::default();
    for kept in [1, 2, 3, 4, 4, 4] {
        say(&mut history, &quarter);
        assert_eq!(history.lines.len(), kept);
        assert_eq!(history.bytes, kept * MOST_BYTES / 4);
    }
    say(&mut history, "hi");
    assert_eq!(history.lines.len(), 4, "there is no room for a fifth");
}

#[test]
fn memory_has_bounds() {
    let mut history = History::default();
    for _ in 0..5_000 {
        say(&mut history, "hi");
    }
    assert_eq!((history.first(), history.last()), (4_001, 5_000));
    for _ in 0..2_000 {
        say(&mut history, &"x".repeat(8_000));
    }
    assert!(history.bytes <= MOST_BYTES && history.lines.len() > 100);
}

#[test]
fn pages_backwards() {
    let history = said(1..=250);
    let numbers = |before, limit| {
        let (lines, more) = history.before(before, limit);
        let first = lines.first().map(|line| line.seq);
        (lines.len(), first, more)
    };
    assert_eq!(numbers(None, 1_000_000), (100, Some(151), true));
    assert_eq!(numbers(Some(151), 100), (100, Some(51), true));
    assert_eq!(numbers(Some(51), 100), (50, Some(1), false));
    assert_eq!(numbers(Some(0), 100), (0, None, false));
    assert_eq!(numbers(Some(17), 0), (0, None, true));
}
