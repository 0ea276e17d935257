//! What a frame is for, and what a message holds. RFC 6455 §5.2, §5.6.

/// What a frame is for. §5.2 defines six of the sixteen values. The others are refused on arrival, so
/// they have no variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Opcode {
    /// A further fragment of the message that an earlier frame began.
    Continuation = 0x0,
    /// A text message, or its first fragment.
    Text = 0x1,
    /// A binary message, or its first fragment.
    Binary = 0x2,
    /// The end of what the sender has to say. §5.5.1.
    Close = 0x8,
    /// A question that a pong must answer. §5.5.2.
    Ping = 0x9,
    /// The answer to a ping. §5.5.3.
    Pong = 0xa,
}

impl Opcode {
    /// The opcode in the low four bits of a frame's first byte; `None` for the ten reserved values.
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

    /// Is this a Close, ping or pong? Control frames are short, never fragmented, and allowed between
    /// the fragments of a message. Their highest bit is set. §5.5.
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
