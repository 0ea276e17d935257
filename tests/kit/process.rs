//! A program that a test runs. Its output is read as it comes, and it does not outlive the test.

use rustix::process::{Pid, Signal, kill_process};
use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    name: String,
    /// The lines of stdout that the test has not asked for yet.
    lines: Receiver<String>,
    log: Log,
}

/// All output so far, of stdout and stderr.
type Log = Arc<Mutex<String>>;

impl Process {
    /// Starts a program that must exist.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        Self::try_spawn(command).unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"))
    }

    /// Starts a program. Threads read both outputs, because a full pipe would stop it.
    pub(crate) fn try_spawn(command: &mut Command) -> io::Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let log = Log::default();
        let (sender, lines) = mpsc::channel();
        let stdout = child.stdout.take().expect("stdout is a pipe");
        read_lines(stdout, &log, move |line| {
            // Fails when the test has dropped the receiver: it has seen enough.
            let _ = sender.send(line);
        });
        read_lines(child.stderr.take().expect("stderr is a pipe"), &log, drop);
        Ok(Self {
            child,
            name: command.get_program().to_string_lossy().into_owned(),
            lines,
            log,
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line of stdout.
    pub(crate) fn line(&self, within: Duration) -> String {
        self.lines.recv_timeout(within).unwrap_or_else(|error| {
            let what = match error {
                RecvTimeoutError::Timeout => "no line came in time",
                RecvTimeoutError::Disconnected => "it ended too early",
            };
            panic!("{}: {what}. It said:\n{}", self.name, self.log())
        })
    }

    /// The next line of stdout, if it comes within this time.
    pub(crate) fn line_if_any(&self, within: Duration) -> Result<String, RecvTimeoutError> {
        self.lines.recv_timeout(within)
    }

    /// Sends a signal to the program, which must not have ended.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs, and is our child");
    }

    /// Sends SIGINT, as Ctrl-C does, unless the program has ended.
    pub(crate) fn interrupt(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal(Signal::INT);
        }
    }

    /// Waits for the program to end: its stdout ends then.
    pub(crate) fn wait(&mut self, within: Duration) -> ExitStatus {
        let deadline = Instant::now() + within;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!(
                    "{} still runs after {within:?}. It said:\n{}",
                    self.name,
                    self.log()
                ),
            }
        }
        self.child.wait().expect("a child can be waited for")
    }

    /// All output so far, for the message of a failure.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no reader panics").clone()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if the program has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A thread that reads to the end of `pipe`.
fn read_lines(pipe: impl Read + Send + 'static, log: &Log, each: impl Fn(String) + Send + 'static) {
    let log = Arc::clone(log);
    thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            let mut log = log.lock().expect("no reader panics");
            log.push_str(&line);
            log.push('\n');
            drop(log);
            each(line);
        }
    });
}
