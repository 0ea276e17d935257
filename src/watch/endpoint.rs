//! `/ws/wire`: the frames of one's own connection, as they go over it.
//!
//! The first message is `{"type":"watch","token":"…"}`, with the token from the chat's `welcome`. From there
//! on the server alone speaks: one record in each message. A second thread writes them, so that the
//! connection's own thread can go on reading: pings, and the Close.

use super::queue::Queue;
use super::recorder::Snapshot;
use super::request::{Refusal, token_in};
use super::tickets::{Seat, Subject};
use super::view::View;
use crate::endpoint::{CloseWith, Endpoint};
use crate::outbox::Sender;
use crate::protocol::{CloseCode, Message, Outgoing};
use crate::sync::spawn;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

/// How long the message with the token may take to come.
const TIME_FOR_TOKEN: Duration = Duration::from_secs(5);
/// A client with this many wrong tokens has not mistyped one: it guesses.
const MOST_FAILURES: u32 = 5;
/// The stack of a view's thread, which makes JSON and writes.
const STACK: usize = 256 << 10;

/// A client that wants to watch a connection, or does.
#[derive(Debug)]
pub(crate) struct Watcher {
    seat: Arc<Seat>,
    address: Option<IpAddr>,
    sender: Sender,
    failures: u32,
    /// To the view's thread, until it has what it needs.
    begin: Option<SyncSender<(Subject, Snapshot)>>,
    /// From the connection that is watched.
    queue: Option<Arc<Queue>>,
}

impl Watcher {
    pub(crate) fn new(seat: Seat, address: Option<IpAddr>, sender: Sender) -> Self {
        Self {
            seat: Arc::new(seat),
            address,
            sender,
            failures: 0,
            begin: None,
            queue: None,
        }
    }

    fn watch(&self, text: &str) -> Result<(Subject, Snapshot), Refusal> {
        let token = token_in(text)?;
        let tickets = self.seat.tickets();
        let found = tickets.find(&token, self.address, Instant::now());
        let subject = found.ok_or(Refusal::BAD_TOKEN)?;
        let snapshot = (subject.recorder.watch()).ok_or(Refusal::TOO_MANY_WATCHERS)?;
        Ok((subject, snapshot))
    }
}

impl Endpoint for Watcher {
    fn opened(&mut self, replies: &mut Outgoing) {
        let (begin, beginning) = mpsc::sync_channel(1);
        let (sender, seat) = (self.sender.clone(), Arc::clone(&self.seat));
        let spawned = spawn("watcher", STACK, move || run(&beginning, sender, &seat));
        if spawned.is_err() {
            replies.close_with(CloseCode::INTERNAL_ERROR, "no thread to tell you");
        }
        self.begin = Some(begin);
    }

    fn message(&mut self, message: Message<'_>, replies: &mut Outgoing) -> Result<(), CloseWith> {
        let Some(begin) = &self.begin else {
            return Err((CloseCode::POLICY_VIOLATION, "a watcher only listens"));
        };
        let Message::Text(text) = message else {
            return Err((CloseCode::UNSUPPORTED_DATA, "the first message is text"));
        };
        match self.watch(text) {
            Ok((subject, snapshot)) => {
                self.queue = Some(Arc::clone(&snapshot.queue));
                // Fails only if the time for it has just run out.
                let _ = begin.try_send((subject, snapshot));
                self.begin = None;
            }
            Err(refusal) => {
                refusal.reply(replies);
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

/// The view's thread: waits for the right token, then shows what the recorder passes on.
fn run(beginning: &Receiver<(Subject, Snapshot)>, sender: Sender, seat: &Seat) {
    match beginning.recv_timeout(TIME_FOR_TOKEN) {
        Ok((subject, snapshot)) => View::new(&subject, sender, seat.tickets()).run(snapshot),
        Err(RecvTimeoutError::Timeout) => {
            sender.dismiss(CloseCode::POLICY_VIOLATION, "no token came in time");
        }
        // The watcher has gone.
        Err(RecvTimeoutError::Disconnected) => {}
    }
}
