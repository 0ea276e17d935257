//! One conversation in two views: the browser's developer tools, and the wire view.

use super::keep;
use crate::browser::Browser;
use crate::inspector::Inspector;
use crate::server::TestServer;
use crate::tab::{Tab, quoted};
use crate::view::Screen;

const TOOLS: Screen = Screen::desk(1280, 600);
const WIRE: Screen = Screen::desk(1240, 720);

/// The messages, with their kind. After some of them the server pings.
const SAID: [(&str, &str, bool); 3] = [
    ("text", "Hello", false),
    ("text", "👋", true),
    ("binary", "Hi 👋", true),
];

/// More letters than Chromium sends in one frame.
const LONG: usize = 140_000;

/// The answers: `/echo` sends back what it gets, of the same kind.
const ANSWERS: &str = "tr.out.text, tr.out.binary";

pub(super) fn devtools(browser: &Browser) {
    let server = TestServer::start(&["--ping-interval", "1s"]);
    let visitor = browser.visitor(server.addr());
    let page = visitor.blank();
    page.set_viewport(WIRE);
    page.set_dark(false);
    let tools = Inspector::open(&visitor, &page, TOOLS);
    page.goto("/wire");
    page.wait_for("Boolean(document.querySelector('#f1'))", "the greeting");
    tools.choose_request("echo?watch");
    tools.choose_tab("Headers");
    tools.shows("*", "sec-websocket-key"); // only their style sheet has capitals
    keep(&tools.tab, "devtools-headers.png", TOOLS);

    converse(&page);
    tools.choose_tab("Messages");
    tools.click("td.length-column", &LONG.to_string());
    tools.click("td.data-column", "Binary message");
    same_conversation(&tools, &page);
    keep(&tools.tab, "devtools-messages.png", TOOLS);

    let wave = "Array.from(document.querySelectorAll('tr.in.text'))
        .find((row) => row.querySelector('.note').textContent === '👋')";
    page.click_on(wave, "the wave");
    page.click(".field-box[data-fields=key]");
    keep(&page, "devtools-wire.png", WIRE);
}

/// Sends each message, and waits for its answer.
fn converse(page: &Tab) {
    for (kind, text, is_pinged) in SAID {
        send(page, kind, text);
        if is_pinged {
            let pongs = page.count("tr.pong");
            let js = format!("document.querySelectorAll('tr.pong').length > {pongs}");
            page.wait_for(&js, "a ping and its answer");
        }
    }
    send(page, "text", &"a".repeat(LONG));
}

fn send(page: &Tab, kind: &str, text: &str) {
    let before = page.count(ANSWERS);
    let kind = quoted(kind);
    page.eval(&format!("document.querySelector('#say-as').value = {kind}"));
    page.fill("#say-text", text);
    page.click("#say button");
    let js = format!("document.querySelectorAll('{ANSWERS}').length > {before}");
    page.wait_for(&js, "what was sent");
}

/// Each view shows what PROTOCOL.md says about it.
fn same_conversation(tools: &Inspector, page: &Tab) {
    // A row for each message, and none for pings; the wave has two UTF-16 units.
    let long = LONG.to_string();
    let both_ways = ["5", "5", "2", "2", "7\u{a0}B", "7\u{a0}B", &long, &long];
    let lengths = tools.texts("td.length-column");
    assert_eq!(lengths[1..], both_ways, "behind the greeting");

    let sent = |kind: &str| page.count(&format!("tr.in.{kind}"));
    assert_eq!((sent("text"), sent("binary")), (3, 1));
    assert!(sent("pong") >= 2, "{}", sent("pong"));
    assert!(sent("continuation") >= 1, "the long one came whole");
}
