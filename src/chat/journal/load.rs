//! Reads what earlier runs wrote. The server starts whatever is in the file.
//!
//! A first pass checks the lines and lists them, which shows the rooms to keep. Only then are the lines of
//! those rooms copied. So the work is linear in the bytes read, however many rooms and runs there are, and
//! memory is needed only for what is kept.

mod lines;

use super::place::Id;
use crate::chat::event::Line;
use crate::chat::history::{History, MOST_RUNS};
use crate::chat::rules;
use lines::{Lines, SaidLine};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

/// The most bytes that are read, from the end: a room keeps a thousand lines, and has no use for older
/// ones.
const TAIL: u64 = 16 << 20;

/// What is in the file.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) kept: Kept,
    pub(super) end: End,
}

/// Where reading ended: after the last whole line, in this file, within the run of that name.
#[derive(Debug, Default)]
pub(super) struct End {
    file: Option<Id>,
    offset: u64,
    run: String,
}

/// The rooms and lines of earlier runs.
#[derive(Debug, Default)]
pub(in crate::chat) struct Kept {
    pub(in crate::chat) rooms: HashMap<String, KeptRoom>,
    /// The names of the latest runs, if the file was read from its very beginning: nothing was said in them
    /// in any room that is not among `rooms`.
    pub(in crate::chat) runs: Vec<Arc<str>>,
    /// The highest number of a line in a room that was not kept.
    pub(in crate::chat) floor: u64,
}

/// A room's lines.
#[derive(Debug, Default)]
pub(in crate::chat) struct KeptRoom {
    pub(in crate::chat) history: History,
    /// The place of the latest line in the file, in lieu of a time: it is earlier than any time that a
    /// clock shows now.
    pub(in crate::chat) latest: u64,
}

/// Takes a line that another server wrote.
pub(super) type Adopt = Box<dyn Fn(&Foreign<'_>) + Send>;

/// A line that another server wrote.
#[derive(Debug)]
pub(in crate::chat) struct Foreign<'a> {
    pub(in crate::chat) epoch: &'a str,
    pub(in crate::chat) room: &'a str,
    pub(in crate::chat) line: Line,
}

/// Reads the standing rooms, and the `most_rooms` others in which something was said last.
pub(super) fn load(path: &Path, most_rooms: usize) -> Found {
    let Some(tail) = Tail::read(path, &End::default()) else {
        return Found::default();
    };
    let lines = tail.lines(path);
    let mut kept = keep(&lines, most_rooms);
    if tail.start > 0 || lines.is_continued {
        kept.runs.clear();
    }
    Found {
        kept,
        end: tail.end(lines.runs.last().map_or("", AsRef::as_ref)),
    }
}

/// Hands the lines that were added since the file was read to `adopt`.
pub(super) fn read_on(path: &Path, end: &End, adopt: &Adopt) {
    let Some(tail) = Tail::read(path, end) else {
        return;
    };
    let lines = tail.lines(path);
    for line in &lines.lines {
        adopt(&Foreign {
            epoch: lines.run_of(line).unwrap_or(&end.run),
            room: &lines.rooms[line.room],
            line: line.to_line(),
        });
    }
}

/// The end of a file, from the beginning of a line on.
struct Tail {
    bytes: Vec<u8>,
    file: Id,
    start: u64,
}

