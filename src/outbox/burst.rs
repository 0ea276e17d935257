//! Whole frames that are sent together.

use crate::protocol::{FrameFollower, Role};
use std::any::Any;
use std::cell::OnceCell;
use std::sync::Arc;

/// Whole frames, one after another, for one client or for many.
#[derive(Debug)]
pub(crate) struct Burst<'a> {
    pub(super) frames: &'a [u8],
    pub(super) messages: usize,
    note: OnceCell<Arc<dyn Any + Send + Sync>>,
}

impl<'a> Burst<'a> {
    /// A burst of this many messages, each of which is one frame.
    pub(crate) const fn new(frames: &'a [u8], messages: usize) -> Self {
        Self {
            frames,
            messages,
            note: OnceCell::new(),
        }
    }

    /// What observers note about this burst: the first of them makes it, from the frames and their
    /// number, and the others share it.
    pub(crate) fn note<T: Any + Send + Sync>(&self, make: impl Fn(&[u8], usize) -> T) -> Arc<T> {
        let make = || Arc::new(make(self.frames, self.messages));
        let note = Arc::clone(
            self.note
                .get_or_init(|| make() as Arc<dyn Any + Send + Sync>),
        );
        // Observers of another kind need a note of their own.
        note.downcast().unwrap_or_else(|_| make())
    }
}

/// The offset at which the frame with byte `at` ends; `at` itself if it lies between two frames.
pub(super) fn frame_end(frames: &[u8], at: usize) -> usize {
    let (mut follower, mut end) = (FrameFollower::new(Role::Server), 0);
    while end < at {
        match follower.step(&frames[end..]) {
            Ok(stretch) => end += stretch.taken(),
            // Not frames of ours: too much is better than half a frame.
            Err(_) => return frames.len(),
        }
    }
    end
}
