//! Bytes for tests: written as hex, framed by hand, and what a session makes of them.

use ws101::protocol::{Event, MaskKey, Message, ProtocolError, Role, Session};

/// The masking key of §5.7's examples.
pub(crate) const KEY: MaskKey = MaskKey([0x37, 0xfa, 0x21, 0x3d]);

/// The sizes where the form of a length changes, and their neighbours. §5.2.
pub(crate) const SIZES: [usize; 7] = [0, 1, 125, 126, 127, 65_535, 65_536];

/// `"81 85 37"`, or `"818537"`, as bytes.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let byte = |word: &str, at| u8::from_str_radix(&word[at..at + 2], 16).expect("two hex digits");
    let bytes_of = |word| (0..str::len(word)).step_by(2).map(move |at| byte(word, at));
    text.split_ascii_whitespace().flat_map(bytes_of).collect()
}

/// Bytes as digits, without blanks.
pub(crate) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A header: `first` is its first byte, `len` what it declares. Drawn after the picture in
/// §5.2, so that the encoder under test is not judged by itself.
pub(crate) fn header(first: u8, key: Option<MaskKey>, len: u64) -> Vec<u8> {
    let mask = if key.is_some() { 0x80 } else { 0 };
    let mut header = vec![first];
    if len < 126 {
        header.push(mask | len as u8);
    } else if len < 65_536 {
        header.push(mask | 126);
        header.extend((len as u16).to_be_bytes());
    } else {
        header.push(mask | 127);
        header.extend(len.to_be_bytes());
    }
    header.extend(key.iter().flat_map(|key| key.0));
    header
}

/// A whole frame, masked byte by byte as §5.3 says.
pub(crate) fn frame(first: u8, key: Option<MaskKey>, payload: &[u8]) -> Vec<u8> {
    let mut frame = header(first, key, payload.len() as u64);
    let key = key.unwrap_or(MaskKey([0; 4])).0;
    frame.extend(payload.iter().zip(key.iter().cycle()).map(|(a, b)| a ^ b));
    frame
}

/// A frame as `sender` sends it: a client masks with [`KEY`], a server does not mask. §5.1.
pub(crate) fn frame_from(sender: Role, first: u8, payload: &[u8]) -> Vec<u8> {
    frame(first, key_of(sender), payload)
}

/// The key that `sender` masks with here.
pub(crate) fn key_of(sender: Role) -> Option<MaskKey> {
    match sender {
        Role::Client => Some(KEY),
        Role::Server => None,
    }
}

/// A Close frame as `sender` sends it.
pub(crate) fn close_from(sender: Role, code: u16, text: &str) -> Vec<u8> {
    let body = [&code.to_be_bytes(), text.as_bytes()].concat();
    frame_from(sender, 0x88, &body)
}

/// Something that happened: an event with bytes of its own, or the error that ended all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<(u16, String)>),
    Refused(ProtocolError),
}

impl From<Event<'_>> for Seen {
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::Message(Message::Text(text)) => Self::Text(text.to_owned()),
            Event::Message(Message::Binary(bytes)) => Self::Binary(bytes.to_vec()),
            Event::Ping(payload) => Self::Ping(payload.to_vec()),
            Event::Pong(payload) => Self::Pong(payload.to_vec()),
            Event::Close(reason) => {
                Self::Close(reason.map(|reason| (reason.code.number(), reason.text.to_owned())))
            }
        }
    }
}

/// Gives `bytes` to the session, as reads from a socket do, and takes all that happens. Reading
/// ends when the peer has closed or broken a rule.
pub(crate) fn hear(session: &mut Session, mut bytes: &[u8]) -> Vec<Seen> {
    let mut seen = Vec::new();
    while !bytes.is_empty() && !matches!(seen.last(), Some(Seen::Refused(_) | Seen::Close(_))) {
        bytes = read(session, bytes);
        take_events(session, &mut seen);
    }
    seen
}

/// Fills the session's space once, and returns what did not go in.
pub(crate) fn read<'a>(session: &mut Session, bytes: &'a [u8]) -> &'a [u8] {
    // Without memory for it, the next event says so.
    let Some(space) = session.incoming.space() else {
        return bytes;
    };
    assert!(!space.is_empty(), "a read into no space looks like the end");
    let (now, later) = bytes.split_at(space.len().min(bytes.len()));
    space[..now.len()].copy_from_slice(now);
    session.incoming.filled(now.len());
    later
}

/// All that happens until the session wants more bytes.
pub(crate) fn take_events(session: &mut Session, seen: &mut Vec<Seen>) {
    loop {
        match session.next_event() {
            Ok(Some(event)) => seen.push(event.into()),
            Ok(None) => return,
            Err(error) => {
                seen.push(Seen::Refused(error));
                let after = session.next_event().map(|event| event.map(Seen::from));
                assert_eq!(after, Ok(None), "an error is the last thing that happens");
                return;
            }
        }
    }
}

/// What `bytes` becomes when it is cut at `cuts`, which must ascend.
pub(crate) fn pieces<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([bytes.len()]);
    starts
        .zip(ends)
        .map(|(start, end)| &bytes[start..end])
        .collect()
}
