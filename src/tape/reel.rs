//! The digests of the last frames, in a ring.
//!
//! Whoever sends to a thousand members puts one in here for each of them, and finds nothing of it in
//! the cache. So it is one pointer beside the last one, and the oldest is where the next one goes.

use super::MOST_FRAMES;
use super::digest::Digest;
use std::sync::Arc;

/// As few digests as have [`MOST_FRAMES`] frames together.
#[derive(Debug, Default)]
pub(super) struct Reel {
    /// Frames in all of them.
    frames: usize,
    oldest: usize,
    count: usize,
    /// Each has one frame at least, so there is always room.
    ring: [Option<Arc<Digest>>; MOST_FRAMES],
}

impl Reel {
    pub(super) fn push(&mut self, digest: Arc<Digest>) {
        self.frames += digest.len();
        while let Some(oldest) = &self.ring[self.oldest]
            && self.frames - oldest.len() >= MOST_FRAMES
        {
            self.frames -= oldest.len();
            self.ring[self.oldest] = None;
            self.oldest = (self.oldest + 1) % MOST_FRAMES;
            self.count -= 1;
        }
        self.ring[(self.oldest + self.count) % MOST_FRAMES] = Some(digest);
        self.count += 1;
    }

    /// How many frames there are.
    pub(super) const fn frames(&self) -> usize {
        self.frames
    }

    /// From the oldest to the newest.
    pub(super) fn digests(&self) -> impl Iterator<Item = &Arc<Digest>> {
        let (newer, older) = self.ring.split_at(self.oldest);
        older.iter().chain(newer).flatten()
    }
}
