//! `/handshake`: the bytes of the page's own connection, and the accept key for any key.

use crate::PageTest;
use crate::browser::Browser;
use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::server::TestServer;
use crate::tab::Tab;
use crate::view::Screen;
use serde_json::Value;
use std::net::SocketAddr;

pub(crate) const TESTS: [PageTest; 4] = [
    ("own_bytes", own_bytes),
    ("blots_out_cookies", blots_out_cookies),
    ("recomputes", recomputes),
    ("phone", phone),
];

const PAGE: &str = "/handshake";

fn connected(tab: &Tab) {
    let js = "document.querySelector('#state').dataset.state === 'online'";
    tab.wait_for(js, "the handshake");
}

/// The page shows the bytes that the developer tools saw.
fn own_bytes(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab(PAGE);
    connected(&tab);
    let answer = &tab.handshake()["headers"]["Sec-WebSocket-Accept"];
    assert_eq!(tab.text("#accept"), *answer);
    assert!(tab.text("#same").starts_with('✓'), "{}", tab.text("#same"));
    let key = tab.eval("document.querySelector('#key').value");
    let request = tab.texts("#request .line-text").join("\n");
    let line = format!("Sec-WebSocket-Key: {}", key.as_str().expect("a text"));
    assert!(request.contains(&line), "{request}");
    assert!(request.starts_with("GET /ws HTTP/1.1"), "{request}");
    assert_eq!(tab.count("#key-bytes span"), 16);
    assert_eq!(tab.count("#digest span"), 20);

    // The lines cover all bytes: each begins where the previous one ends.
    let js = "(() => {
        let next = 0;
        for (const line of document.querySelectorAll('#response details')) {
            if (Number(line.querySelector('.at').textContent) !== next) return `a gap at ${next}`;
            next += line.querySelectorAll('.byte-row span').length;
        }
        return `From byte ${next} on, this is no longer HTTP.`;
    })()";
    assert_eq!(tab.eval(js), tab.text("#from-here"));
    // The next byte belongs to a frame of the server: FIN, text.
    tab.wait_for(
        "document.querySelector('#first-frame span')?.textContent === '81'",
        "the first frame",
    );
    tab.assert_clean();
}

/// A projector shows that there is a cookie and how long it is, and says why it shows no more.
fn blots_out_cookies(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab(PAGE);
    connected(&tab);
    let explanation = "hidden this value";
    assert!(!tab.text("#request").contains(explanation));
    tab.eval("document.cookie = 'sid=s3cret-s3cret; Path=/'");
    tab.goto(PAGE);
    connected(&tab);
    let lines = tab.texts("#request .line-text");
    let cookie = lines.iter().find(|line| line.starts_with("Cookie: "));
    let expected = format!("Cookie: {}", "*".repeat("sid=s3cret-s3cret".len()));
    assert!(
        cookie.is_some_and(|line| line.starts_with(&expected)),
        "{lines:?}"
    );
    tab.eval("document.querySelectorAll('details').forEach((one) => one.open = true)");
    assert_eq!(tab.text("#request").matches(explanation).count(), 1);
    assert!(!tab.text("main").contains("s3cret"));
    tab.assert_clean();
}

