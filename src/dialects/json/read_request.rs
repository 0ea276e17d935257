//! A request as a client sends it: one JSON object, whose `type` says what is asked for.
//!
//! Fields are taken one by one. Unknown ones are ignored, so that clients of later versions can talk to
//! this server. Of a field that occurs twice, the last one counts.

use super::integer::Integer;
use crate::chat::{Code, Join, Recipient, Refusal, Request};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Number, Value};
use std::borrow::Cow;
use std::fmt;

const TYPES: &str =
    "the types are join, say, whisper, name, typing, leave, history, rooms, follow, ignore, ping";

/// The fields of all requests, each if it is there.
#[derive(Debug, Default)]
pub(super) struct Fields<'a> {
    pub(super) kind: Option<Cow<'a, str>>,
    pub(super) id: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    room: Option<Cow<'a, str>>,
    text: Option<Cow<'a, str>>,
    to: Option<Cow<'a, str>>,
    person: Option<Cow<'a, str>>,
    session: Option<Cow<'a, str>>,
    epoch: Option<Cow<'a, str>>,
    since: Option<Integer>,
    before: Option<Integer>,
    limit: Option<Integer>,
    topics: Option<Vec<Cow<'a, str>>>,
    persons: Option<Vec<Cow<'a, str>>>,
    /// A number, as JSON.
    t: Option<String>,
}

impl<'a> Fields<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Refusal> {
        serde_json::from_str(text).map_err(|error| {
            // A wrong field ends the parser where it stands. Whether this is JSON at all is decided by
            // what follows.
            if error.is_data() && serde_json::from_str::<Value>(text).is_ok() {
                Refusal::new(
                    Code::BadShape,
                    "a field is not of its kind, or this is not an object",
                )
            } else {
                Refusal::new(Code::BadJson, "this is not JSON")
            }
        })
    }

    /// The request that these fields are.
    pub(super) fn request(&self) -> Result<Request<'_>, Refusal> {
        let id = self.id.as_deref();
        Ok(match self.kind.as_deref() {
            Some("say") => Request::Say {
                room: need("room", &self.room)?,
                text: need("text", &self.text)?,
                id,
            },
            Some("whisper") => Request::Whisper {
                to: Recipient {
                    name: need("to", &self.to)?,
                    person: self.person.as_deref(),
                },
                text: need("text", &self.text)?,
                id,
            },
            Some("join") => Request::Join(self.join()?),
            Some("name") => Request::Name(need("name", &self.name)?),
            Some("typing") => Request::Typing(need("room", &self.room)?),
            Some("leave") => Request::Leave(need("room", &self.room)?),
            Some("history") => Request::History {
                room: need("room", &self.room)?,
                before: self.before.map(|before| before.0),
                limit: self.limit.map_or(u64::MAX, |limit| limit.0),
            },
            Some("rooms") => Request::Rooms,
            Some("follow") => Request::Follow(need_list("topics", &self.topics)?),
            Some("ignore") => Request::Ignore(need_list("persons", &self.persons)?),
            Some("ping") => Request::Ping(self.t.as_deref().ok_or_else(|| missing("t"))?),
            Some(_) => return Err(Refusal::new(Code::UnknownType, TYPES)),
            None => return Err(missing("type")),
        })
    }

    fn join(&self) -> Result<Join<'_>, Refusal> {
        Ok(Join {
            room: need("room", &self.room)?,
            name: self.name.as_deref(),
            session: self.session.as_deref(),
            known: self.epoch.as_deref().zip(self.since.map(|since| since.0)),
        })
    }
}

fn need<'f>(name: &str, field: &'f Option<Cow<'_, str>>) -> Result<&'f str, Refusal> {
    field.as_deref().ok_or_else(|| missing(name))
}

fn need_list<'f, T>(name: &str, field: &'f Option<Vec<T>>) -> Result<&'f [T], Refusal> {
    field.as_deref().ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Refusal {
    Refusal::new(Code::BadShape, format!("the field {name} is missing"))
}

