//! `chat.ws101.v1`: one JSON object in one text message, in both directions. Its `type` says what it is.
//!
//! | | requests | events |
//! |---|---|---|
//! | the server | `read_request` | `write_event` |
//! | a client, such as `ws101 chat` | `write_request` | `read_event` |

mod client;
mod integer;
#[cfg(any(test, fuzzing))]
pub(crate) mod judge;
pub(crate) mod read_event;
mod read_request;
mod write_event;
pub(crate) mod write_request;

pub(crate) use client::Client;

use crate::chat::{Dialect, Event};

/// The name of the subprotocol: the meaning of the messages, and its version.
pub(crate) const PROTOCOL: &str = "chat.ws101.v1";

/// Events as JSON.
#[derive(Debug)]
pub(crate) struct Json;

impl Dialect for Json {
    fn write(&self, event: &Event<'_>, text: &mut String) {
        write_event::write(event, text);
    }
}
