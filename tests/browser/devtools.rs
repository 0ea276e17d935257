//! The DevTools protocol: JSON over a WebSocket, through our own client.
//!
//! One connection serves the whole browser. Every tab is a *session* on it: its commands and its
//! events carry the session's id. One thread reads. It hands a reply to the caller that waits
//! for its id, and an event to the record of its session.

use crate::kit::stopwatch::Stopwatch;
use crate::record::{PATIENCE, Record};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use ws101::{Connect, Limits, Message, Reader, Writer};

/// A screenshot is one message.
const LIMITS: Limits = Limits {
    message: 256 << 20,
    fragments: 131_072,
};

pub(crate) struct DevTools {
    writer: Writer,
    last_id: AtomicU64,
    shared: Arc<Shared>,
}

/// The state that the reader thread and the callers share.
#[derive(Default)]
struct Shared {
    /// The caller that waits for each reply. `None` when the connection has ended.
    waiting: Mutex<Option<HashMap<u64, Sender<Value>>>>,
    /// By session.
    records: Mutex<HashMap<String, Arc<Record>>>,
}

impl DevTools {
    pub(crate) fn connect(address: &str) -> Self {
        let socket = Connect::to(address)
            .limits(LIMITS)
            .timeout(PATIENCE)
            .open()
            .unwrap_or_else(|error| panic!("{address}: {error}"));
        let (reader, writer) = socket.split();
        let shared = Arc::new(Shared::default());
        shared.waiting().replace(HashMap::new());
        let dispatcher = Arc::clone(&shared);
        thread::spawn(move || dispatcher.dispatch(reader));
        Self {
            writer,
            last_id: AtomicU64::new(0),
            shared,
        }
    }

    /// Sends a command to a session, or to the browser itself, and waits for its result. An error
    /// is the browser's message.
    pub(crate) fn call(
        &self,
        session: Option<&str>,
        method: &str,
        params: &Value,
    ) -> Result<Value, String> {
        let (sender, receiver) = mpsc::channel();
        let id = self.next_id();
        match self.shared.waiting().as_mut() {
            Some(waiting) => drop(waiting.insert(id, sender)),
            None => return Err(format!("{method}: the browser is gone")),
        }
        self.send(id, session, method, params)?;
        let since = Stopwatch::start();
        let mut reply = loop {
            match receiver.recv_timeout(PATIENCE) {
                Ok(reply) => break reply,
                Err(RecvTimeoutError::Timeout) if !since.is_hopeless() => {}
                Err(RecvTimeoutError::Timeout) => return Err(format!("{method}: no reply")),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(format!("{method}: the browser is gone"));
                }
            }
        };
        match reply.get("error") {
            Some(error) => Err(format!("{method}: {error}")),
            None => Ok(reply["result"].take()),
        }
    }

    /// Sends a command that gets no answer: it ends the browser or the tab.
    pub(crate) fn tell(&self, session: Option<&str>, method: &str) -> Result<(), String> {
        self.send(self.next_id(), session, method, &json!({}))
    }

    /// Records the events of a session from now on.
    pub(crate) fn record(&self, session: &str) -> Arc<Record> {
        let record = Arc::new(Record::default());
        self.shared
            .records
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(session.to_owned(), Arc::clone(&record));
        record
    }

    fn next_id(&self) -> u64 {
        self.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn send(
        &self,
        id: u64,
        session: Option<&str>,
        method: &str,
        params: &Value,
    ) -> Result<(), String> {
        let mut command = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            command["sessionId"] = json!(session);
        }
        self.writer
            .send(Message::Text(&command.to_string()))
            .map_err(|error| format!("{method}: {error}"))
    }
}

impl Shared {
    fn dispatch(&self, mut reader: Reader) {
        while let Ok(Some(message)) = reader.next_message() {
            let message: Value =
                serde_json::from_slice(message.as_bytes()).expect("the browser speaks JSON");
            match message["id"].as_u64() {
                Some(id) => self.reply(id, message),
                None => self.event(message),
            }
        }
        // The end of its channel tells each caller that still waits.
        self.waiting().take();
    }

    fn reply(&self, id: u64, message: Value) {
        let caller = self
            .waiting()
            .as_mut()
            .and_then(|waiting| waiting.remove(&id));
        if let Some(caller) = caller {
            // A caller that has given up no longer receives.
            let _ = caller.send(message);
        }
    }

    fn event(&self, mut message: Value) {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let record = message["sessionId"]
            .as_str()
            .and_then(|session| records.get(session));
        if let Some(record) = record.cloned() {
            drop(records);
            let method = message["method"].as_str().unwrap_or_default().to_owned();
            record.push(method, message["params"].take());
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Option<HashMap<u64, Sender<Value>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
