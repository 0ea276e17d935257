//! Follows the bytes of one direction from frame to frame, by their headers alone.

use super::excerpt::{BEGINNING, END, ExcerptBuilder};
use crate::protocol::{FrameHeader, Role};
use std::collections::VecDeque;

/// How far the bytes of one direction have come.
#[derive(Debug)]
pub(super) struct FrameFollower {
    sender: Role,
    /// What is kept of the frame that is under way. It is seldom needed, and lies elsewhere: a thread
    /// that sends to thousands of members touches as little of each as possible.
    partial: Option<Box<Partial>>,
    /// The number of its bytes until now, and of all its bytes once its header is complete.
    len: u64,
    whole: Option<u64>,
    /// There was a header that breaks a rule: from there on, nothing is known to be a frame.
    derailed: bool,
}

/// The kept bytes of a frame that is under way.
#[derive(Debug, Default)]
struct Partial {
    beginning: Vec<u8>,
    end: VecDeque<u8>,
}

impl Partial {
    fn len(&self) -> usize {
        self.beginning.len() + self.end.len()
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

impl FrameFollower {
    pub(super) const fn new(sender: Role) -> Self {
        Self {
            sender,
            partial: None,
            len: 0,
            whole: None,
            derailed: false,
        }
    }

    pub(super) const fn sender(&self) -> Role {
        self.sender
    }

    /// The bytes of the frame that is under way; `None` if its middle is gone already.
    pub(super) fn unfinished(&self) -> Option<Vec<u8>> {
        if self.derailed {
            return None;
        }
        let Some(partial) = &self.partial else {
            return Some(Vec::new());
        };
        let is_complete = self.len == partial.len() as u64;
        is_complete.then(|| {
            let bytes = partial.beginning.iter().chain(&partial.end);
            bytes.copied().collect()
        })
    }

    /// Does a frame begin with the next byte?
    pub(super) const fn is_between_frames(&self) -> bool {
        self.len == 0 && !self.derailed
    }

    /// Takes bytes in.
    pub(super) fn follow(&mut self, bytes: &[u8]) -> Followed {
        if self.derailed {
            return Followed::default();
        }
        let mut followed = Followed {
            boundary: (self.len == 0).then_some(0),
            frames: ExcerptBuilder::for_bytes(bytes.len()),
        };
        let mut rest = bytes;
        while !rest.is_empty() && !self.derailed {
            rest = self.advance(rest, &mut followed.frames);
            if self.len == 0 && !self.derailed {
                followed.boundary.get_or_insert(bytes.len() - rest.len());
            }
        }
        followed
    }

    /// Takes what belongs to one frame, or to its header; returns the rest.
    fn advance<'b>(&mut self, bytes: &'b [u8], frames: &mut ExcerptBuilder) -> &'b [u8] {
        let Some(whole) = self.whole else {
            return self.look_for_header(bytes, frames);
        };
        let missing = whole - self.len;
        let take = usize::try_from(missing).map_or(bytes.len(), |most| most.min(bytes.len()));
        let (now, later) = bytes.split_at(take);
        if self.len == 0 && take as u64 == whole {
            frames.add(now);
        } else {
            self.gather(now);
            if self.len < whole {
                return later;
            }
            self.finish_frame(frames);
        }
        (self.len, self.whole) = (0, None);
        later
    }

    /// Decodes a header. One that comes in pieces is put together, a byte at a time.
    fn look_for_header<'b>(&mut self, bytes: &'b [u8], frames: &mut ExcerptBuilder) -> &'b [u8] {
        let (header, rest) = match FrameHeader::decode(bytes, self.sender) {
            Ok(Some(header)) if self.len == 0 => (Ok(Some(header)), bytes),
            _ => {
                let (now, later) = bytes.split_at(1);
                let sender = self.sender;
                let beginning = self.gather(now);
                (FrameHeader::decode(beginning, sender), later)
            }
        };
        match header {
            Ok(Some((header, size))) => {
                let whole = (size as u64).saturating_add(header.len);
                self.whole = Some(whole);
                if self.len == whole {
                    self.finish_frame(frames);
                    (self.len, self.whole) = (0, None);
                }
                rest
            }
            Ok(None) => rest,
            Err(_) => {
                // What is wrong with it is worth seeing, and the last that is.
                self.gather(rest);
                self.finish_frame(frames);
                self.derailed = true;
                &[]
            }
        }
    }

    /// Adds to the frame that is under way; returns its beginning.
    fn gather(&mut self, bytes: &[u8]) -> &[u8] {
        self.len += bytes.len() as u64;
        let partial = self.partial.get_or_insert_default();
        let room = BEGINNING - partial.beginning.len();
        let (beginning, rest) = bytes.split_at(room.min(bytes.len()));
        partial.beginning.extend_from_slice(beginning);
        let rest = &rest[rest.len().saturating_sub(END)..];
        let surplus = (partial.end.len() + rest.len()).saturating_sub(END);
        partial.end.drain(..surplus);
        partial.end.extend(rest);
        &partial.beginning
    }

    /// Adds the frame that is under way, which is complete.
    fn finish_frame(&mut self, frames: &mut ExcerptBuilder) {
        let mut partial = self.partial.take().unwrap_or_default();
        let omitted = self.len - partial.len() as u64;
        let end = partial.end.make_contiguous();
        frames.add_cut(&partial.beginning, omitted, end);
    }
}
