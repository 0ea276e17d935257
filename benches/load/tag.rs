//! The tag at the beginning of each text, by which a delivery is recognised without parsing JSON.

/// `[!0042.00000017]`: a mark, the number of the sender, and the number of the message among the sender's.
pub(crate) const TAG_LENGTH: usize = 16;

/// Names one message of one sender. Its text is kept as it is: millions arrive in a second, and most are only asked
/// for their mark and sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag([u8; TAG_LENGTH]);

/// Why a message is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A member that receives it is in the room.
    Hello = b'?' as isize,
    /// One of many.
    Plain = b'+' as isize,
    /// The time that it takes is measured.
    Timed = b'!' as isize,
    /// No message follows it.
    Last = b'$' as isize,
}

impl Tag {
    pub(crate) fn new(mark: Mark, sender: usize, number: u32) -> Self {
        let mark = char::from(mark as u8);
        let text = format!("[{mark}{sender:04}.{number:08}]");
        Self(*text.as_bytes().first_chunk().expect("it is as long"))
    }

    /// The tag with which `bytes` begin.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; TAG_LENGTH] = bytes.first_chunk()?;
        let [b'[', b'?' | b'+' | b'!' | b'$', .., b']'] = bytes else {
            return None;
        };
        Some(Self(*bytes))
    }

    pub(crate) const fn as_bytes(&self) -> &[u8] {
        &self.0
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
        let text = str::from_utf8(&self.0[2..TAG_LENGTH - 1]).ok()?;
        let (sender, number) = text.split_once('.')?;
        Some((sender.parse().ok()?, number.parse().ok()?))
    }
}
