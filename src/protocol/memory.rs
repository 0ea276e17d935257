//! Memory that a peer's messages take: requested before it is used, and refused without a crash. RFC 6455 §10.4.
//!
//! A buffer has a little memory of its own, enough for a chat. For more it asks a [`Reserve`], which many
//! connections can share, so that all their large messages together have one bound. A buffer without a
//! reserve asks only the allocator, and an allocation that fails is an error, not an abort.

use std::collections::TryReserveError;
use std::fmt::Debug;
use std::sync::Arc;

/// A shared allowance of memory for large messages.
pub trait Reserve: Debug + Send + Sync {
    /// Takes `bytes` from the reserve, and returns whether it had as many.
    fn take(&self, bytes: usize) -> bool;

    /// Returns `bytes` to the reserve.
    fn give_back(&self, bytes: usize);

    /// Is so little left that a buffer should not keep the memory of one large message for the next?
    fn is_scarce(&self) -> bool;
}

/// What one buffer has taken from a reserve. Dropping it gives all back.
#[derive(Debug, Default)]
pub(super) struct Account {
    reserve: Option<Arc<dyn Reserve>>,
    taken: usize,
}

impl Account {
    /// The memory that a buffer may use without asking.
    pub(super) const OWN: usize = 64 << 10;

    /// An account without a reserve.
    pub(super) const fn new() -> Self {
        Self {
            reserve: None,
            taken: 0,
        }
    }

    pub(super) fn draw_on(&mut self, reserve: Arc<dyn Reserve>) {
        self.reserve = Some(reserve);
    }

    /// Lets a buffer grow to `size` bytes, if the reserve and then the allocator agree.
    pub(super) fn grow(
        &mut self,
        size: usize,
        allocate: impl FnOnce() -> Result<(), TryReserveError>,
    ) -> bool {
        let more = size.saturating_sub(Self::OWN + self.taken);
        if let Some(reserve) = self.reserve.as_ref().filter(|_| more > 0) {
            if !reserve.take(more) {
                return false;
            }
            self.taken += more;
        }
        let granted = allocate().is_ok();
        if !granted {
            self.give_back(more);
        }
        granted
    }

    /// Notes that the buffer has shrunk to `size` bytes.
    pub(super) fn shrunk(&mut self, size: usize) {
        self.give_back((Self::OWN + self.taken).saturating_sub(size.max(Self::OWN)));
    }

    /// Does the buffer hold memory that others may need more?
    pub(super) fn is_scarce(&self) -> bool {
        let reserve = self.reserve.as_ref().filter(|_| self.taken > 0);
        reserve.is_some_and(|reserve| reserve.is_scarce())
    }

    fn give_back(&mut self, bytes: usize) {
        if let Some(reserve) = self.reserve.as_ref().filter(|_| bytes > 0) {
            self.taken -= bytes;
            reserve.give_back(bytes);
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.give_back(self.taken);
    }
}
