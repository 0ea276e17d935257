//! What is said to `/ws/wire`, in the manner of the chat: one request, and what is wrong with it.

use super::event;
use super::request::Fields;
use crate::chat::{Code, Event, Refusal};
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
        let mut text = String::new();
        let about = (refusal.code != Code::UnknownType).then_some("watch");
        let refused = Event::Refused {
            refusal,
            about,
            id: None,
        };
        event::write(&refused, &mut text);
        // Refused only after our own Close, when the client no longer waits for an answer.
        let _ = replies.send(Message::Text(&text));
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
