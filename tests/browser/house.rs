//! A server for a test: the real program, with the pages that are in it.

use crate::kit::server::Server;
use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::process::Command;
use std::thread;

/// A server that must not panic: whoever lets go of it looks at what it said.
pub(crate) struct House(Server);

impl House {
    pub(crate) fn open(flags: &[&str]) -> Self {
        Self::open_at("127.0.0.1:0", flags)
    }

    /// A server that was there before comes back to where it was.
    pub(crate) fn open_again(addr: SocketAddr, flags: &[&str]) -> Self {
        Self::open_at(&addr.to_string(), flags)
    }

    fn open_at(addr: &str, flags: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ws101"));
        command.args(["serve", "--listen", addr]).args(flags);
        // A test that waits for one tab reads nothing for its other clients, and answers no ping. And a browser
        // that gets no processor lets a connection lie for longer than a server waits.
        for deadline in ["--ping-timeout", "--idle-timeout", "--handshake-timeout"] {
            if !flags.contains(&deadline) {
                command.args([deadline, "10m"]);
            }
        }
        Self(Server::spawn(&mut command))
    }
}

impl Deref for House {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

impl DerefMut for House {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.0
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let log = self.0.process.log();
        if !thread::panicking() {
            assert!(!log.contains("panicked"), "the server said:\n{log}");
        }
    }
}
