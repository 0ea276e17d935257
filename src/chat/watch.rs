//! What is said to `/ws/wire`, in the manner of the chat: one request, and what is wrong with it.

use super::event::Event;
use super::refusal::{Code, Refusal};
use super::request::Fields;
use crate::protocol::{Message, Outgoing};

/// Why somebody cannot watch.
#[derive(Debug)]
pub(crate) struct NoView(Refusal);

impl NoView {
    /// No connection of theirs has this token.
    pub(crate) fn bad_token() -> Self {
        let why = "no connection of yours has this token, or it ended a while ago";
        Self(Refusal::new(Code::BadToken, why))
    }

    /// Others do already.
    pub(crate) fn too_many() -> Self {
        let why = "this connection is watched by as many as can be";
        Self(Refusal::new(Code::TooManyWatchers, why))
    }

    /// Tells them.
    pub(crate) fn reply(&self, replies: &mut Outgoing) {
        let Self(refusal) = self;
        let error = Event::Error {
            code: refusal.code.as_str(),
            message: &refusal.message,
            id: None,
            about: (refusal.code != Code::UnknownType).then_some("watch"),
            retry_ms: None,
        };
        // Refused only after our own Close, when nobody waits for an answer any more.
        let _ = replies.send(Message::Text(&error.to_json()));
    }
}

/// What its client has to say at `/ws/wire` to watch the connection with this token.
pub(crate) fn watch_request(token: &str) -> String {
    format!(r#"{{"type":"watch","token":"{token}"}}"#) // of hexadecimal digits only
}

/// The token in `{"type":"watch","token":"…"}`.
pub(crate) fn watch_token(text: &str) -> Result<String, NoView> {
    let fields = Fields::parse(text).map_err(NoView)?;
    let refuse = |code, why| Err(NoView(Refusal::new(code, why)));
    match (fields.kind.as_deref(), &fields.token) {
        (Some("watch"), Some(token)) => Ok(token.to_string()),
        (Some("watch"), None) => refuse(Code::BadShape, "the field token is missing"),
        (Some(_), _) => refuse(Code::UnknownType, "the only type here is watch"),
        (None, _) => refuse(Code::BadShape, "the field type is missing"),
    }
}
