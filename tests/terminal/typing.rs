//! `ws101 chat` on a terminal: what is half typed stays whole while others talk.
//!
//! `script` of util-linux makes the terminal. Where it is missing the tests pass without a look; where `CI` is
//! set it must be there.

use super::stage::{Stage, join, said};
use crate::PATIENCE;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;
use ws101::{Event, Message};

/// A program on a terminal of its own.
struct Terminal {
    script: Child,
    output: Receiver<Vec<u8>>,
    /// The output that the test has not looked at yet.
    unseen: String,
}

impl Terminal {
    fn run(command: &str) -> Self {
        let mut script = Command::new("script")
            .args(["--quiet", "--return", "--command", command, "/dev/null"])
            .env("TERM", "xterm")
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script runs");
        let mut stdout = script.stdout.take().expect("a pipe");
        let (sender, output) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 1024];
            while let Ok(count @ 1..) = stdout.read(&mut bytes) {
                let _ = sender.send(bytes[..count].to_vec());
            }
        });
        let unseen = String::new();
        Self {
            script,
            output,
            unseen,
        }
    }

    fn types(&mut self, text: &str) {
        let stdin = self.script.stdin.as_mut().expect("a pipe");
        stdin.write_all(text.as_bytes()).expect("the program reads");
    }

    /// Waits until this is on the screen, after what was seen before.
    fn sees(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.unseen.contains(text) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.unseen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!("{text:?} is not in {:?}", self.unseen),
            }
        }
        let end = self.unseen.find(text).map_or(0, |at| at + text.len());
        self.unseen.drain(..end);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Both fail only when it has already ended.
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}

fn has_script() -> bool {
    let version = Command::new("script").arg("--version").output();
    let found = version.is_ok_and(|output| output.stdout.starts_with(b"script from util-linux"));
    let must = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    assert!(
        found || !must,
        "script of util-linux is missing: apt-get install bsdutils"
    );
    found
}

#[test]
fn what_is_half_typed_is_drawn_again_below_a_line_that_comes_in() {
    if !has_script() {
        return;
    }
    let stage = Stage::open();
    let program = env!("CARGO_BIN_EXE_ws101");
    let mut terminal = Terminal::run(&format!("'{program}' chat {} --name ada", stage.url("")));
    let mut guest = stage.guest("s1");
    guest.let_in(&join(), &[]);
    terminal.sees("ada> ");
    terminal.types("half a li"); // at once, as from a clipboard
    terminal.sees("half a li");
    guest.tell(&said(11, "bob", "in between", None));
    terminal.sees("bob: in between\r\n");
    terminal.sees("ada> half a li");
    terminal.types("ne\r");
    guest.acknowledge(12, "half a line");
    terminal.sees("ada> ");
    terminal.types("\u{4}"); // Ctrl-D
    guest.hear_close();
    let status = terminal.script.wait().expect("it ends");
    assert!(status.success(), "{status}");
}

#[test]
fn connect_shows_a_person_what_comes_and_lets_nothing_through_that_a_terminal_obeys() {
    if !has_script() {
        return;
    }
    let stage = Stage::open();
    let program = env!("CARGO_BIN_EXE_ws101");
    let mut terminal = Terminal::run(&format!("'{program}' connect {}", stage.url("/")));
    let mut socket = stage.next();
    terminal.sees("> ");
    socket.send(Message::Text("one\n\x1b[2Jtwo")).expect("sent");
    terminal.sees("one\r\n");
    terminal.sees("\\u{1b}[2Jtwo\r\n");
    socket
        .send(Message::Binary(b"Hello\x00\xff"))
        .expect("sent");
    terminal.sees("* binary, 7 bytes\r\n");
    terminal.sees("00000000  48 65 6c 6c 6f 00 ff");
    socket.send(Message::Binary(&[7; 4_098])).expect("sent");
    terminal.sees("00000ff0  07 07");
    terminal.sees("… and 2 more bytes\r\n");
    terminal.types("/help\r");
    terminal.sees("/ping");
    terminal.types("\u{3}"); // Ctrl-C
    assert!(matches!(socket.next_event(), Ok(Event::Close(_))));
    socket.finish();
    let status = terminal.script.wait().expect("it ends");
    assert!(status.success(), "{status}");
}
