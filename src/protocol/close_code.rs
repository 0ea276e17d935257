//! The numbers that say why a connection is closed. RFC 6455 §7.4.

/// A close code: a number that may be sent in a Close frame. §7.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CloseCode(u16);

impl CloseCode {
    /// The connection has served its purpose.
    pub const NORMAL: Self = Self(1000);
    /// The server is shutting down, or the user has left the page.
    pub const GOING_AWAY: Self = Self(1001);
    /// The peer broke a rule of the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// Data of a kind that this endpoint does not accept, such as binary in a chat.
    pub const UNSUPPORTED_DATA: Self = Self(1003);
    /// A text message that is not UTF-8.
    pub const INVALID_DATA: Self = Self(1007);
    /// The peer broke a rule of this endpoint: it was too slow, or sent too much or too often.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// A message that is longer than this endpoint accepts.
    pub const TOO_BIG: Self = Self(1009);
    /// The endpoint failed.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// The server is overloaded. Registered later, in the registry that §11.7 founds.
    pub const TRY_AGAIN_LATER: Self = Self(1013);

    /// The codes that have a name here: all that this crate sends of its own accord.
    pub const NAMED: [Self; 9] = [
        Self::NORMAL,
        Self::GOING_AWAY,
        Self::PROTOCOL_ERROR,
        Self::UNSUPPORTED_DATA,
        Self::INVALID_DATA,
        Self::POLICY_VIOLATION,
        Self::TOO_BIG,
        Self::INTERNAL_ERROR,
        Self::TRY_AGAIN_LATER,
    ];

    /// `number` as a close code, if it may be sent. §7.4.1, §7.4.2.
    ///
    /// 1005, 1006 and 1015 tell an application that *no* code was received, and never travel. 1004 is
    /// reserved. 1012 to 1014 were registered later (§11.7).
    pub const fn new(number: u16) -> Option<Self> {
        match number {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(Self(number)),
            _ => None,
        }
    }

    /// The number, as it is sent.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// What the code means, in a few words.
    pub const fn meaning(self) -> &'static str {
        match self.0 {
            1000 => "normal closure",
            1001 => "going away",
            1002 => "protocol error",
            1003 => "unsupported data",
            1007 => "invalid data",
            1008 => "policy violation",
            1009 => "message too big",
            1010 => "extension missing",
            1011 => "internal error",
            1012 => "service restart",
            1013 => "try again later",
            1014 => "bad gateway",
            3000..=3999 => "registered by a library",
            _ => "private use",
        }
    }
}
