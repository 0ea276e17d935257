//! How a connection ends, and whether that is a success.

use super::expected::Expected;
use crate::sync::{Mutex, MutexGuard};
use crate::{CloseCode, CloseReason, SocketError, Stream, Writer};
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long the server may be silent after our Close. Then the connection ends without its answer.
const SILENCE: Duration = Duration::from_secs(10);

/// The end of one connection, shared by the threads that can bring it about.
#[derive(Debug, Clone)]
pub(super) struct Ending {
    writer: Writer,
    tcp: Arc<TcpStream>,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    /// The code of our Close, from the moment before it is sent.
    ours: Mutex<Option<CloseCode>>,
    last_heard: Mutex<Instant>,
    /// Some line could not be sent.
    unsent: AtomicBool,
    expected: Option<Expected>,
}

impl Ending {
    pub(super) fn new(writer: Writer, tcp: Arc<TcpStream>, expected: Option<Expected>) -> Self {
        let state = State {
            ours: Mutex::new(None),
            last_heard: Mutex::new(Instant::now()),
            unsent: AtomicBool::new(false),
            expected,
        };
        Self {
            writer,
            tcp,
            state: Arc::new(state),
        }
    }

    /// Sends a Close with code 1000, and waits. The reader sees the answer and ends the program.
    pub(super) fn close(&self) {
        self.close_with(CloseCode::NORMAL, "");
    }

    /// Sends a Close with this code and reason, and waits.
    pub(super) fn close_with(&self, code: CloseCode, text: &str) {
        // Before it is sent: the answer may arrive before this thread goes on.
        self.ours().get_or_insert(code);
        self.heard();
        // If it cannot be written, the reader finds the same error.
        let _ = self.writer.close(code, text);
        loop {
            let silence = self.last_heard().elapsed();
            if silence >= SILENCE {
                // This wakes the reader.
                let _ = self.tcp.shutdown(Shutdown::Both);
                return;
            }
            thread::sleep(SILENCE.saturating_sub(silence));
        }
    }

    /// Whether our Close is sent, or about to be.
    pub(super) fn is_closing(&self) -> bool {
        self.ours().is_some()
    }

    /// Notes that something has arrived.
    pub(super) fn heard(&self) {
        *self.last_heard() = Instant::now();
    }

    /// Notes that a line was not sent, so that the end is not a success.
    pub(super) fn not_sent(&self) {
        self.state.unsent.store(true, Ordering::Relaxed);
    }

    /// Judges the server's Close.
    pub(super) fn closed(&self, reason: Option<CloseReason<'_>>) -> Result<(), String> {
        // §7.1.1: the server closes the TCP connection, once it has our answer.
        Stream::shared(Arc::clone(&self.tcp)).finish();
        if let Some(expected) = self.state.expected {
            return expected.check(reason);
        }
        let is_normal = reason.is_none_or(|reason| {
            // §5.5.1: the answer to our Close echoes its code.
            [CloseCode::NORMAL, CloseCode::GOING_AWAY].contains(&reason.code)
                || *self.ours() == Some(reason.code)
        });
        match reason {
            Some(reason) if !is_normal => Err(format!(
                "the server closed the connection: {}",
                super::print::reason(Some(reason))
            )),
            _ if self.state.unsent.load(Ordering::Relaxed) => {
                Err("not everything was sent".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Judges an end without a Close.
    pub(super) fn failed(&self, error: &SocketError) -> Result<(), String> {
        match error {
            SocketError::Protocol(error) => Err(format!(
                "the server broke a rule: {error} (RFC 6455 §{})",
                error.section()
            )),
            SocketError::Disconnected if self.is_closing() => {
                Err("the server did not answer our Close".to_owned())
            }
            SocketError::Disconnected => {
                Err("the connection is lost: the server went away without a Close".to_owned())
            }
            other => Err(format!("the connection is lost: {other}")),
        }
    }

    /// Judges an error of printing. A reader such as `head -1` that has seen enough is no error.
    pub(super) fn cannot_print(&self, error: &io::Error) -> Result<(), String> {
        let _ = self.writer.close(CloseCode::GOING_AWAY, "");
        match error.kind() {
            io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(format!("cannot print a message: {error}")),
        }
    }

    fn ours(&self) -> MutexGuard<'_, Option<CloseCode>> {
        self.state.ours.lock()
    }

    fn last_heard(&self) -> MutexGuard<'_, Instant> {
        self.state.last_heard.lock()
    }
}
