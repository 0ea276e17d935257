//! Memory that a peer makes us take: asked for before it is taken, and refused without a crash. §10.4.
//!
//! A buffer has a little memory of its own, enough for a chat. Beyond that it asks a [`Reserve`], which
//! many connections can share, so that all their large messages together have a bound. A buffer without
//! a reserve has only the system to ask, whose refusal is no more than an answer, either.

use std::collections::TryReserveError;
use std::fmt::Debug;
use std::sync::Arc;

/// The memory for large messages, as one connection sees it.
pub trait Reserve: Debug + Send + Sync {
    /// Takes `bytes`, if there are as many.
    fn take(&self, bytes: usize) -> bool;

    /// Gives back what was taken.
    fn give_back(&self, bytes: usize);

    /// Is so little left that a buffer should not keep what a large message took for the next one?
    fn is_scarce(&self) -> bool;
}

/// What one buffer has taken from a reserve, and gives back at its end.
#[derive(Debug, Default)]
pub(super) struct Account {
    reserve: Option<Arc<dyn Reserve>>,
    taken: usize,
}

impl Account {
    /// What a buffer can hold without asking.
    pub(super) const OWN: usize = 64 << 10;

    /// An account with the system alone.
    pub(super) const fn new() -> Self {
        Self {
            reserve: None,
            taken: 0,
        }
    }

    pub(super) fn draw_on(&mut self, reserve: Arc<dyn Reserve>) {
        self.reserve = Some(reserve);
    }

    /// Lets a buffer grow to `size` bytes: asks the reserve, and then the system. Did both agree?
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

    /// The buffer has shrunk to `size` bytes.
    pub(super) fn shrunk(&mut self, size: usize) {
        self.give_back((Self::OWN + self.taken).saturating_sub(size.max(Self::OWN)));
    }

    /// Does the buffer hold what others may need more?
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
