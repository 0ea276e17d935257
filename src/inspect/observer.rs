//! One direction of a connection, observed: bytes in, records out.

use super::judge::{Judge, Place};
use super::kept::Kept;
use super::record::{About, FrameRecord, Verdict};
use crate::protocol::{
    FrameFollower, FrameHeader, Layout, Limits, Opcode, Part, ProtocolError, Role, Stretch,
    Utf8Error, mask,
};
use std::time::Duration;

/// The most reads of one frame that are told apart. A long frame that arrives byte by byte must not fill the memory.
const MOST_READS: usize = 1_024;

/// Turns the bytes of one direction, as they were read or written, into records of frames.
///
/// It keeps the part of a frame that is shown, and of a message only what its judge needs: the beginning of
/// a character, or the payload of a control frame.
#[derive(Debug)]
pub(crate) struct Observer {
    follower: FrameFollower,
    judge: Judge,
    frames: u64,
    frame: Current,
    /// A frame was refused, or a Close was seen. Nothing follows either.
    over: bool,
}

/// The frame that is under way.
#[derive(Debug, Default)]
struct Current {
    kept: Kept,
    reads: Vec<u64>,
    /// The next bytes come from the same read as the last ones.
    same_read: bool,
    /// Its header with the size of that, once it is complete and admitted.
    header: Option<(FrameHeader, u64)>,
    msg: Option<Place>,
}

impl Observer {
    /// An observer from the first byte after the handshake.
    pub(crate) fn new(sender: Role, limits: Limits) -> Self {
        Self::begin(sender, limits, false)
    }

    /// An observer from a later frame on. It may continue a message whose beginning was not seen.
    pub(crate) fn midway(sender: Role, limits: Limits) -> Self {
        Self::begin(sender, limits, true)
    }

    fn begin(sender: Role, limits: Limits, midway: bool) -> Self {
        Self {
            follower: FrameFollower::new(sender),
            judge: Judge::new(limits, midway),
            frames: 0,
            frame: Current::default(),
            over: false,
        }
    }

    /// Takes the bytes of one read() or write(), `at` so long after the connection was opened. Returns the
    /// frames that are complete now. A frame that is refused is the last.
    ///
    /// A frame is refused at the first byte that shows what is wrong. The rest of the frame that the same
    /// read brought is shown with it.
    pub(crate) fn receive(&mut self, mut bytes: &[u8], at: Duration) -> Vec<FrameRecord> {
        let mut records = Vec::new();
        self.frame.same_read = false;
        while !bytes.is_empty() && !self.over {
            let before = self.frame.kept.len();
            match self.judge(bytes) {
                Ok(stretch) => {
                    bytes = &bytes[stretch.taken()..];
                    if stretch.last {
                        records.push(self.finish(at, Verdict::Right));
                    }
                }
                Err(error) => {
                    let gathered = (self.frame.kept.len() - before) as usize;
                    self.frame.gather_rest(&bytes[gathered..]);
                    let verdict = self.refused(error);
                    records.push(self.finish(at, verdict));
                }
            }
        }
        records
    }

    /// Takes a frame of which only the beginning, with the header, and perhaps the end were kept.
    pub(crate) fn receive_cut(
        &mut self,
        beginning: &[u8],
        omitted: u64,
        end: &[u8],
        at: Duration,
    ) -> Option<FrameRecord> {
        if omitted == 0 {
            return self.receive(&[beginning, end].concat(), at).pop();
        }
        if self.over {
            return None;
        }
        self.frame = Current::default();
        self.frame.kept.add(beginning);
        self.frame.kept.skip(omitted);
        self.frame.kept.add(end);
        let verdict = match self.judge_beginning(beginning) {
            Ok(Some(header)) => {
                self.judge.pass_over(&header);
                // The omitted bytes of a client may be wrong; those of the server never are.
                match self.follower.sender() {
                    Role::Client => Verdict::Unfinished,
                    Role::Server => Verdict::Right,
                }
            }
            Ok(None) => Verdict::Unfinished,
            Err(error) => self.refused(error),
        };
        Some(self.finish(at, verdict))
    }

    /// The frame that is not complete, if there is one.
    pub(crate) fn unfinished(&self, at: Duration) -> Option<FrameRecord> {
        let about = About {
            n: self.frames + 1,
            sender: self.follower.sender(),
            at,
            reads: self.frame.reads.clone(),
            msg: self.frame.msg,
            verdict: Verdict::Unfinished,
        };
        (self.frame.kept.len() > 0).then(|| FrameRecord::new(&self.frame.kept, about))
    }

