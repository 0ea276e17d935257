//! The developer tools as a person sees them. The browser serves their page where it serves the DevTools
//! protocol; opened in a tab of its own, it inspects another tab.

use crate::browser::Context;
use crate::tab::{Tab, quoted};
use crate::view::Screen;
use serde_json::json;

/// Settings that the tools remember: only WebSockets are listed, no timeline, narrow names.
/// The picture of the inspected tab is left out.
const SETTINGS: [(&str, &str); 5] = [
    ("screencast-enabled", "false"),
    ("network-log-show-overview", "false"),
    ("network-resource-type-filters", r#"{"Socket":true}"#),
    (
        "network-panel-split-view-state",
        r#"{"vertical":{"size":110}}"#,
    ),
    (
        "resource-web-socket-frame-split-view-state",
        r#"{"horizontal":{"size":160}}"#,
    ),
];

/// All elements, in shadow roots, too, which a selector does not search.
const ALL: &str = "(() => {
    const within = (root) => Array.from(root.querySelectorAll('*'))
        .flatMap((one) => one.shadowRoot ? [one, ...within(one.shadowRoot)] : [one]);
    return within(document);
})()";

/// The tools, with their *Network* panel open.
pub(crate) struct Inspector {
    pub(crate) tab: Tab,
}

impl Inspector {
    pub(crate) fn open(visitor: &Context, inspected: &Tab, screen: Screen) -> Self {
        let tab = visitor.blank_for_tools();
        tab.set_viewport(screen);
        tab.set_dark(false);
        tab.tolerate("favicon.ico"); // their page has none
        let settings = json!(SETTINGS);
        let source = format!(
            "for (const [name, value] of {settings}) if (location.host) localStorage.setItem(name, value)"
        );
        tab.call(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": source }),
        );
        let target = &inspected.target;
        tab.goto(&format!(
            "/devtools/inspector.html?ws={}/devtools/page/{target}&panel=network",
            tab.server
        ));
        let tools = Self { tab };
        tools.shows("[role=tab][aria-selected=true]", "Network");
        // From now on they record what is loaded.
        tools.shows("button, devtools-button", "Reload page");
        tools
    }

    /// Selects a request by its name.
    pub(crate) fn choose_request(&self, name: &str) {
        self.click("td.name-column", name);
    }

    /// Selects one of its tabs: *Headers*, *Messages*.
    pub(crate) fn choose_tab(&self, name: &str) {
        self.click("[role=tab]", name);
        self.shows("[role=tab][aria-selected=true]", name);
    }

    /// Clicks the last of the elements that begin with a text.
    pub(crate) fn click(&self, selector: &str, text: &str) {
        let js = found(selector, text);
        self.tab.click_on(&format!("{js}.at(-1)"), text);
    }

    pub(crate) fn shows(&self, selector: &str, text: &str) {
        let js = found(selector, text);
        self.tab.wait_for(&format!("{js}.length > 0"), text);
    }

    /// The texts of all elements that match.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let js = format!("{}.map((one) => one.textContent)", found(selector, ""));
        serde_json::from_value(self.tab.eval(&js)).expect("strings")
    }
}

/// An expression for the elements that match and begin with a text.
fn found(selector: &str, text: &str) -> String {
    format!(
        "{ALL}.filter((one) => one.matches({}) && (one.ariaLabel ?? one.textContent).trim().startsWith({}))",
        quoted(selector),
        quoted(text)
    )
}
