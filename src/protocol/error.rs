//! The rules that a peer's frames can break, and the close code for each. RFC 6455 §7.1.7.
//!
//! After the handshake, a broken rule is a [`ProtocolError`], and the connection fails with one close
//! code. (Before it, a mistake is a [`HandshakeError`](super::HandshakeError) and ends in one HTTP
//! status.) An error carries what arrived, and names the section of the rule.

use super::close_code::CloseCode;
use super::opcode::Opcode;
use super::role::Role;
use super::utf8::{Utf8Error, Utf8Fault};
use std::fmt;

/// A rule of RFC 6455, or a limit of this endpoint, that the peer's frames broke. Each ends the
/// connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtocolError {
    /// RSV1, RSV2 or RSV3 is set; the value holds those bits of the first byte.
    ReservedBitsSet(u8),
    /// One of the ten opcodes that are reserved.
    UnknownOpcode(u8),
    /// A frame from a client without a mask, or one from a server with a mask.
    WrongMasking {
        /// The end that sent the frame.
        sender: Role,
    },
    /// A payload length in more bytes than it needs; the value is how many it took.
    LengthNotMinimal(u8),
    /// A payload length of 2⁶³ or more.
    LengthTopBitSet,
    /// A Close, ping or pong of more than 125 bytes.
    ControlTooLong(Opcode),
    /// A Close, ping or pong without FIN.
    ControlFragmented(Opcode),
    /// A continuation frame while no message is unfinished.
    NothingToContinue,
    /// A text or binary frame while a message is unfinished.
    MessageUnfinished,
    /// A text message, or the reason in a Close, that is not UTF-8.
    InvalidUtf8(Utf8Error),
    /// A Close frame whose body is one byte: half a code.
    CloseBodyTooShort,
    /// A close code that may not be sent.
    InvalidCloseCode(u16),
    /// A message longer than this endpoint accepts, judged by the lengths that its frames declare.
    MessageTooBig {
        /// The length declared so far.
        len: u64,
        /// The longest message that is accepted.
        max: u64,
    },
    /// A message in more frames than this endpoint accepts.
    TooManyFragments {
        /// The largest number of frames that is accepted.
        max: u32,
    },
    /// No memory is left for a message: all large messages share one bound.
    NoMemory {
        /// How many bytes were needed.
        bytes: u64,
    },
}

impl ProtocolError {
    /// Every variant once, with example values: for tables that must name every rule.
    pub const ALL: [Self; 15] = [
        Self::ReservedBitsSet(0x40),
        Self::UnknownOpcode(0xb),
        Self::WrongMasking {
            sender: Role::Client,
        },
        Self::LengthNotMinimal(2),
        Self::LengthTopBitSet,
        Self::ControlTooLong(Opcode::Ping),
        Self::ControlFragmented(Opcode::Ping),
        Self::NothingToContinue,
        Self::MessageUnfinished,
        Self::InvalidUtf8(Utf8Error {
            fault: Utf8Fault::NeverLegal,
            byte: 0xff,
            at: 0,
        }),
        Self::CloseBodyTooShort,
        Self::InvalidCloseCode(1005),
        Self::MessageTooBig { len: 1, max: 0 },
        Self::TooManyFragments { max: 1 },
        Self::NoMemory { bytes: 1 },
    ];

    /// The code of the Close frame that answers this error: the one place that decides. §7.4.1.
    pub const fn close_code(self) -> CloseCode {
        match self {
            Self::InvalidUtf8(_) => CloseCode::INVALID_DATA,
            Self::MessageTooBig { .. } => CloseCode::TOO_BIG,
            Self::TooManyFragments { .. } => CloseCode::POLICY_VIOLATION,
            Self::NoMemory { .. } => CloseCode::TRY_AGAIN_LATER,
            _ => CloseCode::PROTOCOL_ERROR,
        }
    }

