//! Servers for rows: one that many rows share, or one of a row's own.

use super::Server;
use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// A server with certain flags, started by the first row that asks for it.
#[derive(Debug)]
pub(crate) struct House {
    flags: &'static [&'static str],
    server: Mutex<Option<Own>>,
}

impl House {
    pub(crate) const fn with(flags: &'static [&'static str]) -> Self {
        Self {
            flags,
            server: Mutex::new(None),
        }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        server.get_or_insert_with(|| Own::start(self.flags)).addr()
    }
}

/// A server that must not panic: whoever lets go of it looks at what it said.
#[derive(Debug)]
pub(crate) struct Own(Server);

impl Own {
    pub(crate) fn start(flags: &[&str]) -> Self {
        Self(Server::start(flags))
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        Self(Server::spawn(command))
    }
}

impl Deref for Own {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

impl DerefMut for Own {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.0
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let log = self.0.process.log();
        if !thread::panicking() {
            assert!(!log.contains("panicked"), "the server said:\n{log}");
        }
    }
}
