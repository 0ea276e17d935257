//! A TCP connection with absolute deadlines and a clean end.
//!
//! A timeout for each read does not stop a peer that sends one byte just before it runs
//! out, again and again. A deadline does: before every read and write, what is left of the
//! time becomes the timeout.

use super::tap::{Direction, Tap};
use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
#[cfg(feature = "server")]
use std::thread;
use std::time::{Duration, Instant};

/// How long [`Stream::finish`] waits for the other side, and how much it reads meanwhile.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 4 << 20;
/// How often to look when the end of the stream was brought about by ourselves.
#[cfg(feature = "server")]
const GLANCE: Duration = Duration::from_millis(20);

/// A TCP connection; its clones are the same connection.
///
/// It is shared in an `Arc`, because `&TcpStream` can read and write: a second descriptor,
/// as `TcpStream::try_clone` makes one, is not needed.
#[derive(Debug, Clone)]
pub struct Stream {
    tcp: Arc<TcpStream>,
    deadline: Option<Instant>,
    tap: Option<Tap>,
}

impl Stream {
    /// A stream without a deadline.
    ///
    /// Small writes go out at once: who sends a frame does not want it to wait for the next.
    pub fn new(tcp: TcpStream) -> io::Result<Self> {
        tcp.set_nodelay(true)?;
        Ok(Self::shared(Arc::new(tcp)))
    }

    /// The same for a connection that others hold too.
    pub const fn shared(tcp: Arc<TcpStream>) -> Self {
        Self {
            tcp,
            deadline: None,
            tap: None,
        }
    }

    /// The connection itself.
    pub const fn tcp(&self) -> &Arc<TcpStream> {
        &self.tcp
    }

    /// Until when every read and write of this handle must be done.
    pub const fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// From now on `tap` is told what is read and written.
    pub(crate) fn set_tap(&mut self, tap: Tap) {
        self.tap = Some(tap);
    }

    /// Closes the connection so that the peer can read what we sent last.
    ///
    /// Closing a socket that has unread input makes the kernel send a reset, and a reset
    /// makes the peer's kernel throw away what it has not read: our last words. So we end our
    /// side, take in what still comes, for a while, and only then let go.
    #[inline(never)] // or its sink lies on the stack of a connection all its life
    pub fn finish(mut self) {
        if self.tcp.shutdown(Shutdown::Write).is_err() {
            return; // the peer is gone already
        }
        self.deadline = Some(Instant::now() + LINGER);
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

    /// Takes in what still comes on a connection whose reading side was shut down, to wake who
    /// read from it. It comes before [`finish`](Self::finish): to bytes that arrive behind our end
    /// of the stream, the kernel then answers with a reset.
    #[cfg(feature = "server")]
    #[inline(never)]
    pub(crate) fn hear_out(&mut self) {
        let end = Instant::now() + LINGER;
        let mut sink = [0; 16 << 10];
        while Instant::now() < end {
            match (&*self.tcp).read(&mut sink) {
                Ok(0) => thread::sleep(GLANCE), // nothing has come, or nothing will
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    fn write_some(&self, bytes: &[u8]) -> io::Result<usize> {
        self.tcp.set_write_timeout(self.time_left()?)?;
        (&*self.tcp).write(bytes).map_err(name_timeout)
    }

    /// What is left until the deadline, in the form that a socket option takes.
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
        self.tcp.set_read_timeout(self.time_left()?)?;
        let count = (&*self.tcp).read(space).map_err(name_timeout)?;
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
        // Before they are written, for the answer may be quicker than we are. So all of them must
        // be written here: what is tried again would be told again.
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
        self.tcp.set_write_timeout(self.time_left()?)?;
        (&*self.tcp).write_vectored(pieces).map_err(name_timeout)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A timeout is `WouldBlock` on one system and `TimedOut` on another. Here it has one name.
fn name_timeout(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock {
        timed_out()
    } else {
        error
    }
}

fn timed_out() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the deadline has passed")
}

/// Two pieces, one behind the other, in one write if the stream can.
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
