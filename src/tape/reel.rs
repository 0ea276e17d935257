//! The digests of the last frames, in a ring.
//!
//! A member's part of a burst is one pointer, where the oldest one was.

use super::MOST_FRAMES;
use super::digest::Digest;
use std::sync::Arc;

/// As few digests as have [`MOST_FRAMES`] frames together.
#[derive(Debug, Default)]
#[repr(C)]
pub(super) struct Reel {
    /// Frames in all of them.
    frames: u32,
    oldest: u8,
    count: u8,
    /// Each has one frame at least, so there is always room.
    ring: [Option<Arc<Digest>>; MOST_FRAMES],
}

impl Reel {
    pub(super) fn push(&mut self, digest: Arc<Digest>) {
        self.frames += digest.len() as u32;
        while let Some(oldest) = &self.ring[usize::from(self.oldest)]
            && let left = self.frames - oldest.len() as u32
            && left >= MOST_FRAMES as u32
        {
            self.frames = left;
            self.ring[usize::from(self.oldest)] = None;
            self.oldest = (self.oldest + 1) % MOST_FRAMES as u8;
            self.count -= 1;
        }
        self.ring[usize::from(self.oldest + self.count) % MOST_FRAMES] = Some(digest);
        self.count += 1;
    }

    /// How many frames there are.
    pub(super) const fn frames(&self) -> u32 {
        self.frames
    }

    /// From the oldest to the newest.
    pub(super) fn digests(&self) -> impl Iterator<Item = &Arc<Digest>> {
        let (newer, older) = self.ring.split_at(self.oldest.into());
        older.iter().chain(newer).flatten()
    }
}
