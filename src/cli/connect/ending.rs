//! How a conversation ends, and whether it ended well.

use super::expected::Expected;
use crate::sync::{Mutex, MutexGuard};
use crate::{CloseCode, CloseReason, SocketError, Stream, Writer};
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// After our Close: how long the server may be silent until we go without its answer.
const SILENCE: Duration = Duration::from_secs(10);

/// The end of one connection, seen from every thread that can bring it about.
#[derive(Debug, Clone)]
pub(super) struct Ending {
    writer: Writer,
    tcp: Arc<TcpStream>,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    /// The code of our Close, once it is sent.
    ours: Mutex<Option<CloseCode>>,
    last_heard: Mutex<Instant>,
    /// Something of what was typed or piped could not be sent.
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

    /// Says goodbye, and waits for the end of the program: who reads sees the server's answer.
    pub(super) fn close(&self) {
        self.close_with(CloseCode::NORMAL, "");
    }

    /// The same with a reason.
    pub(super) fn close_with(&self, code: CloseCode, text: &str) {
        // Before it is sent, for the answer may be quicker than we are.
        self.ours().get_or_insert(code);
        self.heard();
        // If it cannot be written, the reader learns the reason, too.
        let _ = self.writer.close(code, text);
        loop {
            let silence = self.last_heard().elapsed();
            if silence >= SILENCE {
                // Wakes the reader.
                let _ = self.tcp.shutdown(Shutdown::Both);
                return;
            }
            thread::sleep(SILENCE.saturating_sub(silence));
        }
    }

    /// Have we said goodbye?
    pub(super) fn is_closing(&self) -> bool {
        self.ours().is_some()
    }

    /// Something came from the server.
    pub(super) fn heard(&self) {
        *self.last_heard() = Instant::now();
    }

    /// A line was not sent: the end will not be a success.
    pub(super) fn not_sent(&self) {
        self.state.unsent.store(true, Ordering::Relaxed);
    }

    /// The server's Close has come.
    pub(super) fn closed(&self, reason: Option<CloseReason<'_>>) -> Result<(), String> {
        // Until our answer has arrived.
        Stream::shared(Arc::clone(&self.tcp)).finish();
        if let Some(expected) = self.state.expected {
            return expected.check(reason);
        }
        let is_normal = reason.is_none_or(|reason| {
            // Our own code comes back in the answer to our Close.
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

    /// No Close came.
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
                Err("the connection is lost: the server is gone without a Close".to_owned())
            }
            other => Err(format!("the connection is lost: {other}")),
        }
    }

    /// Nobody reads what we print. `| head -1` has seen enough, and that is no fault.
    pub(super) fn unheard(&self, error: &io::Error) -> Result<(), String> {
        let _ = self.writer.close(CloseCode::GOING_AWAY, "");
        match error.kind() {
            io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(format!("cannot print what came: {error}")),
        }
    }

    fn ours(&self) -> MutexGuard<'_, Option<CloseCode>> {
        self.state.ours.lock()
    }

    fn last_heard(&self) -> MutexGuard<'_, Instant> {
        self.state.last_heard.lock()
    }
}
