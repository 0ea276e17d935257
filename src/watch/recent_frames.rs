//! The digests of the last frames, in a ring.
//!
//! A member's part of a burst is one pointer, where the oldest one was.

use super::MOST_FRAMES;
use super::excerpt::Excerpt;
use std::sync::Arc;

/// As few digests as have [`MOST_FRAMES`] frames together.
#[derive(Debug, Default)]
#[repr(C)]
pub(super) struct RecentFrames {
    /// Frames in all of them.
    frames: u32,
    oldest: u8,
    count: u8,
    /// Each has one frame at least, so there is always room.
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

    /// How many frames there are.
    pub(super) const fn frames(&self) -> u32 {
        self.frames
    }

    /// From the oldest to the newest.
    pub(super) fn excerpts(&self) -> impl Iterator<Item = &Arc<Excerpt>> {
        let (newer, older) = self.ring.split_at(self.oldest.into());
        older.iter().chain(newer).flatten()
    }
}
