//! What is printed for one path: a table in Markdown.

use super::reach::{ALL_PEERS, Reach};
use super::{CONTENDERS, Path, cases::Content};
use std::fmt;

/// One path, all sizes.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) path: Path,
    pub(crate) rows: Vec<Row>,
}

/// One size, all contenders.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) size: usize,
    /// For one frame; in the order of [`CONTENDERS`].
    pub(crate) nanoseconds: [f64; CONTENDERS.len()],
    pub(crate) reach: Option<Reach>,
}

impl Row {
    /// The speed of ws101 in relation to the fastest peer that counts here, and that peer.
    fn ratio(&self) -> (f64, &'static str) {
        let peers = self.reach.map_or(ALL_PEERS, |reach| reach.peers);
        let [ours, ..] = self.nanoseconds;
        peers
            .iter()
            .map(|&peer| (self.nanoseconds[peer] / ours, CONTENDERS[peer]))
            .min_by(|(one, _), (other, _)| one.total_cmp(other))
            .expect("every cell has a peer")
    }

    fn is_missed(&self) -> bool {
        self.reach.is_some_and(|reach| self.ratio().0 < reach.times)
    }
}

impl Table {
    /// The number of cells that miss a demand.
    pub(crate) fn missed(&self) -> usize {
        self.rows.iter().filter(|row| row.is_missed()).count()
    }

    const fn title(&self) -> &'static str {
        match self.path {
            Path::Read(Content::Binary) => "Read: binary",
            Path::Read(Content::Ascii) => "Read: text, ASCII",
            Path::Read(Content::Mixed) => "Read: text, mixed",
            Path::Write => "Write: binary",
            Path::Encode => "Encode only: binary",
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n", self.title())?;
        write!(f, "| payload GB/s (ns per frame) |")?;
        for name in CONTENDERS {
            write!(f, " {name} |")?;
        }
        writeln!(f, " ratio to the fastest peer | reach | |")?;
        writeln!(f, "|---|{}---|---|---|", "---|".repeat(CONTENDERS.len()))?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| {} |", Size(self.size))?;
        for nanoseconds in self.nanoseconds {
            // A byte per nanosecond is a gigabyte per second.
            let gigabytes = self.size as f64 / nanoseconds;
            write!(
                f,
                " {gigabytes:.2} ({nanoseconds:.*}) |",
                decimals(nanoseconds)
            )?;
        }
        let (ratio, peer) = self.ratio();
        write!(f, " {ratio:.2} × {peer} |")?;
        match self.reach {
            None => write!(f, " | |"),
            Some(reach) => {
                let mark = if self.is_missed() { '✗' } else { '✓' };
                write!(f, " {} × | {mark} |", reach.times)
            }
        }
    }
}

/// Three digits are more than the machine can tell apart.
const fn decimals(nanoseconds: f64) -> usize {
    if nanoseconds < 100.0 { 1 } else { 0 }
}

/// A number of bytes, as people write it.
struct Size(usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const KIB: usize = 1 << 10;
        const MIB: usize = 1 << 20;
        match self.0 {
            size if size >= MIB && size % MIB == 0 => write!(f, "{} MiB", size / MIB),
            size if size >= KIB && size % KIB == 0 => write!(f, "{} KiB", size / KIB),
            size => write!(f, "{size} B"),
        }
    }
}
