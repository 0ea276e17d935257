//! The artifacts of a failed test: screenshots of its pages.

use std::path::PathBuf;
use std::{cell::RefCell, fs};

thread_local! {
    /// The test that runs on this thread.
    static TEST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// This thread begins another test.
pub(crate) fn start_test(test: &str) {
    TEST.replace(test.replace('/', "-"));
}

/// Saves a screenshot, and prints where.
pub(crate) fn save(tab: &str, png: &[u8]) {
    let test = TEST.with_borrow(String::clone);
    let file = folder().join(format!("{test}-{tab}.png"));
    // A failure to save must not hide the failure of the test.
    let written = fs::create_dir_all(folder()).and_then(|()| fs::write(&file, png));
    if written.is_ok() {
        eprintln!("the page, when {test} failed: {}", file.display());
    }
}

/// Deletes the artifacts of an earlier run.
pub(crate) fn clear() {
    let _ = fs::remove_dir_all(folder());
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("browser")
}
