//! The dialects of the chat: how its events and requests look on a wire.
//!
//! | file | dialect |
//! |---|---|
//! | `json` | `chat.ws101.v1`: one JSON object a message, as PROTOCOL.md describes it |
//!
//! A new dialect is a folder here and a place in [`ALL`].

pub(crate) mod json;

use crate::chat::{Dialect, Dialects};

/// All dialects, each in the place with which its clients' senders are marked.
pub(crate) const ALL: Dialects = Dialects(&SPOKEN);

const SPOKEN: [&dyn Dialect; 1] = [&json::Json];

/// The place of `json`.
const JSON: usize = 0;
