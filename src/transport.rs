//! How bytes come from a peer and leave for it: the only file of the server that knows what a connection
//! is made of.
//!
//! A [`Transport`] is one connection, for all threads that read, write or end it. Above this file nothing
//! depends on its being TCP: a connection under TLS can be a second variant, whose calls count the bytes
//! of the plaintext.

#[cfg(all(test, feature = "server"))]
pub(crate) mod simulated;

use std::io::{self, IoSlice, Read, Write};
#[cfg(feature = "server")]
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "server")]
use rustix::event::{PollFd, PollFlags, Timespec, poll};
#[cfg(feature = "server")]
use rustix::io::{Errno, retry_on_intr};
#[cfg(feature = "server")]
use rustix::net::{RecvFlags, SendFlags, listen, recv, send};

/// How this server sends: it does not wait for what does not fit, and a client that has gone is an error of
/// the call, not a signal for the process.
///
/// Apple's systems have no such flag for a single call. There a send relies on what the runtime of every
/// Rust program does before `main`: it ignores SIGPIPE. A program in another language that embeds this
/// server has to do that itself.
#[cfg(feature = "server")]
const WITHOUT_WAITING: SendFlags = SendFlags::DONTWAIT.union(NO_SIGNAL);

#[cfg(all(feature = "server", not(target_vendor = "apple")))]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;
#[cfg(all(feature = "server", target_vendor = "apple"))]
const NO_SIGNAL: SendFlags = SendFlags::empty();

/// How often a thread that waits for room looks whether its client was evicted or has gone meanwhile.
#[cfg(feature = "server")]
const LONGEST_WAIT: Duration = Duration::from_millis(100);

/// The event of a client that has ended its side, even if what it sent before is unread. Where `poll` does
/// not know it, the thread that reads from the client finds out.
#[cfg(all(feature = "server", target_os = "linux"))]
const GONE: PollFlags = PollFlags::RDHUP;
#[cfg(all(feature = "server", not(target_os = "linux")))]
const GONE: PollFlags = PollFlags::empty();

/// Connections that may wait to be accepted, if the system allows so many (`net.core.somaxconn`).
#[cfg(feature = "server")]
const MOST_UNACCEPTED: i32 = 4_096;

/// One connection; its clones are the same connection.
///
/// It is shared in an `Arc`, because `&TcpStream` can read and write: a second descriptor, as
/// `TcpStream::try_clone` makes one, is not needed.
#[derive(Debug, Clone)]
pub(crate) enum Transport {
    Tcp(Arc<TcpStream>),
    /// A client in a model: no system call is made for it.
    #[cfg(all(test, feature = "server"))]
    Simulated(Arc<simulated::Client>),
}

impl Transport {
    /// The TCP connection at the bottom.
    #[inline]
    pub(crate) fn tcp(&self) -> &Arc<TcpStream> {
        match self {
            Self::Tcp(tcp) => tcp,
            #[cfg(all(test, feature = "server"))]
            Self::Simulated(_) => unreachable!("a client in a model is only written to"),
        }
    }

    /// Reads what has arrived, and waits for it if need be.
    #[inline]
    pub(crate) fn read(&self, space: &mut [u8]) -> io::Result<usize> {
        self.tcp().as_ref().read(space)
    }

    /// Writes as much as there is room for, and waits for room if need be.
    #[inline]
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.tcp().as_ref().write(bytes)
    }

    /// Writes several pieces as [`write`](Self::write) does, in one call.
    #[inline]
    pub(crate) fn write_vectored(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.tcp().as_ref().write_vectored(pieces)
    }

    /// Limits how long a read waits.
    pub(crate) fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.tcp().set_read_timeout(timeout)
    }

    /// Limits how long a write waits.
    pub(crate) fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.tcp().set_write_timeout(timeout)
    }

    /// Ends one direction or both; a thread that reads is woken by the end of its own. Returns `false` if
    /// the connection has ended already.
    pub(crate) fn shutdown(&self, how: Shutdown) -> bool {
        match self {
            Self::Tcp(tcp) => tcp.shutdown(how).is_ok(),
            #[cfg(all(test, feature = "server"))]
            Self::Simulated(client) => client.shut_down(how),
        }
    }
}

