//! One browser for the whole suite. Each visitor has cookies and tabs of its own.

use crate::artifacts;
use crate::chromium::Chromium;
use crate::devtools::DevTools;
use crate::tab::Tab;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

pub(crate) struct Browser {
    devtools: Arc<DevTools>,
    /// The address of its DevTools protocol, which also serves the page of the developer tools.
    door: SocketAddr,
    /// Never locked: the mutex only makes the browser `Sync`.
    _process: Mutex<Chromium>,
}

impl Browser {
    pub(crate) fn start(program: &Path) -> Self {
        artifacts::clear();
        let (process, address) = Chromium::start(program);
        let door = address.split('/').nth(2).and_then(|door| door.parse().ok());
        Self {
            devtools: Arc::new(DevTools::connect(&address)),
            door: door.expect("ws://127.0.0.1:PORT/PATH"),
            _process: Mutex::new(process),
        }
    }

    /// Several of them.
    pub(crate) fn visitors<const COUNT: usize>(&self, server: SocketAddr) -> [Context; COUNT] {
        std::array::from_fn(|_| self.visitor(server))
    }

    /// A new visitor, who opens pages of this server only.
    pub(crate) fn visitor(&self, server: SocketAddr) -> Context {
        let created = self
            .devtools
            .call(None, "Target.createBrowserContext", &json!({}))
            .expect("a browser has room for another context");
        Context {
            id: id(&created, "browserContextId"),
            server,
            door: self.door,
            devtools: Arc::clone(&self.devtools),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // If the browser is gone already, its process reports that.
        let _ = self.devtools.tell(None, "Browser.close");
    }
}

/// A browser context: one person's browser, with its own cookies and storage.
pub(crate) struct Context {
    id: String,
    server: SocketAddr,
    door: SocketAddr,
    devtools: Arc<DevTools>,
}

impl Context {
    /// A new tab that has loaded `path`.
    pub(crate) fn tab(&self, path: &str) -> Tab {
        let tab = self.blank();
        tab.goto(path);
        tab
    }

    /// A new tab, to be prepared before it loads anything.
    pub(crate) fn blank(&self) -> Tab {
        self.blank_for(self.server)
    }

    /// A new tab for the pages that the browser itself serves.
    pub(crate) fn blank_for_tools(&self) -> Tab {
        self.blank_for(self.door)
    }

    fn blank_for(&self, server: SocketAddr) -> Tab {
        // In a window of its own: in a shared window only the front tab is visible, and a
        // hidden page is drawn late or never.
        let params =
            json!({ "url": "about:blank", "browserContextId": self.id, "newWindow": true });
        let created = self.call("Target.createTarget", &params);
        let target = id(&created, "targetId");
        let params = json!({ "targetId": target, "flatten": true });
        let attached = self.call("Target.attachToTarget", &params);
        let session = id(&attached, "sessionId");
        Tab::attached(Arc::clone(&self.devtools), target, session, server)
    }

    /// The cookies, as the browser keeps them.
    pub(crate) fn cookies(&self) -> Vec<Value> {
        let params = json!({ "browserContextId": self.id });
        let mut found = self.call("Storage.getCookies", &params);
        match found["cookies"].take() {
            Value::Array(cookies) => cookies,
            other => panic!("not a list of cookies: {other}"),
        }
    }

    fn call(&self, method: &str, params: &Value) -> Value {
        self.devtools
            .call(None, method, params)
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Drop for Context {
    /// Closes the tabs too.
    fn drop(&mut self) {
        let params = json!({ "browserContextId": self.id });
        let _ = self
            .devtools
            .call(None, "Target.disposeBrowserContext", &params);
    }
}

fn id(reply: &Value, name: &str) -> String {
    reply[name].as_str().expect("an id is a string").to_owned()
}
