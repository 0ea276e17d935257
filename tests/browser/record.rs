//! What a tab reported, in order: console messages, requests, WebSocket frames.

use crate::kit::stopwatch::Stopwatch;
use serde_json::Value;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

pub(crate) use crate::kit::stopwatch::PATIENCE;

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

    /// The number of events so far. Later events have higher indices.
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

    /// Waits for the first event from `start` on that `is_it` accepts.
    pub(crate) fn wait_for(
        &self,
        start: usize,
        what: &str,
        is_it: impl Fn(&Event) -> bool,
    ) -> Value {
        let since = Stopwatch::start();
        let mut events = self.lock();
        loop {
            if let Some(event) = events[start..].iter().find(|event| is_it(event)) {
                return event.params.clone();
            }
            assert!(!since.is_hopeless(), "{what} did not come");
            events = self
                .more
                .wait_timeout(events, PATIENCE / 60)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