impl Tail {
    /// Reads what follows `from`, if it is that file, and no more than [`TAIL`]. Pipes and devices are not
    /// read.
    fn read(path: &Path, from: &End) -> Option<Self> {
        let read = || {
            let found = path.metadata()?;
            found.is_file().then(|| File::open(path)).transpose()
        };
        let tail = read().and_then(|file| file.map(|file| Self::of(&file, from)).transpose());
        tail.unwrap_or_else(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                log::warn!("the history cannot be read: {}: {error}", path.display());
            }
            None
        })
    }

    fn of(mut file: &File, from: &End) -> io::Result<Self> {
        let found = file.metadata()?;
        let id = Id::of(&found);
        let first = from.offset.min(found.len());
        let first = if from.file == Some(id) { first } else { 0 };
        let skipped = found.len().saturating_sub(TAIL);
        let mut tail = Self {
            bytes: Vec::new(),
            file: id,
            start: first.max(skipped),
        };
        file.seek(SeekFrom::Start(tail.start))?;
        file.take(TAIL).read_to_end(&mut tail.bytes)?;
        if skipped > first {
            let cut = tail.bytes.iter().position(|byte| *byte == b'\n');
            let cut = cut.map_or(tail.bytes.len(), |end| end + 1);
            tail.bytes.drain(..cut);
            tail.start += cut as u64;
        }
        Ok(tail)
    }

    fn lines(&self, path: &Path) -> Lines<'_> {
        let lines = Lines::of(&self.bytes);
        if let Some((number, why)) = &lines.first_bad {
            let (path, count) = (path.display(), lines.bad);
            let part = if self.start > 0 { " of its end" } else { "" };
            log::warn!(
                "{path}: {count} lines are not history, the first is line {number}{part}: {why}"
            );
        }
        lines
    }

    fn end(&self, run: &str) -> End {
        let whole = self.bytes.iter().rposition(|byte| *byte == b'\n');
        End {
            file: Some(self.file),
            offset: self.start + whole.map_or(0, |end| end as u64 + 1),
            run: run.to_owned(),
        }
    }
}

/// Copies the lines of the rooms to keep.
fn keep(lines: &Lines<'_>, most_rooms: usize) -> Kept {
    let mut latest: Vec<Option<&SaidLine<'_>>> = vec![None; lines.rooms.len()];
    for line in &lines.lines {
        latest[line.room] = Some(line);
    }
    let mut order: Vec<&SaidLine<'_>> = latest.into_iter().flatten().collect();
    order.sort_unstable_by_key(|line| Reverse(line.number));
    let is_standing = |line: &&SaidLine<'_>| rules::is_standing(&lines.rooms[line.room]);
    let standing: Vec<_> = order.extract_if(.., |line| is_standing(&*line)).collect();
    let forgotten = order.split_off(most_rooms.min(order.len()));
    order.extend(standing);
    let runs: Vec<Arc<str>> = lines.runs.iter().map(|run| run.as_ref().into()).collect();

    let mut rooms: Vec<Option<Keeping>> = vec![];
    rooms.resize_with(lines.rooms.len(), || None);
    for line in order {
        rooms[line.room] = Some(Keeping::default());
    }
    for line in &lines.lines {
        if let Some(room) = &mut rooms[line.room] {
            room.keep(line, &runs);
        }
    }
    let names = lines.rooms.iter();
    let rooms = names.zip(rooms).filter_map(|(name, room)| {
        let mut room = room?;
        room.begin_runs(&runs, runs.len());
        Some((name.as_ref().to_owned(), room.kept))
    });
    Kept {
        rooms: rooms.collect(),
        runs: runs[runs.len().saturating_sub(MOST_RUNS)..].to_vec(),
        floor: forgotten.iter().map(|line| line.seq).max().unwrap_or(0),
    }
}

/// A room that is being copied.
#[derive(Default)]
struct Keeping {
    kept: KeptRoom,
    /// How many runs have begun in its history.
    begun: usize,
}

impl Keeping {
    fn keep(&mut self, line: &SaidLine<'_>, runs: &[Arc<str>]) {
        self.begin_runs(runs, line.run);
        let run = line
            .run
            .checked_sub(1)
            .map_or_else(Arc::default, |run| Arc::clone(&runs[run]));
        self.kept.history.restore(&run, line.to_line());
        self.kept.latest = line.number;
    }

    /// Begins runs in the history: only when a line of the room comes, and only those that are remembered.
    /// Otherwise there would be work for each room in each run.
    fn begin_runs(&mut self, runs: &[Arc<str>], until: usize) {
        let from = self.begun.max(until.saturating_sub(MOST_RUNS));
        for run in &runs[from..until] {
            self.kept.history.begin_run(run);
        }
        self.begun = until;
    }
}
