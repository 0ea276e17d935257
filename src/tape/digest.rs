//! The last frames of a burst, the long ones without their middle.

use super::MOST_FRAMES;
use crate::protocol::{FrameHeader, Role};
use std::collections::VecDeque;
use std::time::Instant;

/// What is kept of a frame: so many bytes of its beginning, with the header, …
pub(super) const BEGINNING: usize = 192;
/// … and so many of its end.
pub(super) const END: usize = 64;

/// At most [`MOST_FRAMES`] frames of one direction, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Digest {
    /// Frames that were there, with those that are not kept.
    count: usize,
    /// When it was made, if that will do for when it was sent: a clock is not read for free.
    pub(super) made: Option<Instant>,
    marks: VecDeque<Mark>,
    bytes: VecDeque<u8>,
}

#[derive(Debug)]
struct Mark {
    beginning: u32,
    omitted: u64,
    end: u32,
}

/// One frame of a digest.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) beginning: Vec<u8>,
    /// Bytes between the two that are not kept.
    pub(crate) omitted: u64,
    pub(crate) end: Vec<u8>,
}

impl Digest {
    /// Of so many whole frames that a server sends.
    pub(crate) fn of(mut frames: &[u8], count: usize) -> Self {
        let mut digest = Self::default();
        let mut skip = count.saturating_sub(MOST_FRAMES);
        digest.count = skip;
        digest.made = Some(Instant::now());
        while let Ok(Some((header, size))) = FrameHeader::decode(frames, Role::Server) {
            let len = (size + header.len as usize).min(frames.len());
            let (frame, rest) = frames.split_at(len);
            match skip {
                0 => digest.keep(frame),
                _ => skip -= 1,
            }
            frames = rest;
        }
        digest.settle();
        digest
    }

    /// Adds a frame.
    pub(super) fn keep(&mut self, frame: &[u8]) {
        match frame.len().checked_sub(BEGINNING + END) {
            None | Some(0) => self.keep_cut(frame, 0, &[]),
            Some(omitted) => {
                let end = &frame[frame.len() - END..];
                self.keep_cut(&frame[..BEGINNING], omitted as u64, end);
            }
        }
    }

    /// Adds a frame whose middle is gone.
    pub(super) fn keep_cut(&mut self, beginning: &[u8], omitted: u64, end: &[u8]) {
        if self.marks.len() == MOST_FRAMES
            && let Some(oldest) = self.marks.pop_front()
        {
            self.bytes.drain(..(oldest.beginning + oldest.end) as usize);
        }
        self.count += 1;
        self.bytes.extend(beginning);
        self.bytes.extend(end);
        self.marks.push_back(Mark {
            beginning: beginning.len() as u32,
            omitted,
            end: end.len() as u32,
        });
    }

    /// Nothing more is added: gives back the memory that is not needed.
    pub(super) fn settle(&mut self) {
        self.marks.shrink_to_fit();
        self.bytes.shrink_to_fit();
    }

    /// How many frames it was made of.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// How many of them it holds.
    pub(crate) fn len(&self) -> usize {
        self.marks.len()
    }

    /// The frames, from the oldest to the newest.
    pub(crate) fn frames(&self) -> impl Iterator<Item = Kept> {
        let mut bytes = self.bytes.iter().copied();
        self.marks.iter().map(move |mark| Kept {
            beginning: bytes.by_ref().take(mark.beginning as usize).collect(),
            omitted: mark.omitted,
            end: bytes.by_ref().take(mark.end as usize).collect(),
        })
    }
}
