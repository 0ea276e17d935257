//! What a client can ask for, as plain values.

use std::borrow::Cow;

/// A request whose fields are all there. Whether they hold something sensible is checked where the
/// request is served.
#[derive(Debug, PartialEq)]
pub(crate) enum Request<'a> {
    Join(Join<'a>),
    Say {
        room: &'a str,
        text: &'a str,
        id: Option<&'a str>,
    },
    Whisper {
        to: Recipient<'a>,
        text: &'a str,
        id: Option<&'a str>,
    },
    Name(&'a str),
    Typing(&'a str),
    Leave(&'a str),
    History {
        room: &'a str,
        before: Option<u64>,
        limit: u64,
    },
    Rooms,
    Follow(&'a [Cow<'a, str>]),
    /// Whispers from these persons are not wanted.
    Ignore(&'a [Cow<'a, str>]),
    /// A number that the pong repeats.
    Ping(&'a str),
}

impl Request<'_> {
    /// Does it count against the allowance that all requests share which have none of their own?
    pub(super) const fn is_other(&self) -> bool {
        !matches!(
            self,
            Self::Say { .. } | Self::Whisper { .. } | Self::Name(_)
        )
    }
}

/// The recipient of a whisper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Recipient<'a> {
    pub(crate) name: &'a str,
    /// Only this very person: names change hands.
    pub(crate) person: Option<&'a str>,
}

/// A request to enter a room, for the first time or again.
#[derive(Debug, PartialEq)]
pub(crate) struct Join<'a> {
    pub(crate) room: &'a str,
    pub(crate) name: Option<&'a str>,
    pub(crate) session: Option<&'a str>,
    /// The run of the server and the last line in it that the client knows.
    pub(crate) known: Option<(&'a str, u64)>,
}
