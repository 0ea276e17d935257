//! The lines of a history file, and which of them this server cannot have written.

use crate::chat::event::{Line, Name};
use crate::chat::rules;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// The most bytes of a line: more than the longest text takes, with every character escaped.
const LONGEST_LINE: usize = 32 << 10;
/// The highest number that is believed. JavaScript counts to 2^53 - 1; half of that is left for new
/// lines.
const HIGHEST: u64 = 1 << 52;

/// The fields that a line of the file may have.
#[derive(Debug, Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    epoch: Option<Cow<'a, str>>,
    /// The run began in an earlier file of this name.
    #[serde(default)]
    continued: bool,
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
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
}

/// All lines of a file, or of its end.
#[derive(Debug, Default)]
pub(super) struct Lines<'a> {
    /// The lines that were said, in order.
    pub(super) lines: Vec<SaidLine<'a>>,
    pub(super) rooms: Vec<Cow<'a, str>>,
    pub(super) runs: Vec<Cow<'a, str>>,
    /// A run began before this file did.
    pub(super) is_continued: bool,
    /// The first line that is not history, and how many such lines there are.
    pub(super) first_bad: Option<(u64, Bad)>,
    pub(super) bad: usize,
}

#[derive(Debug)]
pub(super) struct SaidLine<'a> {
    /// Its place in the file; the first line is 1.
    pub(super) number: u64,
    /// The index of its room, and how many runs had begun.
    pub(super) room: usize,
    pub(super) run: usize,
    pub(super) seq: u64,
    from: Cow<'a, str>,
    text: Cow<'a, str>,
    at: Cow<'a, str>,
    id: Option<Cow<'a, str>>,
}

impl SaidLine<'_> {
    /// A copy that no longer needs the file.
    pub(super) fn to_line(&self) -> Line {
        Line {
            seq: self.seq,
            from: Name::new(&self.from),
            text: (*self.text).into(),
            at: (*self.at).into(),
            id: self.id.as_deref().map(Into::into),
        }
    }
}

/// Why a line is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bad {
    NotHistory,
    TooHigh(u64),
    OutOfOrder { seq: u64, last: u64 },
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHistory => write!(f, "not a line that this server writes"),
            Self::TooHigh(seq) => write!(f, "number {seq}, at most {HIGHEST} is believed"),
            Self::OutOfOrder { seq, last } => write!(f, "number {seq} next to {last}"),
        }
    }
}

/// How far the numbers of a room have come.
#[derive(Debug, Default)]
struct Count {
    run: usize,
    last: u64,
    /// The number before that, and the index of the line that has `last`.
    before: u64,
    index: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let mut lines = Self::default();
        let mut rooms = HashMap::new();
        let mut counts: Vec<Count> = Vec::new();
        for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            if line.is_empty() {
                continue;
            }
            if let Err(bad) = lines.take(number, line, &mut rooms, &mut counts) {
                lines.refuse(number, bad);
            }
        }
        lines.lines.retain(|line| line.seq > 0);
        lines
    }

    /// The name of the run in which a line was said, if the run began in this file.
    pub(super) fn run_of(&self, line: &SaidLine<'_>) -> Option<&str> {
        line.run.checked_sub(1).map(|run| self.runs[run].as_ref())
    }

    fn refuse(&mut self, number: u64, bad: Bad) {
        self.bad += 1;
        let is_first = self.first_bad.is_none_or(|(first, _)| number < first);
        if is_first {
            self.first_bad = Some((number, bad));
        }
    }

    fn take(
        &mut self,
        number: u64,
        line: &'a [u8],
        rooms: &mut HashMap<Cow<'a, str>, usize>,
        counts: &mut Vec<Count>,
    ) -> Result<(), Bad> {
        let json = str::from_utf8(line).map_err(|_| Bad::NotHistory)?;
        let record = Record::of(json).ok_or(Bad::NotHistory)?;
        if let Some(epoch) = record.epoch {
            self.runs.push(epoch);
            self.is_continued |= record.continued;
            return Ok(());
        }
        let (room, mut line) = record.said().ok_or(Bad::NotHistory)?;
        if line.seq > HIGHEST {
            return Err(Bad::TooHigh(line.seq));
        }
        let next = counts.len();
        line.room = *rooms.entry(room).or_insert_with_key(|name| {
            self.rooms.push(name.clone());
            counts.push(Count::default());
            next
        });
        self.count(line.seq, &mut counts[line.room])?;
        (line.number, line.run) = (number, self.runs.len());
        self.lines.push(line);
        Ok(())
    }

    /// Checks a line's number. Within a run, the numbers of a room rise; by more than one where lines were
    /// dropped. A new run may go back: its server had read the file before another one wrote its last
    /// lines.
    fn count(&mut self, seq: u64, count: &mut Count) -> Result<(), Bad> {
        let is_same_run = count.run == self.runs.len() && count.last > 0;
        if is_same_run && seq <= count.last {
            let last = count.last;
            let goes_on = count.before + 1..=count.before + 2;
            if seq == last || !goes_on.contains(&seq) {
                return Err(Bad::OutOfOrder { seq, last });
            }
            // The numbers go on from before the last line: it is the last line's number that is damaged.
            let damaged = std::mem::take(&mut self.lines[count.index].seq);
            let at = self.lines[count.index].number;
            let bad = Bad::OutOfOrder {
                seq: damaged,
                last: count.before,
            };
            self.refuse(at, bad);
            count.last = count.before;
        }
        *count = Count {
            run: self.runs.len(),
            before: count.last,
            last: seq,
            index: self.lines.len(),
        };
        Ok(())
    }
}

impl<'a> Record<'a> {
    fn of(json: &'a str) -> Option<Self> {
        let fits = json.len() <= LONGEST_LINE;
        fits.then(|| serde_json::from_str(json).ok()).flatten()
    }

    /// The room and the line, if this is one that was said. Where it stands is not known yet.
    fn said(self) -> Option<(Cow<'a, str>, SaidLine<'a>)> {
        let is_said = self.kind.is_some_and(|kind| kind == "said");
        let line = SaidLine {
            number: 0,
            room: 0,
            run: 0,
            seq: self.seq.filter(|seq| *seq > 0)?,
            from: self.from?,
            text: self.text?,
            at: self.at?,
            id: self.id,
        };
        let room = self.room.filter(|room| rules::room(room).is_ok())?;
        is_said.then_some((room, line))
    }
}
