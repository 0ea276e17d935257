//! A server that is killed and comes back: same port, same history.

use crate::house::House;
use crate::record::PATIENCE;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

pub(crate) struct Lasting {
    running: Option<House>,
    addr: SocketAddr,
    history: PathBuf,
}

impl Lasting {
    pub(crate) fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let history = env::temp_dir().join(format!("ws101-history-{}-{number}", process::id()));
        let server = House::open(&["--history", &history.to_string_lossy()]);
        Self {
            addr: server.addr(),
            running: Some(server),
            history,
        }
    }

    pub(crate) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Ends it as a power cut does: SIGKILL, no goodbye.
    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    /// Ends it by SIGTERM, with a goodbye to everyone.
    pub(crate) fn end(&mut self) {
        let mut server = self.running.take().expect("it runs");
        let pid = server.process.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.is_ok_and(|status| status.success()), "kill {pid}");
        let status = server.process.wait(PATIENCE);
        assert!(status.success(), "{status}");
    }

    pub(crate) fn come_back(&mut self) {
        let flags = ["--history", &self.history.to_string_lossy()];
        self.running = Some(House::open_again(self.addr, &flags));
    }

    /// Before it comes back, all that it remembers is lost.
    pub(crate) fn forget(&self) {
        fs::remove_file(&self.history).expect("it has kept something");
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_file(&self.history);
    }
}
