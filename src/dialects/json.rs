//! `chat.ws101.v1`: one JSON object in one text message, in both directions. Its `type` says what it is.

mod client;
mod event;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod integer;
mod request;

pub(crate) use client::Client;

use crate::chat::{Dialect, Event};

/// The name of the subprotocol: the meaning of the messages, and its version.
pub(crate) const PROTOCOL: &str = "chat.ws101.v1";

/// Events as JSON.
#[derive(Debug)]
pub(crate) struct Json;

impl Dialect for Json {
    fn write(&self, event: &Event<'_>, text: &mut String) {
        event::write(event, text);
    }
}
