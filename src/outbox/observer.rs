//! The seam for those who look on at a connection.

use super::Burst;
use std::fmt::Debug;
use std::io;

/// Looks on at one connection: it is given every byte of both directions, in the order of the wire,
/// and holds neither up.
pub(crate) trait Observer: Debug + Send + Sync {
    /// The client has sent these bytes. They are not unmasked yet.
    fn received(&self, bytes: &[u8]);

    /// Calls `send`, and takes note of as many of `bytes` as it says that it has sent.
    ///
    /// The observer makes the call so that it can keep its place in the order: the client's answer may
    /// arrive before `send` returns. `send` does not wait. If the bytes are those of a whole burst, the
    /// observers of all its receivers can share what they [note](Burst::note) about it.
    fn sending(
        &self,
        bytes: &[u8],
        burst: Option<&Burst<'_>>,
        send: &mut dyn FnMut() -> io::Result<usize>,
    ) -> io::Result<usize>;

    /// The client does not keep up: this many bytes wait for it, and this many messages were dropped.
    /// With none of either, it has caught up.
    fn lagging(&self, bytes: usize, dropped: usize);
}
