//! One direction of one connection, watched: bytes in, records out.

use super::judge::{Judge, Place};
use super::kept::Kept;
use super::record::{About, FrameRecord, Verdict};
use crate::protocol::{
    FrameFollower, FrameHeader, Layout, Limits, Opcode, Part, ProtocolError, Role, Stretch,
    Utf8Error, mask,
};
use std::time::Duration;

/// Reads of one frame that are told apart: a long frame, byte by byte, shall not fill the memory.
const MOST_READS: usize = 1_024;

/// Watches one direction of one connection: bytes as they were read or written -> records.
///
/// It keeps of a frame what is shown of it, and of a message what its judge needs: the beginning of
/// a character, and a control frame's payload.
#[derive(Debug)]
pub(crate) struct Observer {
    follower: FrameFollower,
    judge: Judge,
    frames: u64,
    frame: Current,
    /// Nothing follows a frame that was refused, nor a Close.
    over: bool,
}

/// The frame that is under way.
#[derive(Debug, Default)]
struct Current {
    kept: Kept,
    reads: Vec<u64>,
    /// The read that brought the last bytes goes on.
    same_read: bool,
    /// Its header, once that is complete and admitted, with its size.
    header: Option<(FrameHeader, u64)>,
    msg: Option<Place>,
}

impl Observer {
    /// From the first byte after the handshake.
    pub(crate) fn new(sender: Role, limits: Limits) -> Self {
        Self::begin(sender, limits, false)
    }

    /// Begins at a frame boundary somewhere later: a continuation of an unseen message is no error.
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

    /// One read() or write() worth of bytes, `at` since the connection was opened. Gives the frames
    /// that are complete now, and a refused one once, after which nothing follows.
    ///
    /// A frame is refused at the first byte that shows what is wrong; what came of it with the same
    /// read is shown with it.
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

    /// A frame of which only the beginning (header + some payload) and perhaps the last bytes were kept.
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

    /// What has come of a frame that is not complete.
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

    /// Is everything said: by a Close, or by a frame that was refused?
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

    /// Judges a part of a payload as it travelled.
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

    /// The frame is done with; the next one begins.
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

    /// Of a frame that was refused: what came with it, up to its end, as far as that can be told.
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