/// A string, borrowed from the message unless it has escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Cow<'de, str>>, A::Error> {
            Ok(map.next_value::<Option<Text<'de>>>()?.map(|text| text.0))
        }
        fn list<'de, A: MapAccess<'de>>(
            map: &mut A,
        ) -> Result<Option<Vec<Cow<'de, str>>>, A::Error> {
            let texts = map.next_value::<Option<Vec<Text<'de>>>>()?;
            Ok(texts.map(|texts| texts.into_iter().map(|text| text.0).collect()))
        }
        let mut fields = Fields::default();
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "type" => fields.kind = text(&mut map)?,
                "room" => fields.room = text(&mut map)?,
                "text" => fields.text = text(&mut map)?,
                "id" => fields.id = text(&mut map)?,
                "name" => fields.name = text(&mut map)?,
                "to" => fields.to = text(&mut map)?,
                "person" => fields.person = text(&mut map)?,
                "session" => fields.session = text(&mut map)?,
                "epoch" => fields.epoch = text(&mut map)?,
                "since" => fields.since = map.next_value()?,
                "before" => fields.before = map.next_value()?,
                "limit" => fields.limit = map.next_value()?,
                "t" => fields.t = map.next_value::<Option<Number>>()?.map(|t| t.to_string()),
                "topics" => fields.topics = list(&mut map)?,
                "persons" => fields.persons = list(&mut map)?,
                // Parsed as a value, not skipped: then nesting has a limit, and what is deeper is refused.
                _ => drop(map.next_value::<Value>()?),
            }
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<Code> {
        match Fields::parse(text) {
            Ok(fields) => fields.request().err().map(|refusal| refusal.code),
            Err(refusal) => Some(refusal.code),
        }
    }

    fn nested(depth: usize) -> String {
        "[".repeat(depth) + &"]".repeat(depth)
    }

    #[test]
    fn what_is_not_a_request() {
        use Code::{BadJson, BadShape, UnknownType};
        let many_keys: String = (0..4_000).map(|key| format!("\"{key}\":0,")).collect();
        let rows = [
            ("", BadJson),
            ("{", BadJson),
            (r#"{"type":"say""#, BadJson),
            (r#"{"type":"rooms"}}"#, BadJson),
            (r#"{"type":"say","text":1"#, BadJson),
            ("[1", BadJson),
            (r#"{"type":"say","room":"a","text":"\ud800"}"#, BadJson),
            ("[]", BadShape),
            ("1", BadShape),
            ("null", BadShape),
            ("{}", BadShape),
            (r#"{"type":7}"#, BadShape),
            (r#"{"type":"say","room":"a"}"#, BadShape),
            (r#"{"type":"say","room":"a","text":["hi"]}"#, BadShape),
            (r#"{"type":"say","room":"a","text":{}}"#, BadShape),
            (r#"{"type":"follow","topics":"rust"}"#, BadShape),
            (r#"{"type":"shout"}"#, UnknownType),
            (&nested(127), BadShape),
            (&nested(128), BadJson),
            (&nested(30_000), BadJson),
            (
                &format!(r#"{{"type":"rooms","x":{}}}"#, nested(30_000)),
                BadJson,
            ),
            (&format!("{{{many_keys}\"type\":\"shout\"}}"), UnknownType),
        ];
        for (text, expected) in rows {
            assert_eq!(
                code(text),
                Some(expected),
                "{}",
                &text[..text.len().min(60)]
            );
        }
    }

    #[test]
    fn what_is_one() {
        for text in [
            r#"{"type":"rooms"}"#,
            r#"{"type":"say","type":"rooms"}"#,
            r#"{"from":"mallory","type":"rooms","later":{"version":[2]}}"#,
            r#"{"type":"ping","t":1.5}"#,
            r#"{"type":"join","room":"lobby","id":null}"#,
        ] {
            assert_eq!(code(text), None, "{text}");
        }
        let text = r#"{"type":"history","room":"a","before":-1,"limit":1e9}"#;
        let fields = Fields::parse(text).expect("JSON");
        let (room, before, limit) = ("a", Some(0), 1_000_000_000);
        #[rustfmt::skip]
        assert_eq!(fields.request(), Ok(Request::History { room, before, limit }));
    }
}
