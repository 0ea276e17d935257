//! What is kept of the frames of one direction, while their bytes pass by.

use super::excerpt::{BEGINNING, END, ExcerptBuilder};
use crate::protocol::{FrameFollower, Role};
use std::collections::VecDeque;

/// Collects what is kept of the frames of one direction.
#[derive(Debug)]
pub(super) struct FrameCollector {
    follower: FrameFollower,
    /// What is kept of a frame that does not come in one piece. It is seldom needed, and lies elsewhere: a
    /// thread that sends to thousands of members touches as little of each as possible.
    partial: Option<Box<Partial>>,
    /// There was a header that breaks a rule: from there on, nothing is known to be a frame.
    derailed: bool,
}

/// The kept bytes of a frame that is under way, and the number of all its bytes.
#[derive(Debug, Default)]
struct Partial {
    beginning: Vec<u8>,
    end: VecDeque<u8>,
    len: u64,
}

impl Partial {
    fn omitted(&self) -> u64 {
        self.len - (self.beginning.len() + self.end.len()) as u64
    }
}

/// What was found in some bytes.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// The first offset at which a frame begins, or would begin.
    pub(super) boundary: Option<usize>,
    /// The frames that ended in them.
    pub(super) frames: ExcerptBuilder,
}

impl FrameCollector {
    pub(super) const fn new(sender: Role) -> Self {
        Self {
            follower: FrameFollower::new(sender),
            partial: None,
            derailed: false,
        }
    }

    pub(super) const fn sender(&self) -> Role {
        self.follower.sender()
    }

    /// The bytes of the frame that is under way; `None` if its middle is gone already.
    pub(super) fn unfinished(&self) -> Option<Vec<u8>> {
        if self.derailed {
            return None;
        }
        let Some(partial) = &self.partial else {
            return Some(Vec::new());
        };
        (partial.omitted() == 0).then(|| {
            let bytes = partial.beginning.iter().chain(&partial.end);
            bytes.copied().collect()
        })
    }

    /// Does a frame begin with the next byte?
    pub(super) const fn is_between_frames(&self) -> bool {
        self.follower.is_between_frames()
    }

    /// Takes bytes in.
    pub(super) fn follow(&mut self, bytes: &[u8]) -> Followed {
        if self.derailed {
            return Followed::default();
        }
        let mut followed = Followed {
            boundary: self.is_between_frames().then_some(0),
            frames: ExcerptBuilder::for_bytes(bytes.len()),
        };
        let mut rest = bytes;
        while !rest.is_empty() {
            let Ok(stretch) = self.follower.step(rest) else {
                // What is wrong with it is worth seeing, and the last that is.
                self.gather(rest);
                self.finish_frame(&mut followed.frames);
                self.derailed = true;
                break;
            };
            let (now, later) = rest.split_at(stretch.taken());
            rest = later;
            if stretch.is_whole() {
                followed.frames.add(now);
            } else {
                self.gather(now);
                if stretch.last {
                    self.finish_frame(&mut followed.frames);
                }
            }
            if stretch.last {
                followed.boundary.get_or_insert(bytes.len() - rest.len());
            }
        }
        followed
    }

    /// Adds to the frame that is under way.
    fn gather(&mut self, bytes: &[u8]) {
        let partial = self.partial.get_or_insert_default();
        partial.len += bytes.len() as u64;
        let room = BEGINNING - partial.beginning.len();
        let (beginning, rest) = bytes.split_at(room.min(bytes.len()));
        partial.beginning.extend_from_slice(beginning);
        let rest = &rest[rest.len().saturating_sub(END)..];
        let surplus = (partial.end.len() + rest.len()).saturating_sub(END);
        partial.end.drain(..surplus);
        partial.end.extend(rest);
    }

    /// Adds the frame that is under way, which is complete.
    fn finish_frame(&mut self, frames: &mut ExcerptBuilder) {
        let mut partial = self.partial.take().unwrap_or_default();
        let omitted = partial.omitted();
        let end = partial.end.make_contiguous();
        frames.add_cut(&partial.beginning, omitted, end);
    }
}
