//! `/echo`: every message comes back.

use crate::endpoint::{CloseWith, Endpoint};
use crate::protocol::{Message, Outgoing};

/// Sends every message back. A connection that can be watched first sends its greeting.
#[derive(Debug)]
pub(super) struct Echo {
    greeting: Option<String>,
}

impl Echo {
    pub(super) const fn new(greeting: Option<String>) -> Self {
        Self { greeting }
    }
}

impl Endpoint for Echo {
    fn opened(&mut self, replies: &mut Outgoing) {
        if let Some(greeting) = self.greeting.take() {
            let _ = replies.send(Message::Text(&greeting)); // nothing is refused before our Close
        }
    }

    fn message(&mut self, message: Message<'_>, replies: &mut Outgoing) -> Result<(), CloseWith> {
        // An error means that our Close was sent, and then no answer is awaited any more.
        let _ = replies.send(message);
        Ok(())
    }
}
