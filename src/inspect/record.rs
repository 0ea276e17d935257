//! One frame, as it is told: to a page as JSON, to a terminal by `ws101 inspect`.

use super::fields::{self, Field};
use super::judge::Place;
use super::kept::{END, Hex, Kept};
use crate::protocol::{Layout, MaskKey, ProtocolError, Role, Utf8Error, mask};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::time::Duration;

/// A frame that has arrived, or as much as had arrived of one when it was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FrameRecord {
    t: &'static str,
    /// Counted by the observer, from 1; whoever counts two directions together sets it anew.
    pub(crate) n: u64,
    pub(crate) dir: Dir,
    /// When it was complete, or refused: in microseconds since the connection was opened.
    pub(crate) us: u64,
    /// How many of its bytes came with each read.
    pub(crate) reads: Vec<u64>,
    /// Its bytes as they travelled. Of a long one the first 2 048 and the last 64: between them
    /// `cut` bytes are left out.
    pub(crate) hex: Hex,
    pub(crate) cut: u64,
    pub(crate) fields: Vec<Field>,
    /// Its payload without the mask, as far as `hex` has it.
    pub(crate) plain: Hex,
    /// Its place in a message, unless it is a control frame or was refused at its header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) msg: Option<Place>,
    pub(crate) verdict: Verdict,
}

/// Which way, as the server sees it.
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

/// Whether it is right: `{"ok":true}`, or `false` and why; `null` when not all of it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    Refused {
        error: ProtocolError,
        /// Of text that is not UTF-8: where in this frame the byte is that shows it. A message may
        /// end within a character whose bytes came in an earlier frame.
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

/// What an observer knows of a frame besides its bytes.
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

/// What those who show it ask.
impl FrameRecord {
    /// How many bytes of it have arrived.
    pub(crate) fn len(&self) -> u64 {
        self.hex.0.len() as u64 + self.cut
    }

    /// Its header, without a verdict.
    pub(crate) fn layout(&self) -> Layout {
        Layout::of(&self.hex.0).expect("a record has a byte at least")
    }

    /// How many bytes it has to have, if its header tells.
    pub(crate) fn declared(&self) -> Option<u64> {
        let layout = self.layout();
        (layout.size()? as u64).checked_add(layout.len()?)
    }

    /// Of the bytes in `hex`: how many lie behind the gap.
    pub(crate) fn behind_gap(&self) -> usize {
        match self.cut {
            0 => 0,
            _ => END.min(self.hex.0.len()),
        }
    }

    /// By what a browser's developer tools tell frames apart.
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

/// What is kept of the payload, unmasked if a key says how. §5.3.
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
