//! `/ws/wire`: the frames of one's own chat connection, as they go over it.
//!
//! The first message is `{"type":"watch","token":"…"}`, with the token from the chat's `welcome`, and
//! from there on the server alone speaks: one record in each message. A second thread tells the
//! watcher, so that this one can go on reading: pings, and the Close.
//!
//! | file | what happens there |
//! |---|---|
//! | `tickets` | who may watch what, and for how long |
//! | `view` | one watcher's thread: bytes in, records out |
//! | `redact` | what must not be seen, not even here |
//! | `record` | the JSON of the records |

mod record;
mod redact;
mod tickets;
mod view;

pub(super) use tickets::{Seat, Subject, Ticket, Tickets};

use super::endpoint::Endpoint;
use crate::chat::Goodbye;
use crate::dialects::json::{NoView, watch_token};
use crate::outbox::Sender;
use crate::protocol::{CloseCode, Message, Outgoing};
use crate::sync::spawn;
use crate::watch::{Queue, Snapshot};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};
use view::View;

/// Watchers of all connections together: each has a second thread.
pub(super) const MOST_WATCHERS: usize = 256;
/// For the message with the token to come.
const PATIENCE: Duration = Duration::from_secs(5);
/// With so many wrong tokens one has not mistyped, but guesses.
const MOST_FAILURES: u32 = 5;
/// For the thread that tells: it makes JSON, and writes.
const STACK: usize = 256 << 10;

/// Someone who wants to watch, or does.
#[derive(Debug)]
pub(super) struct Watcher {
    seat: Arc<Seat>,
    address: Option<IpAddr>,
    sender: Sender,
    failures: u32,
    /// To the thread that tells, until it has what it needs.
    begin: Option<SyncSender<(Subject, Snapshot)>>,
    /// From the connection that is watched.
    queue: Option<Arc<Queue>>,
}

impl Watcher {
    pub(super) fn new(seat: Seat, address: Option<IpAddr>, sender: Sender) -> Self {
        Self {
            seat: Arc::new(seat),
            address,
            sender,
            failures: 0,
            begin: None,
            queue: None,
        }
    }

    fn watch(&self, text: &str) -> Result<(Subject, Snapshot), NoView> {
        let token = watch_token(text)?;
        let found = self
            .seat
            .tickets()
            .find(&token, self.address, Instant::now());
        let subject = found.ok_or_else(NoView::bad_token)?;
        let snapshot = subject.recorder.watch().ok_or_else(NoView::too_many)?;
        Ok((subject, snapshot))
    }
}

impl Endpoint for Watcher {
    fn opened(&mut self, replies: &mut Outgoing) {
        let (begin, beginning) = mpsc::sync_channel(1);
        let (sender, seat) = (self.sender.clone(), Arc::clone(&self.seat));
        let spawned = spawn("watcher", STACK, move || tell(&beginning, sender, &seat));
        if spawned.is_err() {
            replies.close_with(CloseCode::INTERNAL_ERROR, "no thread to tell you");
        }
        self.begin = Some(begin);
    }

    fn message(&mut self, message: Message<'_>, replies: &mut Outgoing) -> Result<(), Goodbye> {
        let Some(begin) = &self.begin else {
            return Err((CloseCode::POLICY_VIOLATION, "a watcher only listens"));
        };
        let Message::Text(text) = message else {
            return Err((CloseCode::UNSUPPORTED_DATA, "the first message is text"));
        };
        match self.watch(text) {
            Ok((subject, snapshot)) => {
                self.queue = Some(Arc::clone(&snapshot.queue));
                // Refused only when the time for it has just run out.
                let _ = begin.try_send((subject, snapshot));
                self.begin = None;
            }
            Err(no_view) => {
                no_view.reply(replies);
                self.failures += 1;
                if self.failures == MOST_FAILURES {
                    return Err((CloseCode::POLICY_VIOLATION, "too many wrong tokens"));
                }
            }
        }
        Ok(())
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        if let Some(queue) = &self.queue {
            queue.leave();
        }
    }
}

/// The second thread: waits for the token to be right, then tells what is seen.
fn tell(beginning: &Receiver<(Subject, Snapshot)>, sender: Sender, seat: &Seat) {
    match beginning.recv_timeout(PATIENCE) {
        Ok((subject, snapshot)) => View::new(&subject, sender, seat.tickets()).run(snapshot),
        Err(RecvTimeoutError::Timeout) => {
            sender.dismiss(CloseCode::POLICY_VIOLATION, "no token came in time");
        }
        // The watcher has gone.
        Err(RecvTimeoutError::Disconnected) => {}
    }
}
