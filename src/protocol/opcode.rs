//! What a frame is for, and what a message holds. RFC 6455 §5.2, §5.6.

/// What a frame is for. §5.2 defines six of the sixteen values; the others are
/// refused when they arrive, so they have no variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Opcode {
    /// A further part of the message that an earlier frame began.
    Continuation = 0x0,
    /// The beginning (or all) of a text message.
    Text = 0x1,
    /// The beginning (or all) of a binary message.
    Binary = 0x2,
    /// The end of the conversation.
    Close = 0x8,
    /// A question that must be answered with a pong.
    Ping = 0x9,
    /// The answer to a ping.
    Pong = 0xa,
}

impl Opcode {
    /// Reads the low four bits of a frame's first byte.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        match bits {
            0x0 => Some(Self::Continuation),
            0x1 => Some(Self::Text),
            0x2 => Some(Self::Binary),
            0x8 => Some(Self::Close),
            0x9 => Some(Self::Ping),
            0xa => Some(Self::Pong),
            _ => None,
        }
    }

    /// Close, ping and pong: short, never split, allowed between the parts of a
    /// message. Their highest bit is set. §5.5.
    pub const fn is_control(self) -> bool {
        self as u8 & 0b1000 != 0
    }
}

/// What a message holds. §5.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// Any bytes.
    Binary,
}
