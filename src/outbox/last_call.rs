//! The end of a connection as its writer sees it: what is still kept must be taken within moments.
//!
//! A client that has gone would otherwise hold a thread, a descriptor and a backlog for as long as a
//! slow one may take. One that only ended its own side (RFC 6455 §7.1.1 leaves that open) can read its
//! last answers meanwhile.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// For a client that has gone, or that the server lets go, to take what is kept for it.
const LAST_ANSWERS: Duration = Duration::from_millis(1_500);
/// For an evicted client to take the rest of the frame that it is in, and the Close.
const FAREWELL: Duration = Duration::from_secs(1);
/// From the last call to the end, whatever the client does. PROTOCOL.md promises two seconds.
const LONGEST_END: Duration = Duration::from_millis(1_600);

/// How often a thread that waits for room looks whether its client was evicted or has gone meanwhile.
const GLANCE: Duration = Duration::from_millis(100);

/// The client has ended its side, though what it sent before may be unread. Where `poll` cannot say so,
/// the thread that reads from the client finds out.
#[cfg(target_os = "linux")]
const GONE: PollFlags = PollFlags::RDHUP;
#[cfg(not(target_os = "linux"))]
const GONE: PollFlags = PollFlags::empty();

/// Two moments that were set when the end of a connection became certain, and do not move.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastCall {
    /// Nothing is written after this.
    pub(super) written: Instant,
    /// The connection is closed by now.
    pub(super) over: Instant,
}

impl LastCall {
    /// The client has gone, or its connection is about to end.
    pub(super) fn leaving() -> Self {
        Self::after(LAST_ANSWERS)
    }

    /// The client did not keep up.
    pub(super) fn evicted() -> Self {
        Self::after(FAREWELL)
    }

    fn after(patience: Duration) -> Self {
        let now = Instant::now();
        Self {
            written: now + patience,
            over: now + LONGEST_END,
        }
    }
}

/// Is a good part of the socket's buffer free?
pub(super) fn has_room(tcp: &TcpStream) -> bool {
    let mut sockets = [PollFd::new(tcp, PollFlags::OUT)];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    matches!(poll(&mut sockets, Some(&at_once)), Ok(1..))
}

/// Waits a little for room in the socket. `true`, if that `matters`: the client has ended its side.
pub(super) fn wait_for_client(tcp: &TcpStream, left: Duration, matters: bool) -> io::Result<bool> {
    let timeout = Timespec {
        tv_sec: 0,
        tv_nsec: left.min(GLANCE).subsec_nanos().into(),
    };
    // It stays true: asked again, `poll` would not wait any more.
    let gone = if matters { GONE } else { PollFlags::empty() };
    let mut sockets = [PollFd::new(tcp, PollFlags::OUT | gone)];
    match poll(&mut sockets, Some(&timeout)) {
        Ok(_) => Ok(sockets[0].revents().intersects(gone)),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
