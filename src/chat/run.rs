//! What all rooms of one run of the server share.

use super::alarm::Alarm;
use super::dialect::Dialects;
use super::journal::Journal;
use std::sync::atomic::AtomicU64;

/// One run of the server, from start to end.
#[derive(Debug)]
pub(super) struct Run {
    /// The name of the run: sequence numbers count within it.
    pub(super) epoch: String,
    pub(super) dialects: Dialects,
    pub(super) journal: Option<Journal>,
    pub(super) alarm: Alarm,
    /// Lines that were said.
    pub(super) said: AtomicU64,
}