fn recomputes(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab(PAGE);
    connected(&tab);
    for (key, digest, accept) in [
        (
            "dGhlIHNhbXBsZSBub25jZQ==",
            "b37a4f2cc0624f1690f64606cf385945b2bec4ea",
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        ),
        // The sample of §4.1 is not canonical base64, and must be accepted.
        (
            "AQIDBAUGBwgJCgsMDQ4PEC==",
            "39f4b4c03693e4da3117682a9bb663d98b5eb733",
            "OfS0wDaT5NoxF2gqm7Zj2YtetzM=",
        ),
    ] {
        tab.fill("#key", key);
        assert_eq!(tab.text("#accept"), accept, "{key}");
        assert_eq!(tab.texts("#digest span").concat(), digest, "{key}");
        assert_eq!(tab.text("#key-fault"), "", "{key}");
        assert_eq!(tab.text("#same"), "", "it is not this page's own key");
        let command = tab.text("#command");
        assert!(
            command.contains(key) && command.contains("openssl"),
            "{command}"
        );
    }
    for (wrong, says) in FAULTS {
        tab.fill("#key", wrong);
        let fault = tab.text("#key-fault");
        assert!(fault.contains(says), "{wrong}: {fault}");
        assert!(fault.ends_with("The server would answer 400."), "{fault}");
        // The box for the command has the same sentence, and no box is empty.
        let said = tab.text("#command");
        assert_eq!(
            fault.strip_prefix(&said),
            Some(" The server would answer 400.")
        );
        let js = "Array.from(document.querySelectorAll('main *')).filter((one) =>
            parseFloat(getComputedStyle(one).borderTopWidth) > 0 && one.checkVisibility() &&
            !one.matches('input') && one.textContent.trim() === '').length";
        assert_eq!(tab.eval(js), 0, "an empty box for {wrong:?}");
        let js = "document.querySelector('#key').ariaInvalid";
        assert_eq!(tab.eval(js), "true");
        let status = status_for(server.addr(), wrong);
        assert_eq!(status, 400, "what the server answers to {wrong:?}");
    }
    tab.click("#own-key");
    assert_eq!(
        tab.eval("document.querySelector('#key').ariaInvalid"),
        Value::Null
    );
    assert!(tab.text("#same").starts_with('✓'));
    tab.assert_clean();
}

/// Invalid keys, and the sentence about each.
const FAULTS: [(&str, &str); 14] = [
    ("", "There is no key"),
    ("dGhlIHNhbXBsZQ==", "10 bytes, not 16"),
    ("AAAA", "3 bytes, not 16"),
    ("AAAAAAAAAAAAAAAAAAAAAAAA", "18 bytes, not 16"),
    ("AAAAAAAAAAAAAAAAAAAAAAA=", "17 bytes, not 16"),
    ("AAAAAAAAAAAAAAAAAAAAAA", "end with “==”, not with none"),
    ("AAAAAAAAAAAAAAAAAAAAAA=", "end with “==”, not with “=”"),
    ("AAAAAAAAAAAAAAAAAAAAAA===", "end with “==”, not with “===”"),
    ("AAAAAAAAAAAAAAAAAAAAAAAA=", "end with none, not with “=”"),
    ("AAAAAAAAAAAAAAAAAAAAA", "the last of 21 letters"),
    ("AAAA==AAAAAAAAAAAAAAAA==", "“=”, character 5, can only end"),
    (
        "dGhlIHNhbXBsZSBub25j-Q==",
        "Character 21, “-”, is not base64",
    ),
    (
        "dGhl IHNhbXBsZSBub25jZQ==",
        "Character 5, a space, is not base64",
    ),
    (
        "dGhlIHNh👋XBsZSBub25jZQ==",
        "Character 9, “👋”, is not base64",
    ),
];

/// The status that the server answers to a request with this key.
fn status_for(server: SocketAddr, key: &str) -> u16 {
    let mut wire = RawClient::open(server);
    let request = UPGRADE.replace("{host}", &server.to_string());
    let (before, after) = request.split_once("Sec-WebSocket-Key: ").expect("a key");
    let (_, after) = after.split_once("\r\n").expect("its end");
    wire.send(format!("{before}Sec-WebSocket-Key: {key}\r\n{after}").as_bytes());
    wire.head().status
}

fn phone(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.blank();
    tab.set_viewport(Screen::PHONE);
    tab.goto(PAGE);
    connected(&tab);
    tab.eval("document.querySelectorAll('details').forEach((one) => one.open = true)");
    assert!(tab.overflow() <= 0, "{} pixels too wide", tab.overflow());
    tab.assert_clean();
}
