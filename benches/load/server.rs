//! A server's process: started, measured, ended.

use super::cores;
use super::target::Target;
use super::usage::{Usage, cpu};
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    /// Kept open, so that the server can go on printing.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts it on all processors, and returns when it listens.
    pub(crate) fn start(target: &Target) -> io::Result<Self> {
        Self::listening(target, cores::together(|| command(target).spawn()))
    }

    /// Starts it on processors that a load that never sleeps leaves alone.
    pub(crate) fn start_apart(target: &Target) -> io::Result<Self> {
        Self::listening(target, cores::apart(|| command(target).spawn()))
    }

    fn listening(target: &Target, child: io::Result<Child>) -> io::Result<Self> {
        let mut child = child
            .map_err(|error| io::Error::other(format!("{}: {error}", target.program.display())))?;
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let mut line = String::new();
        let read = stdout.read_line(&mut line);
        match read.map(|_| address(&line)) {
            Ok(Some(address)) => Ok(Self {
                child,
                address,
                _stdout: stdout,
            }),
            _ => {
                end(&mut child);
                Err(io::Error::other(format!("no address in {line:?}")))
            }
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Memory, threads, descriptors. With thousands of threads this takes its time.
    pub(crate) fn usage(&self) -> Usage {
        Usage::of(self.child.id())
    }

    /// Processor time since its start. Of all the clocks that safe code can read, this one alone counts threads that
    /// have ended. It moves in steps of 10 ms, so a measurement has to last a second.
    pub(crate) fn cpu(&self) -> Duration {
        cpu(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn command(target: &Target) -> Command {
    let mut command = Command::new(&target.program);
    command.args(&target.arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

fn end(child: &mut Child) {
    // Both fail only when it has already ended.
    let _ = child.kill();
    let _ = child.wait();
}

/// The address in a line of text.
fn address(line: &str) -> Option<SocketAddr> {
    line.split(|c: char| c.is_whitespace() || c == '/')
        .find_map(|word| word.parse().ok())
}
