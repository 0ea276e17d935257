//! Why a request is refused: a code for programs, a sentence for people.

use std::time::Duration;

/// What is wrong with a request. The connection stays open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) message: String,
    /// When it may be tried again.
    pub(crate) retry: Option<Duration>,
}

impl Refusal {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry: None,
        }
    }

    /// When it may be tried again, in whole milliseconds.
    pub(crate) fn retry_ms(&self) -> Option<u64> {
        self.retry.map(|wait| wait.as_millis() as u64 + 1)
    }

    /// Refuses what comes too fast.
    pub(crate) fn slower(retry: Duration) -> Self {
        Self::until(retry, "not so fast")
    }

    /// Refuses what may be tried again when `retry` has passed.
    pub(crate) fn until(retry: Duration, message: &str) -> Self {
        Self {
            code: Code::RateLimited,
            message: message.to_owned(),
            retry: Some(retry),
        }
    }
}

/// The codes that travel. PROTOCOL.md lists them, and a test compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    BadJson,
    BadShape,
    UnknownType,
    NotJoined,
    AlreadyJoined,
    BadName,
    NameTaken,
    NameReserved,
    BadRoom,
    EmptyText,
    TextTooLong,
    BadText,
    IdTaken,
    NoSuchPerson,
    RateLimited,
}

impl Code {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::BadJson => "bad_json",
            Self::BadShape => "bad_shape",
            Self::UnknownType => "unknown_type",
            Self::NotJoined => "not_joined",
            Self::AlreadyJoined => "already_joined",
            Self::BadName => "bad_name",
            Self::NameTaken => "name_taken",
            Self::NameReserved => "name_reserved",
            Self::BadRoom => "bad_room",
            Self::EmptyText => "empty_text",
            Self::TextTooLong => "text_too_long",
            Self::BadText => "bad_text",
            Self::IdTaken => "id_taken",
            Self::NoSuchPerson => "no_such_person",
            Self::RateLimited => "rate_limited",
        }
    }
}
