//! The browser's program: it is found, started and cleaned up.

use crate::kit::process::Process;
use crate::kit::stopwatch::PATIENCE;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

/// The names of the program.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Switches off what a browser does in the background, and what would make two runs differ.
const FLAGS: [&str; 14] = [
    "--headless=new",
    "--no-sandbox", // most containers do not allow a sandbox, and the pages are our own
    "--remote-debugging-port=0",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu", // there is none, and software rendering takes time
    "--disable-sync",
    "--disable-breakpad",
    "--disable-dev-shm-usage", // containers have little of it
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--force-color-profile=srgb",
];

/// The program, or how to install it.
pub(crate) fn find() -> Result<PathBuf, String> {
    if let Some(named) = env::var_os("WS101_CHROMIUM") {
        let named = PathBuf::from(named);
        return if named.is_file() {
            Ok(named)
        } else {
            Err(format!("WS101_CHROMIUM: no file {}", named.display()))
        };
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|program| program.is_file())
        .ok_or_else(|| {
            "not found: apt-get install chromium (WS101_CHROMIUM says where it is)".to_owned()
        })
}

/// The running browser.
#[derive(Debug)]
pub(crate) struct Chromium {
    process: Process,
    profile: PathBuf,
}

impl Chromium {
    /// Starts the browser with a new profile. Returns it with the address of its DevTools.
    pub(crate) fn start(program: &Path) -> (Self, String) {
        let profile = env::temp_dir().join(format!("ws101-browser-{}", process::id()));
        let mut data_dir = OsStr::new("--user-data-dir=").to_owned();
        data_dir.push(&profile);
        let mut command = Command::new(program);
        command.args(FLAGS).arg(data_dir).arg("about:blank");
        let chromium = Self {
            process: Process::spawn(&mut command),
            profile,
        };
        let address = chromium.address();
        (chromium, address)
    }

    /// The browser writes its port and its path into a file, a line each, as soon as it listens.
    fn address(&self) -> String {
        let file = self.profile.join("DevToolsActivePort");
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = fs::read_to_string(&file).unwrap_or_default();
            if let [port, path] = *text.lines().collect::<Vec<_>>() {
                return format!("ws://127.0.0.1:{port}{path}");
            }
            assert!(
                Instant::now() < deadline,
                "the browser does not listen. It said:\n{}",
                self.process.log()
            );
            thread::sleep(Duration::from_millis(10)); // a file cannot be waited for
        }
    }
}

impl Drop for Chromium {
    /// The browser was asked to close. Its processes share one stdout, which ends with the last of them.
    fn drop(&mut self) {
        if !thread::panicking() {
            self.process.wait(PATIENCE);
        }
        let _ = fs::remove_dir_all(&self.profile);
    }
}
