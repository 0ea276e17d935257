//! What the program prints, and what it must not print.

use crate::kit::bytes::{close_from, frame_from, hex};
use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::kit::server::Server;
use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use crate::kit::table::row;
use libtest_mimic::Trial;
use rustix::process::Signal;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use ws101::Role;

/// From the start of a program to its failure.
const SOON: Duration = Duration::from_secs(2);

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row("port in use: one sentence that names it", || {
            let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let addr = taken.local_addr().expect("it is bound").to_string();
            refuses_to_start(&addr, &[&addr, "in use", "--listen"]);
        }),
        row("bad address: one sentence that names it", || {
            refuses_to_start(
                "203.0.113.1:0",
                &["203.0.113.1:0", "not an address of this machine"],
            );
        }),
        row("no address at all: one sentence", || {
            refuses_to_start("nonsense", &["nonsense"]);
        }),
        row(
            "flags: the largest numbers are taken, or refused in words",
            || {
                for flag in [
                    "--max-connections",
                    "--max-handshaking",
                    "--max-head",
                    "--max-request-line",
                ] {
                    largest_number(flag);
                }
            },
        ),
        row(
            "closed outputs: the server runs on after its reader is gone",
            || {
                let mut child = Running::start("exec \"$0\" serve --listen 127.0.0.1:0");
                let addr = child.announced().expect("it listens");
                drop(child.0.stderr.take()); // both pipes have no reader now
                child.serves(addr);
            },
        ),
        row("closed outputs: the server runs without any", || {
            // The server cannot print its port, so one is chosen that was free a moment ago.
            let addr = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
            let addr = addr.expect("a free port");
            let script = format!("exec \"$0\" serve --listen {addr} >&- 2>&- <&-");
            Running::start(&script).serves(addr);
        }),
        row(
            "log: no payload is in it, nor any other secret",
            no_payload_in_the_log,
        ),
        row(
            "R13 log: a flood of bad requests is not a flood of lines",
            || {
                let server = Server::start(&[]);
                for _ in 0..500 {
                    let mut wire = RawClient::open(server.addr());
                    wire.send(b"nonsense\r\n\r\n");
                    wire.answer().assert_refusal(400);
                }
                let lines = server.process.log().lines().count();
                assert!((1..150).contains(&lines), "{lines} lines");
            },
        ),
        row("log: a request is cut before it is logged", || {
            let server = Server::start(&[]);
            let mut wire = RawClient::open(server.addr());
            let host = "a".repeat(10_000);
            wire.send(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes());
            wire.answer().assert_refusal(421);
            log_of_ended(server, |log| {
                let longest = log.lines().map(str::len).max();
                assert!(longest < Some(1_000), "a line of {longest:?} bytes");
            });
        }),
    ]
}

/// Fails at once, with one line on stderr that contains these words.
fn refuses_to_start(listen: &str, words: &[&str]) {
    let start = Stopwatch::start();
    let output = Command::new(env!("CARGO_BIN_EXE_ws101"))
        .args(["serve", "--listen", listen])
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    start.assert_under(SOON);
    assert!(output.stdout.is_empty(), "nothing listens");
    assert_eq!(said.lines().count(), 1, "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in {said:?}");
    }
}

