//! The server: sockets, threads, and what is done with a connection.
//!
//! | file | what happens there |
//! |---|---|
//! | `accept` | connections come in, or are turned away |
//! | `connection` | one thread: read a request, answer it or upgrade |
//! | `guard` | who may connect |
//! | `pages` | what a browser gets |
//! | `peer` | one WebSocket's life: read, handle, reply, ping, close |
//! | `timers` | when its next deadline is |
//! | `registry` | all connections, and how they end together |
//! | `ceiling` | how many threads and descriptors this machine has for us |

mod accept;
mod ceiling;
mod config;
mod connection;
mod date;
mod guard;
mod incidents;
mod pages;
mod peer;
#[cfg(test)]
mod peer_tests;
mod rate;
mod registry;
mod timers;
mod turnaway;

pub use config::{Access, Config, Connections, Deadlines, Rate};
pub use guard::{is_host_name, is_origin};

use crate::protocol::{CloseCode, HandshakeError, Outgoing};
use incidents::Incidents;
use registry::Registry;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// A server that is bound to its address and not running yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// What all threads of a server know.
#[derive(Debug)]
struct Shared {
    config: Config,
    registry: Arc<Registry>,
    incidents: Incidents,
}

impl Server {
    /// Binds the address, so that clients can connect from here on.
    pub fn bind(mut config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind(&config.listen)?;
        let address = listener.local_addr()?;
        config.connections.all = ceiling::clamp(config.connections.all);
        let registry = Arc::new(Registry::new(config.connections));
        let shared = Arc::new(Shared {
            config,
            registry,
            incidents: Incidents::new(),
        });
        Ok(Self {
            listener,
            address,
            shared,
        })
    }

    /// Where clients find it.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// A handle to end it from another thread.
    pub fn handle(&self) -> Handle {
        Handle {
            address: self.address,
            registry: Arc::clone(&self.shared.registry),
            close: self.shared.config.deadlines.close,
        }
    }

    /// Serves until [`Handle::end`] is called; returns when every connection has ended.
    pub fn run(self) {
        accept::run(self.listener, &self.shared);
    }
}

/// Ends a running server.
#[derive(Debug, Clone)]
pub struct Handle {
    address: SocketAddr,
    registry: Arc<Registry>,
    close: Duration,
}

/// With the half second that the last threads have after it, the end stays under five.
const LONGEST_GRACE: Duration = Duration::from_secs(4);

impl Handle {
    /// Turns new connections away and says goodbye to those that are open, with 1001 (going away).
    /// Returns when all have left, or after the close timeout, four seconds at the most.
    pub fn end(&self) {
        let mut goodbye = Outgoing::server();
        goodbye.close_with(CloseCode::GOING_AWAY, "server shutting down");
        let refusal = HandshakeError::Busy("the server is about to end")
            .response()
            .to_bytes("GET");
        self.registry
            .end(goodbye.waiting(), &refusal, self.close.min(LONGEST_GRACE));
        // The accept loop sleeps in the kernel: a connection wakes it, and it sees that the end has come.
        let _ = TcpStream::connect_timeout(&self.reachable_address(), Duration::from_millis(200));
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.registry.len()
    }

    /// One can listen on "all addresses", but not connect to it.
    fn reachable_address(&self) -> SocketAddr {
        let loopback = match self.address.ip() {
            IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            address => address,
        };
        SocketAddr::new(loopback, self.address.port())
    }
}
