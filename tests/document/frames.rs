//! The `frame` blocks: bytes against the decoder, the encoder and a session.

use crate::PROTOCOL;
use crate::markdown::blocks;
use ws101::protocol::{
    CloseReason, Event, Frame, FrameHeader, Limits, MaskKey, Message, Opcode, Role, Session,
};

#[test]
fn every_frame_example_is_true() {
    let blocks = blocks(PROTOCOL, "frame");
    assert!(blocks.len() >= 20, "the examples were found");
    for (line, block) in blocks {
        check(&block)
            .unwrap_or_else(|error| panic!("PROTOCOL.md:{line}: {error}\n{}", block.join("\n")));
    }
}

/// An example that passes with another nibble in it proves nothing.
#[test]
fn every_nibble_of_every_frame_example_counts() {
    for (line, block) in blocks(PROTOCOL, "frame") {
        for (index, text) in block.iter().enumerate() {
            let Some((_, bytes)) =
                split_sender(text).or(text.strip_prefix("← ").map(|bytes| (Role::Server, bytes)))
            else {
                continue;
            };
            let start = text.len() - bytes.len();
            for (at, digit) in bytes
                .char_indices()
                .filter(|(_, digit)| digit.is_ascii_hexdigit())
            {
                let other = if digit == '0' { "1" } else { "0" };
                let at = start + at;
                let wrong = format!("{}{other}{}", &text[..at], &text[at + 1..]);
                let mut changed = block.clone();
                changed[index] = &wrong;
                assert!(
                    check(&changed).is_err(),
                    "PROTOCOL.md:{line}: {wrong:?} in place of {text:?} goes unnoticed"
                );
            }
        }
    }
}

/// Checks one example: the bytes of one side, and what is said about them.
fn check(block: &[&str]) -> Result<(), String> {
    let sender = block
        .first()
        .and_then(|line| split_sender(line))
        .ok_or("does not begin with who sends")?
        .0;
    let mut session = match sender {
        Role::Client => Session::server(Limits::ECHO),
        Role::Server => Session::client(Limits::ECHO, || MaskKey([1, 2, 3, 4])),
    };
    let mut bytes = Vec::new();
    let mut events = Vec::new();
    let mut refused = None;
    for line in block {
        if let Some((again, text)) = split_sender(line) {
            equal("the sender", &again, &sender)?;
            bytes = parse_bytes(text)?;
            refused = feed(&mut session, &bytes, &mut events)?;
        } else if let Some(meaning) = line.strip_prefix("= ") {
            check_meaning(&bytes, sender, meaning, refused.is_none())?;
        } else if let Some(reason) = line.strip_prefix("! ") {
            check_refusal(&session, refused.take(), reason)?;
        } else if let Some(event) = line.strip_prefix("→ ") {
            let happened = if events.is_empty() {
                "nothing".to_owned()
            } else {
                events.remove(0)
            };
            equal("the event", &happened.as_str(), &event)?;
        } else if let Some(text) = line.strip_prefix("← ") {
            equal(
                "the answer",
                &session.outgoing.waiting(),
                &parse_bytes(text)?.as_slice(),
            )?;
        } else {
            return Err(format!("what does this line mean? {line}"));
        }
    }
    match refused {
        Some(error) => Err(format!("refused, and the example does not say so: {error}")),
        None => Ok(()),
    }
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, written: &T) -> Result<(), String> {
    if found == written {
        Ok(())
    } else {
        Err(format!(
            "{what} is {found:02x?}, the document says {written:02x?}"
        ))
    }
}

/// Feeds one byte at a time. A refusal must come with the last byte: examples end with the one that shows the fault.
fn feed(
    session: &mut Session,
    bytes: &[u8],
    events: &mut Vec<String>,
) -> Result<Option<ws101::protocol::ProtocolError>, String> {
    for (index, byte) in bytes.iter().enumerate() {
        session.incoming.receive(&[*byte]);
        loop {
            match session.next_event() {
                Ok(None) => break,
                Ok(Some(event)) => events.push(describe_event(event)),
                Err(error) if index + 1 == bytes.len() => return Ok(Some(error)),
                Err(error) => {
                    return Err(format!(
                        "refused at byte {} of {}: {error}",
                        index + 1,
                        bytes.len()
                    ));
                }
            }
        }
    }
    Ok(None)
}

fn describe_event(event: Event<'_>) -> String {
    let quoted = |bytes: &[u8]| format!("{:?}", String::from_utf8_lossy(bytes));
    match event {
        Event::Message(Message::Text(text)) => format!("text {text:?}"),
        Event::Message(Message::Binary(bytes)) => format!("binary {bytes:02x?}"),
        Event::Ping(bytes) => format!("ping {}", quoted(bytes)),
        Event::Pong(bytes) => format!("pong {}", quoted(bytes)),
        Event::Close(None) => "close".to_owned(),
        Event::Close(Some(reason)) => format!("close {} {:?}", reason.code.number(), reason.text),
    }
}

/// Checks the refusal as it is documented, and as the peer reads it in our Close.
fn check_refusal(
    session: &Session,
    refused: Option<ws101::protocol::ProtocolError>,
    reason: &str,
) -> Result<(), String> {
    let error = refused.ok_or("not refused")?;
    let code = error.close_code();
    equal(
        "the refusal",
        &format!("{} {} {error}", error.section(), code.number()).as_str(),
        &reason,
    )?;
    let mut body = Vec::new();
    CloseReason::new(code, &error.to_string()).encode(&mut body);
    let mut close = Vec::new();
    Frame::whole(Opcode::Close, &body).encode(None, &mut close);
    equal("our Close", &session.outgoing.waiting(), &close.as_slice())
}

