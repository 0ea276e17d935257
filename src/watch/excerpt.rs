//! The last frames of a burst, the long ones without their middle.

use super::MOST_FRAMES;
use crate::protocol::{FrameHeader, Role};
use std::sync::Arc;
use std::time::Instant;

/// What is kept of a frame: so many bytes of its beginning, with the header, …
pub(super) const BEGINNING: usize = 192;
/// … and so many of its end.
pub(super) const END: usize = 64;

/// At most [`MOST_FRAMES`] frames of one direction, one behind the other.
#[derive(Debug)]
pub(crate) struct Excerpt {
    pub(super) sender: Role,
    /// When it was made: that will do for when it was sent. A clock is not read for free.
    pub(super) made: Instant,
    /// Frames that were there, with those that are not kept.
    count: usize,
    sizes: Box<[FrameSizes]>,
    bytes: Box<[u8]>,
}

#[derive(Debug)]
struct FrameSizes {
    beginning: u32,
    end: u32,
    omitted: u64,
}

/// One frame of a digest.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ExcerptedFrame {
    pub(crate) beginning: Vec<u8>,
    /// Bytes between the two that are not kept.
    pub(crate) omitted: u64,
    pub(crate) end: Vec<u8>,
}

impl Excerpt {
    /// Of so many whole frames that a server sends.
    pub(crate) fn of(mut frames: &[u8], count: usize) -> Arc<Self> {
        let mut found = ExcerptBuilder::within(frames.len());
        while let Ok(Some((header, size))) = FrameHeader::decode(frames, Role::Server) {
            let len = (size + header.len as usize).min(frames.len());
            let (frame, rest) = frames.split_at(len);
            if found.count + MOST_FRAMES < count {
                found.count += 1;
            } else {
                found.keep(frame);
            }
            frames = rest;
        }
        Arc::new(found.excerpt(Role::Server, Instant::now()))
    }

    /// How many frames it was made of.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// How many of them it holds.
    pub(crate) const fn len(&self) -> usize {
        self.sizes.len()
    }

    /// The frames, from the oldest to the newest.
    pub(crate) fn frames(&self) -> impl Iterator<Item = ExcerptedFrame> {
        let mut bytes = &*self.bytes;
        let mut take = move |size: u32| {
            let (now, later) = bytes.split_at(size as usize);
            bytes = later;
            now.to_vec()
        };
        self.sizes.iter().map(move |sizes| ExcerptedFrame {
            beginning: take(sizes.beginning),
            omitted: sizes.omitted,
            end: take(sizes.end),
        })
    }
}

/// Frames that become a digest.
#[derive(Debug, Default)]
pub(super) struct ExcerptBuilder {
    pub(super) count: usize,
    sizes: Vec<FrameSizes>,
    bytes: Vec<u8>,
}

impl ExcerptBuilder {
    /// Of so many bytes, which may all have to be kept. A frame of the chat is seldom shorter than 64.
    pub(super) fn within(bytes: usize) -> Self {
        Self {
            count: 0,
            sizes: Vec::with_capacity((bytes / 64 + 1).min(2 * MOST_FRAMES)),
            bytes: Vec::with_capacity(bytes.min(2 * MOST_FRAMES * (BEGINNING + END))),
        }
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
        if self.sizes.len() == 2 * MOST_FRAMES {
            self.forget_all_but(MOST_FRAMES);
        }
        self.count += 1;
        self.bytes.extend_from_slice(beginning);
        self.bytes.extend_from_slice(end);
        self.sizes.push(FrameSizes {
            beginning: beginning.len() as u32,
            end: end.len() as u32,
            omitted,
        });
    }

    fn forget_all_but(&mut self, most: usize) {
        let surplus = self.sizes.len().saturating_sub(most);
        let oldest = self.sizes.drain(..surplus);
        let size: u32 = oldest.map(|sizes| sizes.beginning + sizes.end).sum();
        self.bytes.drain(..size as usize);
    }

    /// Nothing more is added.
    pub(super) fn excerpt(mut self, sender: Role, made: Instant) -> Excerpt {
        self.forget_all_but(MOST_FRAMES);
        Excerpt {
            sender,
            made,
            count: self.count,
            sizes: self.sizes.into_boxed_slice(),
            bytes: self.bytes.into_boxed_slice(),
        }
    }
}
