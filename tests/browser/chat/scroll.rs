//! A long log: the page does not grow, the newest line is in view, and a reader is not disturbed.

use super::{digits, hides, log_in, reads, shows};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::server::TestServer;
use crate::tab::{Tab, quoted};
use serde_json::json;

pub(crate) const TESTS: [PageTest; 3] = [
    ("follows", follows),
    ("reader_stays", reader_stays),
    ("older_lines", older_lines),
];

/// More lines than a newcomer is sent.
const MANY: usize = 200;

fn line(number: usize) -> String {
    format!("line {number}: {}", "and so on ".repeat(number % 9))
}

fn text(number: usize) -> String {
    line(number).trim().to_owned()
}

fn say_many(bob: &mut ChatClient) {
    for number in 1..=MANY {
        bob.send("say", &json!({ "room": "lobby", "text": line(number) }));
    }
    bob.expect_event("said", |event| event["text"] == *text(MANY));
}

/// The newest line lies within the log, and the log within the window.
pub(super) fn newest_in_view() -> String {
    "(() => {
        const log = document.querySelector('#log');
        const last = Array.from(log.querySelectorAll('li.line')).at(-1)?.getBoundingClientRect();
        const box = log.getBoundingClientRect();
        return last && last.top >= box.top && last.bottom <= box.bottom + 1 && box.bottom <= innerHeight + 1;
    })()"
    .to_owned()
}

fn follows(browser: &Browser) {
    let server = TestServer::start(&["--rate", "off"]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    say_many(&mut bob);
    reads(&ada, &text(MANY));
    ada.wait_for(&newest_in_view(), "the newest line in view");
    assert_eq!(ada.count("#log li.line"), MANY);
    let grown = ada.eval("document.scrollingElement.scrollHeight - innerHeight");
    assert!(grown.as_i64() <= Some(0), "the page has grown by {grown}");
    let inner = ada.eval(
        "document.querySelector('#log').scrollHeight - document.querySelector('#log').clientHeight",
    );
    assert!(inner.as_i64() > Some(1000), "the log scrolls: {inner}");
    hides(&ada, "#new-pill");
    ada.assert_clean();
}

pub(super) fn top_of(tab: &Tab, text: &str) -> i64 {
    let js = format!(
        "Math.round(Array.from(document.querySelectorAll('#log li.line')).find((one) => one.querySelector('.text').textContent === {})?.getBoundingClientRect().top)",
        quoted(text)
    );
    tab.eval(&js).as_i64().expect("the line is there")
}

fn reader_stays(browser: &Browser) {
    let server = TestServer::start(&["--rate", "off"]);
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    say_many(&mut bob);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.wait_for(&newest_in_view(), "the newest line in view");
    scroll(&ada, -700);
    let reading = text(MANY - 20);
    let before = top_of(&ada, &reading);
    for text in ["new one", "new two", "new three"] {
        bob.say("lobby", text);
    }
    reads(&ada, "new three");
    shows(&ada, "#new-pill");
    assert_eq!(digits(&ada.text("#new-pill")), "3");
    assert_eq!(top_of(&ada, &reading), before, "what was read has moved");
    ada.click("#new-pill");
    ada.wait_for(&newest_in_view(), "the newest line in view");
    hides(&ada, "#new-pill");
    // Back at the end, the log follows again.
    bob.say("lobby", "new four");
    reads(&ada, "new four");
    ada.wait_for(&newest_in_view(), "the newest line in view");
    // The log always follows an own line.
    scroll(&ada, -700);
    super::say(&ada, "my own");
    ada.wait_for(&newest_in_view(), "the own line in view");
    ada.assert_clean();
}

/// Turns the wheel, and waits until the log has scrolled and stopped.
pub(super) fn scroll(tab: &Tab, down: i32) {
    let top = "document.querySelector('#log').scrollTop";
    let before = tab.eval(top);
    tab.wheel("#log", down);
    tab.wait_for(
        &format!("Math.abs({top} - {before}) >= {}", down.abs() / 2),
        "that the log moves",
    );
    tab.eval(
        "new Promise((resolve) => {
            let before = NaN;
            const look = () => {
                const now = document.querySelector('#log').scrollTop;
                if (now === before) resolve();
                else { before = now; setTimeout(look, 100); }
            };
            look();
        })",
    );
}

fn older_lines(browser: &Browser) {
    let server = TestServer::start(&["--rate", "off"]);
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    say_many(&mut bob);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    reads(&ada, &text(MANY));
    let first = super::texts(&ada).remove(0);
    assert!(first.starts_with("line 101:"), "{first}");
    // Scrolls to the top again and again, until there are no older lines.
    for _ in 0..10 {
        let oldest = super::texts(&ada).remove(0);
        if oldest == text(1) {
            break;
        }
        ada.eval("document.querySelector('#log').scrollTop = 0");
        let more = format!(
            "document.querySelector('#log li.line .text').textContent !== {}",
            quoted(&oldest)
        );
        ada.wait_for(&more, "older lines");
        // They are inserted above, and the reader stays in place.
        ada.wait_for(
            "document.querySelector('#log').scrollTop > 0",
            "the place that was read",
        );
    }
    let expected: Vec<String> = (1..=MANY).map(text).collect();
    assert_eq!(super::texts(&ada), expected);
    ada.assert_clean();
}
