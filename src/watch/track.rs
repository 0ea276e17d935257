//! Follows the bytes of one direction from frame to frame, by nothing but their headers.

use super::excerpt::{BEGINNING, END, ExcerptBuilder};
use crate::protocol::{FrameHeader, Role};
use std::collections::VecDeque;

/// Where one direction has come to.
#[derive(Debug)]
pub(super) struct Track {
    sender: Role,
    /// The frame that is under way, if some of it came. It is seldom needed, and kept apart: who
    /// sends to thousands touches as little of each as can be.
    partial: Option<Box<Partial>>,
    /// So many of its bytes came, and so many there will be once its header is known.
    len: u64,
    whole: Option<u64>,
    /// A header that is none: there are no more frames from here on.
    derailed: bool,
}

/// What is kept of a frame so far.
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

/// What some bytes were.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// Where in them a frame begins or may begin, the first time.
    pub(super) boundary: Option<usize>,
    /// The frames that ended in them, as far as they are kept.
    pub(super) found: ExcerptBuilder,
}

impl Track {
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

    /// The beginning of the frame that is under way; `None` when it has been cut already.
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
    pub(super) fn follow(&mut self, bytes: &[u8]) -> Step {
        if self.derailed {
            return Step::default();
        }
        let mut step = Step {
            boundary: (self.len == 0).then_some(0),
            found: ExcerptBuilder::within(bytes.len()),
        };
        let mut rest = bytes;
        while !rest.is_empty() && !self.derailed {
            rest = self.advance(rest, &mut step.found);
            if self.len == 0 && !self.derailed {
                step.boundary.get_or_insert(bytes.len() - rest.len());
            }
        }
        step
    }

    /// Takes what belongs to one frame, or to its header; returns what is behind it.
    fn advance<'b>(&mut self, bytes: &'b [u8], found: &mut ExcerptBuilder) -> &'b [u8] {
        let Some(whole) = self.whole else {
            return self.look_for_header(bytes, found);
        };
        let missing = whole - self.len;
        let take = usize::try_from(missing).map_or(bytes.len(), |most| most.min(bytes.len()));
        let (now, later) = bytes.split_at(take);
        if self.len == 0 && take as u64 == whole {
            found.keep(now);
        } else {
            self.gather(now);
            if self.len < whole {
                return later;
            }
            self.put_away(found);
        }
        (self.len, self.whole) = (0, None);
        later
    }

    /// A header may come in pieces: then they are put together, a byte at a time.
    fn look_for_header<'b>(&mut self, bytes: &'b [u8], found: &mut ExcerptBuilder) -> &'b [u8] {
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
                    self.put_away(found);
                    (self.len, self.whole) = (0, None);
                }
                rest
            }
            Ok(None) => rest,
            Err(_) => {
                // What is wrong with it is the last thing that one wants to see.
                self.gather(rest);
                self.put_away(found);
                self.derailed = true;
                &[]
            }
        }
    }

    /// Adds to the frame that is under way; gives its beginning.
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

    /// It is complete.
    fn put_away(&mut self, found: &mut ExcerptBuilder) {
        let mut partial = self.partial.take().unwrap_or_default();
        let omitted = self.len - partial.len() as u64;
        let end = partial.end.make_contiguous();
        found.keep_cut(&partial.beginning, omitted, end);
    }
}
