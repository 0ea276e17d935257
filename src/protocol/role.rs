//! Which end of a connection: RFC 6455 is not symmetric. §1.2, §5.1.

/// The two ends of a connection. They differ in one rule: a client masks every
/// frame it sends, a server none. §5.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The end that opened the connection.
    Client,
    /// The end that accepted it.
    Server,
}

impl Role {
    /// The end that this one talks to.
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}
