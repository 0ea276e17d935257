//! What a tape keeps, and what it hands on, whatever pieces the bytes come in.

use super::{Item, MOST_FRAMES, MOST_WATCHERS, Past, Tape};
use crate::protocol::{Frame, MaskKey, Opcode, Role};
use std::sync::Arc;

fn frame(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    Frame::whole(Opcode::Text, text.as_bytes()).encode(Some(MaskKey([1, 2, 3, 4])), &mut bytes);
    bytes
}

fn frames_of(past: &Past) -> Vec<Vec<u8>> {
    let kept = past
        .moments
        .iter()
        .flat_map(|moment| moment.frames.frames());
    kept.map(|frame| [frame.beginning, frame.end].concat())
        .collect()
}

#[test]
fn the_last_frames_are_kept_however_they_came() {
    let all: Vec<Vec<u8>> = (0..100).map(|n| frame(&"x".repeat(n))).collect();
    let stream = all.concat();
    for piece in [1, 2, 3, 7, 100, 1_000, stream.len()] {
        let tape = Tape::new(b"GET", b"101", b"");
        for bytes in stream.chunks(piece) {
            tape.received(bytes);
        }
        let past = tape.watch().expect("nobody watches");
        let frames = frames_of(&past);
        assert!(frames.len() >= MOST_FRAMES, "in pieces of {piece}");
        assert!(frames.len() < 2 * MOST_FRAMES, "in pieces of {piece}");
        assert_eq!(frames, all[100 - frames.len()..], "in pieces of {piece}");
        assert_eq!(past.forgotten as usize, 100 - frames.len());
        assert!(past.unfinished.is_empty());
    }
}

#[test]
fn of_a_long_frame_both_ends_are_kept() {
    let long = frame(&"y".repeat(100_000));
    for piece in [1, 999, long.len()] {
        let tape = Tape::new(b"", b"", b"");
        for bytes in long.chunks(piece) {
            tape.received(bytes);
        }
        let past = tape.watch().expect("nobody watches");
        let kept: Vec<_> = past
            .moments
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
fn what_is_no_frame_is_the_last_that_is_kept() {
    let tape = Tape::new(b"", b"", b"");
    tape.received(&frame("fine"));
    tape.received(&[0xc1, 0x80, 1, 2, 3, 4]); // RSV1
    tape.received(&frame("ignored"));
    let past = tape.watch().expect("nobody watches");
    assert_eq!(
        frames_of(&past),
        [frame("fine"), vec![0xc1, 0x80, 1, 2, 3, 4]]
    );
}

#[test]
fn four_may_watch_and_one_who_has_left_counts_no_more() {
    let tape = Tape::new(b"", b"", b"");
    let watching: Vec<Past> = (0..MOST_WATCHERS).filter_map(|_| tape.watch()).collect();
    assert_eq!(watching.len(), MOST_WATCHERS);
    assert!(tape.watch().is_none());
    watching[1].queue.leave();
    assert!(tape.watch().is_some());
}

#[test]
fn whoever_watches_is_told_everything_in_order() {
    let tape = Tape::new(b"", b"", b"");
    let whole = frame("hello");
    tape.received(&whole[..3]);
    let past = tape.watch().expect("nobody watches");
    let [(Role::Client, _, beginning)] = past.unfinished.as_slice() else {
        panic!("{:?}", past.unfinished);
    };
    assert_eq!(*beginning, whole[..3]);
    tape.received(&whole[3..]);
    let sent = tape.sending(b"\x81\x02hi?", None, || Ok(4));
    assert_eq!(sent.expect("it says so"), 4);
    tape.end();
    let told = |sender, expected: &[u8]| match past.queue.next() {
        Some(Item::Bytes {
            sender: from,
            bytes,
            anew: false,
            ..
        }) => {
            assert_eq!((from, bytes.as_slice()), (sender, expected));
        }
        other => panic!("{other:?}"),
    };
    told(Role::Client, &whole[3..]);
    told(Role::Server, b"\x81\x02hi");
    assert_eq!(past.queue.next(), Some(Item::End));
}

#[test]
fn r11_a_watcher_who_lags_is_told_what_is_missing_and_goes_on_where_a_frame_begins() {
    let line = frame(&"z".repeat(1_000));
    let stream = line.repeat(1_000);
    let tape = Tape::new(b"", b"", b"");
    let queue = tape.watch().expect("nobody watches").queue;
    // No piece but the first begins with a frame.
    stream.chunks(1_300).for_each(|bytes| tape.received(bytes));
    let (mut seen, mut dropped, mut bytes_seen) = (0, 0, Vec::new());
    let count = |bytes: &mut Vec<u8>, seen: &mut u64| {
        *seen += (bytes.len() / line.len()) as u64;
        assert!(line.repeat(1_000).starts_with(bytes));
        bytes.clear();
    };
    tape.received(&line);
    for _ in 0..2 {
        while let Some(item) = queue.next_now() {
            match item {
                Item::Bytes { bytes, anew, .. } => {
                    if anew {
                        count(&mut bytes_seen, &mut seen);
                    }
                    bytes_seen.extend(bytes);
                }
                Item::Dropped(count) => dropped += count,
                other => panic!("{other:?}"),
            }
        }
        tape.received(&line);
    }
    count(&mut bytes_seen, &mut seen);
    assert!(dropped > 500, "{dropped} dropped");
    assert_eq!(seen + dropped, 1_002, "{seen} seen, {dropped} dropped");
}

#[test]
fn r12_a_burst_is_digested_once_for_all_and_copied_for_nobody() {
    let mut burst = Vec::new();
    for number in 0..50 {
        let text = format!("line {number}");
        Frame::whole(Opcode::Text, text.as_bytes()).encode(None, &mut burst);
    }
    let digest = super::Digest::of(&burst, 50);
    let tapes = [Tape::new(b"", b"", b""), Tape::new(b"", b"", b"")];
    for tape in &tapes {
        let sent = tape.sending(&burst, Some(&digest), || Ok(burst.len()));
        assert_eq!(sent.expect("it says so"), burst.len());
    }
    assert_eq!(Arc::strong_count(&digest), 3);
    let past = tapes[0].watch().expect("nobody watches");
    assert_eq!((past.forgotten, frames_of(&past).len()), (18, MOST_FRAMES));
}
