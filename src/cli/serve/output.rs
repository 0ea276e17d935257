//! Printing that never blocks the server.
//!
//! The log may have no reader: in `ws101 serve 2>&1 | less` the pipe is full after a page or two, and a write
//! to it blocks. So one thread writes, and all others queue their lines. Lines that do not fit into the queue
//! are dropped and counted.

use crate::sync::{Condvar, Mutex, MutexGuard, spawn};
use crate::time;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The bytes that may be queued.
const MOST_WAITING: usize = 64 << 10;
/// How long the end of the program waits for the queue.
const LAST_LINES: Duration = Duration::from_millis(500);
const STACK: usize = 64 << 10;

/// An output, and the thread that writes to it. Dropping it waits for the queue, up to half a second.
#[derive(Debug)]
pub(super) struct Output(Printer);

/// Queues whole lines for the thread of an [`Output`], and never blocks.
#[derive(Debug, Clone)]
pub(super) struct Printer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    /// Lines that did not fit since `waiting` was last taken.
    dropped: u64,
    writing: bool,
    closed: bool,
}

impl Output {
    pub(super) fn to(stream: impl Write + Send + 'static, name: &str) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::telling("there is something to write, or it is written"),
        });
        let for_thread = Arc::clone(&shared);
        spawn(name, STACK, move || for_thread.write_to(stream))?;
        Ok(Self(Printer(shared)))
    }

    pub(super) fn printer(&self) -> Printer {
        self.0.clone()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let shared = &self.0.0;
        let mut state = shared.lock();
        state.closed = true;
        shared.changed.notify_all();
        let is_busy = |state: &mut State| state.writing || !state.waiting.is_empty();
        drop((shared.changed).wait_timeout_while(state, LAST_LINES, is_busy));
    }
}

impl Printer {
    fn print(&self, line: &[u8]) {
        let mut state = self.0.lock();
        // After a dropped line, none is queued until the queue is taken: so the gap is in one place.
        if state.dropped > 0 || state.waiting.len() + line.len() > MOST_WAITING {
            state.dropped += 1;
        } else {
            state.waiting.extend_from_slice(line);
        }
        drop(state);
        self.0.changed.notify_all();
    }

    /// Prints the message of a panic. The standard library would write it to stderr itself, and block.
    pub(super) fn print_panic(&self, panic: &PanicHookInfo<'_>) {
        let thread = thread::current();
        let mut report = format!("thread '{}' {panic}\n", thread.name().unwrap_or("?"));
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            report += &format!("{trace}\n");
        }
        self.print(report.as_bytes());
    }
}

/// Each `write` holds one line or several.
impl Write for Printer {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.print(lines);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    /// Writes until the output is closed and the queue is empty.
    fn write_to(&self, mut stream: impl Write) {
        let mut state = self.lock();
        loop {
            while state.waiting.is_empty() && state.dropped == 0 {
                if state.closed {
                    return;
                }
                state = self.changed.wait(state);
            }
            let mut lines = std::mem::take(&mut state.waiting);
            let dropped = std::mem::take(&mut state.dropped);
            state.writing = true;
            drop(state);
            if dropped > 0 {
                let at = time::timestamp(time::now());
                let gap =
                    format!("[{at} WARN ] {dropped} lines are missing: the log had no reader\n");
                lines.extend_from_slice(gap.as_bytes());
            }
            // A log whose reader has gone is no error.
            let _ = stream.write_all(&lines).and_then(|()| stream.flush());
            state = self.lock();
            state.writing = false;
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// Takes what is written when the test opens it.
    struct Gate(Receiver<()>, Sender<String>);

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            let _ = self.1.send(String::from_utf8_lossy(bytes).into_owned());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_does_not_fit_is_counted_where_it_is_missing() {
        let (open, gate) = channel();
        let (written, read) = channel();
        let output = Output::to(Gate(gate, written), "gate").expect("a thread");
        let printer = output.printer();
        let line = format!("{}\n", "x".repeat(1_023));
        printer.print(b"first\n");
        while !printer.0.lock().writing {
            thread::yield_now();
        }
        for _ in 0..66 {
            printer.print(line.as_bytes());
        }
        printer.print(b"short\n");
        open.send(()).expect("it waits");
        assert_eq!(read.recv().as_deref(), Ok("first\n"));
        open.send(()).expect("it waits");
        let rest = read.recv().expect("the lines that fitted");
        let (lines, gap) = rest.split_at(64 << 10);
        assert_eq!(lines, line.repeat(64));
        assert!(gap.contains(" 3 lines are missing"), "{gap}");
        printer.print(b"after\n");
        open.send(()).expect("it waits");
        assert_eq!(read.recv().as_deref(), Ok("after\n"));
    }

    #[test]
    fn the_end_waits_for_the_queue_but_not_forever() {
        let (open, gate) = channel();
        let (written, read) = channel();
        let output = Output::to(Gate(gate, written), "gate").expect("a thread");
        output.printer().print(b"last\n");
        drop(output); // returns, though the gate is shut
        open.send(()).expect("it waits");
        assert_eq!(read.recv().as_deref(), Ok("last\n"), "written all the same");
    }
}
