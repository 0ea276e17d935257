//! The command line under test: what a program is given on stdin, what it prints, how it ends.

use super::stopwatch::PATIENCE;
use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;

/// A running program.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
}

/// A program that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    status: ExitStatus,
}

impl Program {
    /// Starts `ws101` with these arguments; stdin stays open.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_in("UTC0", arguments)
    }

    /// Starts it in this time zone.
    pub(crate) fn start_in(zone: &str, arguments: &[&str]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_ws101"))
            .args(arguments)
            .env("TZ", zone)
            .env_remove("USER")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Self {
            child: child.expect("the program starts"),
        }
    }

    /// Types, as through a pipe.
    pub(crate) fn types(&mut self, input: &[u8]) {
        let stdin = self.child.stdin.as_mut().expect("it was not closed");
        stdin.write_all(input).expect("the program reads");
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).expect("it runs");
    }

    /// Waits for its end, with stdin open or not.
    pub(crate) fn end(self) -> Ended {
        let id = rustix::process::Pid::from_child(&self.child);
        let (done, ended) = mpsc::channel::<()>();
        // Kills a program that does not end, so that the test ends.
        let guard = thread::spawn(move || {
            if ended.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = rustix::process::kill_process(id, rustix::process::Signal::KILL);
            }
        });
        // Closes stdin.
        let output = self.child.wait_with_output().expect("it can be waited for");
        drop(done);
        guard.join().expect("no panic");
        Ended {
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            status: output.status,
        }
    }
}

/// Runs `ws101` with this on stdin, and waits for its end.
pub(crate) fn run(arguments: &[&str], input: &[u8]) -> Ended {
    let mut program = Program::start(arguments);
    // Fails if the program has ended early; the test looks at how it ended.
    let stdin = program.child.stdin.as_mut().expect("a pipe");
    let _ = stdin.write_all(input);
    program.end()
}

impl Ended {
    /// Its exit status must be this.
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{self:?}");
        self
    }

    /// It must have printed these lines.
    pub(crate) fn printed(self, lines: &[&str]) -> Self {
        let text = String::from_utf8_lossy(&self.stdout).into_owned();
        assert_eq!(text.lines().collect::<Vec<_>>(), lines, "{self:?}");
        self
    }

    /// This must be on stderr.
    pub(crate) fn said(self, words: &str) -> Self {
        assert!(
            self.stderr.contains(words),
            "{words:?} is missing: {self:?}"
        );
        self
    }
}
