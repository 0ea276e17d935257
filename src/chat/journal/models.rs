//! The file's thread and those who wait for it, in every order of steps. The file is a real one.

use super::Journal;
use crate::sync::model::{JoinHandle, models, spawn};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A directory for one round, with the history's file in it.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let (process, round) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let name = format!("ws101-models-{process}-{round}");
        let scratch = Self(std::env::temp_dir().join(name));
        scratch.create();
        scratch
    }

    fn create(&self) {
        fs::create_dir(&self.0).expect("a place for files");
    }

    fn remove(&self) {
        fs::remove_dir_all(&self.0).expect("it is there");
    }

    fn file(&self) -> PathBuf {
        self.0.join("history")
    }

    fn open(&self) -> Arc<Journal> {
        let (journal, writer, _) = Journal::open(&self.file(), "run", 4);
        journal.start(writer, |_| {}).expect("a thread");
        Arc::new(journal)
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap_or_default()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Hands over two lines, and does after each what `then` says.
fn room(
    journal: &Arc<Journal>,
    name: &'static str,
    then: impl Fn(&str) + Send + 'static,
) -> JoinHandle<()> {
    let journal = Arc::clone(journal);
    spawn(move || {
        for number in 1..=2 {
            let line = format!("{{\"{name}\":{number}}}\n");
            journal.append(line.as_bytes());
            then(&line);
        }
    })
}

/// A line is in the file when `append` returns, and nothing more is waited for.
fn append() {
    let scratch = Arc::new(Scratch::new());
    let journal = scratch.open();
    let rooms = ["a", "b"].map(|name| {
        let scratch = Arc::clone(&scratch);
        room(&journal, name, move |line| {
            assert!(scratch.text().contains(line), "{line}");
        })
    });
    for room in rooms {
        room.join().expect("no panic");
    }
    journal.end();
    assert!(journal.0.lock().over && !journal.is_degraded());
    assert_eq!(scratch.text().lines().count(), 5);
}

/// The directory goes away for a while. No room waits for it, and the end writes what is missing.
fn failure() {
    let scratch = Scratch::new();
    let journal = scratch.open();
    let first = room(&journal, "a", |_| {});
    scratch.remove();
    first.join().expect("no panic");
    room(&journal, "b", |_| {}).join().expect("no panic");
    assert!(journal.is_degraded());
    scratch.create();
    journal.end();
    assert!(journal.0.lock().over);
    let text = scratch.text();
    assert!(text.contains("{\"b\":1}\n{\"b\":2}\n"), "{text}");
}

mod tests {
    super::models! {
        append:
            a_writer_that_sleeps = "there is something to write",
            a_writer_that_falls_asleep = "the writer looks and sleeps in two steps",
            a_line_that_is_not_in_the_file = "a line counts as written when it was taken",
            a_line_that_is_not_counted = "lines are taken and counted in two steps",
            a_silent_writer = "something was written",
        ;
        failure:
            a_silent_failure = "something was written",
        ;
    }
}