    /// Was there a Close, or a frame that was refused?
    pub(crate) const fn is_over(&self) -> bool {
        self.over
    }

    /// Gathers the front of `bytes`, up to the end of the frame that is under way, and judges it.
    fn judge(&mut self, bytes: &[u8]) -> Result<Stretch, ProtocolError> {
        let stretch = self.follower.step(bytes)?;
        let (header, payload) = bytes[..stretch.taken()].split_at(stretch.header_bytes);
        self.frame.gather(header);
        if let Some(header) = stretch.header {
            if stretch.header_bytes > 0 {
                self.admit(header, self.frame.kept.len())?;
            }
            self.frame.gather(payload);
            // A frame without a payload is judged with the end of its header.
            if !payload.is_empty() || stretch.last {
                self.judge_payload(header, stretch, payload)?;
            }
        }
        Ok(stretch)
    }

    /// Judges the header of a frame of which only the beginning was kept.
    fn judge_beginning(&mut self, beginning: &[u8]) -> Result<Option<FrameHeader>, ProtocolError> {
        self.follower = FrameFollower::new(self.follower.sender());
        let stretch = FrameFollower::new(self.follower.sender()).step(beginning)?;
        if let Some(header) = stretch.header {
            self.admit(header, stretch.header_bytes as u64)?;
        }
        Ok(stretch.header)
    }

    /// The header is complete, with this size: may such a frame come now?
    fn admit(&mut self, header: FrameHeader, size: u64) -> Result<(), ProtocolError> {
        self.frame.msg = self.judge.admit(&header)?;
        self.frame.header = Some((header, size));
        Ok(())
    }

    /// Judges a part of a payload, which is still masked.
    fn judge_payload(
        &mut self,
        header: FrameHeader,
        stretch: Stretch,
        masked: &[u8],
    ) -> Result<(), ProtocolError> {
        let mut payload = masked.to_vec();
        if let Some(key) = header.mask {
            mask::apply(key.after((stretch.offset % 4) as usize), &mut payload);
        }
        self.judge.add(&Part {
            header,
            payload: &mut payload,
            first: stretch.offset == 0,
            last: stretch.last,
        })
    }

    fn refused(&self, error: ProtocolError) -> Verdict {
        let place = |at| {
            let (header, size) = self.frame.header?;
            Some(size + self.judge.place_in_payload(&header, at)?)
        };
        Verdict::Refused {
            error,
            at: match error {
                ProtocolError::InvalidUtf8(Utf8Error { at, .. }) => place(at),
                _ => None,
            },
        }
    }

    /// Makes the record of the current frame, and begins the next.
    fn finish(&mut self, at: Duration, verdict: Verdict) -> FrameRecord {
        let frame = std::mem::take(&mut self.frame);
        self.frames += 1;
        self.over = match verdict {
            Verdict::Right => (frame.header).is_some_and(|(it, _)| it.opcode == Opcode::Close),
            Verdict::Refused { .. } => true,
            Verdict::Unfinished => false,
        };
        let about = About {
            n: self.frames,
            sender: self.follower.sender(),
            at,
            reads: frame.reads,
            msg: frame.msg,
            verdict,
        };
        FrameRecord::new(&frame.kept, about)
    }
}

impl Current {
    fn gather(&mut self, bytes: &[u8]) {
        self.kept.add(bytes);
        let count = bytes.len() as u64;
        let is_full = self.reads.len() == MOST_READS;
        match self.reads.last_mut() {
            Some(last) if self.same_read || is_full => *last += count,
            _ => self.reads.push(count),
        }
        self.same_read = true;
    }

    /// Gathers the rest of a refused frame, up to its end if that is known.
    fn gather_rest(&mut self, mut bytes: &[u8]) {
        while let Some((first, rest)) = bytes.split_first()
            && !self.is_whole()
        {
            self.gather(std::slice::from_ref(first));
            bytes = rest;
        }
    }

    fn is_whole(&self) -> bool {
        let layout = Layout::of(self.kept.beginning());
        let len = layout.and_then(|layout| (layout.size()? as u64).checked_add(layout.len()?));
        len.is_some_and(|len| self.kept.len() >= len)
    }
}
