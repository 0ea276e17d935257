//! The frames that a sender sends at once: built once, and stamped with new tags each time.

use super::tag::{TAG_LENGTH, Tag};

/// One masking key serves all frames: no proxy that §10.3 protects stands between this client and the server.
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

#[derive(Debug)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    /// The length of each frame; all have the same.
    frame: usize,
    /// Where the tag stands in each frame, and where in its payload.
    tag: (usize, usize),
}

impl Batch {
    /// `window` messages with texts of `size` bytes.
    pub(crate) fn new(say: fn(&str) -> String, window: usize, size: usize) -> Self {
        let text = format!(
            "{}{}",
            "_".repeat(TAG_LENGTH),
            "x".repeat(size.saturating_sub(TAG_LENGTH))
        );
        let message = say(&text);
        let in_payload = message.find(&text).expect("a message holds its text");
        let mut one = Vec::new();
        encode(0x81, message.as_bytes(), &mut one);
        let header = one.len() - message.len();
        Self {
            frame: one.len(),
            tag: (header + in_payload, in_payload),
            bytes: one.repeat(window),
        }
    }

    /// Gives the frame of this index its tag.
    pub(crate) fn stamp(&mut self, frame: usize, tag: Tag) {
        let (in_frame, in_payload) = self.tag;
        let place = &mut self.bytes[frame * self.frame + in_frame..][..TAG_LENGTH];
        let masked = mask(tag.as_bytes(), in_payload);
        masked.zip(place).for_each(|(byte, place)| *place = byte);
    }

    pub(crate) fn all(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn first(&self) -> &[u8] {
        &self.bytes[..self.frame]
    }
}

/// Appends a client's frame, masked (§5.1), whose first byte is `first`.
pub(crate) fn encode(first: u8, payload: &[u8], frames: &mut Vec<u8>) {
    frames.push(first);
    match (u16::try_from(payload.len()), payload.len()) {
        (_, len @ ..126) => frames.push(0x80 | len as u8),
        (Ok(len), _) => {
            frames.push(0x80 | 126);
            frames.extend(len.to_be_bytes());
        }
        (Err(_), len) => {
            frames.push(0x80 | 127);
            frames.extend((len as u64).to_be_bytes());
        }
    }
    frames.extend(KEY);
    frames.extend(mask(payload, 0));
}

/// Masks bytes that stand in a payload from `at` on (§5.3).
fn mask(bytes: &[u8], at: usize) -> impl Iterator<Item = u8> {
    let key = KEY.iter().cycle().skip(at % 4);
    bytes.iter().zip(key).map(|(byte, key)| byte ^ key)
}
