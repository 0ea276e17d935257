//! The server: sockets, threads, and what is done with a connection.
//!
//! | file | what happens there |
//! |---|---|
//! | `accept` | takes connections in, and gives each a thread |
//! | `connections` | all connections: which are admitted, and how they end together |
//! | `connection` | one connection's thread: requests are read and answered |
//! | `routes` | which paths there are, a row each |
//! | `guard`, `proxy` | who may connect; who is behind a proxy |
//! | `pages`, `metrics` | what browsers and monitoring programs are answered |
//! | `upgrade`, `peer` | how a request becomes a WebSocket; its life: read, handle, reply, ping, close |
//! | `timers` | when its next deadline is |
//! | `echo` | the WebSocket that sends everything back |
//! | `refuse`, `refusal_counts`, `incident_log` | how a client is refused; how often; what the log says |
//! | `budget` | the memory of all large messages together |
//! | `system_limits` | how many threads and descriptors this machine allows |
//! | `shared` | what all threads of a server share |

mod accept;
mod budget;
mod config;
mod connection;
mod connections;
mod echo;
mod guard;
mod incident_log;
#[cfg(all(test, target_os = "linux"))]
mod linear;
mod metrics;
mod pages;
mod peer;
#[cfg(test)]
mod peer_tests;
mod proxy;
mod refusal_counts;
mod refuse;
mod routes;
mod shared;
mod system_limits;
mod timers;
mod upgrade;

pub use crate::chat::Settings as ChatSettings;
pub use crate::rate::Rate;
pub use config::{Config, Connections, Deadlines, Messages, Requests};
pub use guard::Access;

use crate::address_quota::half;
use crate::protocol::{CloseCode, HandshakeError, Outgoing};
use crate::transport::{Listener, wake_listener};
use shared::Shared;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A server that is bound to its address and not running yet.
#[derive(Debug)]
pub struct Server {
    listener: Listener,
    shared: Arc<Shared>,
}

impl Server {
    /// Binds the address, so that clients can connect from here on.
    pub fn bind(mut config: Config) -> io::Result<Self> {
        let listener = Listener::bind(&config.listen)?;
        let connections = &mut config.connections;
        connections.all = system_limits::clamp_connections(connections.all);
        // However few there are, one address leaves half of them to others.
        connections.per_address = connections.per_address.min(half(connections.all));
        let messages = &mut config.messages;
        messages.backlog = system_limits::clamp_backlog(messages.backlog, config.connections.all);
        messages.memory = system_limits::clamp_messages(messages.memory);
        let shared = Shared::new(config)?;
        Ok(Self { listener, shared })
    }

    /// Where clients find it.
    pub const fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// A handle to end it from another thread.
    pub fn handle(&self) -> Handle {
        Handle {
            address: self.address(),
            shared: Arc::clone(&self.shared),
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
    shared: Arc<Shared>,
}

/// With all that follows it (the last threads, the last refusals), the end takes less than five seconds.
const LONGEST_GRACE: Duration = Duration::from_millis(3_500);

impl Handle {
    /// Refuses new connections, and closes those that are open with 1001 (going away).
    ///
    /// Returns when all of them have ended, or after the close timeout; in any case within four seconds.
    pub fn end(&self) {
        let start = Instant::now();
        // First the chat: each line that it took is with the senders before their Close is.
        self.shared.chat.end();
        let mut close = Outgoing::server();
        close.close_with(CloseCode::GOING_AWAY, "server shutting down");
        let refusal = HandshakeError::Busy("the server is about to end")
            .response()
            .to_bytes("GET");
        let grace = self.shared.config.deadlines.close.min(LONGEST_GRACE);
        let grace = grace.saturating_sub(start.elapsed());
        self.shared
            .connections
            .end(close.waiting(), &refusal, grace);
        // The accept loop sleeps in the kernel: a connection wakes it, and it finds that the server has ended.
        wake_listener(reachable(self.address));
    }

    /// The number of open connections.
    pub fn connections(&self) -> usize {
        self.shared.connections.len()
    }
}

/// The address at which this machine itself reaches a server that listens on `address`: one can listen on
/// "all addresses", but not connect to them.
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
