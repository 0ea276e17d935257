//! Part V: every row of its tables is a test, and every test with such a number is a row.

use super::PROTOCOL;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The letters of the tables.
const LETTERS: &str = "HSUFMCJGDR";

/// Numbers that this document speaks of without a row.
const SELF: &str = "tests/document";

#[test]
fn hostile_rows() {
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
    let listed: Vec<String> = (PROTOCOL.lines().filter_map(first))
        .filter(|word| is_number(word))
        .collect();
    let told: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(told.len(), listed.len(), "a row stands there twice");
    let untested: Vec<&String> = told.difference(&tested).collect();
    let untold: Vec<&String> = tested.difference(&told).collect();
    assert!(untested.is_empty(), "no test for {untested:?}");
    assert!(untold.is_empty(), "no row for {untold:?}");
}

/// All that names of tests begin with: `"H08 …"` in a table, `fn r08_…`.
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
