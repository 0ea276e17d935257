//! The excerpts of the last frames, in a ring.
//!
//! A member's part in a burst is one pointer, written where the oldest one was.

use super::excerpt::{Excerpt, MOST_FRAMES};
use std::sync::Arc;

/// As few excerpts as hold [`MOST_FRAMES`] frames together.
#[derive(Debug, Default)]
#[repr(C)]
pub(super) struct RecentFrames {
    /// The number of frames in all of them.
    frames: u32,
    oldest: u8,
    count: u8,
    /// Each holds one frame at least, so there is always room.
    ring: [Option<Arc<Excerpt>>; MOST_FRAMES],
}

impl RecentFrames {
    pub(super) fn push(&mut self, excerpt: Arc<Excerpt>) {
        self.frames += excerpt.len() as u32;
        while let Some(oldest) = &self.ring[usize::from(self.oldest)]
            && let left = self.frames - oldest.len() as u32
            && left >= MOST_FRAMES as u32
        {
            self.frames = left;
            self.ring[usize::from(self.oldest)] = None;
            self.oldest = (self.oldest + 1) % MOST_FRAMES as u8;
            self.count -= 1;
        }
        self.ring[usize::from(self.oldest + self.count) % MOST_FRAMES] = Some(excerpt);
        self.count += 1;
    }

    /// The number of frames.
    pub(super) const fn frames(&self) -> u32 {
        self.frames
    }

    /// The excerpts, from the oldest to the newest.
    pub(super) fn excerpts(&self) -> impl Iterator<Item = &Arc<Excerpt>> {
        let (newer, older) = self.ring.split_at(self.oldest.into());
        older.iter().chain(newer).flatten()
    }
}
