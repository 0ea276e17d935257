//! Frames followed by their headers alone. RFC 6455 §5.2.
//!
//! Some readers do not want messages. A recorder keeps each frame as it travelled, an inspector names
//! its parts, a write that was cut short has to be continued to the end of its frame. They need to
//! know where a frame begins and ends, and nothing about its payload. [`FrameFollower`] keeps that
//! place, however the bytes are cut, in a few dozen bytes of memory: payloads pass by uncopied.

use super::error::ProtocolError;
use super::header::FrameHeader;
use super::role::Role;

/// One direction of a connection, followed from header to header.
///
/// ```
/// use ws101::protocol::{FrameFollower, Role};
///
/// // §5.7: "Hel" and "lo" from a server, of which the second frame is cut.
/// let mut follower = FrameFollower::new(Role::Server);
/// let bytes = [0x01, 0x03, b'H', b'e', b'l', 0x80, 0x02, b'l'];
/// let first = follower.step(&bytes)?;
/// assert_eq!((first.taken(), first.is_whole()), (5, true));
/// let second = follower.step(&bytes[5..])?;
/// assert_eq!((second.taken(), second.last), (3, false));
/// let end = follower.step(b"o")?;
/// assert_eq!((end.offset, end.taken(), end.last), (1, 1, true));
/// # Ok::<(), ws101::protocol::ProtocolError>(())
/// ```
#[derive(Debug)]
pub struct FrameFollower {
    sender: Role,
    place: Place,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    /// In a header, of which `len` bytes have come: none between two frames.
    Header {
        begun: [u8; FrameHeader::MAX_SIZE],
        len: usize,
    },
    Payload {
        header: FrameHeader,
        left: u64,
    },
    /// Behind a header that is wrong: where the next one would begin is unknown.
    Lost(ProtocolError),
}

const BETWEEN_FRAMES: Place = Place::Header {
    begun: [0; FrameHeader::MAX_SIZE],
    len: 0,
};

/// The bytes at the front of an input that belong to one frame: the rest of its header, then some of
/// its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The frame's header; `None` until all of it has come.
    pub header: Option<FrameHeader>,
    /// How many of these bytes belong to the header.
    pub header_bytes: usize,
    /// How many belong to the payload.
    pub payload_bytes: usize,
    /// How many bytes of the payload came before.
    pub offset: u64,
    /// Does the frame begin with these bytes?
    pub first: bool,
    /// Does it end with them?
    pub last: bool,
}

impl Stretch {
    /// How many bytes of the input these are: the next step begins after them.
    pub const fn taken(&self) -> usize {
        self.header_bytes + self.payload_bytes
    }

    /// Is this a frame from its first byte to its last?
    pub const fn is_whole(&self) -> bool {
        self.first && self.last
    }
}

impl FrameFollower {
    /// A follower of what `sender` sends, at the beginning of a frame.
    pub const fn new(sender: Role) -> Self {
        Self {
            sender,
            place: BETWEEN_FRAMES,
        }
    }

    /// Whose frames these are.
    pub const fn sender(&self) -> Role {
        self.sender
    }

    /// Does a frame begin with the next byte?
    pub const fn is_between_frames(&self) -> bool {
        matches!(self.place, Place::Header { len: 0, .. })
    }

    /// Takes the front of `input`, up to the end of the frame that is under way.
    ///
    /// A header that breaks a rule is an error, from the first byte that shows it and for good: no
    /// frame can be found after it.
    #[inline]
    pub fn step(&mut self, input: &[u8]) -> Result<Stretch, ProtocolError> {
        match self.place {
            Place::Header { len: 0, .. } => match FrameHeader::decode(input, self.sender) {
                Ok(Some((header, size))) => Ok(self.enter(header, size, true, input)),
                _ => self.gather(input),
            },
            Place::Header { .. } => self.gather(input),
            Place::Payload { header, left } => Ok(self.pass(header, left, input)),
            Place::Lost(error) => Err(error),
        }
    }

    /// Passes over `count` bytes of the payload that were not kept.
    pub fn skip(&mut self, count: u64) {
        if let Place::Payload { left, .. } = &mut self.place {
            *left = left.saturating_sub(count);
            if *left == 0 {
                self.place = BETWEEN_FRAMES;
            }
        }
    }

    /// A header that comes in pieces is put together.
    #[cold]
    fn gather(&mut self, input: &[u8]) -> Result<Stretch, ProtocolError> {
        let Place::Header { mut begun, len } = self.place else {
            unreachable!("only a header is put together");
        };
        let count = input.len().min(begun.len() - len);
        begun[len..len + count].copy_from_slice(&input[..count]);
        match FrameHeader::decode(&begun[..len + count], self.sender) {
            Ok(Some((header, size))) => Ok(self.enter(header, size - len, len == 0, input)),
            Ok(None) => {
                let len = len + count;
                self.place = Place::Header { begun, len };
                Ok(Stretch {
                    header: None,
                    header_bytes: count,
                    payload_bytes: 0,
                    offset: 0,
                    first: len == count,
                    last: false,
                })
            }
            Err(error) => {
                self.place = Place::Lost(error);
                Err(error)
            }
        }
    }

    /// The first `header_bytes` of `input` complete this header.
    #[inline]
    fn enter(
        &mut self,
        header: FrameHeader,
        header_bytes: usize,
        first: bool,
        input: &[u8],
    ) -> Stretch {
        let stretch = self.pass(header, header.len, &input[header_bytes..]);
        Stretch {
            header_bytes,
            first,
            ..stretch
        }
    }

    /// Passes over what has come of a payload of which `left` bytes are still to come.
    #[inline]
    fn pass(&mut self, header: FrameHeader, left: u64, arrived: &[u8]) -> Stretch {
        let payload_bytes =
            usize::try_from(left).map_or(arrived.len(), |left| left.min(arrived.len()));
        let still_left = left - payload_bytes as u64;
        self.place = match still_left {
            0 => BETWEEN_FRAMES,
            left => Place::Payload { header, left },
        };
        Stretch {
            header: Some(header),
            header_bytes: 0,
            payload_bytes,
            offset: header.len - left,
            first: false,
            last: still_left == 0,
        }
    }
}
