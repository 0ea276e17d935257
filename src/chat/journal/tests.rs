//! Files as they are found, and as they fail.

use super::*;
use std::fs;

fn line(seq: u64) -> String {
    format!(
        r#"{{"type":"said","room":"lobby","seq":{seq},"from":"ada","text":"line {seq}","at":"2026-11-21T00:00:00.000Z"}}"#
    )
}

fn scratch(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("ws101-{}-{name}", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

fn numbers(kept: &Kept) -> Vec<u64> {
    let (lines, _) = kept.rooms["lobby"].history.before(None, 100);
    let mut numbers = Vec::new();
    for line in lines {
        let (_, rest) = line.get().split_once("\"seq\":").expect("a number");
        let digits = rest.split(',').next().expect("digits");
        numbers.push(digits.parse().expect("digits"));
    }
    numbers
}

#[test]
fn a_torn_last_line_is_skipped_and_does_not_spoil_the_next_one() {
    let path = scratch("torn");
    fs::write(
        &path,
        format!(
            "{{\"epoch\":\"one\"}}\n{}\n{}\n{}",
            line(1),
            line(2),
            &line(3)[..40]
        ),
    )
    .expect("written");
    let (journal, kept) = Journal::open(&path, "two");
    assert_eq!(numbers(&kept), [1, 2]);
    journal.append(format!("{}\n", line(3)).as_bytes());
    let (_, kept) = Journal::open(&path, "three");
    assert_eq!(numbers(&kept), [1, 2, 3]);
    let recap = kept.rooms["lobby"].history.recap("three", Some(("two", 2)));
    assert!(
        !recap.lost && recap.lines.len() == 1,
        "the runs are known by name"
    );
    fs::remove_file(&path).expect("it was there");
}

#[test]
fn garbage_is_passed_over() {
    let path = scratch("garbage");
    let mut bytes = b"\xff\xfe\0\n{\"type\":\"said\"}\n[1,2]\n\n".to_vec();
    bytes.extend_from_slice(
        format!(
            "{{\"epoch\":\"one\"}}\n{}\nnot json\n{}\n",
            line(1),
            line(2)
        )
        .as_bytes(),
    );
    fs::write(&path, bytes).expect("written");
    assert_eq!(numbers(&load::load(&path).0), [1, 2]);
    fs::remove_file(&path).expect("it was there");
}

#[test]
fn lines_before_a_gap_are_not_told_as_if_nothing_was_missing() {
    let path = scratch("gap");
    fs::write(
        &path,
        format!(
            "{{\"epoch\":\"one\"}}\n{}\n{}\n{}\n",
            line(1),
            line(2),
            line(7)
        ),
    )
    .expect("written");
    let kept = load::load(&path).0;
    assert_eq!(numbers(&kept), [7]);
    assert!(
        kept.rooms["lobby"]
            .history
            .recap("now", Some(("one", 2)))
            .lost
    );
    fs::remove_file(&path).expect("it was there");
}

#[test]
fn a_full_disk_and_a_deleted_file_do_not_stop_it() {
    let (journal, _) = Journal::open(Path::new("/dev/full"), "one");
    assert!(journal.is_degraded());
    journal.append(b"{}\n");
    let waiting = journal.lock().waiting.clone();
    let waiting = String::from_utf8(waiting).expect("lines");
    let lines: Vec<&str> = waiting.lines().collect();
    assert!(lines[0].starts_with("{\"epoch\":\"one\""), "{waiting}");
    assert_eq!(lines[1..], ["{}"], "behind the line that begins the run");
    for _ in 0..2_000 {
        journal.append(&[b'x'; 1_000]);
    }
    assert!(journal.lock().waiting.len() <= BACKLOG);

    let path = scratch("deleted");
    let (journal, _) = Journal::open(&path, "one");
    fs::remove_file(&path).expect("it is there");
    let long_ago = Instant::now().checked_sub(GLANCE);
    journal.lock().looked = long_ago.expect("the machine runs for longer than that");
    journal.append(format!("{}\n", line(1)).as_bytes());
    assert_eq!(numbers(&load::load(&path).0), [1], "in a new file");
    fs::remove_file(&path).expect("it was there");
}
