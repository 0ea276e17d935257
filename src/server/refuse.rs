//! Refused connections: told why at once, and closed a little later.
//!
//! A connection that is closed with unread input is reset, and the reset can overtake the
//! answer (see [`Stream::finish`](crate::Stream::finish)). But the accept loop has no time to
//! wait. So it writes the answer and hands the connection to one thread, which keeps each
//! for a moment. When it has too many, the next ones are closed at once.

use crate::outbox::WITHOUT_WAITING;
use crate::protocol::HandshakeError;
use rustix::net::{RecvFlags, recv, send};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a refused client has to read why.
const TIME_TO_READ: Duration = Duration::from_millis(250);
/// How many are kept at once; the descriptors for them are set aside.
pub(super) const MOST_AT_ONCE: usize = 16;

type Refused = (Arc<TcpStream>, Instant);

/// The accept loop's end.
#[derive(Debug)]
pub(super) struct Refuser(Option<(SyncSender<Refused>, JoinHandle<()>)>);

impl Refuser {
    pub(super) fn start() -> Self {
        let (sender, receiver) = sync_channel::<Refused>(MOST_AT_ONCE);
        let thread = thread::Builder::new()
            .name("turnaway".to_owned())
            .stack_size(64 << 10);
        let thread = thread.spawn(move || {
            while let Ok((tcp, since)) = receiver.recv() {
                thread::sleep(TIME_TO_READ.saturating_sub(since.elapsed()));
                take_in(&tcp);
            }
        });
        Self(thread.ok().map(|thread| (sender, thread)))
    }

    /// Answers without ever waiting: what does not fit into an empty send buffer is not sent.
    pub(super) fn refuse(&self, tcp: Arc<TcpStream>, refusal: &HandshakeError) {
        let answer = refusal.response().to_bytes("GET");
        let _ = send(&*tcp, &answer, WITHOUT_WAITING);
        let _ = tcp.shutdown(Shutdown::Write);
        let refused = (tcp, Instant::now());
        let too_many = match &self.0 {
            Some((sender, _)) => sender.try_send(refused).err().map(|error| match error {
                TrySendError::Full(refused) | TrySendError::Disconnected(refused) => refused,
            }),
            None => Some(refused),
        };
        if let Some((tcp, _)) = too_many {
            take_in(&tcp);
        }
    }

    /// Waits until the last ones have had their time.
    pub(super) fn finish(self) {
        if let Some((sender, thread)) = self.0 {
            drop(sender);
            let _ = thread.join();
        }
    }
}

/// Gives one that was refused by a thread of its own the same moment.
pub(super) fn linger(tcp: &TcpStream) {
    thread::sleep(TIME_TO_READ);
    take_in(tcp);
}

/// Reads what has come: left unread, it would turn the close into a reset.
fn take_in(tcp: &TcpStream) {
    let mut sink = [0; 4096];
    let mut left = 16;
    while left > 0 && matches!(recv(tcp, &mut sink, RecvFlags::DONTWAIT), Ok((1.., _))) {
        left -= 1;
    }
}
