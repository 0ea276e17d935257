//! Frames of a server, followed by their headers alone.
//!
//! A payload is not parsed: its first bytes say what kind of message it is, and a tag says which one.

use super::tag::Tag;
use super::target::{Admission, Dialect};

/// The bytes of a payload that are looked at.
const LOOKED_AT: usize = 192;
/// The longest header that a server sends: two bytes, and an extended payload length of eight (§5.2).
const LONGEST_HEADER: usize = 10;
/// The most bytes of one read that wait for the next.
pub(crate) const LONGEST_REST: usize = LONGEST_HEADER + LOOKED_AT;

/// A frame whose last byte has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received {
    Delivered(Tag),
    /// The answer to a request to join.
    Joined,
    Ping,
    Close,
    /// Anything else that a chat sends: who came, who left, what others have said.
    Other,
}

/// The beginning of a message of at least 16 bytes, compared as one word.
#[derive(Debug)]
struct Prefix {
    bytes: u128,
    mask: u128,
}

impl Prefix {
    fn new(bytes: &[u8]) -> Self {
        let word = |byte: &dyn Fn(usize) -> u8| u128::from_le_bytes(std::array::from_fn(byte));
        Self {
            bytes: word(&|at| bytes.get(at).copied().unwrap_or(0)),
            mask: word(&|at| if at < bytes.len() { 0xff } else { 0 }),
        }
    }

    fn begins(&self, payload: &[u8]) -> bool {
        let word = payload.first_chunk().copied().map(u128::from_le_bytes);
        word.is_some_and(|word| word & self.mask == self.bytes)
    }
}

/// Tells frames apart by how they begin.
#[derive(Debug)]
pub(crate) struct Classifier {
    /// The beginning of the answer to a request to join.
    joined: Option<&'static [u8]>,
    delivered: Prefix,
    /// Where the last text began; the next one mostly begins there too.
    text_at: usize,
}

impl Classifier {
    pub(crate) fn new(dialect: &Dialect) -> Self {
        Self {
            joined: match dialect.admission {
                Admission::Requested { answer, .. } => Some(answer),
                Admission::Immediate | Admission::Greeted => None,
            },
            delivered: Prefix::new(dialect.delivered),
            text_at: 0,
        }
    }

    fn classify(&mut self, first: u8, payload: &[u8]) -> Received {
        match first {
            0x81 | 0x82 if self.delivered.begins(payload) => self.find_tag(payload),
            0x81 if self.joined.is_some_and(|begin| payload.starts_with(begin)) => Received::Joined,
            0x88 => Received::Close,
            0x89 => Received::Ping,
            _ => Received::Other,
        }
    }

    fn find_tag(&mut self, payload: &[u8]) -> Received {
        if let Some(tag) = payload.get(self.text_at..).and_then(Tag::read) {
            return Received::Delivered(tag);
        }
        let found = (0..payload.len()).find_map(|at| Some((at, Tag::read(&payload[at..])?)));
        found.map_or(Received::Other, |(at, tag)| {
            self.text_at = at;
            Received::Delivered(tag)
        })
    }
}

/// The position of one connection in its stream of frames.
#[derive(Debug, Default)]
pub(crate) struct Follower {
    /// The beginning of a frame of which too little has arrived to classify it.
    rest: Vec<u8>,
    /// A classified frame, and the number of its bytes that are still to come.
    incomplete: Option<(Received, u64)>,
}

impl Follower {
    /// The bytes that must precede the next read.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.rest
    }

    /// Follows `bytes`: the rest and what was read. `each` gets every frame that ends in them, and as much of its
    /// payload as is looked at, if the frame came in one piece (control frames always do).
    pub(crate) fn follow(
        &mut self,
        classifier: &mut Classifier,
        mut bytes: &[u8],
        mut each: impl FnMut(Received, &[u8]),
    ) {
        self.rest.clear();
        if let Some((received, missing)) = self.incomplete.take() {
            if missing > bytes.len() as u64 {
                self.incomplete = Some((received, missing - bytes.len() as u64));
                return;
            }
            bytes = &bytes[missing as usize..];
            each(received, &[]);
        }
        while let Some((first, header, len)) = header(bytes) {
            let looked_at = len.min(LOOKED_AT as u64) as usize;
            let Some(payload) = bytes.get(header..header + looked_at) else {
                break;
            };
            let received = classifier.classify(first, payload);
            let whole = header as u64 + len;
            if whole > bytes.len() as u64 {
                self.incomplete = Some((received, whole - bytes.len() as u64));
                return;
            }
            each(received, payload);
            bytes = &bytes[whole as usize..];
        }
        self.rest.extend_from_slice(bytes);
    }
}

/// First byte, length of the header, payload length (§5.2). A server does not mask (§5.1).
fn header(bytes: &[u8]) -> Option<(u8, usize, u64)> {
    let [first, second, rest @ ..] = bytes else {
        return None;
    };
    Some(match second {
        126 => (*first, 4, u16::from_be_bytes(*rest.first_chunk()?).into()),
        127 => (*first, 10, u64::from_be_bytes(*rest.first_chunk()?)),
        len => (*first, 2, u64::from(*len)),
    })
}
