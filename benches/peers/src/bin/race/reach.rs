//! What ws101 has to reach: data, in one place.

use super::cells::{Cell, Part};
use super::contenders::{NAMES, TOKIO_TUNGSTENITE, UWEBSOCKETS};
use std::fmt;

/// One condition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Demand {
    /// The speed, in relation to the fastest peer.
    Best(f64),
    /// The p99, in relation to that of the fastest peer.
    Soon(f64),
    /// The speed, in relation to this peer.
    Peer(usize, f64),
}

/// The most resident memory of an idle connection in the chat.
pub(crate) const IDLE_KIB: f64 = 24.0;
/// The least handshakes a second while thousands connect.
pub(crate) const HANDSHAKES: f64 = 8_000.0;

/// The demands on this cell.
pub(crate) const fn find(cell: &Cell) -> &'static [Demand] {
    use Demand::{Best, Peer, Soon};
    let load = &cell.0;
    match cell.part() {
        Part::FanOut => match (load.members, load.senders, load.window, load.size) {
            (_, 1, 1, 64) => &[Best(0.95), Soon(1.3)],
            (10, 1, 64, 64) => &[Best(1.2)],
            (100 | 1_000, 1, 30, 64) | (_, 1, 64, 1_024) => &[Best(1.05)],
            (100 | 1_000, 1, 64, 64) => &[Best(1.5)],
            // An epoll loop reads all ten before it sends anything.
            (_, 10, 1, 64) => &[Best(0.9)],
            (_, 100, 1, 64) => &[Best(1.4)],
            _ => &[],
        },
        Part::Echo => match load.window {
            1 => &[Peer(TOKIO_TUNGSTENITE, 0.9)],
            _ => &[Peer(TOKIO_TUNGSTENITE, 5.0), Peer(UWEBSOCKETS, 0.6)],
        },
        Part::Idle => &[],
    }
}

impl fmt::Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Best(times) => write!(f, "{times} ×"),
            Self::Soon(times) => write!(f, "p99 ≤ {times} ×"),
            Self::Peer(who, times) => write!(f, "{times} × {}", NAMES[who]),
        }
    }
}
