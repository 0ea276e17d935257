//! Exactly once, although the page cannot know whether a line arrived: it was lost on its way to the
//! server, or only the answer was lost on its way back. And lines that the server refuses, for now or for good.

use super::{all_sent, log_in, reads_exactly, say};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::flaky_proxy::FlakyProxy;
use crate::server::TestServer;
use crate::tab::Tab;
use std::time::Duration;

pub(crate) const TESTS: [PageTest; 5] = [
    ("line_lost", line_lost),
    ("answer_lost", answer_lost),
    ("faster_than_allowed", faster_than_allowed),
    ("after_long_silence", after_long_silence),
    ("retry", retry),
];

fn line_lost(browser: &Browser) {
    loses(browser, FlakyProxy::drop_requests, |bob| {
        let heard = bob.received_so_far();
        assert!(
            !heard.iter().any(|event| event["type"] == "said"),
            "{heard:#?}"
        );
    });
}

fn answer_lost(browser: &Browser) {
    loses(browser, FlakyProxy::drop_answers, |bob| {
        // The page decides how many lines it sends before the first answer.
        bob.expect_event("said", |event| event["text"] == "one of three");
    });
}

fn loses(browser: &Browser, lose: fn(&FlakyProxy), bob_meanwhile: fn(&mut ChatClient)) {
    let server = TestServer::start(&[]);
    let proxy = FlakyProxy::to(server.addr());
    let visitor = browser.visitor(proxy.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    say(&ada, "before");
    all_sent(&ada);
    bob.expect_event("said", |event| event["text"] == "before");

    lose(&proxy);
    say(&ada, "one of three");
    say(&ada, "two of three");
    bob_meanwhile(&mut bob);
    assert_eq!(ada.count("#log li.line[data-state=sending]"), 2);
    // For the server she is still there: her name is taken, by herself.
    proxy.disconnect();
    say(&ada, "three of three");
    all_sent(&ada);
    let all = ["before", "one of three", "two of three", "three of three"];
    reads_exactly(&ada, &all);
    super::sees_people(&ada, &["ada", "bob"]);

    // A newcomer gets the same lines.
    let mut grace = ChatClient::enter(server.addr(), "grace", "lobby");
    grace.send(
        "history",
        &serde_json::json!({ "room": "lobby", "before": 1_000_000, "limit": 50 }),
    );
    let history = grace.expect_event("history", |_| true);
    let texts: Vec<_> = history["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|said| &said["text"])
        .collect();
    assert_eq!(texts, all);
    ada.assert_clean();
}

/// The server takes a burst of 20 lines and then ten a second. The page keeps the excess, in
/// order, even if other lines are on their way already when the refusal comes.
fn faster_than_allowed(browser: &Browser) {
    many_lines(browser, |ada, proxy, lines| {
        proxy.slow_down(MODEM);
        type_all(ada, lines);
    });
}

/// The same after a long time offline, when all lines are sent at once.
fn after_long_silence(browser: &Browser) {
    many_lines(browser, |ada, proxy, lines| {
        ada.set_offline(true);
        proxy.disconnect();
        type_all(ada, lines);
        proxy.slow_down(MODEM);
        ada.set_offline(false);
    });
}

/// About 4 000 bytes a second.
const MODEM: Duration = Duration::from_millis(15);

fn many_lines(browser: &Browser, say: fn(&Tab, &FlakyProxy, &[String])) {
    let server = TestServer::start(&[]);
    let proxy = FlakyProxy::to(server.addr());
    let visitor = browser.visitor(proxy.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    let all: Vec<String> = (1..=45).map(|number| format!("line {number}")).collect();
    say(&ada, &proxy, &all);
    all_sent(&ada);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    reads_exactly(&ada, &all);
    ada.assert_clean();
}

fn type_all(ada: &Tab, lines: &[String]) {
    ada.click("#composer");
    for text in lines {
        ada.type_text(text);
        ada.key("Enter");
    }
}

/// A refused line stays, says why, and can be sent again.
fn retry(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let failed = "#log li.line[data-state=failed]";
    for text in ["are you there?", "never mind"] {
        say(&ada, &format!("/msg grace {text}"));
    }
    ada.wait_for(
        &format!("document.querySelectorAll('{failed}').length === 2"),
        "two refusals",
    );
    let reasons = ada.texts(&format!("{failed} .delivery"));
    assert!(
        reasons
            .iter()
            .all(|reason| reason.contains("nobody here has that name")),
        "{reasons:?}"
    );

    let mut grace = ChatClient::enter(server.addr(), "grace", "lobby");
    super::is_told(&ada, "entered", "grace"); // the log moves for that, and no button after it
    ada.click(&format!("{failed} [data-action=retry]"));
    grace.expect_event("whispered", |event| event["text"] == "are you there?");
    super::shows_or_holds(&ada, "#log li.line[data-state=sent]"); // it has moved by then
    ada.click(&format!("{failed} [data-action=discard]"));
    all_sent(&ada);
    reads_exactly(&ada, &["are you there?"]);
    let heard = grace.received_so_far();
    assert!(
        !heard.iter().any(|event| event["type"] == "whispered"),
        "{heard:#?}"
    );
    ada.assert_clean();
}
