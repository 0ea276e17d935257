//! Refused connections: told why at once, and closed a little later.
//!
//! A connection that is closed with unread input is reset, and the reset can overtake the
//! answer (see [`Stream::finish`](crate::Stream::finish)). But the accept loop has no time to
//! wait. So it writes the answer and hands the connection to one thread, which keeps each
//! for a moment. When it has too many, the oldest courtesy goes first: they are closed as they are.

use crate::protocol::HandshakeError;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a refused client has to read why.
const COURTESY: Duration = Duration::from_millis(250);
const MOST: usize = 64;

type Refused = (Arc<TcpStream>, Instant);

/// The accept loop's end.
#[derive(Debug)]
pub(super) struct Turnaway(Option<SyncSender<Refused>>);

impl Turnaway {
    pub(super) fn start() -> Self {
        let (sender, receiver) = sync_channel(MOST);
        let thread = thread::Builder::new()
            .name("turnaway".to_owned())
            .stack_size(64 << 10);
        match thread.spawn(move || keep_for_a_moment(&receiver)) {
            Ok(_) => Self(Some(sender)),
            Err(_) => Self(None),
        }
    }

    /// Answers without ever waiting: what does not fit into an empty send buffer is not sent.
    pub(super) fn turn_away(&self, tcp: Arc<TcpStream>, refusal: &HandshakeError) {
        let answer = refusal.response().to_bytes("GET");
        let _ = send(&*tcp, &answer, SendFlags::DONTWAIT | SendFlags::NOSIGNAL);
        let _ = tcp.shutdown(Shutdown::Write);
        if let Some(sender) = &self.0 {
            let _ = sender.try_send((tcp, Instant::now()));
        }
    }
}

fn keep_for_a_moment(refused: &Receiver<Refused>) {
    let mut sink = [0; 4096];
    while let Ok((tcp, since)) = refused.recv() {
        thread::sleep(COURTESY.saturating_sub(since.elapsed()));
        // What is unread now would turn the close into a reset.
        while matches!(recv(&*tcp, &mut sink, RecvFlags::DONTWAIT), Ok((1.., _))) {}
    }
}
