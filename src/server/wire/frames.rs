//! One direction's bytes, as frames: where each begins and ends, and what its header is worth.

use super::record::{Dir, hex};
use crate::protocol::{FrameHeader, MaskKey, ProtocolError, Role, mask};
use serde::Serialize;
use std::time::Duration;

/// What is shown of a long frame: so many bytes of its beginning, …
const BEGINNING: usize = 2_048;
/// … and so many of its end.
const END: usize = 64;
/// Ends of reads that are noted in one frame.
const MOST_READS: usize = 1_024;

/// Follows one direction.
#[derive(Debug)]
pub(super) struct Observer {
    sender: Role,
    /// The frame that is under way: what is shown of it, and where each read of it ended.
    beginning: Vec<u8>,
    end: Vec<u8>,
    reads: Vec<u64>,
    len: u64,
    /// Its header, and its length with the header.
    header: Option<(FrameHeader, u64)>,
    derailed: bool,
}

/// One frame.
#[derive(Debug, Serialize)]
pub(super) struct FrameRecord {
    t: &'static str,
    pub(super) n: u64,
    dir: Dir,
    us: u64,
    /// After so many of its bytes a read ended.
    reads: Vec<u64>,
    /// Its bytes, without `cut` of them before the last 64.
    hex: String,
    cut: u64,
    /// Its payload without the mask, as far as `hex` has it.
    plain: String,
    verdict: Verdict,
}

/// What the rules say of it.
#[derive(Debug, Serialize)]
struct Verdict {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<u16>,
}

impl From<Option<ProtocolError>> for Verdict {
    fn from(error: Option<ProtocolError>) -> Self {
        Self {
            ok: error.is_none(),
            section: error.map(ProtocolError::section),
            close: error.map(|error| error.close_code().number()),
        }
    }
}

impl Observer {
    /// Begins where a frame does.
    pub(super) const fn midway(sender: Role) -> Self {
        Self {
            sender,
            beginning: Vec::new(),
            end: Vec::new(),
            reads: Vec::new(),
            len: 0,
            header: None,
            derailed: false,
        }
    }

    /// Takes what one read brought; returns the frames that are complete, and the one that broke a rule.
    pub(super) fn receive(&mut self, mut bytes: &[u8], at: Duration) -> Vec<FrameRecord> {
        let mut frames = Vec::new();
        while !bytes.is_empty() && !self.derailed {
            let taken = match self.header {
                None => bytes.len().min(1),
                Some((_, whole)) => {
                    let missing = usize::try_from(whole - self.len).unwrap_or(usize::MAX);
                    missing.min(bytes.len())
                }
            };
            self.gather(&bytes[..taken]);
            bytes = &bytes[taken..];
            match self.look() {
                Ok(false) => {}
                Ok(true) => frames.push(self.record(at, None)),
                Err(error) => {
                    self.gather(bytes);
                    self.derailed = true;
                    frames.push(self.record(at, Some(error)));
                }
            }
        }
        if self.len > 0 && self.reads.len() < MOST_READS {
            self.reads.push(self.len);
        }
        frames
    }

    /// Takes a whole frame of which so many bytes are missing between `beginning` and `end`.
    pub(super) fn receive_cut(
        &mut self,
        beginning: &[u8],
        omitted: u64,
        end: &[u8],
        at: Duration,
    ) -> Option<FrameRecord> {
        if self.derailed {
            return None;
        }
        self.header = FrameHeader::decode(beginning, self.sender)
            .ok()
            .flatten()
            .map(|(header, size)| (header, size as u64 + header.len));
        self.beginning.extend_from_slice(beginning);
        self.end.extend_from_slice(end);
        self.len = beginning.len() as u64 + omitted + end.len() as u64;
        Some(self.record(at, None))
    }

    /// Is the frame complete?
    fn look(&mut self) -> Result<bool, ProtocolError> {
        if self.header.is_none() {
            let header = FrameHeader::decode(&self.beginning, self.sender)?;
            self.header =
                header.map(|(header, size)| (header, header.len.saturating_add(size as u64)));
        }
        Ok(self.header.is_some_and(|(_, whole)| self.len == whole))
    }

