//! The server: sockets, threads, and what is done with a connection.
//!
//! | file | what happens there |
//! |---|---|
//! | `accept` | connections come in, wait for a moment, or are turned away |
//! | `connection` | one thread: read requests, answer them or upgrade |
//! | `routes` | which paths there are |
//! | `guard` | who may connect |
//! | `proxy` | who a client is that comes through one |
//! | `pages` | what a browser gets |
//! | `metrics` | what those get who watch the server |
//! | `endpoint` | what a WebSocket is for: chat, echo, wire |
//! | `peer` | one WebSocket's life: read, handle, reply, ping, close |
//! | `timers` | when its next deadline is |
//! | `wire` | the view of one's own frames, `/ws/wire` |
//! | `connections` | all connections, and how they end together |
//! | `budget` | the memory of all large messages together |
//! | `system_limits` | how many threads and descriptors this machine has for us |

mod accept;
mod budget;
mod config;
mod connection;
mod connections;
mod endpoint;
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
mod refuse;
mod routes;
mod system_limits;
mod timers;
mod wire;

pub use crate::chat::Settings as ChatSettings;
pub use crate::rate::Rate;
pub use config::{Config, Connections, Deadlines, Messages, Requests};
pub use guard::Access;

use crate::address_quota::half;
use crate::chat::Chat;
use crate::dialects;
use crate::outbox::WriteLimits;
use crate::protocol::{CloseCode, HandshakeError, Outgoing};
use budget::Budget;
use connections::ConnectionTable;
use incident_log::IncidentLog;
use metrics::Refusals;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use wire::Tickets;

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
    connections: Arc<ConnectionTable>,
    incidents: IncidentLog,
    refusals: Refusals,
    write_limits: Arc<WriteLimits>,
    budget: Arc<Budget>,
    chat: Arc<Chat>,
    tickets: Arc<Tickets>,
}

impl Shared {
    fn new(config: Config) -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            connections: Arc::new(ConnectionTable::new(config.connections)),
            incidents: IncidentLog::new(),
            refusals: Refusals::default(),
            write_limits: Arc::new(WriteLimits::new(
                config.deadlines.write,
                config.messages.backlog,
            )),
            budget: Arc::new(Budget::new(config.messages.memory)),
            chat: Chat::start(config.chat.clone(), dialects::ALL)?,
            tickets: Arc::default(),
            config,
        }))
    }
}

/// Connections that may wait to be accepted, as far as the system allows (`net.core.somaxconn`).
const WAITING: i32 = 4_096;

impl Server {
    /// Binds the address, so that clients can connect from here on.
    pub fn bind(mut config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind(&config.listen)?;
        // The standard library lets 128 connections wait to be accepted. When a class comes in at
        // once that is too few, and those that find no room try again a whole second later.
        rustix::net::listen(&listener, WAITING)?;
        let address = listener.local_addr()?;
        let connections = &mut config.connections;
        connections.all = system_limits::clamp_connections(connections.all);
        // However few there can be, one address leaves half of them to others.
        connections.per_address = connections.per_address.min(half(connections.all));
        let messages = &mut config.messages;
        messages.backlog = system_limits::clamp_backlog(messages.backlog, config.connections.all);
        messages.memory = system_limits::clamp_messages(messages.memory);
        let shared = Shared::new(config)?;
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

/// With all that comes after it (the last threads, those at the door) the end stays under five.
const LONGEST_GRACE: Duration = Duration::from_millis(3_500);

impl Handle {
    /// Turns new connections away and says goodbye to those that are open, with 1001 (going away).
    /// Returns when all have left, or after the close timeout, less than four seconds at the most.
    pub fn end(&self) {
        let start = Instant::now();
        // First the chat: every line that it took is with the senders before the goodbye is.
        self.shared.chat.end();
        let mut goodbye = Outgoing::server();
        goodbye.close_with(CloseCode::GOING_AWAY, "server shutting down");
        let refusal = HandshakeError::Busy("the server is about to end")
            .response()
            .to_bytes("GET");
        let grace = self.shared.config.deadlines.close.min(LONGEST_GRACE);
        let grace = grace.saturating_sub(start.elapsed());
        self.shared
            .connections
            .end(goodbye.waiting(), &refusal, grace);
        // The accept loop sleeps in the kernel: a connection wakes it, and it sees that the end has come.
        let _ = TcpStream::connect_timeout(&reachable(self.address), Duration::from_millis(200));
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.shared.connections.len()
    }
}

/// One can listen on "all addresses", but not connect to it: where this machine itself finds
/// what listens on `address`.
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