/// Checks what the bytes mean: decoded here by other means than the library's, and, if the bytes are accepted,
/// by the library.
fn check_meaning(bytes: &[u8], sender: Role, meaning: &str, accepted: bool) -> Result<(), String> {
    let (words, payload_at, key) = describe_header(bytes);
    let (header_words, payload_words) =
        meaning.split_at(meaning.find(['"', '(']).unwrap_or(meaning.len()));
    equal("the header", &words.as_str(), &header_words.trim())?;
    let mut plain = bytes[payload_at..].to_vec();
    plain
        .iter_mut()
        .enumerate()
        .for_each(|(i, byte)| *byte ^= key.map_or(0, |key| key[i % 4]));
    equal("the payload", &plain, &parse_payload(payload_words)?)?;
    if accepted {
        let (header, size) = FrameHeader::decode(bytes, sender)
            .map_err(|e| e.to_string())?
            .ok_or("incomplete")?;
        equal("the header's size", &size, &payload_at)?;
        equal("the key", &header.mask, &key.map(MaskKey))?;
        let mut encoded = Vec::new();
        Frame {
            fin: header.fin,
            opcode: header.opcode,
            payload: &plain,
        }
        .encode(header.mask, &mut encoded);
        equal("the encoded frame", &encoded.as_slice(), &bytes)?;
    }
    Ok(())
}

/// The words for as much of a header as is there; the position of the payload; the masking key.
fn describe_header(bytes: &[u8]) -> (String, usize, Option<[u8; 4]>) {
    let mut words = Vec::new();
    let names = [
        "continuation",
        "text",
        "binary",
        "",
        "",
        "",
        "",
        "",
        "close",
        "ping",
        "pong",
    ];
    for (bit, name) in [
        (0x80, "fin"),
        (0x40, "rsv1"),
        (0x20, "rsv2"),
        (0x10, "rsv3"),
    ] {
        if bytes[0] & bit != 0 {
            words.push(name.to_owned());
        }
    }
    let opcode = bytes[0] & 0x0f;
    match names.get(usize::from(opcode)) {
        Some(name) if !name.is_empty() => words.push((*name).to_owned()),
        _ => words.push(format!("opcode {opcode:x}")),
    }
    let Some(second) = bytes.get(1) else {
        return (words.join(" "), bytes.len(), None);
    };
    let masked = second & 0x80 != 0;
    if masked {
        words.push("mask".to_owned());
    }
    words.push(format!("len {}", second & 0x7f));
    let longer = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let rest = &bytes[2..];
    let (length, rest) = rest.split_at(rest.len().min(longer));
    if !length.is_empty() {
        let hex: String = length.iter().map(|byte| format!("{byte:02x}")).collect();
        let complete = length.len() == longer;
        words.push(format!(
            "→ {}",
            if complete {
                u64::from_str_radix(&hex, 16).expect("hex").to_string()
            } else {
                hex
            }
        ));
    }
    let key = rest.first_chunk::<4>().copied().filter(|_| masked);
    if let Some([a, b, c, d]) = key {
        words.push(format!("key {a:02x}{b:02x}{c:02x}{d:02x}"));
    }
    let payload_at = bytes.len() - rest.len() + if key.is_some() { 4 } else { 0 };
    (words.join(" "), payload_at, key)
}

fn split_sender(line: &str) -> Option<(Role, &str)> {
    let client = line
        .strip_prefix("client ")
        .map(|bytes| (Role::Client, bytes));
    client.or_else(|| {
        line.strip_prefix("server ")
            .map(|bytes| (Role::Server, bytes))
    })
}

/// `81 05` and `(256 × 00)`.
fn parse_bytes(text: &str) -> Result<Vec<u8>, String> {
    let hex =
        |word: &str| u8::from_str_radix(word, 16).map_err(|_| format!("{word:?} is not a byte"));
    let (singles, repeated) = text.split_once('(').unwrap_or((text, ""));
    let mut bytes = singles
        .split_whitespace()
        .map(hex)
        .collect::<Result<Vec<u8>, _>>()?;
    if let Some((count, byte)) = repeated.trim_end_matches(')').split_once(" × ") {
        let count: usize = count
            .parse()
            .map_err(|_| format!("{count:?} is not a number"))?;
        bytes.extend(vec![hex(byte)?; count]);
    }
    Ok(bytes)
}

/// `"Hello"`, `(03 e8)`, `(256 × 00)`, or several of them in a row.
fn parse_payload(text: &str) -> Result<Vec<u8>, String> {
    let mut payload = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (end, text) = match rest.as_bytes()[0] {
            b'"' => rest[1..]
                .split_once('"')
                .map(|(inside, after)| (after, inside.as_bytes().to_vec()))
                .ok_or("an open quote")?,
            b'(' => {
                let (inside, after) = rest[1..].split_once(')').ok_or("an open parenthesis")?;
                let repeated = inside.contains('×');
                (
                    after,
                    parse_bytes(&if repeated {
                        format!("({inside})")
                    } else {
                        inside.to_owned()
                    })?,
                )
            }
            _ => return Err(format!("what is {rest:?}?")),
        };
        payload.extend(text);
        rest = end.trim();
    }
    Ok(payload)
}
