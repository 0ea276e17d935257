//! What is believed of a file, and what that costs.

use super::{epoch, file_of, line, line_in, load, numbers};
use crate::chat::history;
use crate::chat::journal::load::load as load_of;
use std::fs;

/// A file's lines: `run`, the number of a line in the lobby, or something else; and what is kept.
const ROWS: [(&str, &str, &[u64]); 12] = [
    ("as they were said", "run 1 2", &[1, 2]),
    (
        "garbage",
        "\0 {} [1,2] {\"type\":\"said\"} run 1 no 2",
        &[1, 2],
    ),
    ("lines are missing", "run 1 2 7", &[7]),
    ("number 0", "run 1 0 2", &[1, 2]),
    ("beyond 2^53", "run 1 9007199254740993 2", &[1, 2]),
    ("beyond 2^53, the last", "run 1 9007199254740993", &[1]),
    (
        "2^53 - 1, which has no next",
        "run 1 9007199254740991",
        &[1],
    ),
    ("twice", "run 1 2 2 3", &[1, 2, 3]),
    ("back", "run 1 2 3 1", &[1, 2, 3]),
    (
        "a jump, after which it goes on",
        "run 1 900 2 3",
        &[1, 2, 3],
    ),
    ("a jump in place of a line", "run 1 900 3 4", &[3, 4]),
    ("another run went back", "run 1 2 3 run 2 3", &[1, 2, 3]),
];

#[test]
fn lines_that_are_not_believed_are_passed_over() {
    for (name, words, expected) in ROWS {
        let of = |word: &str| match word.parse() {
            Ok(seq) => line(seq),
            Err(_) if word == "run" => epoch("one"),
            Err(_) => word.to_owned(),
        };
        let path = file_of("believed", &words.split(' ').map(of).collect::<Vec<_>>());
        assert_eq!(numbers(&load(&path)), expected, "{name}");
        fs::remove_file(&path).expect("it was there");
    }
}

#[test]
fn lines_before_a_gap_are_not_told_as_if_nothing_was_missing() {
    let path = file_of("gap", &[epoch("one"), line(1), line(2), line(7)]);
    let kept = load(&path);
    let history = &kept.rooms["lobby"].history;
    assert!(history.recap("now", Some(("one", 2))).lost);
    fs::remove_file(&path).expect("it was there");
}

/// Twice the runs in twice the lines are twice the work, and not four times, in every room.
#[test]
fn reading_is_linear_in_rooms_and_runs() {
    const ROOMS: usize = 400;
    let steps = |runs: usize, most_rooms| {
        let each = |run| {
            [
                epoch(&format!("run-{run}")),
                line_in(&format!("room-{}", run % ROOMS), 1 + (run / ROOMS) as u64),
            ]
        };
        let path = file_of("linear", &(0..runs).flat_map(each).collect::<Vec<_>>());
        let before = history::steps();
        let kept = load_of(&path, most_rooms).kept;
        fs::remove_file(&path).expect("it was there");
        assert_eq!(kept.rooms.len(), most_rooms);
        assert_eq!(kept.runs.len(), history::MOST_RUNS);
        let told = &kept.rooms[&format!("room-{}", (runs - 1) % ROOMS)];
        let known = format!("run-{}", runs - 2);
        let seq = told.history.last();
        assert!(
            !told.history.recap("now", Some((&known, seq - 1))).lost,
            "the runs are known"
        );
        history::steps() - before
    };
    let (once, twice) = (steps(2_000, ROOMS), steps(4_000, ROOMS));
    assert!(
        twice < once * 5 / 2,
        "{once} steps, and {twice} for twice as much"
    );
    assert!(twice <= (history::MOST_RUNS + 2) * (4_000 + ROOMS));
    let few = steps(4_000, 40);
    assert!(
        few * 5 < twice,
        "{few} steps for a tenth of the rooms, {twice} for all"
    );
}

#[test]
fn of_many_rooms_the_lobby_and_the_latest_are_kept_whole() {
    let mut lines = vec![epoch("one"), line(1), line(2)];
    lines.extend((1..10).map(|room| line_in(&format!("room-{room}"), 10 * room)));
    let path = file_of("rooms", &lines);
    let kept = load_of(&path, 2).kept;
    let mut rooms: Vec<_> = kept.rooms.keys().map(String::as_str).collect();
    rooms.sort_unstable();
    assert_eq!(rooms, ["lobby", "room-8", "room-9"]);
    assert_eq!(numbers(&kept), [1, 2]);
    assert_eq!(kept.floor, 70);
    fs::remove_file(&path).expect("it was there");
}
