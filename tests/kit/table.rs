//! Tests that are rows of a table: each has a name of its own and shows in `cargo test -- --list`.

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

/// Runs those that the command line asks for, so many at a time if it does not say.
pub(crate) fn run(tables: impl IntoIterator<Item = Vec<Trial>>, at_once: usize) -> Conclusion {
    let mut args = Arguments::from_args();
    args.test_threads.get_or_insert(at_once);
    let rows: Vec<Trial> = tables.into_iter().flatten().collect();
    let mut names = HashSet::new();
    for row in &rows {
        assert!(names.insert(row.name()), "two rows: {:?}", row.name());
    }
    libtest_mimic::run(&args, rows)
}

/// Shall rows that look for what happens seldom take their time?
pub(crate) fn is_long() -> bool {
    std::env::var_os("WS101_LONG").is_some_and(|value| !value.is_empty() && value != "0")
}
