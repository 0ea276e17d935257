//! A line's JSON, put together by hand.
//!
//! It is what this server makes most of, and of its bytes most are known beforehand or need no
//! escape; `serde_json` looks at each. Here only what people have written is looked at, many bytes at
//! a time. A test holds the two together: the JSON of [`Event::Said`], to the byte.

use super::event::Event;

/// Appends what `event` is as JSON: a line by hand, and everything else as usual.
pub(super) fn write_json(event: &Event<'_>, json: &mut Vec<u8>) {
    let Event::Said {
        room,
        seq,
        from,
        text,
        at,
        id,
    } = event
    else {
        json.extend_from_slice(event.to_json().as_bytes());
        return;
    };
    json.extend_from_slice(br#"{"type":"said","room":"#);
    write_string(room, json);
    json.extend_from_slice(br#","seq":"#);
    serde_json::to_writer(&mut *json, seq).expect("a number is always JSON");
    json.extend_from_slice(br#","from":"#);
    write_string(from, json);
    json.extend_from_slice(br#","text":"#);
    write_string(text, json);
    json.extend_from_slice(br#","at":"#);
    write_string(at, json);
    if let Some(id) = id {
        json.extend_from_slice(br#","id":"#);
        write_string(id, json);
    }
    json.push(b'}');
}

/// In quotation marks; with escapes (RFC 8259 §7) only if one is needed.
fn write_string(text: &str, json: &mut Vec<u8>) {
    let needs_escape = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    // All of it, with no way out in between: so the compiler looks at many bytes at once.
    let is_plain = !(text.bytes()).fold(false, |any, byte| any | needs_escape(byte));
    if is_plain {
        json.push(b'"');
        json.extend_from_slice(text.as_bytes());
        json.push(b'"');
    } else {
        serde_json::to_writer(json, text).expect("a string is always JSON");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn assert_same(event: &Event<'_>) {
        let mut json = b"before ".to_vec();
        write_json(event, &mut json);
        let json = String::from_utf8(json).expect("UTF-8");
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
