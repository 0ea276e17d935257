//! Bytes, explained: what each bit of a frame means, what each line of a handshake is for, and whether
//! they are right.
//!
//! Nothing is judged here. The verdict comes from the decoder, the checks and the limits of `protocol`;
//! this floor keeps the bytes beside it and names their parts. So the view and the connection cannot
//! disagree, and a test with random bytes holds them to that.
//!
//! | file | what it holds |
//! |---|---|
//! | `observer` | one direction of a connection, in pieces of any size, to records |
//! | `judge` | the protocol's verdict on each frame |
//! | `kept` | the bytes of a frame, without the middle of a long one |
//! | `fields` | which bits belong to which field |
//! | `record` | one frame, as JSON |
//! | `http` | one half of the handshake, as JSON |
//! | `forge` | frames built bit by bit, right or wrong |
//! | `explanations` | the sentences: `www/shared/explanations.json`, which the pages read, too |

mod explanations;
mod fields;
mod forge;
mod http;
mod judge;
mod kept;
mod observer;
mod record;
#[cfg(test)]
mod tests;

pub(crate) use explanations::{Explanation, explanations};
pub(crate) use fields::{Bits, Field, Name, Value};
pub(crate) use forge::{Forgery, LengthForm, LengthTooLong};
pub(crate) use http::{HttpRecord, HttpVerdict};
pub(crate) use observer::Observer;
pub(crate) use record::{FrameRecord, Verdict};
