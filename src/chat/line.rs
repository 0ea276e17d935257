//! A line's JSON, put together by hand.
//!
//! It is what this server makes most of, and of its bytes most are known beforehand or need no
//! escape; `serde_json` looks at each. Here only what people have written is looked at, many bytes at
//! a time. A test holds the two together: the JSON of [`Event::Said`], to the byte.

use super::event::Event;
use std::fmt::Write;

/// Appends what `event` is as JSON: a line by hand, and everything else as usual.
pub(super) fn write_json(event: &Event<'_>, json: &mut String) {
    let Event::Said {
        room,
        seq,
        from,
        text,
        at,
        id,
    } = event
    else {
        json.push_str(&event.to_json());
        return;
    };
    json.push_str(r#"{"type":"said","room":"#);
    write_string(room, json);
    json.push_str(r#","seq":"#);
    write!(json, "{seq}").expect("a string takes everything");
    json.push_str(r#","from":"#);
    write_string(from, json);
    json.push_str(r#","text":"#);
    write_string(text, json);
    json.push_str(r#","at":"#);
    write_string(at, json);
    if let Some(id) = id {
        json.push_str(r#","id":"#);
        write_string(id, json);
    }
    json.push('}');
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

    fn assert_same(event: &Event<'_>) {
        let mut json = "before ".to_owned();
        write_json(event, &mut json);
        assert_eq!(json, format!("before {}", event.to_json()));
    }

    proptest! {
        #[test]
        fn by_hand_it_is_the_same(
            from in ".{0,40}",
            text in "(?s).{0,200}",
            seq: u64,
            id in proptest::option::of("[ -~\\t\\n\u{7f}-\u{a0}]{0,64}"),
        ) {
            assert_same(&Event::Said {
                room: "lobby",
                seq,
                from: &from,
                text: &text,
                at: "1994-11-06T08:49:37.007Z",
                id: id.as_deref(),
            });
        }
    }

    #[test]
    fn each_byte_that_needs_an_escape_has_it() {
        for byte in 0..=0x80_u8 {
            let text = format!("some text {} and more of it", char::from(byte));
            let (room, seq, from, at, id) = ("a", 1, "ada", "", Some(text.as_str()));
            assert_same(&Event::Said {
                room,
                seq,
                from,
                text: &text,
                at,
                id,
            });
        }
        assert_same(&Event::Typing {
            room: "a",
            name: "\"",
            active: true,
        });
    }
}
