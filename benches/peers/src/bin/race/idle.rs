//! Thousands of idle connections in the chat.

use super::load::clients::Clients;
use super::load::descriptors;
use super::load::joining::{QUIET, join, settle};
use super::load::server::Server;
use super::load::target::Target;
use std::io;
use std::time::Instant;

/// For the command line.
pub(crate) const NAME: &str = "idle";
pub(crate) const CONNECTIONS: usize = 10_000;
/// [`CONNECTIONS`], as an argument.
pub(crate) const MOST: &str = "10000";

/// Three rounds are enough: memory hardly varies.
pub(crate) const MOST_ROUNDS: usize = 3;

/// What was measured of one server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Idle {
    /// Resident memory, less what the server has without them.
    pub(crate) kib_each: f64,
    pub(crate) threads: usize,
    /// Handshakes a second, while the clients connected.
    pub(crate) handshakes: f64,
}

/// Makes sure that there are enough descriptors, here and in the servers.
pub(crate) fn prepare() -> io::Result<()> {
    match descriptors::too_few(CONNECTIONS) {
        None => Ok(()),
        Some(have) => Err(io::Error::other(format!(
            "{CONNECTIONS} connections need descriptors, and ulimit -Hn is {have}"
        ))),
    }
}

/// Starts the server, lets all clients join, and waits until it is quiet.
pub(crate) fn measure(target: &Target) -> io::Result<Idle> {
    let server = Server::start(target)?;
    let mut clients = Clients::new(server.address(), target.dialect)?;
    let empty = server.usage();
    let start = Instant::now();
    clients.connect_until(CONNECTIONS)?;
    let upgraded = start.elapsed();
    join(&mut clients, 0)?;
    settle(&mut clients, QUIET)?;
    let full = server.usage();
    Ok(Idle {
        kib_each: full.growth(&empty) as f64 / CONNECTIONS as f64,
        threads: full.threads,
        handshakes: CONNECTIONS as f64 / upgraded.as_secs_f64(),
    })
}
