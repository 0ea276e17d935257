//! A JSON object, written field by field.
//!
//! Most of what this server writes is JSON whose shape is known beforehand: only what people have
//! written needs to be looked at for escapes. A line of the chat is written here in a third of the time
//! that a general serializer takes. RFC 8259.

use std::fmt::Write;

/// An object under construction. It lies at the end of a string, which may hold other things before it.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    json: &'a mut String,
    is_empty: bool,
}

impl<'a> Object<'a> {
    /// Begins an object at the end of `json`.
    pub(crate) fn begin(json: &'a mut String) -> Self {
        json.push('{');
        Self {
            json,
            is_empty: true,
        }
    }

    pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        write_string(value, self.json);
        self
    }

    pub(crate) fn number(mut self, name: &str, value: impl Into<u64>) -> Self {
        self.name(name);
        write!(self.json, "{}", value.into()).expect("a string takes everything");
        self
    }

    pub(crate) fn count(self, name: &str, value: usize) -> Self {
        self.number(name, value as u64)
    }

    pub(crate) fn flag(mut self, name: &str, value: bool) -> Self {
        self.name(name);
        self.json.push_str(if value { "true" } else { "false" });
        self
    }

    /// A field that is left out where there is no value.
    pub(crate) fn text_if(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// A field that is left out where there is no value.
    pub(crate) fn number_if(self, name: &str, value: Option<impl Into<u64>>) -> Self {
        match value {
            Some(value) => self.number(name, value),
            None => self,
        }
    }

    /// A value that is JSON already.
    pub(crate) fn json(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        self.json.push_str(value);
        self
    }

    pub(crate) fn texts<'t>(self, name: &str, values: impl IntoIterator<Item = &'t str>) -> Self {
        self.list(name, values, write_string)
    }

    /// A list of whatever `write` makes of each value.
    pub(crate) fn list<T>(
        mut self,
        name: &str,
        values: impl IntoIterator<Item = T>,
        write: impl Fn(T, &mut String),
    ) -> Self {
        self.name(name);
        self.json.push('[');
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.json.push(',');
            }
            write(value, self.json);
        }
        self.json.push(']');
        self
    }

    /// An object in the object.
    pub(crate) fn object(
        mut self,
        name: &str,
        fill: impl FnOnce(Object<'_>) -> Object<'_>,
    ) -> Self {
        self.name(name);
        fill(Object::begin(self.json)).end();
        self
    }

    pub(crate) fn end(self) {
        self.json.push('}');
    }

    /// Names are the program's own: none of them needs an escape.
    fn name(&mut self, name: &str) {
        if !std::mem::replace(&mut self.is_empty, false) {
            self.json.push(',');
        }
        self.json.push('"');
        self.json.push_str(name);
        self.json.push_str("\":");
    }
}

/// In quotation marks; with escapes (RFC 8259 §7) only if one is needed.
fn write_string(text: &str, json: &mut String) {
    let needs_escape = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    // All of it, with no way out in between: so the compiler looks at many bytes at once.
    let is_plain = !(text.bytes()).fold(false, |any, byte| any | needs_escape(byte));
    if is_plain {
        json.push('"');
        json.push_str(text);
        json.push('"');
    } else {
        json.push_str(&serde_json::to_string(text).expect("a string is always JSON"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn written(fill: impl FnOnce(Object<'_>) -> Object<'_>) -> String {
        let mut json = "before ".to_owned();
        fill(Object::begin(&mut json)).end();
        json.strip_prefix("before ").expect("it is kept").to_owned()
    }

    #[test]
    fn each_kind_of_field() {
        let none: Option<u64> = None;
        let json = written(|object| {
            object
                .text("text", "hi")
                .number("number", u64::MAX)
                .count("count", 2_usize)
                .flag("flag", true)
                .text_if("left out", None)
                .number_if("left out", none)
                .number_if("short", Some(7_u32))
                .json("raw", "1.50")
                .texts("texts", ["a", "b"])
                .texts("empty", [])
                .object("object", |inner| inner.text("a", "b"))
                .object("nothing", |inner| inner)
        });
        assert_eq!(
            json,
            r#"{"text":"hi","number":18446744073709551615,"count":2,"flag":true,"short":7,"raw":1.50,"texts":["a","b"],"empty":[],"object":{"a":"b"},"nothing":{}}"#
        );
    }

    #[test]
    fn each_byte_that_needs_an_escape_has_it() {
        for byte in 0..=0x80_u8 {
            let text = format!("some text {} and more of it", char::from(byte));
            let json = written(|object| object.text("text", &text));
            assert_eq!(json, json!({ "text": text }).to_string());
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_again(text in "(?s).{0,200}") {
            let json = written(|object| object.text("text", &text));
            prop_assert_eq!(serde_json::from_str::<Value>(&json).expect("JSON"), json!({ "text": text }));
            prop_assert_eq!(json, json!({ "text": text }).to_string());
        }
    }
}
