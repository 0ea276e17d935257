//! A server that can be killed and restarted, with the same port and the same history.

use crate::record::PATIENCE;
use crate::server::TestServer;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

pub(crate) struct RestartableServer {
    running: Option<TestServer>,
    addr: SocketAddr,
    history: PathBuf,
}

impl RestartableServer {
    pub(crate) fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let history = env::temp_dir().join(format!("ws101-history-{}-{number}", process::id()));
        let server = TestServer::start(&["--history", &history.to_string_lossy()]);
        Self {
            addr: server.addr(),
            running: Some(server),
            history,
        }
    }

    pub(crate) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Kills the server with SIGKILL: no client gets a Close.
    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    /// Ends the server with SIGTERM: each client gets a Close.
    pub(crate) fn end(&mut self) {
        let mut server = self.running.take().expect("it runs");
        let pid = server.process.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.is_ok_and(|status| status.success()), "kill {pid}");
        let status = server.process.wait(PATIENCE);
        assert!(status.success(), "{status}");
    }

    pub(crate) fn restart(&mut self) {
        let flags = ["--history", &self.history.to_string_lossy()];
        self.running = Some(TestServer::start_at(self.addr, &flags));
    }

    /// Deletes the history, before a restart.
    pub(crate) fn forget(&self) {
        fs::remove_file(&self.history).expect("it has kept something");
    }
}

impl Drop for RestartableServer {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_file(&self.history);
    }
}
