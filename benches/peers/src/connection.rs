//! Both ends of a connection, in memory: what is read was prepared, what is written is kept.
//!
//! It is blocking and asynchronous at once, so that all contenders use the same one, and it
//! never makes them wait. It costs a copy each way, as a socket does.

use std::future::Future;
use std::io::{self, IoSlice, Read, Write};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Written bytes are dropped when there are more than this, so that they stay in the cache.
pub(crate) const KEPT: usize = 256 << 10;

/// The most bytes of one read: a socket's buffer is bounded too. (This is the size that Linux gives to
/// a new one. Without a bound, fastwebsockets' buffer grows with every read that fills it,
/// until it is larger than any cache.)
const RECEIVED: usize = 128 << 10;

/// A peer that repeats the same frames without end, and accepts everything.
#[derive(Debug)]
pub(crate) struct Connection<'a> {
    frames: &'a [u8],
    position: usize,
    written: Vec<u8>,
}

impl<'a> Connection<'a> {
    /// Repeats `frames`: only the clock ends a turn.
    pub(crate) const fn endless(frames: &'a [u8]) -> Self {
        Self {
            frames,
            position: 0,
            written: Vec::new(),
        }
    }

    /// A connection that is only written to.
    pub(crate) fn sink() -> Self {
        Self {
            written: Vec::with_capacity(2 * KEPT),
            ..Self::endless(&[])
        }
    }

    /// What was written last.
    pub(crate) fn into_written(self) -> Vec<u8> {
        self.written
    }

    #[inline]
    fn receive(&mut self, most: usize) -> &'a [u8] {
        if self.position == self.frames.len() {
            self.position = 0;
        }
        let rest = &self.frames[self.position..];
        let taken = &rest[..most.min(rest.len()).min(RECEIVED)];
        self.position += taken.len();
        taken
    }

    #[inline]
    fn write_down(&mut self, bytes: &[&[u8]]) -> usize {
        if self.written.len() >= KEPT {
            self.written.clear();
        }
        let before = self.written.len();
        for bytes in bytes {
            self.written.extend_from_slice(bytes);
        }
        self.written.len() - before
    }
}

impl Read for Connection<'_> {
    #[inline]
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let taken = self.receive(space.len());
        space[..taken.len()].copy_from_slice(taken);
        Ok(taken.len())
    }
}

impl Write for Connection<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(self.write_down(&[bytes]))
    }

    /// A socket takes several pieces at once, and some make good use of it.
    #[inline]
    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        Ok(pieces.iter().map(|piece| self.write_down(&[piece])).sum())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsyncRead for Connection<'_> {
    #[inline]
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        space: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let taken = self.receive(space.remaining());
        space.put_slice(taken);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection<'_> {
    #[inline]
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(self.write_down(&[bytes])))
    }

    /// A socket takes several pieces at once, and some peers make good use of it.
    #[inline]
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(match pieces {
            [head, body] => self.write_down(&[head, body]),
            _ => pieces.iter().map(|piece| self.write_down(&[piece])).sum(),
        }))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Runs a future that never waits. The peers get it in place of a runtime because none can be
/// faster: one poll, no reactor, no timer, no queue.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("memory is always ready"),
    }
}
