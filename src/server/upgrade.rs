//! From a request to a WebSocket: all that the connection consists of, and the 101.

use super::connections::Slot;
use super::peer::{self, OpenSocket};
use super::routes::{Opening, WebSocketRoute};
use super::shared::Shared;
use crate::endpoint::Endpoint;
use crate::outbox::{Observer, Sender};
use crate::protocol::{HandshakeError, Incoming, Outgoing, ReadBuffer, Role, Session};
use crate::socket::Stream;
use crate::watch::{Recorder, Subject, Ticket};
use std::io::Write;
use std::sync::Arc;

/// A WebSocket that the server agrees to, before the client knows.
pub(super) struct Agreed {
    route: &'static WebSocketRoute,
    answer: Vec<u8>,
    sender: Sender,
    endpoint: Box<dyn Endpoint>,
    /// What it takes to be watched, if it can be.
    watched: Option<Watched>,
}

struct Watched {
    recorder: Arc<Recorder>,
    _ticket: Ticket,
}

impl Agreed {
    /// Makes all that a connection to `route` consists of, which may still be refused. `request` is what
    /// came of the request, and `answer` is the 101.
    pub(super) fn new(
        route: &'static WebSocketRoute,
        stream: &Stream,
        (request, answer): (&[u8], Vec<u8>),
        is_watchable: bool,
        (slot, shared): (&Slot, &Shared),
    ) -> Result<Self, HandshakeError> {
        let watched = is_watchable.then(|| Watched::new(route, (request, &answer), slot, shared));
        let (watched, watch_token) = watched.unzip();
        let observer = watched.as_ref().map(Watched::observer);
        let limits = Arc::clone(&shared.write_limits);
        let sender = Sender::new(stream.transport().clone(), limits, observer);
        let opening = Opening {
            slot,
            shared,
            sender: sender.clone(),
            watch_token,
        };
        Ok(Self {
            endpoint: (route.endpoint)(opening)?,
            route,
            answer,
            sender,
            watched,
        })
    }

    /// Sends the 101, and serves the WebSocket until it has ended. The request is the first `head_size`
    /// bytes of `buffer`; any others are the first frames.
    pub(super) fn run(
        self,
        mut stream: Stream,
        (mut buffer, head_size): (ReadBuffer, usize),
        slot: &Slot,
        shared: &Shared,
    ) {
        if stream.write_all(&self.answer).is_err() {
            return;
        }
        // From here on this is no longer HTTP.
        buffer.consume(head_size);
        let observer = self.watched.as_ref().map(Watched::observer);
        if let Some(observer) = &observer {
            observer.received(buffer.unread());
        }
        let open = OpenSocket {
            session: session(self.route, buffer, slot, shared),
            stream,
            sender: self.sender,
            observer,
        };
        peer::run(open, self.endpoint, slot, shared);
        // Only now, so that a watcher has seen the client's Close too.
        drop(self.watched);
    }
}

impl Watched {
    /// Also returns the token to watch the connection with.
    fn new(
        route: &WebSocketRoute,
        (request, answer): (&[u8], &[u8]),
        slot: &Slot,
        shared: &Shared,
    ) -> (Self, String) {
        let recorder = Arc::new(Recorder::new(request, answer));
        let subject = Subject {
            connection: slot.id(),
            limits: (route.limits)(&shared.config),
            subprotocols: route.subprotocols,
            recorder: Arc::clone(&recorder),
        };
        let (ticket, token) = shared.tickets.open(subject, slot.address());
        let watched = Self {
            recorder,
            _ticket: ticket,
        };
        (watched, token)
    }

    fn observer(&self) -> Arc<dyn Observer> {
        Arc::<Recorder>::clone(&self.recorder)
    }
}

/// The protocol's part, with its limits.
fn session(route: &WebSocketRoute, buffer: ReadBuffer, slot: &Slot, shared: &Shared) -> Session {
    let limits = (route.limits)(&shared.config);
    let mut session = Session {
        incoming: Incoming::after_handshake(Role::Client, limits, buffer),
        outgoing: Outgoing::server(),
    };
    let address = slot.address().unwrap_or(slot.tcp_peer());
    let memory = shared.budget.for_client(address);
    session.incoming.draw_on(Arc::clone(&memory));
    if route.echoes {
        session.outgoing.draw_on(memory);
    }
    session
}
