//! What the server prints, on an output that may stand still.
//!
//! The log may have no reader: in `ws101 serve 2>&1 | less` a pipe is full after a page or two, and a
//! write to it waits. So one thread writes, and all others leave their lines to it. There is room for
//! some. What comes beyond that is dropped, and counted.

use crate::sync::{Condvar, Mutex, MutexGuard, spawn};
use crate::time;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Bytes that wait to be printed.
const MOST_WAITING: usize = 64 << 10;
/// How long the end of the program waits for the last of them.
const MOMENT: Duration = Duration::from_millis(500);
const STACK: usize = 64 << 10;

/// An output, and the thread that writes to it. Dropping it waits for what was printed, but not long.
#[derive(Debug)]
pub(super) struct Output(Printer);

/// Leaves whole lines to the thread of an [`Output`], and never waits.
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
    /// Lines for which there was no room since `waiting` was taken last.
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
        drop((shared.changed).wait_timeout_while(state, MOMENT, is_busy));
    }
}

impl Printer {
    fn print(&self, line: &[u8]) {
        let mut state = self.0.lock();
        // Behind a line that was dropped none is taken until the others are gone: the gap has one place.
        if state.dropped > 0 || state.waiting.len() + line.len() > MOST_WAITING {
            state.dropped += 1;
        } else {
            state.waiting.extend_from_slice(line);
        }
        drop(state);
        self.0.changed.notify_all();
    }

    /// Prints what the standard library says of a panic. It would write to stderr itself, and wait.
    pub(super) fn print_panic(&self, panic: &PanicHookInfo<'_>) {
        let thread = thread::current();
        let mut told = format!("thread '{}' {panic}\n", thread.name().unwrap_or("?"));
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            told += &format!("{trace}\n");
        }
        self.print(told.as_bytes());
    }
}

/// One line, or several, for each `write`.
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
    /// Until the output is closed, and all is written.
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
                let told = format!("[{at} WARN ] {dropped} lines are missing: nobody read them\n");
                lines.extend_from_slice(told.as_bytes());
            }
            // A log whose reader has gone is no fault.
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

    /// Takes what is written when it is let.
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
    fn the_end_waits_for_what_is_written_but_not_for_ever() {
        let (open, gate) = channel();
        let (written, read) = channel();
        let output = Output::to(Gate(gate, written), "gate").expect("a thread");
        output.printer().print(b"last\n");
        drop(output); // returns, though the gate is shut
        open.send(()).expect("it waits");
        assert_eq!(read.recv().as_deref(), Ok("last\n"), "written all the same");
    }
}
