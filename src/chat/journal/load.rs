//! Reads what earlier runs wrote. Whatever is in the file, the server starts.

use crate::chat::history::History;
use crate::chat::rules;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes that are read, from the end: a room keeps a thousand lines, older ones are of no use.
const TAIL: u64 = 16 << 20;
/// Bytes of a line: more than the longest that can be said, every character of it escaped.
const LONGEST_LINE: usize = 32 << 10;

/// What a line of the file may say.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    epoch: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    room: Option<Cow<'a, str>>,
    seq: Option<u64>,
    #[serde(borrow)]
    from: Option<Cow<'a, str>>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow)]
    at: Option<Cow<'a, str>>,
}

/// What earlier runs left behind.
#[derive(Debug, Default)]
pub(in crate::chat) struct Kept {
    pub(in crate::chat) rooms: HashMap<String, KeptRoom>,
    /// The names of the runs, if the file was read from its very beginning: in a room that is
    /// not among those above, nothing was said in them.
    pub(in crate::chat) runs: Vec<String>,
}

/// A room's lines.
#[derive(Debug, Default)]
pub(in crate::chat) struct KeptRoom {
    pub(in crate::chat) history: History,
    /// Where the latest one stands in the file: earlier than any time that a clock shows now.
    pub(in crate::chat) latest: u64,
}

/// What is in the file, and whether its last line is incomplete.
pub(super) fn load(path: &Path) -> (Kept, bool) {
    match read_tail(path) {
        Ok((tail, is_whole)) => {
            let (mut kept, torn) = parse(&tail, path);
            if !is_whole {
                kept.runs.clear();
            }
            (kept, torn)
        }
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                log::warn!("the history cannot be read: {}: {error}", path.display());
            }
            Default::default()
        }
    }
}

/// The file's end, beginning with a whole line; and is that all of it?
fn read_tail(path: &Path) -> io::Result<(Vec<u8>, bool)> {
    let found = path.metadata()?;
    let mut tail = Vec::new();
    if !found.is_file() {
        return Ok((tail, true)); // a pipe or a device remembers nothing
    }
    let mut file = File::open(path)?;
    let skipped = found.len().saturating_sub(TAIL);
    file.seek(SeekFrom::Start(skipped))?;
    file.take(TAIL).read_to_end(&mut tail)?;
    if skipped > 0 {
        let first_line = tail.iter().position(|byte| *byte == b'\n');
        tail.drain(..first_line.map_or(tail.len(), |end| end + 1));
    }
    Ok((tail, skipped == 0))
}

fn parse(tail: &[u8], path: &Path) -> (Kept, bool) {
    let mut kept = Kept::default();
    let mut bad = Vec::new();
    let torn = tail.last().is_some_and(|byte| *byte != b'\n');
    for (index, line) in tail.split(|byte| *byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        let record = str::from_utf8(line)
            .ok()
            .filter(|line| line.len() <= LONGEST_LINE);
        if record
            .and_then(|line| take(line, index as u64, &mut kept))
            .is_none()
        {
            bad.push(index + 1);
        }
    }
    if let Some(first) = bad.first() {
        let count = bad.len();
        let part = if tail.len() as u64 >= TAIL - LONGEST_LINE as u64 {
            " of its end"
        } else {
            ""
        };
        log::warn!(
            "{}: {count} lines are not history, the first is line {first}{part}",
            path.display()
        );
    }
    (kept, torn)
}

/// One line; `None` if it is not one that this server writes.
fn take(line: &str, number: u64, kept: &mut Kept) -> Option<()> {
    let record: Record<'_> = serde_json::from_str(line).ok()?;
    if let Some(begun) = record.epoch {
        for room in kept.rooms.values_mut() {
            room.history.begin_run(&begun);
        }
        kept.runs.push(begun.into_owned());
        return Some(());
    }
    let room = record.room.filter(|room| rules::room(room).is_ok())?;
    let seq = record.seq.filter(|seq| (1..u64::MAX / 2).contains(seq))?;
    let is_said = record.kind.is_some_and(|kind| kind == "said");
    if !is_said || record.from.is_none() || record.text.is_none() || record.at.is_none() {
        return None;
    }
    let silent = || KeptRoom {
        history: History::silent_in(&kept.runs, 0),
        latest: 0,
    };
    let room = kept.rooms.entry(room.into_owned()).or_insert_with(silent);
    let epoch = kept.runs.last().map_or("", String::as_str);
    room.history.restore(epoch, seq, line);
    room.latest = number;
    Some(())
}
