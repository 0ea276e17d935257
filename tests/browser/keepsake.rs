//! What remains of a test that failed: the last look of its pages.

use std::path::PathBuf;
use std::{cell::RefCell, fs};

thread_local! {
    /// The test that runs on this thread.
    static TEST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// From now on, this thread runs another test.
pub(crate) fn belongs_to(test: &str) {
    TEST.replace(test.replace('/', "-"));
}

/// Puts away a picture, and says where.
pub(crate) fn leave(tab: &str, png: &[u8]) {
    let test = TEST.with_borrow(String::clone);
    let file = folder().join(format!("{test}-{tab}.png"));
    // A test that failed has said something more important already.
    let written = fs::create_dir_all(folder()).and_then(|()| fs::write(&file, png));
    if written.is_ok() {
        eprintln!("the page, when {test} failed: {}", file.display());
    }
}

/// Throws away what remains of an earlier run.
pub(crate) fn clear() {
    let _ = fs::remove_dir_all(folder());
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("browser")
}
