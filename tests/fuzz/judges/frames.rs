//! Frames of either side: however they are cut, the same happens, and it is what the model says.

use super::model::{self, Happens};
use super::pieces;
use ws101::protocol::{Delivery, Event, Frame, FrameDecoder, Incoming, Limits, Message, Role};

/// Small enough that inputs get near them.
const LIMITS: [Limits; 2] = [
    Limits {
        message: 200,
        fragments: 4,
    },
    Limits {
        message: 70_000,
        fragments: 16,
    },
];

/// The first byte says who sends and what is allowed, the second one in pieces of what size the
/// others arrive.
pub(crate) fn frames(input: &[u8]) {
    let [choice, size, bytes @ ..] = input else {
        return;
    };
    let sender = match choice & 1 {
        0 => Role::Client,
        _ => Role::Server,
    };
    let limits = LIMITS[usize::from(choice >> 1 & 1)];
    let expected = model::run(bytes, sender, limits);
    for (pieces, how) in [
        (pieces(bytes, u8::MAX), "in large pieces"),
        (pieces(bytes, *size), "cut"),
        (pieces(bytes, 1), "byte by byte"),
    ] {
        let mut happened = run(pieces, sender, limits);
        let mut expected = expected.clone();
        if expected.last() == Some(&Happens::HeaderUnfinished) {
            // A length that begins wrong may be refused before it has ended, with the code for that.
            expected.pop();
            happened.pop_if(|last| *last == Happens::Refused(1002));
        }
        assert_eq!(happened, expected, "{how}");
    }
    encode_again(bytes, sender);
}

fn run<'a>(pieces: impl Iterator<Item = &'a [u8]>, sender: Role, limits: Limits) -> Vec<Happens> {
    let (mut incoming, mut happened) = (Incoming::new(sender, limits), Vec::new());
    for piece in pieces {
        incoming.receive(piece);
        loop {
            match incoming.next_event() {
                Ok(None) => break,
                Ok(Some(event)) => happened.push(event.into()),
                Err(error) => {
                    happened.push(Happens::Refused(error.close_code().number()));
                    return happened;
                }
            }
            if matches!(happened.last(), Some(Happens::Close(_))) {
                return happened;
            }
        }
    }
    happened
}

impl From<Event<'_>> for Happens {
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::Message(Message::Text(text)) => Self::Text(text.as_bytes().to_vec()),
            Event::Message(Message::Binary(bytes)) => Self::Binary(bytes.to_vec()),
            Event::Ping(payload) => Self::Ping(payload.to_vec()),
            Event::Pong(payload) => Self::Pong(payload.to_vec()),
            Event::Close(reason) => {
                let mut payload = Vec::new();
                if let Some(reason) = reason {
                    reason.encode(&mut payload);
                }
                Self::Close(payload)
            }
        }
    }
}

/// There is one way to write a frame: what was decoded is encoded to the same bytes.
fn encode_again(bytes: &[u8], sender: Role) {
    let (mut decoder, mut input) = (FrameDecoder::new(sender), bytes.to_vec());
    let mut rest = &mut input[..];
    let mut at = 0;
    while let Ok(Some((part, taken))) = decoder.decode(rest, |_| Ok(Delivery::Complete)) {
        let frame = Frame {
            fin: part.header.fin,
            opcode: part.header.opcode,
            payload: part.payload,
        };
        let mut again = Vec::new();
        frame.encode(part.header.mask, &mut again);
        assert_eq!(again, &bytes[at..at + taken], "encoded again");
        at += taken;
        rest = &mut rest[taken..];
    }
}
