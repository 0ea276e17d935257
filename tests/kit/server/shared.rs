//! A server that many rows share.

use super::Server;
use crate::kit::table;
use libtest_mimic::Trial;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// A server with certain flags, started by the first row that needs it.
#[derive(Debug)]
pub(crate) struct SharedServer {
    flags: &'static [&'static str],
    server: Mutex<Option<Server>>,
}

impl SharedServer {
    pub(crate) const fn with(flags: &'static [&'static str]) -> Self {
        Self {
            flags,
            server: Mutex::new(None),
        }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        server
            .get_or_insert_with(|| Server::start(self.flags))
            .addr()
    }

    /// A row that runs on this server.
    pub(crate) fn row(
        self: &Arc<Self>,
        name: impl Into<String>,
        run: impl FnOnce(&Self) + Send + 'static,
    ) -> Trial {
        let server = Arc::clone(self);
        table::row(name, move || run(&server))
    }
}
