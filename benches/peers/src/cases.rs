//! What is sent: sizes, contents, and the bytes of the frames.
//!
//! The frames are built here from the picture in RFC 6455 §5.2 and the formula in §5.3, by
//! code that belongs to none of the contenders: they are all measured against it.

/// The payloads' sizes: tiny, the longest with a one-byte length, and on up.
pub(crate) const SIZES: [usize; 6] = [16, 125, 1 << 10, 16 << 10, 64 << 10, 1 << 20];

/// About how many bytes of frames are read before they repeat.
const WIRE: usize = 8 << 20;

const FIN: u8 = 0b1000_0000;
const MASK: u8 = 0b1000_0000;

/// Text or binary: the opcode of a message's first frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Text = 0x1,
    Binary = 0x2,
}

/// The content of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Random bytes.
    Binary,
    /// English sentences: one byte per character.
    Ascii,
    /// Sentences in many languages: one to four bytes per character.
    Mixed,
}

impl Content {
    const fn kind(self) -> Kind {
        match self {
            Self::Binary => Kind::Binary,
            Self::Ascii | Self::Mixed => Kind::Text,
        }
    }
}

const ASCII: &[&str] = &[
    "See you at half past seven, then. ",
    "ok ",
    "Has anybody tried the new release on a small machine? ",
    "It took 42 minutes, and most of them went into waiting for the disk. ",
    "Yes, I think so. ",
    "lol ",
];

/// A chat room where several languages are spoken: one of them at a time.
const MIXED: &[&str] = &[
    "See you at half past seven, then. ",
    "Größe und Länge müssen natürlich übereinstimmen. ",
    "Où est passé le café que j'ai posé là ? ",
    "Увидимся завтра в половине восьмого. ",
    "Τα λέμε αύριο το πρωί! ",
    "明天早上七点半见，别忘了带书。 ",
    "明日の朝、駅で会いましょう。 ",
    "कल सुबह मिलते हैं। ",
    "ok 👍 ",
    "😀😀😀 ",
];

/// `é` and `î` in Latin-1: first bytes that no second byte follows. §8.1.
const NOT_UTF8: &[u8] = b"caf\xe9, s'il vous pla\xeet";

/// One payload, of exactly `size` bytes.
pub(crate) fn payload(content: Content, size: usize) -> Vec<u8> {
    Dice::new(size).payload(content, size)
}

/// The frames of a client, and what a server must make of them.
#[derive(Debug)]
pub(crate) struct Case {
    /// Masked frames, each with its own key and its own payload.
    pub(crate) wire: Vec<u8>,
    /// What is in them, in order.
    pub(crate) digest: Digest,
    /// A text frame that must be refused.
    pub(crate) not_utf8: Vec<u8>,
}

impl Case {
    pub(crate) fn new(content: Content, size: usize) -> Self {
        let mut dice = Dice::new(size);
        let mut case = Self {
            wire: Vec::with_capacity(WIRE + size),
            digest: Digest::default(),
            not_utf8: Vec::new(),
        };
        masked_frame(Kind::Text, [1, 2, 3, 4], NOT_UTF8, &mut case.not_utf8);
        while case.wire.len() < WIRE {
            let payload = dice.payload(content, size);
            case.digest.add(content.kind(), &payload);
            let key = (dice.roll() as u32).to_ne_bytes();
            masked_frame(content.kind(), key, &payload, &mut case.wire);
        }
        case
    }
}

/// Appends the frame that a client sends.
fn masked_frame(kind: Kind, key: [u8; 4], payload: &[u8], out: &mut Vec<u8>) {
    header(kind, MASK, payload.len(), out);
    out.extend_from_slice(&key);
    let masked = payload.iter().zip(key.iter().cycle());
    out.extend(masked.map(|(octet, key)| octet ^ key)); // §5.3
}

/// The frame that a server sends. §5.1: it is not masked.
pub(crate) fn plain_frame(kind: Kind, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    header(kind, 0, payload.len(), &mut frame);
    frame.extend_from_slice(payload);
    frame
}

/// §5.2, up to the masking key.
fn header(kind: Kind, mask: u8, len: usize, out: &mut Vec<u8>) {
    out.push(FIN | kind as u8);
    match len {
        0..=125 => out.push(mask | len as u8),
        126..=0xffff => {
            out.push(mask | 126);
            out.extend_from_slice(&(len as u16).to_be_bytes());
        }
        _ => {
            out.push(mask | 127);
            out.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
}

/// The messages of a stream, as two numbers: equal streams have equal digests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest {
    pub(crate) messages: usize,
    hash: u64,
}

impl Digest {
    /// Counts one more message: its kind, its length and every byte of it (FNV-1a).
    #[cold]
    pub(crate) fn add(&mut self, kind: Kind, payload: &[u8]) {
        self.messages += 1;
        let len = (payload.len() as u64).to_be_bytes();
        for byte in [kind as u8].iter().chain(&len).chain(payload) {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// Numbers without a pattern, the same in every run: xorshift64.
struct Dice(u64);

impl Dice {
    fn new(seed: usize) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ seed as u64)
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn payload(&mut self, content: Content, size: usize) -> Vec<u8> {
        match content {
            Content::Binary => (0..size).map(|_| self.roll() as u8).collect(),
            Content::Ascii => self.talk(ASCII, size),
            Content::Mixed => self.talk(MIXED, size),
        }
    }

    /// Sentences, the last one cut between two characters; where no other fits, full stops.
    fn talk(&mut self, sentences: &[&str], size: usize) -> Vec<u8> {
        let mut text = String::with_capacity(size);
        while text.len() < size {
            let sentence = sentences[self.roll() as usize % sentences.len()];
            let room = sentence.floor_char_boundary(size - text.len());
            text.push_str(if room > 0 { &sentence[..room] } else { "." });
        }
        text.into_bytes()
    }
}
