//! The seam between what happens in the chat and how it looks on a wire.
//!
//! People in one room may speak different dialects. A room keeps values; each of its events is
//! rendered **once for each dialect that is present in it**, however many members speak it.

use super::event::Event;
use crate::outbox::{Burst, Sender};
use crate::protocol::{Frame, Opcode};
use std::fmt::Debug;

/// How events look on a wire: it knows the chat's values, and the chat does not know its bytes.
pub(crate) trait Dialect: Debug + Sync {
    /// Appends `event` as the text of one message.
    fn write(&self, event: &Event<'_>, text: &mut String);
}

/// Where the answers to one client go.
pub(crate) trait Replies {
    /// Answers the client; returns the length of the answer in bytes.
    fn send(&mut self, event: &Event<'_>) -> usize;

    /// Writes the answers so far, ahead of everything that a room sends from now on.
    fn flush(&mut self);
}

/// All dialects of a server. A [`Sender`] is marked with the place of its client's own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialects(pub(crate) &'static [&'static dyn Dialect]);

impl Dialects {
    pub(super) const fn len(self) -> usize {
        self.0.len()
    }

    /// Sends `event` to one client; returns its size in bytes.
    pub(super) fn send_to(self, client: &Sender, event: &Event<'_>) -> usize {
        let mut frame = Vec::new();
        self.encode(client.dialect(), event, &mut String::new(), &mut frame);
        client.push(&Burst::new(&frame, 1));
        frame.len()
    }

    /// Renders `event` as a frame in each dialect.
    pub(super) fn render(self, event: &Event<'_>) -> Vec<Vec<u8>> {
        let render = |dialect| {
            let mut frame = Vec::new();
            self.encode(dialect, event, &mut String::new(), &mut frame);
            frame
        };
        (0..self.len()).map(render).collect()
    }

    /// Appends `event` as a frame. `text` is memory to work in.
    pub(super) fn encode(
        self,
        dialect: usize,
        event: &Event<'_>,
        text: &mut String,
        frames: &mut Vec<u8>,
    ) {
        text.clear();
        self.0[dialect].write(event, text);
        Frame::whole(Opcode::Text, text.as_bytes()).encode(None, frames);
    }
}
