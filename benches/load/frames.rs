//! Frames of a server, followed by their headers alone.
//!
//! A payload is not parsed: its first bytes say what kind of message it is, and a tag says which one.

use super::tag::Tag;
use super::target::{Admission, Dialect};
use ws101::protocol::{FrameFollower, FrameHeader, Opcode, ProtocolError, Role};

/// The bytes of a payload that are looked at.
const LOOKED_AT: usize = 192;

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

    fn classify(&mut self, header: &FrameHeader, payload: &[u8]) -> Received {
        match header.opcode {
            Opcode::Close => Received::Close,
            Opcode::Ping => Received::Ping,
            Opcode::Text | Opcode::Binary if !header.fin => Received::Other,
            Opcode::Text | Opcode::Binary if self.delivered.begins(payload) => {
                self.find_tag(payload)
            }
            Opcode::Text if self.joined.is_some_and(|begin| payload.starts_with(begin)) => {
                Received::Joined
            }
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
#[derive(Debug)]
pub(crate) struct Follower {
    frames: FrameFollower,
    /// The beginning of the payload of a frame that did not arrive in one piece.
    begun: Vec<u8>,
}

impl Follower {
    pub(crate) fn new() -> Self {
        Self {
            frames: FrameFollower::new(Role::Server),
            begun: Vec::new(),
        }
    }

    /// Follows the bytes of one read. `each` gets every frame that ends in them, with as much of its payload as is
    /// looked at.
    pub(crate) fn follow(
        &mut self,
        classifier: &mut Classifier,
        mut bytes: &[u8],
        mut each: impl FnMut(Received, &[u8]),
    ) -> Result<(), ProtocolError> {
        while !bytes.is_empty() {
            let stretch = self.frames.step(bytes)?;
            let (now, later) = bytes.split_at(stretch.taken());
            bytes = later;
            let Some(header) = stretch.header else { break };
            let payload = &now[stretch.header_bytes..];
            if stretch.is_whole() {
                let payload = &payload[..payload.len().min(LOOKED_AT)];
                each(classifier.classify(&header, payload), payload);
                continue;
            }
            let room = LOOKED_AT - self.begun.len();
            self.begun
                .extend_from_slice(&payload[..payload.len().min(room)]);
            if stretch.last {
                each(classifier.classify(&header, &self.begun), &self.begun);
                self.begun.clear();
            }
        }
        Ok(())
    }
}
