//! A connection with absolute deadlines and a clean end.
//!
//! A timeout for each read does not stop a peer that sends one byte just before it runs out, again and
//! again. A deadline does: no read or write is given more than what is left of it.

use super::tap::{Direction, Tap};
use super::timeouts::{Held, Timeout};
use crate::transport::Transport;
use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
#[cfg(feature = "server")]
use std::thread;
use std::time::{Duration, Instant};

/// How long [`Stream::finish`] waits for the other side, and how much it reads meanwhile.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 4 << 20;
/// How often to look for more input after our own side ended the stream that is read from.
#[cfg(feature = "server")]
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// A TCP connection; its clones are the same connection.
#[derive(Debug, Clone)]
pub struct Stream {
    transport: Transport,
    timeouts: Arc<Timeouts>,
    deadline: Option<Instant>,
    tap: Option<Tap>,
}

/// The timeouts that are set on the socket, which its handles share.
#[derive(Debug)]
struct Timeouts {
    reads: Timeout,
    writes: Timeout,
}

impl Stream {
    /// A stream without a deadline.
    ///
    /// Small writes go out at once: a frame does not wait for the next.
    pub fn new(tcp: TcpStream) -> io::Result<Self> {
        tcp.set_nodelay(true)?;
        Ok(Self::shared(Arc::new(tcp)))
    }

    /// A stream over a connection that has other owners, too.
    pub fn shared(tcp: Arc<TcpStream>) -> Self {
        Self::over(Transport::Tcp(tcp))
    }

    /// A stream over a connection of any kind.
    pub(crate) fn over(transport: Transport) -> Self {
        let timeouts = Timeouts {
            reads: Timeout::unknown(),
            writes: Timeout::unknown(),
        };
        Self {
            transport,
            timeouts: Arc::new(timeouts),
            deadline: None,
            tap: None,
        }
    }

    /// The connection itself. Its timeouts are kept by this stream and its clones; set
    /// [a deadline](Self::set_deadline) instead.
    pub fn tcp(&self) -> &Arc<TcpStream> {
        self.transport.tcp()
    }

    /// What the stream reads from and writes to, for a thread that keeps its own deadlines.
    #[cfg(feature = "server")]
    pub(crate) const fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Sets the moment by which every read and write of this handle must be done.
    pub const fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// Tells `tap` from now on what is read and written.
    pub(crate) fn set_tap(&mut self, tap: Tap) {
        self.tap = Some(tap);
    }

    /// Closes the connection so that the peer can read what we sent last.
    ///
    /// Closing a socket that has unread input makes the kernel send a reset, and a reset makes the peer's
    /// kernel throw away what it has not read: our last words. So we end our side, take in what still
    /// comes, for a while, and only then let go.
    pub fn finish(self) {
        self.finish_by(Instant::now() + LINGER);
    }

    /// Closes the connection as [`finish`](Self::finish) does, but not later than `end`.
    #[inline(never)] // or its sink lies on the stack of a connection all its life
    pub(crate) fn finish_by(mut self, end: Instant) {
        if !self.transport.shutdown(Shutdown::Write) {
            return; // the peer is gone already
        }
        self.deadline = Some(end.min(Instant::now() + LINGER));
        let mut sink = [0; 16 << 10];
        let mut taken = 0;
        while taken < LINGER_BYTES {
            match self.read(&mut sink) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => return,
                Ok(count) => taken += count,
            }
        }
    }

    /// Takes in what still comes on a connection whose reading side was shut down to wake its reader.
    ///
    /// It comes before [`finish`](Self::finish): once our side of the stream has ended, the kernel answers
    /// bytes that arrive with a reset.
    #[cfg(feature = "server")]
    #[inline(never)]
    pub(crate) fn hear_out(&mut self, end: Instant) {
        let end = end.min(Instant::now() + LINGER);
        let mut sink = [0; 16 << 10];
        while Instant::now() < end {
            match self.transport.read(&mut sink) {
                Ok(0) => thread::sleep(POLL_INTERVAL), // nothing has come, or nothing will
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    /// Sets the timeout of reads, for a thread that keeps its own deadlines and reads from the
    /// [`transport`](Self::transport).
    #[cfg(feature = "server")]
    pub(crate) fn set_read_timeout(&self, timeout: Duration) -> io::Result<()> {
        let set = |timeout| self.transport.set_read_timeout(timeout);
        self.timeouts.reads.force(timeout, set)
    }

    fn write_some(&self, bytes: &[u8]) -> io::Result<usize> {
        self.write_with(|transport| transport.write(bytes))
    }

    fn read_with(&self, read: impl FnMut(&Transport) -> io::Result<usize>) -> io::Result<usize> {
        let set = |timeout| self.transport.set_read_timeout(timeout);
        self.before_deadline(&self.timeouts.reads, set, read)
    }

    fn write_with(&self, write: impl FnMut(&Transport) -> io::Result<usize>) -> io::Result<usize> {
        let set = |timeout| self.transport.set_write_timeout(timeout);
        self.before_deadline(&self.timeouts.writes, set, write)
    }

    /// One read or write, which ends at the deadline at the latest.
    fn before_deadline(
        &self,
        timeout: &Timeout,
        set: impl Fn(Option<Duration>) -> io::Result<()>,
        mut act: impl FnMut(&Transport) -> io::Result<usize>,
    ) -> io::Result<usize> {
        loop {
            let held = timeout.hold(self.time_left()?, &set)?;
            match act(&self.transport) {
                Err(error) if is_timeout(&error) && held == Held::Part => timeout.forget(),
                Err(error) if is_timeout(&error) => return Err(timed_out()),
                done => return done,
            }
        }
    }

    /// The time that is left until the deadline, in the form that a socket option takes.
    fn time_left(&self) -> io::Result<Option<Duration>> {
        let Some(deadline) = self.deadline else {
            return Ok(None);
        };
        match deadline.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(timed_out()),
            left => Ok(Some(left)),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let count = self.read_with(|transport| transport.read(space))?;
        if let Some(tap) = &self.tap {
            tap.tell(Direction::In, &space[..count]);
        }
        Ok(count)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(tap) = &self.tap else {
            return self.write_some(bytes);
        };
        // Before they are written, because the answer may arrive before this thread goes on. So all of them
        // must be written here: bytes that are tried again would be told again.
        tap.tell(Direction::Out, bytes);
        let mut left = bytes;
        while !left.is_empty() {
            match self.write_some(left) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => left = &left[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(bytes.len())
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        if self.tap.is_some() {
            let first = pieces.iter().find(|piece| !piece.is_empty());
            return first.map_or(Ok(0), |piece| self.write(piece));
        }
        self.write_with(|transport| transport.write_vectored(pieces))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A timeout is `WouldBlock` on one system and `TimedOut` on another; here it has one name.
fn is_timeout(error: &io::Error) -> bool {
    use io::ErrorKind::{TimedOut, WouldBlock};
    matches!(error.kind(), TimedOut | WouldBlock)
}

fn timed_out() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the deadline has passed")
}

/// Writes two pieces one after the other, in one call if the stream can.
#[inline]
pub(super) fn write_both(stream: &mut impl Write, first: &[u8], second: &[u8]) -> io::Result<()> {
    let written = loop {
        match stream.write_vectored(&[IoSlice::new(first), IoSlice::new(second)]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => break done?,
        }
    };
    if written < first.len() {
        stream.write_all(&first[written..])?;
        stream.write_all(second)?;
    } else {
        stream.write_all(&second[written - first.len()..])?;
    }
    stream.flush()
}
