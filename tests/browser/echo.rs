//! The echo page: what is sent comes back, in frames as RFC 6455 prescribes them.

use crate::browser::Browser;
use crate::hostile::HOSTILE;
use crate::input::With;
use crate::server::TestServer;
use crate::view::Screen;
use crate::watch::Frame;
use crate::{PageTest, tab::Tab};
use serde_json::json;

/// Where the page is.
const PAGE: &str = "/echo-demo";

pub(crate) const TESTS: [PageTest; 6] = [
    ("comes_back", comes_back),
    ("hostile_text_is_text", hostile_text_is_text),
    ("developer_tools", developer_tools),
    ("narrow", narrow),
    ("dark", dark),
    ("keyboard", keyboard),
];

fn connected(tab: &Tab) {
    tab.wait_for(
        "document.querySelector('#form button:enabled')",
        "a connection",
    );
}

/// Sends a text, and waits for its echo.
fn say(tab: &Tab, text: &str) {
    let before = tab.count("#log .came");
    tab.fill("#text", text);
    tab.click("#form button");
    came_back(tab, before + 1);
}

fn came_back(tab: &Tab, count: usize) {
    let js = format!("document.querySelectorAll('#log .came').length === {count}");
    tab.wait_for(&js, "what was sent");
}

fn comes_back(browser: &Browser) {
    let server = TestServer::start(&[]);
    let ada = browser.visitor(server.addr());
    let tab = ada.tab(PAGE);
    connected(&tab);
    for text in ["hello", "snow ☃ and a wave 👋"] {
        say(&tab, text);
        assert_eq!(tab.texts("#log li:nth-last-child(2) .text"), [text]);
        assert_eq!(tab.texts("#log li:last-child .text"), [text]);
        assert_eq!(tab.eval("document.querySelector('#text').value"), json!(""));
    }
    assert_eq!(
        tab.texts("#log .who"),
        ["you sent", "came back", "you sent", "came back"]
    );
    assert_eq!(
        tab.texts("#log .size"),
        ["5 bytes", "5 bytes", "24 bytes", "24 bytes"]
    );
    tab.assert_clean();
}

fn hostile_text_is_text(browser: &Browser) {
    let server = TestServer::start(&[]);
    let ada = browser.visitor(server.addr());
    let tab = ada.tab(PAGE);
    connected(&tab);
    for text in HOSTILE {
        say(&tab, text);
        assert_eq!(tab.texts("#log li:last-child .text"), [text]);
    }
    assert_eq!(tab.count("#log .text *"), 0, "a text became an element");
    tab.assert_clean();
}

fn developer_tools(browser: &Browser) {
    let server = TestServer::start(&[]);
    let ada = browser.visitor(server.addr());
    let tab = ada.tab(PAGE);
    connected(&tab);
    let said = ["hello", "a wave 👋"];
    for text in said {
        say(&tab, text);
    }
    // §5.3: what a client sends is masked, what a server sends is not. Text is opcode 1.
    let frames = |masked| {
        said.map(|text| Frame {
            opcode: 1,
            masked,
            payload: text.to_owned(),
        })
    };
    assert_eq!(tab.frames_sent(), frames(true));
    assert_eq!(tab.frames_received(), frames(false));

    let handshake = tab.handshake();
    assert_eq!(handshake["status"], 101);
    let headers = &handshake["headers"];
    assert_eq!(headers["Upgrade"], "websocket");
    assert_eq!(headers["Connection"], "Upgrade");
    assert!(headers["Sec-WebSocket-Accept"].is_string(), "{headers}");
    tab.assert_clean();
}

fn narrow(browser: &Browser) {
    let server = TestServer::start(&[]);
    let ada = browser.visitor(server.addr());
    let tab = ada.blank();
    tab.set_viewport(Screen::PHONE);
    tab.goto(PAGE);
    connected(&tab);
    say(&tab, &"a word without an end ".repeat(8));
    say(&tab, &"w".repeat(200));
    assert!(tab.overflow() <= 0, "{} pixels too wide", tab.overflow());
    tab.assert_clean();
}

fn dark(browser: &Browser) {
    let server = TestServer::start(&[]);
    let ada = browser.visitor(server.addr());
    let tab = ada.tab(PAGE);
    let paper = |dark| {
        tab.set_dark(dark);
        crate::colours::of(&tab, "body")
    };
    let (light, dark) = (paper(false), paper(true));
    assert!(light.paper > 0.8, "{light:?}");
    assert!(dark.paper < 0.2, "{dark:?}");
    for colours in [light, dark] {
        assert!(colours.contrast() >= 4.5, "{colours:?}");
    }
    tab.assert_clean();
}

fn keyboard(browser: &Browser) {
    let server = TestServer::start(&[]);
    let ada = browser.visitor(server.addr());
    let tab = ada.tab(PAGE);
    connected(&tab);
    // The cursor is in the field from the start.
    tab.type_text("by Enter");
    tab.key("Enter");
    came_back(&tab, 1);
    tab.type_text("by the button");
    tab.tab_to("#form button", With::Nothing);
    tab.key(" ");
    came_back(&tab, 2);
    tab.tab_to("#text", With::Shift);
    tab.key("Enter"); // an empty line is not sent
    tab.type_text("the last");
    tab.key("Enter");
    came_back(&tab, 3);
    assert_eq!(
        tab.texts("#log .came .text"),
        ["by Enter", "by the button", "the last"]
    );
    assert_eq!(tab.frames_sent().len(), 3);
    tab.assert_clean();
}
