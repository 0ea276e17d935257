//! A tab: it loads a page, evaluates expressions in it, and waits for conditions.

use crate::artifacts;
use crate::devtools::DevTools;
use crate::kit::stopwatch::Stopwatch;
use crate::record::{Event, PATIENCE, Record};
use crate::view::Screen;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What is reported and recorded.
const DOMAINS: [&str; 4] = ["Page", "Runtime", "Log", "Network"];

pub(crate) struct Tab {
    devtools: Arc<DevTools>,
    pub(crate) target: String,
    session: String,
    /// The server whose pages this tab loads. It loads no other.
    pub(crate) server: SocketAddr,
    pub(crate) record: Arc<Record>,
    /// Complaints that a test expects.
    pub(crate) tolerated: Mutex<Vec<&'static str>>,
}

impl Tab {
    pub(crate) fn attached(
        devtools: Arc<DevTools>,
        target: String,
        session: String,
        server: SocketAddr,
    ) -> Self {
        let tab = Self {
            record: devtools.record(&session),
            devtools,
            target,
            session,
            server,
            tolerated: Mutex::default(),
        };
        for domain in DOMAINS {
            tab.call(&format!("{domain}.enable"), json!({}));
        }
        tab.call("Page.setLifecycleEventsEnabled", json!({ "enabled": true }));
        // Every tab behaves as if it had the focus, as it would in a browser of its own.
        tab.call(
            "Emulation.setFocusEmulationEnabled",
            json!({ "enabled": true }),
        );
        tab.set_viewport(Screen::DESK);
        tab
    }

    /// Loads a page of the server, and waits until it is complete.
    pub(crate) fn goto(&self, path: &str) {
        let start = self.record.len();
        let url = format!("http://{}{path}", self.server);
        let gone = self.call("Page.navigate", json!({ "url": url }));
        assert_eq!(gone["errorText"], Value::Null, "{url}");
        self.loaded(start, path);
    }

    /// Loads the page again.
    pub(crate) fn reload(&self) {
        let start = self.record.len();
        self.call("Page.reload", json!({}));
        self.loaded(start, "the page");
    }

    /// A page may reload itself (`reload.js`), and then only the second load ends: any load that began
    /// since `start` counts.
    fn loaded(&self, start: usize, what: &str) {
        let lifecycle = |event: &Event, name: &str| {
            event.method == "Page.lifecycleEvent"
                && event.params["name"] == name
                && event.params["frameId"] == self.target
        };
        let began = RefCell::new(HashSet::new());
        let what = format!("the load event of {what}");
        self.record.wait_for(start, &what, |event| {
            let loader = event.params["loaderId"].to_string();
            let mut began = began.borrow_mut();
            if lifecycle(event, "init") {
                began.insert(loader);
                return false;
            }
            lifecycle(event, "load") && began.contains(&loader)
        });
    }

    /// The value of an expression, or of its promise.
    pub(crate) fn eval(&self, js: &str) -> Value {
        self.try_eval(js)
            .unwrap_or_else(|error| panic!("{js}: {error}"))
    }

    fn try_eval(&self, js: &str) -> Result<Value, String> {
        let params = json!({ "expression": js, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.try_call("Runtime.evaluate", params)?;
        if let Some(thrown) = answer.get("exceptionDetails") {
            let text = &thrown["exception"]["description"];
            return Err(text.as_str().unwrap_or("it threw").to_owned());
        }
        Ok(answer["result"]["value"].take())
    }

    /// Waits until an expression is true, and returns its value. If the page
    /// reloads meanwhile, it is asked again.
    pub(crate) fn wait_for(&self, js: &str, what: &str) -> Value {
        let since = Stopwatch::start();
        loop {
            let is_hopeless = since.is_hopeless();
            // Shorter than the driver waits for an answer.
            let stretch = if is_hopeless {
                Duration::ZERO
            } else {
                PATIENCE / 6
            };
            // The page itself checks every few milliseconds, so one command is enough.
            let question = format!(
                "new Promise((resolve) => {{
                    const end = performance.now() + {};
                    const look = () => {{
                        const found = ({js});
                        if (found || performance.now() > end) resolve(found);
                        else setTimeout(look, 10);
                    }};
                    look();
                }})",
                stretch.as_millis()
            );
            match self.try_eval(&question) {
                Ok(found) if is_true(&found) => return found,
                Err(error) if !error.contains("navigated") && !error.contains("context") => {
                    panic!("{js}: {error}")
                }
                _ => assert!(
                    !is_hopeless,
                    "{what} did not come: {js}\nThe page says:\n{}",
                    self.page_text()
                ),
            }
        }
    }

    /// The text of the only element that matches.
    pub(crate) fn text(&self, selector: &str) -> String {
        let texts = self.texts(selector);
        assert_eq!(texts.len(), 1, "{selector}: {texts:?}");
        texts.into_iter().next().expect("one")
    }

    /// The texts of all elements that match, in the page's order.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let js = format!(
            "Array.from(document.querySelectorAll({}), (found) => found.textContent)",
            quoted(selector)
        );
        serde_json::from_value(self.eval(&js)).expect("strings")
    }

    pub(crate) fn count(&self, selector: &str) -> usize {
        self.texts(selector).len()
    }

    /// Closes the tab, as its button does.
    pub(crate) fn close(&self) {
        let params = json!({ "targetId": self.target });
        self.devtools
            .call(None, "Target.closeTarget", &params)
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Crashes the tab's process.
    pub(crate) fn kill(&self) {
        self.devtools
            .tell(Some(&self.session), "Page.crash")
            .unwrap_or_else(|error| panic!("{error}"));
    }

    pub(crate) fn call(&self, method: &str, params: Value) -> Value {
        self.try_call(method, params)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn try_call(&self, method: &str, params: Value) -> Result<Value, String> {
        self.devtools.call(Some(&self.session), method, &params)
    }

    fn page_text(&self) -> String {
        self.try_eval("document.body.innerText")
            .map_or_else(|error| error, |text| text.to_string())
    }
}

impl Drop for Tab {
    /// Saves a screenshot if the test has failed.
    fn drop(&mut self) {
        if thread::panicking()
            && let Ok(png) = self.try_screenshot()
        {
            artifacts::save(&self.session, &png);
            eprintln!("its complaints: {:#?}", self.complaints());
        }
    }
}

/// A text as a JavaScript string. Strings in JSON are strings in JavaScript.
pub(crate) fn quoted(text: &str) -> String {
    json!(text).to_string()
}

/// Whether JavaScript considers a value true.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(value) => value.as_f64() != Some(0.0),
        Value::String(value) => !value.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}