#[cfg(feature = "server")]
impl Transport {
    /// Sends small pieces at once, instead of holding them back for more to come (`TCP_NODELAY`).
    pub(crate) fn send_small_pieces_at_once(&self) -> io::Result<()> {
        self.tcp().set_nodelay(true)
    }

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

    /// Waits a little for room, at most for `left`. Returns `true` if the client has ended its side, if that
    /// `matters`.
    pub(crate) fn wait_writable(&self, left: Duration, matters: bool) -> io::Result<bool> {
        let left = left.min(LONGEST_WAIT);
        match self {
            Self::Tcp(tcp) => wait_for_client(tcp, left, matters),
            #[cfg(test)]
            Self::Simulated(client) => {
                client.wait_for_room(left);
                Ok(false)
            }
        }
    }

    /// Is a good part of the socket's send buffer free?
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

    /// Reads and discards what has arrived, without waiting, up to 64 KiB. Unread, it would turn the close
    /// into a reset.
    pub(crate) fn discard_input(&self) {
        let mut sink = [0; 4096];
        let mut left = 16;
        let flags = RecvFlags::DONTWAIT;
        while left > 0 && matches!(recv(self.tcp(), &mut sink, flags), Ok((1.., _))) {
            left -= 1;
        }
    }
}

#[cfg(feature = "server")]
fn wait_for_client(tcp: &TcpStream, left: Duration, matters: bool) -> io::Result<bool> {
    let timeout = Timespec {
        tv_sec: 0,
        tv_nsec: left.subsec_nanos().into(),
    };
    // The event stays: if it was asked for again, `poll` would not wait any more.
    let gone = if matters { GONE } else { PollFlags::empty() };
    let mut sockets = [PollFd::new(tcp, PollFlags::OUT | gone)];
    match poll(&mut sockets, Some(&timeout)) {
        Ok(_) => Ok(sockets[0].revents().intersects(gone)),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// An address at which clients can connect.
#[cfg(feature = "server")]
#[derive(Debug)]
pub(crate) struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
}

#[cfg(feature = "server")]
impl Listener {
    /// Listens at `address`, such as `127.0.0.1:9001`.
    pub(crate) fn bind(address: &str) -> io::Result<Self> {
        let tcp = TcpListener::bind(address)?;
        // The standard library lets 128 connections wait to be accepted. When a whole class opens the page
        // at once that is too few, and a client that finds no room tries again a whole second later.
        listen(&tcp, MOST_UNACCEPTED)?;
        let address = tcp.local_addr()?;
        Ok(Self { tcp, address })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the next connection; returns it and the address of its other end.
    pub(crate) fn accept(&self) -> io::Result<(Transport, IpAddr)> {
        let (tcp, address) = self.tcp.accept()?;
        Ok((Transport::Tcp(Arc::new(tcp)), address.ip().to_canonical()))
    }

    /// The connections that wait to be accepted now.
    pub(crate) fn unaccepted(&self) -> impl Iterator<Item = Transport> {
        let is_ready = self.tcp.set_nonblocking(true).is_ok();
        std::iter::from_fn(move || is_ready.then(|| self.accept().ok())?).map(|(peer, _)| peer)
    }
}

/// Wakes a thread that waits in [`Listener::accept`]: it is given a connection that ends at once.
#[cfg(feature = "server")]
pub(crate) fn wake_listener(address: SocketAddr) {
    let _ = TcpStream::connect_timeout(&address, Duration::from_millis(200));
}

/// The two ends of a connection: a client's and the server's.
#[cfg(all(test, feature = "server"))]
pub(crate) fn connected() -> (TcpStream, Transport) {
    let listener = Listener::bind("127.0.0.1:0").expect("a free port");
    let client = TcpStream::connect(listener.address()).expect("it listens");
    let (server, _) = listener.accept().expect("one connection");
    (client, server)
}
