//! What a client asks the chat for.

use crate::dialects::json::fuzzing::ask;

/// The input is a message of a client, as text.
pub fn chat(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        ask(text);
    }
}
