//! What developer tools show of a tab: its requests, its WebSockets, its errors.

use crate::tab::Tab;
use serde_json::Value;

impl Tab {
    /// The URLs of all requests, WebSockets included.
    pub(crate) fn requests(&self) -> Vec<String> {
        let url = |url: &Value| url.as_str().expect("a URL is a string").to_owned();
        let requests = self.record.all("Network.requestWillBeSent");
        let sockets = self.record.all("Network.webSocketCreated");
        requests
            .iter()
            .map(|event| url(&event["request"]["url"]))
            .chain(sockets.iter().map(|event| url(&event["url"])))
            .collect()
    }

    /// The response to the request for the page itself.
    pub(crate) fn document(&self) -> Value {
        let answers = self.record.all("Network.responseReceived");
        let document = answers.iter().rfind(|event| event["type"] == "Document");
        document.expect("a page was loaded")["response"].clone()
    }

    /// The response to the WebSocket handshake: its status and its headers.
    pub(crate) fn handshake(&self) -> Value {
        let method = "Network.webSocketHandshakeResponseReceived";
        self.record
            .wait_for(0, "a WebSocket", |event| event.method == method)["response"]
            .clone()
    }

    pub(crate) fn frames_sent(&self) -> Vec<Frame> {
        self.frames("Network.webSocketFrameSent")
    }

    pub(crate) fn frames_received(&self) -> Vec<Frame> {
        self.frames("Network.webSocketFrameReceived")
    }

    fn frames(&self, method: &str) -> Vec<Frame> {
        let events = self.record.all(method);
        events.iter().map(Frame::from_event).collect()
    }

    /// From now on, errors that contain these words are expected.
    pub(crate) fn tolerate(&self, words: &'static str) {
        self.tolerated
            .lock()
            .expect("no test panics here")
            .push(words);
    }

    /// Expects the browser's errors about a server that is down.
    pub(crate) fn tolerate_lost_server(&self) {
        self.tolerate("WebSocket connection to");
        self.tolerate("net::ERR_");
    }

    /// Errors on the console, uncaught exceptions, missing files,
    /// violations of the Content-Security-Policy: everything that developer tools show in red.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for event in self.record.all("Runtime.consoleAPICalled") {
            if event["type"] == "error" || event["type"] == "assert" {
                complaints.push(format!("console: {}", event["args"]));
            }
        }
        for event in self.record.all("Runtime.exceptionThrown") {
            let details = &event["exceptionDetails"];
            let text = details["exception"]["description"].as_str();
            complaints.push(format!(
                "exception: {}",
                text.unwrap_or(&details.to_string())
            ));
        }
        for event in self.record.all("Log.entryAdded") {
            let entry = &event["entry"];
            if entry["level"] == "error" {
                let [source, text, url] =
                    ["source", "text", "url"].map(|name| entry[name].as_str().unwrap_or_default());
                complaints.push(format!("{source}: {text} {url}"));
            }
        }
        let tolerated = self.tolerated.lock().expect("no test panics here");
        complaints.retain(|text| !tolerated.iter().any(|words| text.contains(words)));
        complaints
    }

    /// Asserts that there were no errors, and no requests to other servers.
    pub(crate) fn assert_clean(&self) {
        // Once the page has answered this, all earlier events have arrived.
        self.eval("0");
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "{complaints:#?}");
        let own = [
            format!("http://{}/", self.server),
            format!("ws://{}/", self.server),
        ];
        for url in self.requests() {
            let is_own = own.iter().any(|own| url.starts_with(own)) || url.starts_with("data:");
            assert!(is_own, "a request to another place: {url}");
        }
    }
}

/// A frame, as developer tools show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) opcode: u64,
    pub(crate) masked: bool,
    pub(crate) payload: String,
}

impl Frame {
    fn from_event(event: &Value) -> Self {
        let frame = &event["response"];
        Self {
            opcode: frame["opcode"].as_u64().expect("a number"),
            masked: frame["mask"].as_bool().expect("yes or no"),
            payload: frame["payloadData"].as_str().expect("a text").to_owned(),
        }
    }
}
