//! Compares `/ws/wire` with Wireshark: each session is captured by `tshark` while its owner watches it.
//! The view's records must agree with Wireshark's dissection, frame by frame, field by field.
//!
//! It takes tshark (Debian: `apt-get install tshark`), and the right to capture. `WS101_TSHARK` says
//! where it is. Of a test that fails, the capture is in `target/tmp/wireshark`.

mod compare;
mod dissection;
#[path = "../kit/mod.rs"]
mod kit;
mod sessions;
mod tshark;

use kit::server::Server;
use libtest_mimic::{Arguments, Trial};
use sessions::Shown;
use std::process::ExitCode;
use tshark::Capture;

/// A name, and a function that runs clients and returns each connection as its view has shown it.
type Row = (&'static str, fn(&Server) -> Vec<Shown>);

const ROWS: [Row; 3] = [
    ("echo", sessions::echo),
    ("chat", sessions::chat),
    ("refused", sessions::refused),
];

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let found = tshark::find();
    let test = |(name, session): Row| match &found {
        Ok(()) => Trial::test(name, move || {
            judge(name, session);
            Ok(())
        }),
        Err(reason) => kit::optional::missing(name, reason),
    };
    libtest_mimic::run(&args, ROWS.into_iter().map(test).collect()).exit_code()
}

fn judge(name: &'static str, session: fn(&Server) -> Vec<Shown>) {
    // So frequent that even a short session sees a ping.
    let server = Server::start(&["--ping-interval", "200ms"]);
    let mut capture = Capture::of(&server, name);
    let connections = session(&server);
    let ports: Vec<u16> = connections.iter().map(|shown| shown.port).collect();
    let packets = capture.stop(&ports);
    for shown in &connections {
        compare::connection(shown, &packets);
    }
}
