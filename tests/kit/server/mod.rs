//! `ws101 serve` under test: the real program, on a port that the system chose.

pub(crate) mod descriptors;
pub(crate) mod resources;
pub(crate) mod shared;
#[cfg(target_os = "linux")]
pub(crate) mod usage;

use super::process::Process;
use super::stopwatch::PATIENCE;
use std::net::SocketAddr;
use std::process::Command;
use std::thread;

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) process: Process,
    addr: SocketAddr,
}

impl Server {
    /// Starts `ws101 serve` with these flags, and returns when it listens.
    pub(crate) fn start(flags: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ws101"));
        // Port 0: the system picks a free one, and the program's first line says which.
        command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(flags);
        if !flags.contains(&"--ping-interval") {
            // On a busy machine a row may be silent for longer than the default allows. Pings have rows of
            // their own.
            command.args(["--ping-interval", "10m"]);
        }
        Self::spawn(&mut command)
    }

    /// Starts a server with the caller's command, which must say where to listen.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let process = Process::spawn(command);
        let line = process.line(PATIENCE);
        let addr = line
            .strip_prefix("ws101 listens on http://")
            .and_then(|rest| rest.strip_suffix('/'))
            .and_then(|addr| addr.parse().ok())
            .unwrap_or_else(|| panic!("no address in {line:?}"));
        Self { process, addr }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The URL of `path` for a WebSocket client.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.addr)
    }
}

impl Drop for Server {
    /// A server that panicked fails the test that it served.
    fn drop(&mut self) {
        let log = self.process.log();
        if !thread::panicking() {
            assert!(!log.contains("panicked"), "the server said:\n{log}");
        }
    }
}
