//! What a client says at `/ws/wire`, and what it is answered: one request, and its refusals.

use crate::json::Object;
use crate::protocol::{Message, Outgoing};
use serde_json::Value;

/// Why a client cannot watch: a code for programs, and a sentence for people.
#[derive(Debug)]
pub(super) struct Refusal {
    code: &'static str,
    message: &'static str,
}

impl Refusal {
    /// No connection of this client's has the token.
    pub(super) const BAD_TOKEN: Self = Self {
        code: "bad_token",
        message: "no connection of yours has this token, or it ended a while ago",
    };
    /// The connection has all the watchers that it may have.
    pub(super) const TOO_MANY_WATCHERS: Self = Self {
        code: "too_many_watchers",
        message: "this connection is watched by as many as can be",
    };
    const BAD_JSON: Self = Self {
        code: "bad_json",
        message: "this is not JSON",
    };
    const UNKNOWN_TYPE: Self = Self {
        code: "unknown_type",
        message: "the only type here is watch",
    };

    const fn bad_shape(message: &'static str) -> Self {
        Self {
            code: "bad_shape",
            message,
        }
    }

    /// Sends the refusal, in the form of the chat's errors.
    pub(super) fn reply(&self, replies: &mut Outgoing) {
        let about = (self.code != Self::UNKNOWN_TYPE.code).then_some("watch");
        let mut json = String::new();
        Object::begin(&mut json)
            .text("type", "error")
            .text("code", self.code)
            .text("message", self.message)
            .text_if("about", about)
            .end();
        // An error means that our Close was sent, and then no answer is awaited any more.
        let _ = replies.send(Message::Text(&json));
    }
}

/// What a client has to say at `/ws/wire` to watch the connection with this token.
pub(crate) fn request_for(token: &str) -> String {
    format!(r#"{{"type":"watch","token":"{token}"}}"#) // of hexadecimal digits alone
}

/// The token in `{"type":"watch","token":"…"}`.
pub(super) fn token_in(text: &str) -> Result<String, Refusal> {
    let request: Value = serde_json::from_str(text).map_err(|_| Refusal::BAD_JSON)?;
    let Value::Object(fields) = request else {
        return Err(WRONG_KIND);
    };
    let field = |name| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(WRONG_KIND),
    };
    match (field("type")?, field("token")?) {
        (Some(kind), Some(token)) if kind == "watch" => Ok(token.clone()),
        (Some(kind), None) if kind == "watch" => {
            Err(Refusal::bad_shape("the field token is missing"))
        }
        (Some(_), _) => Err(Refusal::UNKNOWN_TYPE),
        (None, _) => Err(Refusal::bad_shape("the field type is missing")),
    }
}

const WRONG_KIND: Refusal =
    Refusal::bad_shape("a field is not of its kind, or this is not an object");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests() {
        let deep = "[".repeat(30_000);
        let rows = [
            (r#"{"type":"watch","token":"t"}"#, Ok("t")),
            (
                r#"{"type":"say","type":"watch","token":"t","x":1}"#,
                Ok("t"),
            ),
            ("{", Err("bad_json")),
            (&deep, Err("bad_json")),
            ("[]", Err("bad_shape")),
            (r#"{"type":"watch"}"#, Err("bad_shape")),
            (r#"{"type":"watch","token":null}"#, Err("bad_shape")),
            (r#"{"type":"watch","token":1}"#, Err("bad_shape")),
            (r#"{"token":"t"}"#, Err("bad_shape")),
            (r#"{"type":"say"}"#, Err("unknown_type")),
        ];
        for (text, expected) in rows {
            let found = token_in(text).map_err(|refusal| refusal.code);
            assert_eq!(found.as_deref(), expected.as_ref().copied(), "{text:.40}");
        }
    }
}
