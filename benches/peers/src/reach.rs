//! How fast ws101 has to be, in relation to which peer: data, in one table.

use super::Path;
use super::cases::Content;

/// Columns of the contenders: see [`CONTENDERS`](super::CONTENDERS).
pub(crate) const ALL_PEERS: &[usize] = &[1, 2, 3];
/// tungstenite and fastwebsockets.
const MESSAGE_PEERS: &[usize] = &[1, 2];

/// The speed, in relation to the fastest of these peers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    pub(crate) times: f64,
    pub(crate) peers: &'static [usize],
}

/// The first row counts whose path is the cell's and whose size is at least the cell's.
const REACH: &[(Path, usize, Reach)] = &[
    (Path::Read(Content::Binary), 125, times(3.0, MESSAGE_PEERS)),
    (
        Path::Read(Content::Binary),
        1_024,
        times(1.6, MESSAGE_PEERS),
    ),
    (Path::Read(Content::Binary), ANY, times(1.0, MESSAGE_PEERS)),
    (Path::Read(Content::Ascii), 125, times(3.0, MESSAGE_PEERS)),
    (Path::Read(Content::Ascii), 1_024, times(1.6, MESSAGE_PEERS)),
    (Path::Read(Content::Ascii), ANY, times(1.0, MESSAGE_PEERS)),
    (Path::Read(Content::Mixed), ANY, times(1.0, ALL_PEERS)),
    (Path::Write, 1_024, times(2.0, ALL_PEERS)),
    (Path::Encode, 1_024, times(2.0, ALL_PEERS)),
];

const ANY: usize = usize::MAX;

const fn times(times: f64, peers: &'static [usize]) -> Reach {
    Reach { times, peers }
}

/// The demand on this cell, if it has one.
pub(crate) fn find(path: Path, size: usize) -> Option<Reach> {
    let mut rows = REACH.iter();
    rows.find(|(of, up_to, _)| *of == path && size <= *up_to)
        .map(|&(_, _, reach)| reach)
}
