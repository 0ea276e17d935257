//! Files as they are found, and as they fail.

mod reading;

use super::*;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::mpsc;

fn line(seq: u64) -> String {
    line_in("lobby", seq)
}

fn line_in(room: &str, seq: u64) -> String {
    format!(
        r#"{{"type":"said","room":"{room}","seq":{seq},"from":"ada","text":"line {seq}","at":"2026-11-21T00:00:00.000Z"}}"#
    )
}

fn scratch(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("ws101-{}-{name}", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

/// A file with these lines.
fn file_of(name: &str, lines: &[String]) -> PathBuf {
    let path = scratch(name);
    fs::write(&path, lines.join("\n") + "\n").expect("written");
    path
}

fn epoch(name: &str) -> String {
    format!(r#"{{"epoch":"{name}"}}"#)
}

const MOST_ROOMS: usize = 256;

fn load(path: &Path) -> Kept {
    load::load(path, MOST_ROOMS).kept
}

/// A journal that writes, and takes nothing from others.
fn open(path: &Path, epoch: &str) -> (Journal, Kept) {
    let (journal, writer, kept) = Journal::open(path, epoch, MOST_ROOMS);
    journal.start(writer, |_| {}).expect("a thread");
    (journal, kept)
}

fn numbers(kept: &Kept) -> Vec<u64> {
    let (lines, _) = kept.rooms["lobby"].history.before(None, 100);
    lines.iter().map(|line| line.seq).collect()
}

#[test]
fn a_torn_last_line_is_skipped_and_does_not_spoil_the_next_one() {
    let path = file_of("torn", &[epoch("one"), line(1), line(2)]);
    let torn = fs::read_to_string(&path).expect("it is there") + &line(3)[..40];
    fs::write(&path, torn).expect("written");
    let (journal, kept) = open(&path, "two");
    assert_eq!(numbers(&kept), [1, 2]);
    journal.append(format!("{}\n", line(3)).as_bytes());
    drop(journal);
    let (_, kept) = open(&path, "three");
    assert_eq!(numbers(&kept), [1, 2, 3]);
    let recap = kept.rooms["lobby"].history.recap("three", Some(("two", 2)));
    assert!(
        !recap.lost && recap.lines.len() == 1,
        "the runs are known by name"
    );
    fs::remove_file(&path).expect("it was there");
}

#[test]
fn what_cannot_be_written_waits_up_to_a_bound() {
    let (journal, _) = open(Path::new("/dev/full"), "one");
    assert!(journal.is_degraded());
    let record = format!("{}\n", line(1));
    for _ in 0..3 * BACKLOG / record.len() {
        journal.append(record.as_bytes());
    }
    let state = journal.0.lock();
    assert!((BACKLOG / 2..=BACKLOG).contains(&state.waiting.len()));
    assert!(
        state.waiting.starts_with(b"{") && state.waiting.ends_with(b"}\n"),
        "whole lines"
    );
    assert!(state.dropped > 0);
}

/// Renamed, deleted, or cut: the next line is in the file that has the name, after the run's name.
#[test]
fn the_file_is_the_one_that_has_the_name() {
    let path = scratch("rotated");
    let old = scratch("rotated.1");
    let rows: [(&str, &dyn Fn()); 4] = [
        ("renamed", &|| fs::rename(&path, &old).expect("it is there")),
        ("renamed, and another one made", &|| {
            fs::rename(&path, &old).expect("it is there");
            fs::write(&path, format!("{}\nhalf a li", epoch("other"))).expect("written");
        }),
        ("deleted", &|| fs::remove_file(&path).expect("it is there")),
        ("cut", &|| {
            drop(fs::File::create(&path).expect("it is there"))
        }),
    ];
    for (name, change) in rows {
        let (journal, _) = open(&path, "one");
        journal.append(format!("{}\n", line(1)).as_bytes());
        change();
        journal.append(format!("{}\n", line(2)).as_bytes());
        assert!(!journal.is_degraded(), "{name}");
        let kept = load(&path);
        assert_eq!(numbers(&kept), [2], "{name}");
        let told = kept.rooms["lobby"].history.recap("now", Some(("one", 1)));
        assert!(!told.lost && told.lines.len() == 1, "{name}");
        // The first line was said elsewhere: no room was silent in that run.
        assert!(kept.runs.is_empty(), "{name}: {:?}", kept.runs);
        drop(journal);
        fs::remove_file(&path).expect("it is there");
        let _ = fs::remove_file(&old);
    }
}

/// The line that stopped in the middle when there was no more room is whole in the next file.
#[test]
fn a_line_is_not_cut_in_two_by_a_rotation() {
    let (path, old) = (scratch("halves"), scratch("halves.1"));
    let (journal, mut writer, _) = Journal::open(&path, "one", MOST_ROOMS);
    let adopt: load::Adopt = Box::new(|_| {});
    writer.write(&adopt).expect("the opening");
    writer.taken = format!("{}\n{}\n{}\n", line(1), line(2), line(3)).into_bytes();
    writer.written = line(1).len() + 20;
    fs::rename(&path, &old).expect("it is there");
    writer.write(&adopt).expect("a new file");
    assert_eq!(numbers(&load(&path)), [2, 3]);
    for path in [&path, &old] {
        fs::remove_file(path).expect("it was there");
    }
    drop(journal);
}

/// Another server has the file at first, and goes on writing to it.
#[test]
fn lines_of_another_server_are_taken_over_with_the_file() {
    let path = file_of("taken-over", &[epoch("one"), line(1)]);
    let other = fs::OpenOptions::new().append(true).open(&path).expect("it");
    other.lock().expect("nobody else has it");
    let (journal, writer, kept) = Journal::open(&path, "two", MOST_ROOMS);
    assert_eq!(numbers(&kept), [1]);
    assert!(journal.is_degraded());
    let (sender, adopted) = mpsc::channel();
    let adopt = move |line: &Foreign<'_>| {
        let mut record = String::new();
        super::write_record(line.room, &line.line, &mut record);
        sender
            .send((line.epoch.to_owned(), line.line.seq, record))
            .expect("it is received");
    };
    journal.start(writer, adopt).expect("a thread");
    journal.append(format!("{}\n", line(4)).as_bytes());
    fs::write(
        &path,
        [epoch("one"), line(1), line(2), line(3)].join("\n") + "\n",
    )
    .expect("written");
    assert_eq!(
        fs::metadata(&path).expect("it").ino(),
        other.metadata().expect("it").ino()
    );
    drop(other);
    for seq in [2, 3] {
        let (epoch, number, record) = adopted.recv().expect("a line");
        assert_eq!((epoch.as_str(), number), ("one", seq));
        assert_eq!(record, line(seq), "it would be written as it was read");
    }
    journal.end();
    assert_eq!(numbers(&load(&path)), [1, 2, 3, 4]);
    fs::remove_file(&path).expect("it was there");
}
