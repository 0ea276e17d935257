//! A client that speaks JSON: its texts are parsed, and its answers written.

use super::read_request::Fields;
use super::write_event;
use crate::address_quota::Household;
use crate::chat::{Chat, ChatClient, Event, Replies};
use crate::dialects::JSON;
use crate::endpoint::{CloseWith, Endpoint};
use crate::outbox::Sender;
use crate::protocol::{CloseCode, Message, Outgoing};
use std::sync::Arc;
use std::time::Instant;

/// One connection to `/ws`.
#[derive(Debug)]
pub(crate) struct Client {
    client: ChatClient,
    sender: Sender,
}

impl Client {
    /// `wire` is the token to watch this connection with.
    pub(crate) fn new(
        chat: &Arc<Chat>,
        number: u64,
        household: Household,
        sender: Sender,
        wire: String,
    ) -> Self {
        let sender = sender.speaking(JSON);
        let client = ChatClient::new(chat, number, household, sender.clone(), wire);
        Self { client, sender }
    }

    /// Sends the first event that a client receives.
    pub(crate) fn welcome(&self, outgoing: &mut Outgoing) {
        self.client.welcome(&mut Answers {
            outgoing,
            sender: &self.sender,
        });
    }

    /// Takes the text of a request.
    pub(crate) fn hear(&mut self, text: &str, outgoing: &mut Outgoing) -> Result<(), CloseWith> {
        let Self { client, sender } = self;
        let answers = &mut Answers { outgoing, sender };
        let now = Instant::now();
        let fields = Fields::parse(text);
        let done = match &fields {
            Ok(fields) => fields
                .request()
                .and_then(|request| client.serve(request, now, answers)),
            Err(refusal) => Err(refusal.clone()),
        };
        let Err(refusal) = done else {
            return Ok(());
        };
        let fields = fields.unwrap_or_default();
        let known = (fields.kind.as_deref(), fields.id.as_deref());
        client.refuse(&refusal, known, now, answers)
    }
}

impl Endpoint for Client {
    fn opened(&mut self, outgoing: &mut Outgoing) {
        self.welcome(outgoing);
    }

    fn message(&mut self, message: Message<'_>, outgoing: &mut Outgoing) -> Result<(), CloseWith> {
        match message {
            Message::Text(text) => self.hear(text, outgoing),
            Message::Binary(_) => Err((CloseCode::UNSUPPORTED_DATA, "the chat speaks text")),
        }
    }

    /// Sends what the requests of one read have set in motion.
    fn burst_ended(&mut self) {
        self.client.burst_ended();
    }
}

/// The answers to one client: texts that its own connection writes.
struct Answers<'a> {
    outgoing: &'a mut Outgoing,
    sender: &'a Sender,
}

impl Replies for Answers<'_> {
    fn send(&mut self, event: &Event<'_>) -> usize {
        let mut text = String::new();
        write_event::write(event, &mut text);
        // Refused only after our own Close, when the client no longer waits for an answer.
        let _ = self.outgoing.send(Message::Text(&text));
        text.len()
    }

    fn flush(&mut self) {
        // An error ends the connection, which its thread is about to learn.
        let _ = self.sender.write(self.outgoing.waiting());
        self.outgoing.written();
    }
}
