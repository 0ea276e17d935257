//! The server that a row's clients connect to, and how they write and read.

use crate::kit::stopwatch::PATIENCE;
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::net::sockopt::set_socket_recv_buffer_size;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, connect, socket_with};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use ws101::Limits;

/// How a client's bytes are written and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    Whole,
    /// Each byte in a packet of its own. The answer is read byte by byte, through a small window.
    ByteByByte,
}

/// The server that a row's clients connect to, and how they write and read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) addr: SocketAddr,
    pub(crate) pace: Pace,
    /// Whether a watcher compares what `/ws/wire` shows with what travels.
    pub(crate) watched: bool,
    /// The limits of `/echo` on this server.
    pub(crate) echo: Limits,
    /// The clients' own address; without one, the system chooses.
    pub(crate) source: Option<IpAddr>,
}

impl Target {
    pub(crate) const fn new(addr: SocketAddr, pace: Pace) -> Self {
        Self {
            addr,
            pace,
            watched: false,
            echo: Limits::ECHO,
            source: None,
        }
    }

    /// The same server, for clients with this address of the machine.
    pub(crate) const fn from(self, source: IpAddr) -> Self {
        Self {
            source: Some(source),
            ..self
        }
    }

    /// Connects. Each write is sent at once, without Nagle's algorithm.
    pub(super) fn connect(self) -> TcpStream {
        let tcp = match (self.pace, self.source) {
            (Pace::Whole, None) => TcpStream::connect_timeout(&self.addr, PATIENCE),
            (Pace::Whole, Some(source)) => Ok(connect_from(source, self.addr)),
            (Pace::ByteByByte, _) => Ok(connect_with_small_window(self.addr)),
        };
        let tcp = tcp.expect("the server listens");
        tcp.set_nodelay(true).expect("a connection has options");
        tcp
    }
}

impl From<SocketAddr> for Target {
    fn from(addr: SocketAddr) -> Self {
        Self::new(addr, Pace::Whole)
    }
}

/// A server started meanwhile must not inherit this connection and hold it open. Apple's systems can
/// set the flag only after the socket exists, which leaves a gap.
#[cfg(not(target_vendor = "apple"))]
const CLOSED_ON_EXEC: SocketFlags = SocketFlags::CLOEXEC;
#[cfg(target_vendor = "apple")]
const CLOSED_ON_EXEC: SocketFlags = SocketFlags::empty();

/// A window so small that the server cannot send a long response in one write.
fn connect_with_small_window(addr: SocketAddr) -> TcpStream {
    let socket = unconnected(addr);
    set_socket_recv_buffer_size(&socket, 1).expect("the least there is");
    connect(&socket, &addr).expect("the server listens");
    socket.into()
}

fn connect_from(source: IpAddr, addr: SocketAddr) -> TcpStream {
    let socket = unconnected(addr);
    bind(&socket, &SocketAddr::new(source, 0)).expect("an address of this machine");
    connect(&socket, &addr).expect("the server listens");
    socket.into()
}

fn unconnected(addr: SocketAddr) -> OwnedFd {
    let family = match addr {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let socket = socket_with(family, SocketType::STREAM, CLOSED_ON_EXEC, None);
    let socket = socket.expect("a socket");
    fcntl_setfd(&socket, FdFlags::CLOEXEC).expect("a descriptor has flags");
    socket
}