    /// The section of RFC 6455 that states the rule.
    pub const fn section(self) -> &'static str {
        match self {
            Self::ReservedBitsSet(_) | Self::UnknownOpcode(_) => "5.2",
            Self::LengthNotMinimal(_) | Self::LengthTopBitSet => "5.2",
            Self::WrongMasking { .. } => "5.1",
            Self::ControlTooLong(_) | Self::ControlFragmented(_) => "5.5",
            Self::NothingToContinue | Self::MessageUnfinished => "5.4",
            Self::InvalidUtf8(_) => "8.1",
            Self::CloseBodyTooShort => "5.5.1",
            Self::InvalidCloseCode(_) => "7.4",
            Self::MessageTooBig { .. } | Self::TooManyFragments { .. } => "10.4",
            Self::NoMemory { .. } => "10.4",
        }
    }

    /// A short name for tables and programs. It never changes.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::ReservedBitsSet(_) => "rsv",
            Self::UnknownOpcode(_) => "opcode",
            Self::WrongMasking { .. } => "masking",
            Self::LengthNotMinimal(_) => "length-minimal",
            Self::LengthTopBitSet => "length-top-bit",
            Self::ControlTooLong(_) => "control-length",
            Self::ControlFragmented(_) => "control-fragmented",
            Self::NothingToContinue => "nothing-to-continue",
            Self::MessageUnfinished => "message-unfinished",
            Self::InvalidUtf8(_) => "utf8",
            Self::CloseBodyTooShort => "close-body",
            Self::InvalidCloseCode(_) => "close-code",
            Self::MessageTooBig { .. } => "message-size",
            Self::TooManyFragments { .. } => "fragments",
            Self::NoMemory { .. } => "memory",
        }
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReservedBitsSet(bits) => {
                write!(f, "{} set, no extension was negotiated", names_of(*bits))
            }
            Self::UnknownOpcode(bits) => write!(f, "opcode {bits:#x} is reserved"),
            Self::WrongMasking {
                sender: Role::Client,
            } => write!(f, "a frame from a client is not masked"),
            Self::WrongMasking {
                sender: Role::Server,
            } => write!(f, "a frame from a server is masked"),
            Self::LengthNotMinimal(bytes) => {
                write!(f, "a length in {bytes} bytes that fits in fewer")
            }
            Self::LengthTopBitSet => write!(f, "the highest bit of an eight-byte length is set"),
            Self::ControlTooLong(opcode) => write!(f, "a {opcode:?} frame of more than 125 bytes"),
            Self::ControlFragmented(opcode) => write!(f, "a {opcode:?} frame without FIN"),
            Self::NothingToContinue => write!(f, "a continuation, but no message has begun"),
            Self::MessageUnfinished => write!(f, "a new message before the last one ended"),
            Self::InvalidUtf8(error) => error.fmt(f),
            Self::CloseBodyTooShort => write!(f, "a Close body of one byte, a code takes two"),
            Self::InvalidCloseCode(number) => write!(f, "close code {number} may not be sent"),
            Self::MessageTooBig { len, max } => {
                write!(f, "a message of {len} bytes, the limit is {max}")
            }
            Self::TooManyFragments { max } => write!(f, "a message in more than {max} frames"),
            Self::NoMemory { bytes } => {
                write!(
                    f,
                    "no memory is left for a message of {bytes} bytes or more, try again later"
                )
            }
        }
    }
}

/// The bits that are set, with a verb: `RSV1 and RSV3 are`.
fn names_of(reserved: u8) -> String {
    let bits = [(0x40, "RSV1"), (0x20, "RSV2"), (0x10, "RSV3")];
    let set = bits.iter().filter(|(bit, _)| reserved & bit != 0);
    let names: Vec<_> = set.map(|(_, name)| *name).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", names.join(" and "))
}

impl std::error::Error for ProtocolError {}

impl From<Utf8Error> for ProtocolError {
    fn from(error: Utf8Error) -> Self {
        Self::InvalidUtf8(error)
    }
}
