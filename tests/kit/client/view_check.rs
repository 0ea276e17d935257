//! Compares what `/ws/wire` shows of a connection with what a row sends and receives on it. The frames
//! must be the bytes that travelled, and the verdict must be that of the Close.

use super::target::Target;
use super::watcher::{Watcher, bytes_of};
use serde_json::{Value, json};
use std::thread::{self, JoinHandle};
use ws101::protocol::{Incoming, ProtocolError, Utf8Error};
use ws101::{Limits, Role};

/// Bytes of a long frame that are shown after its gap.
const END: usize = 64;

/// Compares when it is dropped, which must be after the end of the connection.
#[derive(Debug)]
pub(crate) struct ViewCheck {
    /// The bytes that the client sent after its handshake, and those that it read.
    pub(crate) sent: Vec<u8>,
    pub(crate) received: Vec<u8>,
    limits: Limits,
    shown: Option<JoinHandle<Vec<Value>>>,
}

impl ViewCheck {
    /// Begins to watch. The server has sent its greeting, the client nothing since the handshake.
    pub(crate) fn begin(target: Target, limits: Limits, token: &Value) -> Self {
        let (mut watcher, first) = Watcher::of(target.addr, token);
        let verdicts = [&first[1]["verdict"], &first[2]["verdict"]];
        assert_eq!(verdicts, [&json!({"ok": true}); 2], "{first:?}");
        let greeting = watcher.until("frame");
        assert_eq!(greeting["dir"], "out", "{greeting}");
        let watch = move || {
            let mut shown = Vec::new();
            loop {
                match watcher.record() {
                    Ok(record) => shown.push(record),
                    Err(1000) => return shown,
                    Err(code) => panic!("the view ended with {code} after {:?}", shown.last()),
                }
            }
        };
        Self {
            sent: Vec::new(),
            received: Vec::new(),
            limits,
            shown: Some(thread::spawn(watch)),
        }
    }

    fn compare(&self, shown: &[Value]) {
        let frames = |dir: &str| -> Vec<&Value> {
            let is_one = |record: &&Value| record["t"] == "frame" && record["dir"] == dir;
            shown.iter().filter(is_one).collect()
        };
        let (from_client, from_server) = (frames("in"), frames("out"));
        // A `drop` record: the watcher could not keep up, and did not see every frame.
        if shown.iter().all(|record| record["t"] != "drop") {
            assert_same_bytes(&from_client, &self.sent);
            assert_same_bytes(&from_server, &self.received);
        }
        let is_refused = |frame: &&&Value| frame["verdict"]["ok"] == false;
        assert_eq!(from_server.iter().find(is_refused), None);
        let refused = from_client.iter().position(|frame| is_refused(&frame));
        let verdict = refused.map(|at| {
            assert_eq!(at, from_client.len() - 1, "nothing follows it");
            &from_client[at]["verdict"]
        });
        let close = from_server
            .last()
            .map(|frame| bytes_of(&frame["hex"]))
            .filter(|bytes| bytes[0] == 0x88);
        self.assert_same_verdict(verdict, close.as_deref());
    }

    /// The rule must be the one that a decoder in memory finds; code and reason those of the Close.
    fn assert_same_verdict(&self, verdict: Option<&Value>, close: Option<&[u8]>) {
        let mut incoming = Incoming::new(Role::Client, self.limits);
        let mut rest = self.sent.as_slice();
        let error = loop {
            match incoming.next_event() {
                Err(error) => break Some(error),
                Ok(Some(ws101::Event::Close(_))) => break None,
                Ok(Some(_)) => {}
                Ok(None) if rest.is_empty() => break None,
                Ok(None) => {
                    let space = incoming.space().expect("there is memory");
                    let (now, later) = rest.split_at(rest.len().min(space.len()));
                    space[..now.len()].copy_from_slice(now);
                    incoming.filled(now.len());
                    rest = later;
                }
            }
        };
        let Some(verdict) = verdict else {
            // The server did not read what the client sent after an end.
            let sentence = error.map(|error| error.to_string()).unwrap_or_default();
            let told = close.and_then(|close| close.get(4..)).unwrap_or_default();
            assert!(told.is_empty() || told != sentence.as_bytes(), "{error:?}");
            return;
        };
        let error = error.expect("the decoder refuses it too");
        let code = error.close_code().number();
        let expected =
            json!({"ok": false, "rule": error.rule(), "section": error.section(), "close": code});
        let mut found = verdict.clone();
        if let ProtocolError::InvalidUtf8(Utf8Error { fault, byte, .. }) = error {
            assert_eq!(found["why"], fault.name());
            assert_eq!(found["byte"], format!("{byte:02x}"));
            let found = found.as_object_mut().expect("an object");
            found.retain(|key, _| !["why", "byte", "at"].contains(&key.as_str()));
        }
        assert_eq!(found, expected);
        if let Some(close) = close {
            let body = [&code.to_be_bytes()[..], error.to_string().as_bytes()].concat();
            assert_eq!(close[2..], body, "the server's Close");
        }
    }
}

/// The frames, one after the other, are the bytes, as far as both go.
fn assert_same_bytes(frames: &[&Value], mut bytes: &[u8]) {
    for frame in frames {
        let shown = bytes_of(&frame["hex"]);
        let cut = frame["cut"].as_u64().expect("a number") as usize;
        let (now, later) = bytes.split_at((shown.len() + cut).min(bytes.len()));
        bytes = later;
        if cut == 0 {
            assert_eq!(shown[..now.len()], *now, "{frame}");
        } else if now.len() == shown.len() + cut {
            let (beginning, end) = shown.split_at(shown.len() - END);
            assert!(now.starts_with(beginning) && now.ends_with(end), "{frame}");
        }
    }
}

impl Drop for ViewCheck {
    fn drop(&mut self) {
        if let Some(shown) = self.shown.take()
            && !thread::panicking()
        {
            self.compare(&shown.join().expect("the view ends with 1000"));
        }
    }
}
