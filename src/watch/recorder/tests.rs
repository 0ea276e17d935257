//! What a recorder keeps, and what it passes on, in whatever pieces the bytes come.

use super::{MOST_WATCHERS, Recorder, Snapshot};
use crate::outbox::{Burst, Observer};
use crate::protocol::{Frame, MaskKey, Opcode, Role};
use crate::watch::excerpt::{Excerpt, MOST_FRAMES};
use crate::watch::queue::Item;
use std::sync::Arc;

fn frame(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    Frame::whole(Opcode::Text, text.as_bytes()).encode(Some(MaskKey([1, 2, 3, 4])), &mut bytes);
    bytes
}

fn frames_of(snapshot: &Snapshot) -> Vec<Vec<u8>> {
    let kept = snapshot
        .recorded
        .iter()
        .flat_map(|recorded| recorded.frames.frames());
    kept.map(|frame| [frame.beginning, frame.end].concat())
        .collect()
}

#[test]
fn the_last_frames_are_kept_however_they_came() {
    let all: Vec<Vec<u8>> = (0..100).map(|n| frame(&"x".repeat(n))).collect();
    let stream = all.concat();
    for piece in [1, 2, 3, 7, 100, 1_000, stream.len()] {
        let recorder = Recorder::new(b"GET", b"101");
        for bytes in stream.chunks(piece) {
            recorder.received(bytes);
        }
        let snapshot = recorder.watch().expect("no watcher yet");
        let frames = frames_of(&snapshot);
        assert!(frames.len() >= MOST_FRAMES, "in pieces of {piece}");
        assert!(frames.len() < 2 * MOST_FRAMES, "in pieces of {piece}");
        assert_eq!(frames, all[100 - frames.len()..], "in pieces of {piece}");
        assert_eq!(snapshot.forgotten as usize, 100 - frames.len());
        assert!(snapshot.unfinished.is_empty());
    }
}

#[test]
fn both_ends_of_a_long_frame_are_kept() {
    let long = frame(&"y".repeat(100_000));
    for piece in [1, 999, long.len()] {
        let recorder = Recorder::new(b"", b"");
        for bytes in long.chunks(piece) {
            recorder.received(bytes);
        }
        let snapshot = recorder.watch().expect("no watcher yet");
        let kept: Vec<_> = snapshot
            .recorded
            .iter()
            .flat_map(|m| m.frames.frames())
            .collect();
        let [kept] = kept.as_slice() else {
            panic!("{} frames in pieces of {piece}", kept.len());
        };
        let len = kept.beginning.len() as u64 + kept.omitted + kept.end.len() as u64;
        assert_eq!(len, long.len() as u64);
        assert!(long.starts_with(&kept.beginning) && long.ends_with(&kept.end));
        assert!(kept.beginning.len() + kept.end.len() < 400);
    }
}

#[test]
fn a_header_that_breaks_a_rule_is_the_last_that_is_kept() {
    let recorder = Recorder::new(b"", b"");
    recorder.received(&frame("fine"));
    recorder.received(&[0xc1, 0x80, 1, 2, 3, 4]); // RSV1
    recorder.received(&frame("ignored"));
    let snapshot = recorder.watch().expect("no watcher yet");
    assert_eq!(
        frames_of(&snapshot),
        [frame("fine"), vec![0xc1, 0x80, 1, 2, 3, 4]]
    );
}

#[test]
fn four_may_watch_and_a_watcher_that_has_left_does_not_count() {
    let recorder = Recorder::new(b"", b"");
    let watching: Vec<Snapshot> = (0..MOST_WATCHERS)
        .filter_map(|_| recorder.watch())
        .collect();
    assert_eq!(watching.len(), MOST_WATCHERS);
    assert!(recorder.watch().is_none());
    watching[1].queue.leave();
    assert!(recorder.watch().is_some());
}

#[test]
fn a_watcher_is_told_everything_in_order() {
    let recorder = Recorder::new(b"", b"");
    let whole = frame("hello");
    recorder.received(&whole[..3]);
    let snapshot = recorder.watch().expect("no watcher yet");
    let [(Role::Client, _, beginning)] = snapshot.unfinished.as_slice() else {
        panic!("{:?}", snapshot.unfinished);
    };
    assert_eq!(*beginning, whole[..3]);
    recorder.received(&whole[3..]);
    let sent = recorder.sending(b"\x81\x02hi?", None, &mut || Ok(4));
    assert_eq!(sent.expect("it says so"), 4);
    recorder.end();
    let told = |sender, expected: &[u8]| match snapshot.queue.next() {
        Some(Item::Bytes {
            sender: from,
            bytes,
            resumes: false,
            ..
        }) => {
            assert_eq!((from, bytes.as_slice()), (sender, expected));
        }
        other => panic!("{other:?}"),
    };
    told(Role::Client, &whole[3..]);
    told(Role::Server, b"\x81\x02hi");
    assert_eq!(snapshot.queue.next(), Some(Item::End));
}

#[test]
fn r11_a_watcher_that_lags_is_told_what_is_missing_and_goes_on_where_a_frame_begins() {
    let line = frame(&"z".repeat(1_000));
    let stream = line.repeat(1_000);
    let recorder = Recorder::new(b"", b"");
    let queue = recorder.watch().expect("no watcher yet").queue;
    // No piece but the first begins with a frame.
    stream
        .chunks(1_300)
        .for_each(|bytes| recorder.received(bytes));
    let (mut seen, mut dropped, mut bytes_seen) = (0, 0, Vec::new());
    let count = |bytes: &mut Vec<u8>, seen: &mut u64| {
        *seen += (bytes.len() / line.len()) as u64;
        assert!(line.repeat(1_000).starts_with(bytes));
        bytes.clear();
    };
    recorder.received(&line);
    for _ in 0..2 {
        while let Some(item) = queue.next_now() {
            match item {
                Item::Bytes { bytes, resumes, .. } => {
                    if resumes {
                        count(&mut bytes_seen, &mut seen);
                    }
                    bytes_seen.extend(bytes);
                }
                Item::Dropped(count) => dropped += count,
                other => panic!("{other:?}"),
            }
        }
        recorder.received(&line);
    }
    count(&mut bytes_seen, &mut seen);
    assert!(dropped > 500, "{dropped} dropped");
    assert_eq!(seen + dropped, 1_002, "{seen} seen, {dropped} dropped");
}

#[test]
fn r12_a_burst_is_excerpted_once_for_all_members_and_never_copied() {
    let mut burst = Vec::new();
    for number in 0..50 {
        let text = format!("line {number}");
        Frame::whole(Opcode::Text, text.as_bytes()).encode(None, &mut burst);
    }
    let recorders = [Recorder::new(b"", b""), Recorder::new(b"", b"")];
    let shared = Burst::new(&burst, 50);
    for recorder in &recorders {
        let sent = recorder.sending(&burst, Some(&shared), &mut || Ok(burst.len()));
        assert_eq!(sent.expect("it says so"), burst.len());
    }
    let excerpt: Arc<Excerpt> = shared.note(|_, _| panic!("it was made before"));
    // The burst's own, both recorders', and this one.
    assert_eq!(Arc::strong_count(&excerpt), 4);
    let snapshot = recorders[0].watch().expect("no watcher yet");
    let kept = frames_of(&snapshot).len();
    assert_eq!((snapshot.forgotten, kept), (18, MOST_FRAMES));
}
