//! What a server sends, followed by header alone.

use super::target::{Dialect, Entry};

/// As much of a payload is looked at, and no more.
const HEAD: usize = 192;
/// The longest header that a server sends: two bytes, and a length in eight.
const LONGEST_HEADER: usize = 10;
/// What may be left of one read, to be completed by the next.
pub(crate) const LONGEST_LEFT: usize = LONGEST_HEADER + HEAD;

/// Stands at the beginning of each text: `[!0042.00000017]`. In between are a mark, the member
/// who says it, and how many they have said before.
pub(crate) const TAG: usize = 16;

/// Which message of a sender's this is. Left as it is written: millions come in a second, and of
/// most of them nobody asks more than the mark and the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag([u8; TAG]);

/// Why a message is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// To hear somebody, and know that one is in.
    Hello = b'?' as isize,
    /// One of many.
    Plain = b'+' as isize,
    /// How long it takes is measured.
    Timed = b'!' as isize,
    /// Nothing follows it.
    Last = b'$' as isize,
}

/// A frame that has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    Delivered(Tag),
    Joined,
    Ping,
    Close,
    /// The chat says more than what is said in it.
    Other,
}

impl Tag {
    pub(crate) fn new(mark: Mark, sender: usize, number: u32) -> Self {
        let mark = char::from(mark as u8);
        let text = format!("[{mark}{sender:04}.{number:08}]");
        Self(*text.as_bytes().first_chunk().expect("it is as long"))
    }

    pub(crate) const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; TAG] = bytes.first_chunk()?;
        let [b'[', b'?' | b'+' | b'!' | b'$', .., b']'] = bytes else {
            return None;
        };
        Some(Self(*bytes))
    }

    pub(crate) const fn is(self, mark: Mark) -> bool {
        self.0[1] == mark as u8
    }

    /// The sender's number, in four digits.
    pub(crate) const fn sender(self) -> [u8; 4] {
        let [_, _, a, b, c, d, ..] = self.0;
        [a, b, c, d]
    }

    /// The sender's number, and the message's.
    pub(crate) fn numbers(self) -> Option<(usize, u32)> {
        let text = str::from_utf8(&self.0[2..TAG - 1]).ok()?;
        let (sender, number) = text.split_once('.')?;
        Some((sender.parse().ok()?, number.parse().ok()?))
    }
}

/// How a message of at least 16 bytes begins: two comparisons of a word each.
#[derive(Debug)]
struct Beginning {
    bytes: u128,
    mask: u128,
}

impl Beginning {
    fn new(bytes: &[u8]) -> Self {
        let word = |byte: &dyn Fn(usize) -> u8| u128::from_le_bytes(std::array::from_fn(byte));
        Self {
            bytes: word(&|at| bytes.get(at).copied().unwrap_or(0)),
            mask: word(&|at| if at < bytes.len() { 0xff } else { 0 }),
        }
    }

    fn is_of(&self, head: &[u8]) -> bool {
        let head = head.first_chunk().copied().map(u128::from_le_bytes);
        head.is_some_and(|head| head & self.mask == self.bytes)
    }
}

/// Tells frames apart by how they begin.
#[derive(Debug)]
pub(crate) struct Reader {
    /// How the answer to a request to be let in begins.
    joined: Option<&'static [u8]>,
    delivered: Beginning,
    /// Where the last text began: mostly, the next one begins there, too.
    text_at: usize,
}

impl Reader {
    pub(crate) fn new(dialect: &Dialect) -> Self {
        Self {
            joined: match dialect.entry {
                Entry::Asked { answer, .. } => Some(answer),
                Entry::Connected | Entry::Heard => None,
            },
            delivered: Beginning::new(dialect.delivered),
            text_at: 0,
        }
    }

    fn read(&mut self, first: u8, head: &[u8]) -> Seen {
        match first {
            0x81 | 0x82 if self.delivered.is_of(head) => self.tag(head),
            0x81 if self.joined.is_some_and(|begin| head.starts_with(begin)) => Seen::Joined,
            0x88 => Seen::Close,
            0x89 => Seen::Ping,
            _ => Seen::Other,
        }
    }

    fn tag(&mut self, head: &[u8]) -> Seen {
        if let Some(tag) = head.get(self.text_at..).and_then(Tag::read) {
            return Seen::Delivered(tag);
        }
        let found = (0..head.len()).find_map(|at| Some((at, Tag::read(&head[at..])?)));
        found.map_or(Seen::Other, |(at, tag)| {
            self.text_at = at;
            Seen::Delivered(tag)
        })
    }
}

/// One connection's place in the stream of frames.
#[derive(Debug, Default)]
pub(crate) struct Follower {
    /// The beginning of a frame of which too little has come to look at.
    left: Vec<u8>,
    /// A frame that was looked at, and how much of it is still to come.
    under_way: Option<(Seen, u64)>,
}

impl Follower {
    /// What has to be put before the bytes that are read next.
    pub(crate) fn left(&self) -> &[u8] {
        &self.left
    }

    /// Takes what was left and what was read. Tells each frame at its end, with its payload as
    /// far as it is looked at, if it came in one piece (control frames always do).
    pub(crate) fn follow(
        &mut self,
        reader: &mut Reader,
        mut bytes: &[u8],
        mut each: impl FnMut(Seen, &[u8]),
    ) {
        self.left.clear();
        if let Some((seen, rest)) = self.under_way.take() {
            if rest > bytes.len() as u64 {
                self.under_way = Some((seen, rest - bytes.len() as u64));
                return;
            }
            bytes = &bytes[rest as usize..];
            each(seen, &[]);
        }
        while let Some((first, header, len)) = header(bytes) {
            let looked_at = len.min(HEAD as u64) as usize;
            let Some(head) = bytes.get(header..header + looked_at) else {
                break;
            };
            let seen = reader.read(first, head);
            let whole = header as u64 + len;
            if whole > bytes.len() as u64 {
                self.under_way = Some((seen, whole - bytes.len() as u64));
                return;
            }
            each(seen, head);
            bytes = &bytes[whole as usize..];
        }
        self.left.extend_from_slice(bytes);
    }
}

/// First byte, length of the header, length of the payload (§5.2). Servers do not mask.
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
