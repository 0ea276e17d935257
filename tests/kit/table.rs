//! Tests that are rows of a table. Each has a name of its own, which `cargo test -- --list` shows.

use libtest_mimic::{Arguments, Conclusion, Trial};
use std::cell::RefCell;
use std::collections::HashSet;

thread_local! {
    /// The name of the row that runs on this thread.
    static CURRENT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A test with this name, which passes unless `run` panics.
pub(crate) fn row(name: impl Into<String>, run: impl FnOnce() + Send + 'static) -> Trial {
    let name = name.into();
    Trial::test(name.clone(), || {
        CURRENT.replace(name);
        run();
        Ok(())
    })
}

/// The name of the row that runs on this thread.
pub(crate) fn current_row() -> String {
    CURRENT.with_borrow(String::clone)
}

/// Runs the rows that the command line selects, `at_once` at a time unless it says otherwise.
pub(crate) fn run(tables: impl IntoIterator<Item = Vec<Trial>>, at_once: usize) -> Conclusion {
    let mut args = Arguments::from_args();
    args.test_threads.get_or_insert(at_once);
    let rows: Vec<Trial> = tables.into_iter().flatten().collect();
    let mut names = HashSet::new();
    for row in &rows {
        assert!(
            names.insert(row.name()),
            "two rows are named {:?}",
            row.name()
        );
    }
    libtest_mimic::run(&args, rows)
}

/// Whether `WS101_LONG` asks for longer runs of the rows that look for rare events.
pub(crate) fn is_long() -> bool {
    std::env::var_os("WS101_LONG").is_some_and(|value| !value.is_empty() && value != "0")
}
