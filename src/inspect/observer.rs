//! One direction of one connection, watched: bytes in, records out.

use super::judge::{Judge, Place};
use super::kept::Kept;
use super::record::{About, FrameRecord, Verdict};
use crate::protocol::{
    FrameHeader, Layout, Limits, MaskKey, Opcode, Part, ProtocolError, Role, Utf8Error, mask,
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
    sender: Role,
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
            sender,
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
            let (now, later) = bytes.split_at(self.frame.appetite().min(bytes.len()));
            bytes = later;
            self.frame.gather(now);
            match self.judge(now) {
                Ok(false) => {}
                Ok(true) => records.push(self.finish(at, Verdict::Right)),
                Err(error) => {
                    self.frame.gather_rest(bytes);
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
        let verdict = match self.judge_header() {
            Ok(Some(header)) => {
                self.judge.pass_over(&header);
                // What a client has said in between may be wrong; what the server says never is.
                match self.sender {
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
            sender: self.sender,
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

    /// Judges the frame with its last bytes, which were gathered: is it complete?
    fn judge(&mut self, bytes: &[u8]) -> Result<bool, ProtocolError> {
        let Some((header, size)) = self.frame.header else {
            return match self.judge_header()? {
                Some(header) if header.len == 0 => self.judge_payload(header, 0, &[]),
                _ => Ok(false),
            };
        };
        let before = self.frame.kept.len() - size - bytes.len() as u64;
        self.judge_payload(header, before, bytes)
    }

    fn judge_header(&mut self) -> Result<Option<FrameHeader>, ProtocolError> {
        let decoded = FrameHeader::decode(self.frame.kept.beginning(), self.sender)?;
        let Some((header, size)) = decoded else {
            return Ok(None);
        };
        self.frame.msg = self.judge.admit(&header)?;
        self.frame.header = Some((header, size as u64));
        Ok(Some(header))
    }

    /// `masked` comes behind so many bytes of the payload.
    fn judge_payload(
        &mut self,
        header: FrameHeader,
        before: u64,
        masked: &[u8],
    ) -> Result<bool, ProtocolError> {
        let mut payload = masked.to_vec();
        if let Some(MaskKey(key)) = header.mask {
            let key = MaskKey(key).after((before % 4) as usize);
            mask::apply(key, &mut payload);
        }
        let last = before + masked.len() as u64 == header.len;
        self.judge.add(&Part {
            header,
            payload: &mut payload,
            first: before == 0,
            last,
        })?;
        Ok(last)
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
            sender: self.sender,
            at,
            reads: frame.reads,
            msg: frame.msg,
            verdict,
        };
        FrameRecord::new(&frame.kept, about)
    }
}

impl Current {
    /// How many bytes can be taken at once, without a look at each.
    fn appetite(&self) -> usize {
        match self.header {
            None => 1, // it may be wrong from any byte on
            Some((header, size)) => {
                let missing = size.saturating_add(header.len) - self.kept.len();
                usize::try_from(missing).unwrap_or(usize::MAX)
            }
        }
    }

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
