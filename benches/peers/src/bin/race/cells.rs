//! What is measured: the shape of the load decides, by a factor of a hundred, so that no cell
//! may be left out.

use super::load::workload::Audience;
use super::load::workload::Load;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    FanOut,
    Echo,
    Idle,
}

/// One load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell(pub(crate) Load);

const KIB: usize = 1 << 10;

/// Members of the room, senders among them, texts that each of those keeps in flight, bytes of
/// a text.
const FAN_OUT: [[usize; 4]; 13] = [
    [10, 1, 1, 64],
    [10, 1, 30, 64],
    [10, 1, 64, 64],
    [100, 1, 1, 64],
    [100, 1, 30, 64],
    [100, 1, 64, 64],
    [1_000, 1, 1, 64],
    [1_000, 1, 30, 64],
    [1_000, 1, 64, 64],
    [100, 1, 64, KIB],
    [1_000, 1, 64, KIB],
    [100, 10, 1, 64],
    [100, 100, 1, 64],
];

/// Connections, texts that each keeps in flight, bytes of a text.
const ECHO: [[usize; 3]; 3] = [[32, 1, 64], [32, 16, 64], [32, 1, 64 * KIB]];

/// Fan-out first.
pub(crate) fn all() -> impl Iterator<Item = Cell> {
    let fan_out = FAN_OUT.map(|[members, senders, window, size]| Load {
        members,
        senders,
        window,
        size,
        audience: Audience::Everyone,
    });
    let echo = ECHO.map(|[members, window, size]| Load {
        members,
        senders: members,
        window,
        size,
        audience: Audience::Oneself,
    });
    fan_out.into_iter().chain(echo).map(Cell)
}

impl Cell {
    pub(crate) const fn part(&self) -> Part {
        match self.0.audience {
            Audience::Everyone => Part::FanOut,
            Audience::Oneself => Part::Echo,
        }
    }

    /// For the command line: as the benches name it.
    pub(crate) fn name(&self) -> String {
        let Load {
            members,
            senders,
            window,
            size,
            ..
        } = self.0;
        match self.part() {
            Part::FanOut => format!("n{members}/w{window}/{size}B/s{senders}"),
            _ => format!("c{members}/w{window}/{size}B"),
        }
    }

    /// For readers.
    pub(crate) fn title(&self) -> String {
        let Load {
            members,
            senders,
            window,
            size,
            ..
        } = self.0;
        let mut title = match self.part() {
            Part::FanOut => format!("{members} hear"),
            _ => format!("{members} send"),
        };
        if senders > 1 && senders < members {
            title += &format!(", {senders} speak");
        } else if self.part() == Part::FanOut && senders > 1 {
            title += ", all speak";
        }
        title += &format!(", {window} in flight");
        if size >= KIB {
            title += &format!(", {} KiB", size / KIB);
        }
        title
    }
}
