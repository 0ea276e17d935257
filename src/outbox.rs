//! The write side of one connection, shared by all who have something to say to it.
//!
//! Everything that is written to a client goes through its [`Sender`], so there is one
//! order, frames never mix, and nothing follows a Close. A `Sender` never makes one thread
//! wait for another's write: a lock is held to look and to note, not to send.
//!
//! Who finds nobody writing writes; who finds someone leaves the bytes for them.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{SendFlags, send};
use std::io;
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A handle to write to one client; its clones write to the same one.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    tcp: Arc<TcpStream>,
    /// How long a client may take for what it is sent.
    patience: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// A thread is writing. Whatever else is to be sent goes behind, into `backlog`.
    writing: bool,
    backlog: Vec<u8>,
    /// A Close was sent, or is in the backlog, or can never be: nothing may follow.
    closed: bool,
}

impl Sender {
    /// A sender for `tcp`, whose client must take what it is sent within `patience`.
    pub(crate) fn new(tcp: Arc<TcpStream>, patience: Duration) -> Self {
        Self {
            tcp,
            patience,
            state: Arc::default(),
        }
    }

    /// Writes whole frames, and waits for the client to take them: for the thread that reads
    /// from this client, which shall not read on before its answers are gone.
    ///
    /// `false`: a Close was sent, and these frames were not.
    pub(crate) fn write(&self, frames: &[u8]) -> io::Result<bool> {
        self.write_unless_closed(frames, false)
    }

    /// Writes frames of which the last is a Close, unless one was sent before.
    pub(crate) fn write_last(&self, frames: &[u8]) -> io::Result<bool> {
        self.write_unless_closed(frames, true)
    }

    fn write_unless_closed(&self, frames: &[u8], closes: bool) -> io::Result<bool> {
        {
            let mut state = self.lock();
            if state.closed {
                return Ok(false);
            }
            // Before the first byte is written: from here on nobody else's Close is wanted.
            state.closed = closes;
            if state.writing {
                state.backlog.extend_from_slice(frames);
                return Ok(true);
            }
            state.writing = true;
        }
        self.write_all(frames)?;
        self.write_backlog()?;
        Ok(true)
    }

    /// Sends a Close without waiting for anything: for a thread that ends many connections.
    pub(crate) fn close(&self, close_frame: &[u8]) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        state.closed = true;
        if state.writing {
            state.backlog.extend_from_slice(close_frame);
        } else {
            // A client whose buffers have no room for a few bytes does not read: nothing is lost on it.
            let _ = send(
                &*self.tcp,
                close_frame,
                SendFlags::DONTWAIT | SendFlags::NOSIGNAL,
            );
        }
    }

    /// Was a Close sent?
    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// What others left while we wrote; then the next one may write.
    fn write_backlog(&self) -> io::Result<()> {
        loop {
            let backlog = {
                let mut state = self.lock();
                if state.backlog.is_empty() {
                    state.writing = false;
                    return Ok(());
                }
                std::mem::take(&mut state.backlog)
            };
            self.write_all(&backlog)?;
        }
    }

    /// Sends all of `bytes` before the deadline, which does not move when a little gets through.
    fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        let mut deadline = None;
        while !bytes.is_empty() {
            match send(&*self.tcp, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Ok(count) => bytes = &bytes[count..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    let deadline = *deadline.get_or_insert_with(|| Instant::now() + self.patience);
                    self.wait_for_room(deadline)
                        .inspect_err(|_| self.lock().closed = true)?;
                }
                Err(error) => {
                    self.lock().closed = true;
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }

    fn wait_for_room(&self, deadline: Instant) -> io::Result<()> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the client does not take what it is sent",
            ));
        }
        let timeout = Timespec {
            tv_sec: left.as_secs() as i64,
            tv_nsec: left.subsec_nanos().into(),
        };
        match poll(
            &mut [PollFd::new(&*self.tcp, PollFlags::OUT)],
            Some(&timeout),
        ) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// A thread that panicked left whole frames behind, so what the lock holds is still good.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
