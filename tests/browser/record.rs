//! What a tab reported, in its order: messages on the console, requests, frames of WebSockets.

use serde_json::Value;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub(crate) use crate::live::PATIENCE;

/// An event of the DevTools protocol.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) method: String,
    pub(crate) params: Value,
}

#[derive(Debug, Default)]
pub(crate) struct Record {
    events: Mutex<Vec<Event>>,
    more: Condvar,
}

impl Record {
    pub(crate) fn push(&self, method: String, params: Value) {
        self.lock().push(Event { method, params });
        self.more.notify_all();
    }

    /// How much there is: what comes later is behind it.
    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    /// The events of one kind, so far.
    pub(crate) fn all(&self, method: &str) -> Vec<Value> {
        self.lock()
            .iter()
            .filter(|event| event.method == method)
            .map(|event| event.params.clone())
            .collect()
    }

    /// Waits for the first event behind `start` that `is_it`.
    pub(crate) fn wait_for(
        &self,
        start: usize,
        what: &str,
        within: Duration,
        is_it: impl Fn(&Event) -> bool,
    ) -> Value {
        let deadline = Instant::now() + within;
        let mut events = self.lock();
        loop {
            if let Some(event) = events[start..].iter().find(|event| is_it(event)) {
                return event.params.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what} did not come within {within:?}");
            events = self
                .more
                .wait_timeout(events, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
