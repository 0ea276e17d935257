//! Bytes, explained: what each bit of a frame is, what each line of a handshake is for, and whether
//! they are right.
//!
//! Nothing is judged here. The verdict comes from the protocol's own decoder, checks and limits; this
//! floor only keeps the bytes beside it and names their parts. So what is shown and what happens
//! cannot differ, and a test with random bytes holds them together.
//!
//! | file | what it holds |
//! |---|---|
//! | `observer` | one direction of a connection, in whatever pieces, to records |
//! | `judge` | the protocol's verdict on each frame |
//! | `kept` | a frame's bytes, without the middle of a long one |
//! | `fields` | which bit belongs to what |
//! | `record` | one frame, as JSON |
//! | `http` | one half of the handshake, as JSON |
//! | `explanations` | the sentences: `www/shared/explanations.json`, which the pages read, too |

mod explanations;
mod fields;
mod http;
mod judge;
mod kept;
mod observer;
mod record;
#[cfg(test)]
mod tests;

pub(crate) use explanations::{Explanation, explanations};
pub(crate) use fields::{Bits, Field, Name, Value};
pub(crate) use http::{HttpRecord, HttpVerdict};
pub(crate) use observer::Observer;
pub(crate) use record::{FrameRecord, Verdict};