/// A program whose outputs have no reader, and which does not outlive its test.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(script: &str) -> Self {
        let child = Command::new("sh")
            .args(["-c", script, env!("CARGO_BIN_EXE_ws101")])
            .env("RUST_LOG", "trace")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Self(child.expect("sh is there"))
    }

    /// Where it listens, if it prints that before its end.
    fn announced(&mut self) -> Option<SocketAddr> {
        let stdout = self.0.stdout.take().expect("stdout is a pipe");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("text");
        let addr = line.trim_end().strip_suffix('/')?.rsplit('/').next()?;
        addr.parse().ok()
    }

    /// It listens soon, and an event that it logs does not end it.
    pub(crate) fn serves(mut self, addr: SocketAddr) {
        let (since, deadline) = (Stopwatch::start(), Instant::now() + PATIENCE);
        while std::net::TcpStream::connect(addr).is_err() {
            since.assert_under(SOON);
            assert!(Instant::now() < deadline, "the server does not listen");
        }
        for _ in 0..20 {
            let mut wire = RawClient::open(addr);
            wire.send(b"nonsense\r\n\r\n");
            wire.answer().assert_refusal(400);
            let mut wire = RawClient::upgraded(addr);
            wire.echo("hello");
            wire.send(&hex("83 80 37 fa 21 3d"));
            wire.expect_close(1002);
        }
        let ended = self.0.try_wait().expect("a child can be asked");
        assert_eq!(ended, None, "it still runs");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only if the program has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn largest_number(flag: &str) {
    let most = usize::MAX;
    let script = format!("exec \"$0\" serve --listen 127.0.0.1:0 {flag} {most}");
    let mut child = Running::start(&script);
    if let Some(addr) = child.announced() {
        child.serves(addr);
    } else {
        let mut said = String::new();
        let mut stderr = child.0.stderr.take().expect("stderr is a pipe");
        stderr.read_to_string(&mut said).expect("text");
        assert!(said.contains(flag) && !said.contains("panicked"), "{said}");
    }
}

/// Puts the secret in every place that a client can fill, with the most verbose log.
fn no_payload_in_the_log() {
    const SECRET: &str = "sesame-c0ffee";
    let server = Server::start(&["--verbose"]);
    let request = UPGRADE
        .replace("{host}", &server.addr().to_string())
        .replace("/echo", &format!("/echo?token={SECRET}"))
        .replace("\r\n\r\n", &format!("\r\nCookie: {SECRET}\r\nAuthorization: {SECRET}\r\nSec-WebSocket-Protocol: {SECRET}\r\n\r\n"));
    let upgraded = || {
        let mut wire = RawClient::open(server.addr());
        wire.send(request.as_bytes());
        assert_eq!(wire.head().status, 101);
        wire
    };
    let mut wire = upgraded();
    wire.echo(SECRET);
    wire.send_frame(0x89, SECRET);
    wire.expect_frame(0x8a, SECRET);
    wire.send_frame(0x8a, SECRET);
    wire.send(&close_from(Role::Client, 1000, SECRET));
    wire.expect_close(1000);
    let not_text = [SECRET.as_bytes(), b"\xff"].concat();
    let masked = frame_from(Role::Client, 0x81, &not_text);
    let unmasked = frame_from(Role::Server, 0x81, SECRET.as_bytes());
    for (bytes, code) in [(masked, 1007), (unmasked, 1002)] {
        let mut wire = upgraded();
        wire.send(&bytes);
        wire.expect_close(code);
    }
    for refused in [
        format!("GET /nothing?{SECRET} HTTP/1.1\r\nHost: localhost\r\nCookie: {SECRET}\r\n\r\n"),
        format!("GET /{SECRET} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        format!("{SECRET}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: {SECRET}\0\r\n\r\n"),
    ] {
        let mut wire = RawClient::open(server.addr());
        wire.send(refused.as_bytes());
        assert!(wire.answer().status >= 400);
    }
    log_of_ended(server, |log| {
        assert!(log.contains("1007"), "there is a log: {log}");
        assert!(!log.contains(SECRET), "the secret is in the log:\n{log}");
    });
}

/// Ends the server, so that its whole log has been read, and judges that.
fn log_of_ended(mut server: Server, judge: impl FnOnce(&str)) {
    server.process.signal(Signal::TERM);
    server.process.wait(PATIENCE);
    let deadline = Instant::now() + PATIENCE;
    while !server.process.log().contains("ending:") {
        assert!(Instant::now() < deadline, "{}", server.process.log());
        std::thread::yield_now();
    }
    judge(&server.process.log());
}
