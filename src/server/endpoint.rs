//! What a WebSocket is for: where its messages go, and what that takes.

use super::Shared;
use super::connections::Slot;
use super::wire::{Seat, Subject, Ticket, Watcher};
use crate::chat::Goodbye;
use crate::dialects::json::{self, watch_request};
use crate::outbox::Sender;
use crate::protocol::{Limits, Message, Outgoing};
use crate::watch::Recorder;
use std::net::TcpStream;
use std::sync::Arc;

/// One end of a conversation.
pub(super) trait Endpoint {
    /// The connection stands; what is to be said first goes to `replies`.
    fn opened(&mut self, _replies: &mut Outgoing) {}

    /// A message came; what is to be answered goes to `replies`. An error ends the connection.
    fn message(&mut self, message: Message<'_>, replies: &mut Outgoing) -> Result<(), Goodbye>;

    /// All messages that one read brought were handed over.
    fn burst_ended(&mut self) {}
}

/// Sends everything back. One that can be watched says first how: in the words that `/ws/wire` wants.
#[derive(Debug)]
struct Echo {
    greeting: Option<String>,
}

impl Endpoint for Echo {
    fn opened(&mut self, replies: &mut Outgoing) {
        if let Some(greeting) = self.greeting.take() {
            let _ = replies.send(Message::Text(&greeting)); // nothing is refused before our Close
        }
    }

    fn message(&mut self, message: Message<'_>, replies: &mut Outgoing) -> Result<(), Goodbye> {
        // Refused only after our own Close, when nobody waits for an answer any more.
        let _ = replies.send(message);
        Ok(())
    }
}

impl Endpoint for json::Client {
    fn opened(&mut self, replies: &mut Outgoing) {
        self.welcome(replies);
    }

    fn message(&mut self, message: Message<'_>, replies: &mut Outgoing) -> Result<(), Goodbye> {
        self.message(message, replies)
    }

    fn burst_ended(&mut self) {
        self.burst_ended();
    }
}

/// Which WebSocket was asked for.
#[derive(Debug)]
pub(super) enum Purpose {
    Chat,
    Echo { watched: bool },
    Wire(Seat),
}

/// All that a WebSocket consists of besides its connection.
pub(super) struct Fittings {
    pub(super) sender: Sender,
    pub(super) limits: Limits,
    pub(super) endpoint: Box<dyn Endpoint>,
    /// If it can be watched: until it ends.
    pub(super) ticket: Option<Ticket>,
}

impl Purpose {
    /// `tape` is made only if the connection can be watched.
    pub(super) fn fit(
        self,
        tcp: &Arc<TcpStream>,
        slot: &Slot,
        shared: &Shared,
        recorder: impl FnOnce() -> Recorder,
    ) -> Fittings {
        let (tcp, write_limits) = (Arc::clone(tcp), Arc::clone(&shared.write_limits));
        let limits = match self {
            Self::Echo { .. } => shared.config.messages.echo(),
            Self::Chat | Self::Wire(_) => shared.config.messages.chat(),
        };
        let recorder = self.can_be_watched().then(|| Arc::new(recorder()));
        let sender = Sender::new(tcp, write_limits, recorder.clone());
        let ticket = recorder.map(|recorder| {
            let connection = slot.id();
            let subject = Subject {
                connection,
                limits,
                recorder,
            };
            shared.tickets.open(subject, slot.address())
        });
        let (ticket, token) = ticket.unzip();
        Fittings {
            endpoint: self.endpoint(&sender, token, slot, shared),
            sender,
            limits,
            ticket,
        }
    }

    /// Its answers are as long as what the client sends, and wait in memory like that. What the chat
    /// says is the server's own, and no other client's messages may get in its way.
    pub(super) const fn answers_at_length(&self) -> bool {
        matches!(self, Self::Echo { .. })
    }

    const fn can_be_watched(&self) -> bool {
        matches!(self, Self::Chat | Self::Echo { watched: true })
    }

    fn endpoint(
        self,
        sender: &Sender,
        token: Option<String>,
        slot: &Slot,
        shared: &Shared,
    ) -> Box<dyn Endpoint> {
        let sender = sender.clone();
        match self {
            Self::Chat => {
                let token = token.unwrap_or_default();
                let (number, household) = (slot.id(), slot.household());
                Box::new(json::Client::new(
                    &shared.chat,
                    number,
                    household,
                    sender,
                    token,
                ))
            }
            Self::Echo { .. } => Box::new(Echo {
                greeting: token.map(|token| watch_request(&token)),
            }),
            Self::Wire(seat) => Box::new(Watcher::new(seat, slot.address(), sender)),
        }
    }
}
