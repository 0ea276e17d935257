//! The sessions that the server gives us, one per connection. Our name belongs to one of them.

/// The sessions that the server has given us.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// That of this connection.
    pub(super) current: Option<String>,
    /// That under which the server knows our name: of this connection, or of an earlier one.
    named: Option<String>,
}

impl Session {
    /// The earlier session whose name this connection has to claim.
    pub(super) fn claim(&self) -> Option<&str> {
        let earlier = self.named.as_deref();
        earlier.filter(|_| self.named != self.current)
    }

    /// The name belongs to this connection from now on. Returns whether that is new.
    pub(super) fn take_over(&mut self) -> bool {
        let is_new = self.named != self.current;
        self.named.clone_from(&self.current);
        is_new
    }
}