    fn gather(&mut self, bytes: &[u8]) {
        self.len += bytes.len() as u64;
        let room = BEGINNING - self.beginning.len();
        let (beginning, rest) = bytes.split_at(room.min(bytes.len()));
        self.beginning.extend_from_slice(beginning);
        self.end
            .extend_from_slice(&rest[rest.len().saturating_sub(END)..]);
        let surplus = self.end.len().saturating_sub(END);
        self.end.drain(..surplus);
    }

    /// The frame that is complete; the next one begins.
    fn record(&mut self, at: Duration, error: Option<ProtocolError>) -> FrameRecord {
        let (mut bytes, end) = (
            std::mem::take(&mut self.beginning),
            std::mem::take(&mut self.end),
        );
        let cut = self.len - (bytes.len() + end.len()) as u64;
        let mut reads = std::mem::take(&mut self.reads);
        reads.push(self.len);
        let mut plain = Vec::new();
        if let Some((header, whole)) = self.header.take() {
            let size = (whole - header.len) as usize;
            let key = header.mask.unwrap_or(MaskKey([0; 4]));
            plain.extend_from_slice(&bytes[size..]);
            mask::apply(key, &mut plain);
            let mut last = end.clone();
            let before = self.len - whole + header.len - end.len() as u64;
            mask::apply(key.after((before % 4) as usize), &mut last);
            plain.append(&mut last);
        }
        bytes.extend_from_slice(&end);
        self.len = 0;
        FrameRecord {
            t: "frame",
            n: 0,
            dir: self.sender.into(),
            us: at.as_micros() as u64,
            reads,
            hex: hex(&bytes),
            cut,
            plain: hex(&plain),
            verdict: error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Duration = Duration::from_millis(7);

    #[test]
    fn a_frame_is_the_same_in_all_pieces() {
        let stream = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\x89\x80abcd";
        for piece in 1..=stream.len() {
            let mut observer = Observer::midway(Role::Client);
            let frames: Vec<_> = (stream.chunks(piece))
                .flat_map(|bytes| observer.receive(bytes, AT))
                .collect();
            let [text, ping] = frames.as_slice() else {
                panic!("{frames:?} in pieces of {piece}");
            };
            assert_eq!(text.hex, "818537fa213d7f9f4d5158");
            assert_eq!((text.plain.as_str(), text.cut), ("48656c6c6f", 0));
            assert_eq!(text.reads.len(), 11_usize.div_ceil(piece));
            assert_eq!(
                (ping.hex.as_str(), ping.plain.as_str()),
                ("898061626364", "")
            );
        }
    }

    #[test]
    fn of_a_long_frame_the_middle_is_counted() {
        let mut stream = vec![0x82, 0xfe, 0x10, 0x00, 1, 2, 3, 4];
        stream.extend((0..4_096_u32).map(|at| b'x' ^ (1 + at % 4) as u8));
        let mut observer = Observer::midway(Role::Client);
        let frames = observer.receive(&stream, AT);
        let (beginning, end) = (&stream[..300], &stream[stream.len() - 64..]);
        let omitted = (stream.len() - 364) as u64;
        let short = observer.receive_cut(beginning, omitted, end, AT);
        for (frame, shown) in frames.iter().zip([2_112]).chain(short.iter().zip([364])) {
            assert_eq!(frame.hex.len(), 2 * shown);
            assert_eq!(frame.cut, (stream.len() - shown) as u64);
            assert_eq!(frame.plain, "78".repeat(shown - 8));
        }
        assert!(short.is_some() && frames.len() == 1);
    }

    #[test]
    fn a_rule_that_is_broken_is_named_and_ends_it() {
        let mut observer = Observer::midway(Role::Client);
        let frames = observer.receive(b"\x81\x02hi", AT);
        let [frame] = frames.as_slice() else {
            panic!("{frames:?}");
        };
        assert_eq!((frame.hex.as_str(), frame.verdict.ok), ("81026869", false));
        assert_eq!(
            (frame.verdict.section, frame.verdict.close),
            (Some("5.1"), Some(1002))
        );
        assert!(observer.receive(b"\x81\x80abcd", AT).is_empty());
    }
}
