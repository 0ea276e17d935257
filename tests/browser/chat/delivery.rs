//! Exactly once, when nobody can know whether a line arrived: it was lost on its way to the
//! server, or only the answer was lost on its way back. And what the server refuses, for now or for good.

use super::{all_sent, log_in, reads_exactly, say};
use crate::PageTest;
use crate::browser::Browser;
use crate::cable::Cable;
use crate::chatter::Chatter;
use crate::house::House;
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
    loses(browser, Cable::lose_questions, |bob| {
        let heard = bob.hears_by_now();
        assert!(
            !heard.iter().any(|event| event["type"] == "said"),
            "{heard:#?}"
        );
    });
}

fn answer_lost(browser: &Browser) {
    loses(browser, Cable::lose_answers, |bob| {
        // How many lines go out before the first is answered is up to the page.
        bob.hears("said", |event| event["text"] == "one of three");
    });
}

fn loses(browser: &Browser, lose: fn(&Cable), bob_meanwhile: fn(&mut Chatter)) {
    let server = House::open(&[]);
    let cable = Cable::to(server.addr());
    let visitor = browser.visitor(cable.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    let mut bob = Chatter::enter(server.addr(), "bob", "lobby");
    say(&ada, "before");
    all_sent(&ada);
    bob.hears("said", |event| event["text"] == "before");

    lose(&cable);
    say(&ada, "one of three");
    say(&ada, "two of three");
    bob_meanwhile(&mut bob);
    assert_eq!(ada.count("#log li.line[data-state=sending]"), 2);
    // The server still believes that she is there: her name is taken, by herself.
    cable.pull();
    say(&ada, "three of three");
    all_sent(&ada);
    let all = ["before", "one of three", "two of three", "three of three"];
    reads_exactly(&ada, &all);
    super::sees_people(&ada, &["ada", "bob"]);

    // One who comes later is told the same.
    let mut grace = Chatter::enter(server.addr(), "grace", "lobby");
    grace.send(
        "history",
        &serde_json::json!({ "room": "lobby", "before": 1_000_000, "limit": 50 }),
    );
    let history = grace.hears("history", |_| true);
    let texts: Vec<_> = history["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|said| &said["text"])
        .collect();
    assert_eq!(texts, all);
    ada.assert_clean();
}

/// The server takes a burst of 20 lines and then ten a second. What is too much is kept, in its
/// order, even if others are on their way already when the refusal comes.
fn faster_than_allowed(browser: &Browser) {
    many_lines(browser, |ada, cable, lines| {
        cable.slow_down(MODEM);
        type_all(ada, lines);
    });
}

/// The same for one who was away for long, and then has all of it to say at once.
fn after_long_silence(browser: &Browser) {
    many_lines(browser, |ada, cable, lines| {
        ada.set_offline(true);
        cable.pull();
        type_all(ada, lines);
        cable.slow_down(MODEM);
        ada.set_offline(false);
    });
}

/// About 4 000 bytes a second.
const MODEM: Duration = Duration::from_millis(15);

fn many_lines(browser: &Browser, say: fn(&Tab, &Cable, &[String])) {
    let server = House::open(&[]);
    let cable = Cable::to(server.addr());
    let visitor = browser.visitor(cable.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    let all: Vec<String> = (1..=45).map(|number| format!("line {number}")).collect();
    say(&ada, &cable, &all);
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

/// A line that was refused stays, says why, and can be sent again.
fn retry(browser: &Browser) {
    let server = House::open(&[]);
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

    let mut grace = Chatter::enter(server.addr(), "grace", "lobby");
    super::is_told(&ada, "entered", "grace"); // the log moves for that, and no button after it
    ada.click(&format!("{failed} [data-action=retry]"));
    grace.hears("whispered", |event| event["text"] == "are you there?");
    super::shows_or_holds(&ada, "#log li.line[data-state=sent]"); // it has moved by then
    ada.click(&format!("{failed} [data-action=discard]"));
    all_sent(&ada);
    reads_exactly(&ada, &["are you there?"]);
    let heard = grace.hears_by_now();
    assert!(
        !heard.iter().any(|event| event["type"] == "whispered"),
        "{heard:#?}"
    );
    ada.assert_clean();
}
