//! The last frames of a burst, and of a long frame only its beginning and its end.

use crate::protocol::{FrameHeader, Role};
use std::time::Instant;

/// The most frames that an excerpt holds, and that are kept while there is no watcher.
pub(super) const MOST_FRAMES: usize = 32;
/// What is kept of a frame: this many bytes of its beginning, with the header …
pub(super) const BEGINNING: usize = 192;
/// … and this many of its end.
pub(super) const END: usize = 64;

/// At most [`MOST_FRAMES`] frames of one direction, one after another.
#[derive(Debug)]
pub(super) struct Excerpt {
    pub(super) sender: Role,
    /// When it was made, which stands for when it was sent: reading the clock costs something.
    pub(super) made: Instant,
    /// The number of frames that there were, with those that are not kept.
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

/// One frame of an excerpt.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ExcerptedFrame {
    pub(super) beginning: Vec<u8>,
    /// Bytes between the two that are not kept.
    pub(super) omitted: u64,
    pub(super) end: Vec<u8>,
}

impl Excerpt {
    /// An excerpt of `count` whole frames that a server sends.
    pub(super) fn of(mut frames: &[u8], count: usize) -> Self {
        let mut builder = ExcerptBuilder::for_bytes(frames.len());
        while let Ok(Some((header, size))) = FrameHeader::decode(frames, Role::Server) {
            let len = (size + header.len as usize).min(frames.len());
            let (frame, rest) = frames.split_at(len);
            if builder.count + MOST_FRAMES < count {
                builder.count += 1;
            } else {
                builder.add(frame);
            }
            frames = rest;
        }
        builder.build(Role::Server, Instant::now())
    }

    /// The number of frames that it was made of.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// The number of frames that it holds.
    pub(super) const fn len(&self) -> usize {
        self.sizes.len()
    }

    /// The frames, from the oldest to the newest.
    pub(super) fn frames(&self) -> impl Iterator<Item = ExcerptedFrame> {
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

/// Frames that become an excerpt.
#[derive(Debug, Default)]
pub(super) struct ExcerptBuilder {
    count: usize,
    sizes: Vec<FrameSizes>,
    bytes: Vec<u8>,
}

impl ExcerptBuilder {
    /// A builder for this many bytes, which may all have to be kept. A frame of the chat is seldom shorter
    /// than 64.
    pub(super) fn for_bytes(bytes: usize) -> Self {
        Self {
            count: 0,
            sizes: Vec::with_capacity((bytes / 64 + 1).min(2 * MOST_FRAMES)),
            bytes: Vec::with_capacity(bytes.min(2 * MOST_FRAMES * (BEGINNING + END))),
        }
    }

    /// The number of frames that were added.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// Adds a frame.
    pub(super) fn add(&mut self, frame: &[u8]) {
        match frame.len().checked_sub(BEGINNING + END) {
            None | Some(0) => self.add_cut(frame, 0, &[]),
            Some(omitted) => {
                let end = &frame[frame.len() - END..];
                self.add_cut(&frame[..BEGINNING], omitted as u64, end);
            }
        }
    }

    /// Adds a frame without its middle.
    pub(super) fn add_cut(&mut self, beginning: &[u8], omitted: u64, end: &[u8]) {
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

    /// The excerpt of all frames that were added.
    pub(super) fn build(mut self, sender: Role, made: Instant) -> Excerpt {
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
