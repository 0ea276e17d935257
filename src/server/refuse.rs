//! Refused connections: told why at once, and closed a little later.
//!
//! A connection that is closed with unread input is reset, and the reset can overtake the answer (see
//! [`Stream::finish`](crate::Stream::finish)). But the accept loop has no time to wait. So it writes the
//! answer and hands the connection to one thread, which keeps each for a moment. If it has too many, further
//! ones are closed at once.

use crate::protocol::HandshakeError;
use crate::transport::Transport;
use std::net::Shutdown;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a refused client has to read why.
const TIME_TO_READ: Duration = Duration::from_millis(250);
/// Refused connections that are kept at once; descriptors for them are set aside.
pub(super) const MOST_AT_ONCE: usize = 16;

type Refused = (Transport, Instant);

/// Refuses connections on behalf of the accept loop, which never waits for it.
#[derive(Debug)]
pub(super) struct Refuser(Option<(SyncSender<Refused>, JoinHandle<()>)>);

impl Refuser {
    /// Starts the thread. Without one, refused connections are closed at once.
    pub(super) fn start() -> Self {
        let (sender, receiver) = sync_channel::<Refused>(MOST_AT_ONCE);
        let thread = thread::Builder::new()
            .name("refuser".to_owned())
            .stack_size(64 << 10);
        let thread = thread.spawn(move || {
            while let Ok((transport, since)) = receiver.recv() {
                thread::sleep(TIME_TO_READ.saturating_sub(since.elapsed()));
                transport.discard_input();
            }
        });
        Self(thread.ok().map(|thread| (sender, thread)))
    }

    /// Answers, as far as the answer fits into an empty send buffer, and has the connection closed.
    pub(super) fn refuse(&self, transport: Transport, refusal: &HandshakeError) {
        say(&transport, &refusal.response().to_bytes("GET"));
        let refused = (transport, Instant::now());
        let surplus = match &self.0 {
            Some((sender, _)) => sender.try_send(refused).err().map(|error| match error {
                TrySendError::Full(refused) | TrySendError::Disconnected(refused) => refused,
            }),
            None => Some(refused),
        };
        if let Some((transport, _)) = surplus {
            transport.discard_input();
        }
    }

    /// Waits until the last clients have had their time.
    pub(super) fn finish(self) {
        if let Some((sender, thread)) = self.0 {
            drop(sender);
            let _ = thread.join();
        }
    }
}

/// Sends a refusal without waiting: so little fits into a connection to which nothing was written before.
/// Then our side ends, and what the client is still sending can be taken in.
pub(super) fn say(transport: &Transport, refusal: &[u8]) {
    let _ = transport.send_now(refusal);
    transport.shutdown(Shutdown::Write);
}

/// Gives a client time to read its refusal, from a thread that can wait.
pub(super) fn linger(transport: &Transport) {
    thread::sleep(TIME_TO_READ);
    transport.discard_input();
}
