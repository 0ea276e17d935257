//! The record of one frame: JSON for a page, lines for `ws101 inspect`.

use super::fields::{self, Field};
use super::judge::Place;
use super::kept::{END, Hex, Kept};
use crate::protocol::{Layout, MaskKey, ProtocolError, Role, Utf8Error, mask};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::time::Duration;

/// A frame that has arrived, or the part of one that had arrived when it was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FrameRecord {
    t: &'static str,
    /// The number of the frame, from 1. The observer counts one direction; a caller that counts both sets it.
    pub(crate) n: u64,
    pub(crate) dir: Dir,
    /// When it was complete or refused, in microseconds since the connection was opened.
    pub(crate) us: u64,
    /// How many of its bytes each read brought.
    pub(crate) reads: Vec<u64>,
    /// Its bytes as they travelled. Of a long frame the first 2 048 and the last 64, with `cut` bytes
    /// left out in between.
    pub(crate) hex: Hex,
    pub(crate) cut: u64,
    pub(crate) fields: Vec<Field>,
    /// The part of its payload in `hex`, unmasked.
    pub(crate) plain: Hex,
    /// Its place in a message. A control frame has none, nor one that was refused at its header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) msg: Option<Place>,
    pub(crate) verdict: Verdict,
}

/// The direction, as the server sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Dir {
    In,
    Out,
}

impl From<Role> for Dir {
    fn from(sender: Role) -> Self {
        match sender {
            Role::Client => Self::In,
            Role::Server => Self::Out,
        }
    }
}

/// Whether the frame is right: `{"ok":true}`, or `false` and why; `null` if not all of it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    Refused {
        error: ProtocolError,
        /// The offset in this frame of the byte that is not UTF-8. `None` if that byte came in an earlier
        /// frame: a message may end inside a character.
        at: Option<u64>,
    },
    Unfinished,
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Right => map.serialize_entry("ok", &true)?,
            Self::Unfinished => map.serialize_entry("ok", &None::<bool>)?,
            Self::Refused { error, at } => {
                map.serialize_entry("ok", &false)?;
                map.serialize_entry("rule", error.rule())?;
                map.serialize_entry("section", error.section())?;
                map.serialize_entry("close", &error.close_code().number())?;
                if let ProtocolError::InvalidUtf8(Utf8Error { fault, byte, .. }) = *error {
                    map.serialize_entry("why", fault.name())?;
                    map.serialize_entry("byte", &Hex(vec![byte]))?;
                    if let Some(at) = at {
                        map.serialize_entry("at", at)?;
                    }
                }
            }
        }
        map.end()
    }
}

/// What an observer knows about a frame besides its bytes.
#[derive(Debug)]
pub(super) struct About {
    pub(super) n: u64,
    pub(super) sender: Role,
    pub(super) at: Duration,
    pub(super) reads: Vec<u64>,
    pub(super) msg: Option<Place>,
    pub(super) verdict: Verdict,
}

impl FrameRecord {
    pub(super) fn new(kept: &Kept, about: About) -> Self {
        Self {
            t: "frame",
            n: about.n,
            dir: about.sender.into(),
            us: u64::try_from(about.at.as_micros()).unwrap_or(u64::MAX),
            reads: about.reads,
            hex: Hex([kept.beginning(), kept.end()].concat()),
            cut: kept.cut(),
            fields: fields::of(kept.beginning(), kept.len()),
            plain: Hex(plain(kept)),
            msg: about.msg,
            verdict: about.verdict,
        }
    }
}

/// What a view of the frame needs.
impl FrameRecord {
    /// How many of its bytes have arrived.
    pub(crate) fn len(&self) -> u64 {
        self.hex.0.len() as u64 + self.cut
    }

    /// Its header, taken apart without a verdict.
    pub(crate) fn layout(&self) -> Layout {
        Layout::of(&self.hex.0).expect("a record has a byte at least")
    }

    /// The length of the frame that its header declares, if that has arrived.
    pub(crate) fn declared(&self) -> Option<u64> {
        let layout = self.layout();
        (layout.size()? as u64).checked_add(layout.len()?)
    }

    /// How many of the bytes in `hex` follow the gap.
    pub(crate) fn behind_gap(&self) -> usize {
        match self.cut {
            0 => 0,
            _ => END.min(self.hex.0.len()),
        }
    }

    /// The kind of the frame, as the developer tools of a browser tell them apart.
    pub(crate) fn kind(&self) -> &'static str {
        let is_part = |place: Place| place.part > 1 || !place.last;
        match (self.verdict, self.layout().opcode) {
            (Verdict::Refused { .. }, _) => "refused",
            (_, 8) => "close",
            (_, 9) => "ping",
            (_, 10) => "pong",
            _ if self.msg.is_some_and(is_part) => "part",
            (_, 2) => "binary",
            _ => "text",
        }
    }
}

/// The part of the payload that was kept, unmasked if there is a key. §5.3.
fn plain(kept: &Kept) -> Vec<u8> {
    let layout = Layout::of(kept.beginning());
    let size = layout.and_then(|layout| layout.size());
    let Some((size, layout)) = size.zip(layout) else {
        return Vec::new();
    };
    let mut plain = kept.beginning().get(size..).unwrap_or_default().to_vec();
    let mut end = kept.end().to_vec();
    if let Some(MaskKey(key)) = layout.key {
        mask::apply(MaskKey(key), &mut plain);
        let before = kept.len() - size as u64 - end.len() as u64;
        mask::apply(MaskKey(key).after((before % 4) as usize), &mut end);
    }
    plain.append(&mut end);
    plain
}
