//! How bytes leave for a client: the write side of one TCP connection, which is never waited for
//! in a system call.

#[cfg(test)]
pub(crate) mod simulated;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{SendFlags, send};
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// How this server sends: what does not fit is not waited for, and a client that has gone is an
/// error of the call, not a signal for the process.
///
/// Apple's systems know no such flag for a single call. There the write relies on what the runtime
/// of every Rust program does before `main`: it sets SIGPIPE to be ignored. A program in another
/// language that embeds this server has to do that itself.
pub(crate) const WITHOUT_WAITING: SendFlags = SendFlags::DONTWAIT.union(NO_SIGNAL);

#[cfg(not(target_vendor = "apple"))]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const NO_SIGNAL: SendFlags = SendFlags::empty();

/// How often a thread that waits for room looks whether its client was evicted or has gone meanwhile.
const GLANCE: Duration = Duration::from_millis(100);

/// The client has ended its side, though what it sent before may be unread. Where `poll` cannot say so,
/// the thread that reads from the client finds out.
#[cfg(target_os = "linux")]
const GONE: PollFlags = PollFlags::RDHUP;
#[cfg(not(target_os = "linux"))]
const GONE: PollFlags = PollFlags::empty();

/// The way to one client.
#[derive(Debug)]
pub(crate) enum Transport {
    Tcp(Arc<TcpStream>),
    /// A client in a model: no system call is made there.
    #[cfg(test)]
    Simulated(Arc<simulated::Client>),
}

impl Transport {
    /// Sends as much as there is room for, which can be nothing: 0.
    #[inline]
    pub(crate) fn send_now(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(tcp) => match retry_on_intr(|| send(&**tcp, bytes, WITHOUT_WAITING)) {
                Err(Errno::AGAIN) => Ok(0),
                sent => Ok(sent?),
            },
            #[cfg(test)]
            Self::Simulated(client) => client.receive(bytes),
        }
    }

    /// Waits a little for room, at most for what is `left`. `true`, if that `matters`: the client has
    /// ended its side.
    pub(crate) fn wait_writable(&self, left: Duration, matters: bool) -> io::Result<bool> {
        let left = left.min(GLANCE);
        match self {
            Self::Tcp(tcp) => wait_for_client(tcp, left, matters),
            #[cfg(test)]
            Self::Simulated(client) => {
                client.wait_for_room(left);
                Ok(false)
            }
        }
    }

    /// Is a good part of the socket's buffer free?
    pub(crate) fn has_room(&self) -> bool {
        match self {
            Self::Tcp(tcp) => {
                let mut sockets = [PollFd::new(tcp, PollFlags::OUT)];
                let at_once = Timespec {
                    tv_sec: 0,
                    tv_nsec: 0,
                };
                matches!(poll(&mut sockets, Some(&at_once)), Ok(1..))
            }
            #[cfg(test)]
            Self::Simulated(client) => client.has_room(),
        }
    }

    /// Ends one direction or both. A thread that reads from the client is woken by the end of its own.
    pub(crate) fn shutdown(&self, how: Shutdown) {
        match self {
            // An error is a connection that has ended anyway.
            Self::Tcp(tcp) => drop(tcp.shutdown(how)),
            #[cfg(test)]
            Self::Simulated(client) => client.shut_down(how),
        }
    }
}

fn wait_for_client(tcp: &TcpStream, left: Duration, matters: bool) -> io::Result<bool> {
    let timeout = Timespec {
        tv_sec: 0,
        tv_nsec: left.subsec_nanos().into(),
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
