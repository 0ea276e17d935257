//! The lists in the chat's events: people, lines.

use serde_json::Value;
use std::collections::BTreeSet;

/// The names in a list of people, each of which must occur once.
pub(crate) fn names(people: &Value) -> BTreeSet<String> {
    let people = people.as_array().expect("a list of names");
    let names: BTreeSet<String> = (people.iter())
        .map(|name| name.as_str().expect("a name").to_owned())
        .collect();
    assert_eq!(names.len(), people.len(), "a name occurs twice: {people:?}");
    names
}

/// Keeps the list of people in a room up to date, event by event.
pub(crate) fn follow(roster: &mut BTreeSet<String>, event: &Value) {
    let name = || event["name"].as_str().expect("a name").to_owned();
    match event["type"].as_str() {
        Some("entered") => _ = roster.insert(name()),
        Some("left") => _ = roster.remove(&name()),
        Some("people") => *roster = names(&event["people"]),
        _ => {}
    }
}

/// The texts of lines, in their order.
pub(crate) fn texts(lines: &Value) -> Vec<&str> {
    let lines = lines.as_array().expect("a list of lines");
    (lines.iter())
        .map(|line| line["text"].as_str().expect("a text"))
        .collect()
}

/// The numbers of lines, in their order.
pub(crate) fn numbers(lines: &Value) -> Vec<u64> {
    let lines = lines.as_array().expect("a list of lines");
    let number = |line: &Value| line["seq"].as_u64().expect("a number");
    lines.iter().map(number).collect()
}
