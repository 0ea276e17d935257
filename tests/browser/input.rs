//! Input to a tab: clicks, text, keys. The page cannot tell it from a person's.

use crate::tab::{Tab, quoted};
use serde_json::{Value, json};

/// A key: its name in `KeyboardEvent.key`, its code, its number, and the text that it types.
const KEYS: [(&str, &str, u32, &str); 14] = [
    ("Enter", "Enter", 13, "\r"),
    ("Tab", "Tab", 9, ""),
    ("Escape", "Escape", 27, ""),
    ("Backspace", "Backspace", 8, ""),
    (" ", "Space", 32, " "),
    ("ArrowUp", "ArrowUp", 38, ""),
    ("ArrowDown", "ArrowDown", 40, ""),
    ("ArrowLeft", "ArrowLeft", 37, ""),
    ("ArrowRight", "ArrowRight", 39, ""),
    ("Home", "Home", 36, ""),
    ("End", "End", 35, ""),
    ("PageUp", "PageUp", 33, ""),
    ("a", "KeyA", 65, "a"),
    ("u", "KeyU", 85, "u"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum With {
    Nothing,
    Shift,
    Control,
}

impl With {
    const fn bits(self) -> u32 {
        match self {
            Self::Nothing => 0,
            Self::Control => 2,
            Self::Shift => 8,
        }
    }
}

impl Tab {
    /// Clicks the middle of an element, which nothing may cover.
    pub(crate) fn click(&self, selector: &str) {
        self.click_on(&found_by(selector), selector);
    }

    /// Clicks the middle of the element that an expression finds.
    pub(crate) fn click_on(&self, js: &str, what: &str) {
        self.eval(DRAWN);
        let middle = self.wait_for(&middle_of(js), &format!("{what} to click"));
        assert_eq!(middle["covered"], Value::Null, "something covers {what}");
        let at = |kind: &str, buttons: u32| {
            json!({ "type": kind, "x": middle["x"], "y": middle["y"],
                "button": if kind == "mouseMoved" { "none" } else { "left" },
                "buttons": buttons, "clickCount": u32::from(kind != "mouseMoved") })
        };
        for (kind, buttons) in [("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)] {
            self.call("Input.dispatchMouseEvent", at(kind, buttons));
        }
    }

    /// Drags an element by its middle to another place in the window.
    pub(crate) fn drag(&self, selector: &str, x: i64, y: i64) {
        let middle = self.wait_for(
            &middle_of(&found_by(selector)),
            &format!("{selector} to drag"),
        );
        let (x, y) = (json!(x), json!(y));
        for (kind, x, y, button, buttons) in [
            ("mouseMoved", &middle["x"], &middle["y"], "none", 0),
            ("mousePressed", &middle["x"], &middle["y"], "left", 1),
            ("mouseMoved", &x, &y, "left", 1),
            ("mouseReleased", &x, &y, "left", 0),
        ] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// Turns the mouse wheel over an element: downwards if `down` is positive.
    pub(crate) fn wheel(&self, selector: &str, down: i32) {
        let middle = middle_of(&found_by(selector));
        let middle = self.wait_for(&middle, &format!("{selector} to scroll"));
        self.call(
            "Input.dispatchMouseEvent",
            json!({ "type": "mouseWheel", "x": middle["x"], "y": middle["y"], "deltaX": 0, "deltaY": down }),
        );
    }

    /// Inserts a text at the cursor.
    pub(crate) fn type_text(&self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Clicks into a field, and replaces what is in it.
    pub(crate) fn fill(&self, selector: &str, text: &str) {
        self.click(selector);
        self.key_with("a", With::Control);
        if text.is_empty() {
            self.key("Backspace");
        } else {
            self.type_text(text);
        }
    }

    pub(crate) fn key(&self, name: &str) {
        self.key_with(name, With::Nothing);
    }

    pub(crate) fn key_with(&self, name: &str, with: With) {
        let (key, code, number, text) = KEYS
            .into_iter()
            .find(|(key, ..)| *key == name)
            .unwrap_or_else(|| panic!("no key {name:?} in the table"));
        let writes = if with == With::Control { "" } else { text };
        let mut event = json!({ "type": if writes.is_empty() { "rawKeyDown" } else { "keyDown" },
            "key": key, "code": code, "modifiers": with.bits(), "text": writes,
            "windowsVirtualKeyCode": number, "nativeVirtualKeyCode": number });
        if with == With::Control && key == "a" {
            // The window system decides what a shortcut does in a field, and a headless browser has none.
            event["commands"] = json!(["selectAll"]);
        }
        self.call("Input.dispatchKeyEvent", event.clone());
        event["type"] = json!("keyUp");
        event["text"] = json!("");
        self.call("Input.dispatchKeyEvent", event);
    }

    /// Presses Tab until the element has the focus.
    pub(crate) fn tab_to(&self, selector: &str, with: With) {
        let mut met = Vec::new();
        for _ in 0..60 {
            let js = format!("document.activeElement?.matches({})", quoted(selector));
            if self.eval(&js) == json!(true) {
                return;
            }
            self.key_with("Tab", with);
            met.push(self.eval("document.activeElement?.id || document.activeElement?.tagName"));
        }
        panic!("Tab never comes to {selector}: {met:?}");
    }
}

/// Waits until all pending drawing is done: it may move the element to click.
const DRAWN: &str = "new Promise((drawn) => {
    requestAnimationFrame(() => requestAnimationFrame(drawn));
    setTimeout(drawn, 500); // a page that is not visible is drawn late or never
})";

fn found_by(selector: &str) -> String {
    format!("document.querySelector({})", quoted(selector))
}

/// An expression for the middle of an element, once it is there and stands still, in the
/// window's coordinates; with `covered` when a click there would meet something else.
fn middle_of(js: &str) -> String {
    format!(
        "(() => {{
            const wanted = {js};
            if (!wanted?.checkVisibility({{ visibilityProperty: true }})) return null;
            if (document.getAnimations().some((one) => one.playState === 'running' && one.effect?.target?.contains(wanted))) return null;
            wanted.scrollIntoView({{ block: 'nearest', behavior: 'instant' }});
            const box = wanted.getBoundingClientRect();
            const x = box.left + box.width / 2, y = box.top + box.height / 2;
            const met = wanted.getRootNode().elementFromPoint(x, y);
            const covered = wanted.contains(met) || met?.control === wanted ? null : String(met?.outerHTML).slice(0, 200);
            return {{ x, y, covered }};
        }})()"
    )
}
