//! C: SIGHUP, which a server receives when its terminal is closed.

use crate::kit::bytes::close_from;
use crate::kit::client::raw::RawClient;
use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use crate::shutdown::{assert_ends, goodbye, settled, signal};
use libtest_mimic::Trial;
use rustix::process::Signal;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::process::{Child, Command};
use std::time::Instant;
use ws101::Role;

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row("C27 SIGHUP: 1001 and status 0, as with SIGTERM", || {
            let mut server = started_by("env", &["--default-signal=HUP"]);
            let mut client = settled(&server);
            let start = signal(&server, Signal::HUP);
            assert_eq!(goodbye(&mut client), "server shutting down");
            answer(client);
            assert_ends(&mut server, start);
        }),
        row(
            "C27 SIGHUP twice, of the kernel and a shell: still a Close",
            || {
                end_twice(Signal::HUP, Signal::HUP, Some(0));
            },
        ),
        row(
            "C27 SIGHUP after SIGTERM, as systemd sends it: still a Close",
            || {
                end_twice(Signal::TERM, Signal::HUP, Some(0));
            },
        ),
        row(
            "C27 SIGTERM after SIGHUP: an end at once, status 143",
            || {
                end_twice(Signal::HUP, Signal::TERM, Some(143));
            },
        ),
        row(
            "C27 SIGHUP under nohup: nothing, and SIGTERM ends it",
            || {
                let mut server = started_by("nohup", &[]);
                let mut client = settled(&server);
                signal(&server, Signal::HUP);
                // A signal is delivered before the process runs on, and the first one ends the accept loop.
                for _ in 0..10 {
                    client.echo("still here");
                    settled(&server);
                }
                let start = signal(&server, Signal::TERM);
                goodbye(&mut client);
                answer(client);
                assert_ends(&mut server, start);
            },
        ),
        row(
            "C27 a terminal that is closed: 1001 and status 0",
            closed_terminal,
        ),
    ]
}

/// A server started by another program, which sets what SIGHUP does: where this test runs it may be
/// ignored.
fn started_by(program: &str, args: &[&str]) -> Server {
    Server::spawn(Command::new(program).args(args).args(SERVE))
}

const SERVE: [&str; 4] = [
    env!("CARGO_BIN_EXE_ws101"),
    "serve",
    "--listen",
    "127.0.0.1:0",
];

/// The second signal comes after the server has acted on the first, and before the client answers.
fn end_twice(first: Signal, second: Signal, code: Option<i32>) {
    let mut server = started_by("env", &["--default-signal=HUP"]);
    let mut client = settled(&server);
    signal(&server, first);
    goodbye(&mut client);
    signal(&server, second);
    if code == Some(0) {
        answer(client);
    }
    let status = server.process.wait(PATIENCE);
    assert_eq!(status.code(), code, "{status}: {}", server.process.log());
}

fn answer(mut client: RawClient) {
    client.send(&close_from(Role::Client, 1001, ""));
    client.expect_end();
}

/// The server runs in the foreground of its own terminal. When that is closed, it receives the signal,
/// and its log has no reader.
fn closed_terminal() {
    let (terminal, mut server) = in_terminal();
    let mut terminal = BufReader::new(File::from(terminal));
    let mut line = String::new();
    terminal.read_line(&mut line).expect("text");
    let addr: SocketAddr = (line.trim_end().strip_prefix("ws101 listens on http://"))
        .and_then(|rest| rest.strip_suffix('/')?.parse().ok())
        .unwrap_or_else(|| panic!("no address in {line:?}"));
    let mut client = RawClient::upgraded(addr);
    client.echo("here");
    drop(terminal);
    assert_eq!(goodbye(&mut client), "server shutting down");
    answer(client);
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        assert!(Instant::now() < deadline, "it still runs");
        match server.try_wait().expect("a child can be asked") {
            Some(status) => break status,
            None => std::thread::yield_now(),
        }
    };
    assert_eq!(status.code(), Some(0), "{status}");
}

/// The other end of a terminal, and the server that it controls.
fn in_terminal() -> (OwnedFd, Child) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let terminal = openpt(flags).expect("a terminal");
    grantpt(&terminal).expect("it is ours");
    unlockpt(&terminal).expect("it can be opened");
    let path = ptsname(&terminal, Vec::new()).expect("it has a name");
    let open = || {
        let path = path.to_str().expect("text");
        File::options()
            .read(true)
            .write(true)
            .open(path)
            .expect("a terminal")
    };
    let server = Command::new("env")
        .args(["--default-signal=HUP", "setsid", "--ctty"])
        .args(SERVE)
        .stdin(open())
        .stdout(open())
        .stderr(open())
        .spawn();
    (terminal, server.expect("setsid is there"))
}
