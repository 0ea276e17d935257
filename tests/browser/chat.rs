//! The chat page, as its visitors use it.

pub(crate) mod accessibility;
pub(crate) mod appearance;
pub(crate) mod chip;
pub(crate) mod commands;
pub(crate) mod delivery;
pub(crate) mod flood;
pub(crate) mod hostile;
pub(crate) mod login;
pub(crate) mod navigation;
pub(crate) mod opening;
pub(crate) mod people;
pub(crate) mod reading;
pub(crate) mod recipient;
pub(crate) mod reconnect;
pub(crate) mod rooms;
pub(crate) mod scroll;
pub(crate) mod several_tabs;
pub(crate) mod tabs;
pub(crate) mod wire;

use crate::browser::Context;
use crate::tab::{Tab, quoted};
use serde_json::{Value, json};

/// Where the page is.
pub(crate) const PAGE: &str = "/";

/// A line in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) seq: Option<u64>,
    pub(crate) from: String,
    pub(crate) text: String,
    /// As the server gave it.
    pub(crate) time: String,
    /// The state of an own line: sending, sent or failed.
    pub(crate) state: Option<String>,
}

/// Opens the page for the first time and logs in.
pub(crate) fn log_in(visitor: &Context, name: &str, room: &str) -> Tab {
    let tab = visitor.tab(PAGE);
    enter(&tab, name, room);
    tab
}

/// Fills in the login that is shown.
pub(crate) fn enter(tab: &Tab, name: &str, room: &str) {
    ask_to_enter(tab, name, room);
    is_in(tab, room);
}

/// Fills in the login, without waiting for the answer.
pub(crate) fn ask_to_enter(tab: &Tab, name: &str, room: &str) {
    shows(tab, "#login");
    tab.fill("#login-name", name);
    tab.fill("#login-room", room);
    tab.key("Enter");
}

/// Waits until the room is shown and the page is connected.
pub(crate) fn is_in(tab: &Tab, room: &str) {
    shows(tab, "#chat");
    let own = format!("#rooms li[data-room={}]", quoted(room));
    shows_or_holds(tab, &own);
    is(tab, "online");
}

/// Waits for a state of the connection.
pub(crate) fn is(tab: &Tab, state: &str) {
    let js = format!(
        "document.querySelector('#state')?.dataset.state === {}",
        quoted(state)
    );
    tab.wait_for(&js, &format!("the state {state}"));
}

/// Waits until an element can be seen.
pub(crate) fn shows(tab: &Tab, selector: &str) {
    tab.wait_for(&visible(selector), &format!("{selector} on the screen"));
}

/// Waits until no such element can be seen.
pub(crate) fn hides(tab: &Tab, selector: &str) {
    let js = format!("!({})", visible(selector));
    tab.wait_for(&js, &format!("the end of {selector}"));
}

/// Waits for an element, seen or not.
pub(crate) fn shows_or_holds(tab: &Tab, selector: &str) {
    let js = format!("document.querySelector({})", quoted(selector));
    tab.wait_for(&format!("Boolean({js})"), selector);
}

/// An expression: whether such an element is visible within the window.
pub(crate) fn visible(selector: &str) -> String {
    format!(
        "Array.from(document.querySelectorAll({})).some((one) => {{
            if (!one.checkVisibility({{ visibilityProperty: true, opacityProperty: true }})) return false;
            const box = one.getBoundingClientRect();
            return box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0
                && box.left < innerWidth && box.top < innerHeight;
        }})",
        quoted(selector)
    )
}

/// Types a line and presses Enter.
pub(crate) fn say(tab: &Tab, text: &str) {
    tab.fill("#composer", text);
    tab.key("Enter");
}

/// All lines of the log, in the page's order.
pub(crate) fn lines(tab: &Tab) -> Vec<Line> {
    let found = tab.eval(
        "Array.from(document.querySelectorAll('#log li.line'), (line) => ({
            seq: Number(line.dataset.seq) || null,
            from: line.querySelector('.from')?.textContent ?? '',
            text: line.querySelector('.text')?.textContent ?? '',
            time: line.querySelector('time')?.dateTime ?? '',
            state: line.dataset.state ?? null,
        }))",
    );
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let line = |found: &Value| Line {
        seq: found["seq"].as_u64(),
        from: text(&found["from"]).expect("a name"),
        text: text(&found["text"]).expect("a text"),
        time: text(&found["time"]).expect("a time"),
        state: text(&found["state"]),
    };
    found.as_array().expect("a list").iter().map(line).collect()
}

pub(crate) fn texts(tab: &Tab) -> Vec<String> {
    tab.texts("#log li.line .text")
}

/// Waits until a line with this text is there.
pub(crate) fn reads(tab: &Tab, text: &str) {
    tab.wait_for(
        &format!("{ALL_TEXTS}.includes({})", quoted(text)),
        &format!("the line {text:?}"),
    );
}

/// Waits until the log has exactly these lines.
pub(crate) fn reads_exactly(tab: &Tab, expected: &[&str]) {
    let js = format!(
        "JSON.stringify({ALL_TEXTS}) === {}",
        quoted(&json!(expected).to_string())
    );
    tab.wait_for(&js, &format!("a log of {expected:?}"));
}

const ALL_TEXTS: &str =
    "Array.from(document.querySelectorAll('#log li.line .text'), (one) => one.textContent)";

/// Waits until each own line is acknowledged.
pub(crate) fn all_sent(tab: &Tab) {
    let js = "!document.querySelector('#log li.line[data-state]:not([data-state=sent])')";
    tab.wait_for(js, "the answer to each line");
}

/// Waits until exactly these people are listed.
pub(crate) fn sees_people(tab: &Tab, names: &[&str]) {
    let mut names = names.to_vec();
    names.sort_unstable();
    let js = format!(
        "JSON.stringify(Array.from(document.querySelectorAll('#people li'), (one) => one.dataset.name).sort()) === {}",
        quoted(&json!(names).to_string())
    );
    tab.wait_for(&js, &format!("the people {names:?}"));
    assert_eq!(digits(&tab.text("#people-count")), names.len().to_string());
}

/// Waits for a notice of a kind with these words in it.
pub(crate) fn is_told(tab: &Tab, kind: &str, words: &str) {
    let js = format!(
        "Array.from(document.querySelectorAll('#log li.notice[data-kind={}]')).some((one) => one.textContent.includes({}))",
        quoted(kind),
        quoted(words)
    );
    tab.wait_for(&js, &format!("a notice of {kind}: {words}"));
}

/// The first event of a kind from the server, as developer tools show it.
pub(crate) fn first_received(tab: &Tab, kind: &str) -> Value {
    let event = tab.record.wait_for(0, kind, |event| {
        event.method == "Network.webSocketFrameReceived" && payload(&event.params)["type"] == kind
    });
    payload(&event)
}

/// All events from the server so far.
pub(crate) fn received(tab: &Tab) -> Vec<Value> {
    let events = tab.record.all("Network.webSocketFrameReceived");
    events.iter().map(payload).collect()
}

pub(crate) fn payload(event: &Value) -> Value {
    let text = event["response"]["payloadData"].as_str().expect("a text");
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// The number in a text such as "3 people".
pub(crate) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
