//! ROWS.md: every suite is listed, every row is a test, and every test with a number is a row.

use crate::ROWS;
use crate::links::is_absent_package;
use crate::markdown::{code_spans, rows};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The letters of the tables.
const LETTERS: &str = "HSKUFMCJGDR";

/// These tests name numbers that are no rows.
const SELF: &str = "tests/document";

#[test]
fn every_row_is_a_test_and_every_test_a_row() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tested = BTreeSet::new();
    for folder in ["src", "tests"] {
        numbers_in(&root.join(folder), &mut tested);
    }
    let first = |line: &str| {
        line.strip_prefix("| ")?
            .split(' ')
            .next()
            .map(str::to_owned)
    };
    let listed: Vec<String> = (ROWS.lines().filter_map(first))
        .filter(|word| is_number(word))
        .collect();
    let documented: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(documented.len(), listed.len(), "a row appears twice");
    let untested: Vec<&String> = documented.difference(&tested).collect();
    let undocumented: Vec<&String> = tested.difference(&documented).collect();
    assert!(untested.is_empty(), "no test for {untested:?}");
    assert!(undocumented.is_empty(), "no row for {undocumented:?}");
}

/// A suite is a file in `tests`, or a folder with a `main.rs`.
#[test]
fn every_suite_is_listed() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let entries = fs::read_dir(tests).expect("a folder").flatten();
    let suites = entries.map(|entry| entry.path()).filter(|path| {
        path.join("main.rs").exists() || path.extension().is_some_and(|ending| ending == "rs")
    });
    let suites: BTreeSet<String> = suites
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    let listed = rows(ROWS, "suite");
    let listed = listed.iter().flat_map(|row| code_spans(row[0]));
    let is_here = |suite: &&str| !is_absent_package(&Path::new("tests").join(suite));
    let listed: BTreeSet<String> = listed.filter(is_here).map(str::to_owned).collect();
    assert_eq!(listed, suites);
}

/// The numbers with which names of tests begin: `"H08 …"` in a table, `fn r08_…`.
fn numbers_in(folder: &Path, numbers: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with(SELF) {
            numbers_in(&path, numbers);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("text");
            for mark in ["\"", "fn "] {
                let starts = source.split(mark).skip(1).filter_map(|rest| rest.get(..3));
                numbers.extend(starts.map(str::to_uppercase).filter(|word| is_number(word)));
            }
        }
    }
}

fn is_number(word: &str) -> bool {
    let (letter, digits) = word.split_at_checked(1).unwrap_or_default();
    !letter.is_empty()
        && LETTERS.contains(letter)
        && digits.len() == 2
        && digits.bytes().all(|digit| digit.is_ascii_digit())
}
