//! Whole frames, one behind the other.

use crate::protocol::{FrameFollower, Role};
use crate::watch::Excerpt;
use std::sync::Arc;

/// Whole frames for many clients, looked at once for all of them.
#[derive(Debug)]
pub(crate) struct Burst<'a> {
    pub(super) frames: &'a [u8],
    pub(super) messages: usize,
    pub(super) excerpt: Arc<Excerpt>,
}

impl<'a> Burst<'a> {
    /// So many messages, each of them one frame.
    pub(crate) fn new(frames: &'a [u8], messages: usize) -> Self {
        Self {
            frames,
            messages,
            excerpt: Excerpt::of(frames, messages),
        }
    }
}

/// Where the frame ends that byte `at` of `frames` belongs to: `at` itself between two frames.
pub(super) fn frame_end(frames: &[u8], at: usize) -> usize {
    let (mut follower, mut end) = (FrameFollower::new(Role::Server), 0);
    while end < at {
        match follower.step(&frames[end..]) {
            Ok(stretch) => end += stretch.taken(),
            // Not this server's own frames, then; better too much than half a frame.
            Err(_) => return frames.len(),
        }
    }
    end
}
