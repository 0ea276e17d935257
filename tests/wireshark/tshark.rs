//! Wireshark without its windows: a capture of one server's port, and what is in it.

use crate::kit::client::http;
use crate::kit::process::Process;
use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::temp_file::TempFile;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

const LOOPBACK: &str = if cfg!(target_os = "linux") {
    "lo"
} else {
    "lo0"
};

fn tshark() -> Command {
    let program = env::var_os("WS101_TSHARK").unwrap_or_else(|| "tshark".into());
    let mut command = Command::new(program);
    // Without a user's preferences: there is no such directory.
    command.env(
        "WIRESHARK_CONFIG_DIR",
        env!("CARGO_TARGET_TMPDIR").to_owned() + "/none",
    );
    command.arg("-n");
    command
}

/// Whether it may capture here; if not, why, and what helps.
pub(crate) fn find() -> Result<(), String> {
    // Listing the link-layer types requires opening the interface.
    match tshark().args(["-i", LOOPBACK, "-L"]).output() {
        Err(_) => Err(
            "tshark is not installed: apt-get install tshark (WS101_TSHARK says where it is)"
                .to_owned(),
        ),
        Ok(output) if !output.status.success() => Err(
            "tshark may not capture: dpkg-reconfigure wireshark-common, then adduser $USER wireshark"
                .to_owned(),
        ),
        Ok(_) => Ok(()),
    }
}

/// A capture that runs.
#[derive(Debug)]
pub(crate) struct Capture {
    process: Process,
    server: SocketAddr,
    file: TempFile,
    name: &'static str,
}

impl Capture {
    /// Captures what goes to a server and comes from it, from here on.
    pub(crate) fn of(server: &Server, name: &'static str) -> Self {
        let addr = server.addr();
        let file = TempFile::new("capture");
        let mut command = tshark();
        command
            .args([
                "-p",
                "-i",
                LOOPBACK,
                "-f",
                &format!("tcp port {}", addr.port()),
            ])
            // So that it ends even if this program is killed.
            .args(["-w", file.path(), "-a", "duration:120"])
            // A line for each packet in the file: the page that it requests, if any.
            .args(["-P", "-l", "-T", "fields", "-e", "http.request.uri"])
            .args(as_http(addr));
        let capture = Self {
            process: Process::spawn(&mut command),
            server: addr,
            file,
            name,
        };
        capture.until_it_sees("begin");
        capture
    }

    /// Requests a page until the capture shows the request: then everything before it is in the file.
    fn until_it_sees(&self, mark: &str) {
        let path = format!("/healthz?{mark}");
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            http::get(self.server, &path);
            loop {
                match self.process.line_if_any(Duration::from_millis(250)) {
                    Ok(line) if line == path => return,
                    Ok(_) => {}
                    Err(RecvTimeoutError::Timeout) => break,
                    Err(RecvTimeoutError::Disconnected) => {
                        panic!("tshark ended. It said:\n{}", self.process.log())
                    }
                }
            }
        }
        panic!("no {mark} was captured: {}", self.process.log());
    }

    /// Ends the capture. Gives the packets of clients at these ports that have HTTP or WebSocket
    /// frames in them, dissected.
    pub(crate) fn stop(&mut self, ports: &[u16]) -> Vec<Value> {
        self.until_it_sees("end");
        self.process.interrupt();
        let status = self.process.wait(PATIENCE);
        assert!(status.success(), "{status}: {}", self.process.log());
        let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        let clients = format!(
            "(http || websocket) && tcp.port in {{{}}}",
            ports.join(", ")
        );
        let dissected = tshark()
            .args(["-r", self.file.path(), "-Y", &clients])
            .args(as_http(self.server))
            .args(["-o", "tcp.reassemble_out_of_order:TRUE"])
            // Each field with its bytes and where they are; several frames of one packet as a list.
            .args(["-T", "json", "-x", "--no-duplicate-keys"])
            .args(["-J", "tcp http websocket"])
            .output()
            .expect("tshark is there");
        let complaints = String::from_utf8_lossy(&dissected.stderr);
        assert!(dissected.status.success(), "{complaints}");
        serde_json::from_slice(&dissected.stdout).expect("JSON")
    }
}

/// On ports other than 80 tshark does not recognize HTTP, nor WebSocket frames after it.
fn as_http(server: SocketAddr) -> [String; 2] {
    ["-d".to_owned(), format!("tcp.port=={},http", server.port())]
}

impl Drop for Capture {
    fn drop(&mut self) {
        // Killed, it would leave its helper `dumpcap` behind.
        self.process.interrupt();
        let deadline = Instant::now() + PATIENCE;
        while self.process.line_if_any(PATIENCE).is_ok() && Instant::now() < deadline {}
        if thread::panicking() {
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wireshark");
            let _ = fs::create_dir_all(&kept);
            let _ = fs::copy(
                self.file.path(),
                kept.join(self.name).with_extension("pcapng"),
            );
        }
    }
}
