//! A server for a test: the real program, with its embedded pages.

use crate::kit::server::Server;
use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::process::Command;
use std::thread;

/// A server that must not panic: when it is dropped, its log is checked.
pub(crate) struct TestServer(Server);

impl TestServer {
    pub(crate) fn start(flags: &[&str]) -> Self {
        Self::start_on("127.0.0.1:0", flags)
    }

    /// Starts a server at the address of an earlier one.
    pub(crate) fn start_at(addr: SocketAddr, flags: &[&str]) -> Self {
        Self::start_on(&addr.to_string(), flags)
    }

    fn start_on(addr: &str, flags: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ws101"));
        command.args(["serve", "--listen", addr]).args(flags);
        // While a test waits for one tab, its other clients read nothing and answer no ping. And a browser
        // without processor time may leave a connection idle for longer than a server waits.
        for deadline in ["--ping-timeout", "--idle-timeout", "--handshake-timeout"] {
            if !flags.contains(&deadline) {
                command.args([deadline, "10m"]);
            }
        }
        Self(Server::spawn(&mut command))
    }
}

impl Deref for TestServer {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

impl DerefMut for TestServer {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.0
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let log = self.0.process.log();
        if !thread::panicking() {
            assert!(!log.contains("panicked"), "the server said:\n{log}");
        }
    }
}
