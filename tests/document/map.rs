//! `lib.rs` is the map: its table of floors has every module of the crate, and no other.

use crate::markdown::code_spans;
use std::collections::BTreeSet;

#[test]
fn every_module_is_on_the_map() {
    let source = include_str!("../../src/lib.rs");
    let modules = source.lines().filter_map(|line| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    let modules: BTreeSet<&str> = modules.collect();
    let (_, floors) = source.split_once("//! # Floors").expect("a heading");
    let (floors, _) = floors.split_once("//! # ").expect("the next one");
    let rows = floors
        .lines()
        .filter_map(|line| line.strip_prefix("//! | "));
    let names = rows.flat_map(|row| code_spans(row.split(" | ").next().unwrap_or_default()));
    assert_eq!(names.collect::<BTreeSet<&str>>(), modules);
}
