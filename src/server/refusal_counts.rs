//! How many requests were refused, and why.

use crate::protocol::HandshakeError;
use crate::sync::{Mutex, MutexGuard};
use std::collections::BTreeMap;

/// Requests that were refused, by status and reason.
#[derive(Debug, Default)]
pub(super) struct RefusalCounts(Mutex<Counts>);

type Counts = BTreeMap<(u16, String), u64>;

impl RefusalCounts {
    pub(super) fn count(&self, error: &HandshakeError) {
        // The variant's name alone: its fields come from the client, and have no end of values.
        let debug = format!("{error:?}");
        let reason = debug.split(|c: char| !c.is_alphanumeric()).next();
        let key = (error.status(), reason.unwrap_or_default().to_owned());
        *self.lock().entry(key).or_default() += 1;
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock()
    }
}
