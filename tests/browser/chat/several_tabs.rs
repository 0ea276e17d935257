//! Several browsers and tabs in one room.

use super::{lines, log_in, reads, say, sees_people};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::kit::stopwatch::Stopwatch;
use crate::server::TestServer;
use crate::tab::Tab;
use std::thread;
use std::time::Duration;

pub(crate) const TESTS: [PageTest; 7] = [
    ("two_browsers", two_browsers),
    ("at_once", at_once),
    ("three_at_once", three_at_once),
    ("two_tabs", two_tabs),
    ("C23 closed_tab", closed_tab),
    ("C23 killed_tab", killed_tab),
    ("late_joiner", late_joiner),
];

/// The page shows within this time that people come and go.
const PROMPT: Duration = Duration::from_secs(1);

fn two_browsers(browser: &Browser) {
    let server = TestServer::start(&[]);
    let [one, two] = browser.visitors(server.addr());
    let ada = log_in(&one, "ada", "lobby");
    let bob = log_in(&two, "bob", "lobby");
    super::is_told(&ada, "entered", "bob has joined the room [lobby]");
    say(&ada, "hello bob");
    reads(&bob, "hello bob");
    say(&bob, "hello ada");
    for tab in [&ada, &bob] {
        super::reads_exactly(tab, &["hello bob", "hello ada"]);
        sees_people(tab, &["ada", "bob"]);
        assert_eq!(tab.count("#log li.day"), 1, "a date, once");
    }
    same_log(&[&ada, &bob]);
    ada.assert_clean();
    bob.assert_clean();
}

/// From one browser to the other, by the clock that both share: within a tenth of a second, or
/// four times the delay for its author. The fastest of several lines counts.
fn at_once(browser: &Browser) {
    let server = TestServer::start(&[]);
    let [one, two] = browser.visitors(server.addr());
    let ada = log_in(&one, "ada", "lobby");
    let bob = log_in(&two, "bob", "lobby");
    let when = |tab: &Tab, method: &str, text: &str| {
        let events = tab.record.all(method);
        let mut events = events.iter();
        let event = events.find(|event| super::payload(event)["text"] == text);
        event.expect("it was seen")["timestamp"]
            .as_f64()
            .expect("seconds")
    };
    let took = ["one", "two", "three", "four", "five"].map(|text| {
        say(&ada, text);
        reads(&bob, text);
        reads(&ada, text);
        let said = when(&ada, "Network.webSocketFrameSent", text);
        [&bob, &ada].map(|tab| when(tab, "Network.webSocketFrameReceived", text) - said)
    });
    let is_soon = |[there, back]: &[f64; 2]| *there < f64::max(0.1, 4.0 * back);
    assert!(took.iter().any(is_soon), "{took:?}");
}

fn three_at_once(browser: &Browser) {
    let server = TestServer::start(&[]);
    let names = ["ada", "bob", "grace"];
    let visitors = names.map(|_| browser.visitor(server.addr()));
    let tabs: Vec<Tab> = visitors
        .iter()
        .zip(names)
        .map(|(visitor, name)| log_in(visitor, name, "lobby"))
        .collect();
    thread::scope(|scope| {
        for (tab, name) in tabs.iter().zip(names) {
            scope.spawn(move || {
                for number in 1..=5 {
                    say(tab, &format!("{name} {number}"));
                }
            });
        }
    });
    let all = tabs.iter().collect::<Vec<_>>();
    for tab in &all {
        tab.wait_for(
            "document.querySelectorAll('#log li.line[data-seq]').length >= 15",
            "15 lines",
        );
        super::all_sent(tab);
    }
    let log = same_log(&all);
    let mut texts: Vec<String> = log.iter().map(|(_, _, text, _)| text.clone()).collect();
    texts.sort_unstable();
    let said: Vec<String> = names
        .iter()
        .flat_map(|name| (1..=5).map(move |number| format!("{name} {number}")))
        .collect();
    assert_eq!(texts, said, "each line once");
    for tab in all {
        tab.assert_clean();
    }
}

/// Two tabs of one browser share the cookie with the name, but each is a person: the
/// second is told that the first is there, and takes another name.
fn two_tabs(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let first = log_in(&visitor, "ada", "lobby");
    let second = visitor.tab(super::PAGE);
    super::shows(&second, "#elsewhere");
    super::hides(&second, "#login-error");
    super::enter(&second, "ada too", "lobby");
    say(&first, "from the first");
    reads(&second, "from the first");
    say(&second, "from the second");
    for tab in [&first, &second] {
        super::reads_exactly(tab, &["from the first", "from the second"]);
        sees_people(tab, &["ada", "ada too"]);
    }
    same_log(&[&first, &second]);
    first.assert_clean();
    second.assert_clean();
}

fn closed_tab(browser: &Browser) {
    leaves_promptly(browser, Tab::close);
}

/// The tab's process dies; the operating system closes its connections.
fn killed_tab(browser: &Browser) {
    leaves_promptly(browser, Tab::kill);
}

fn leaves_promptly(browser: &Browser, end: fn(&Tab)) {
    let server = TestServer::start(&[]);
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    let [one, two] = browser.visitors(server.addr());
    let ada = log_in(&one, "ada", "lobby");
    let grace = log_in(&two, "grace", "lobby");
    bob.expect_event("entered", |event| event["name"] == "grace");
    sees_people(&ada, &["ada", "bob", "grace"]);
    let since = Stopwatch::start();
    end(&grace);
    let left = bob.expect_event("left", |event| event["name"] == "grace");
    since.assert_under(PROMPT);
    assert_eq!(left["count"], 2);
    sees_people(&ada, &["ada", "bob"]);
    super::is_told(&ada, "left", "grace has left");
    ada.assert_clean();
}

fn late_joiner(browser: &Browser) {
    let server = TestServer::start(&[]);
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    for text in ["first", "second"] {
        bob.say("lobby", text);
    }
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    super::reads_exactly(&ada, &["first", "second"]);
    ada.assert_clean();
}

type Said = (u64, String, String, String);

/// Asserts that all see the same lines in the same order, each with a name and a time.
fn same_log(tabs: &[&Tab]) -> Vec<Said> {
    let log = |tab: &Tab| -> Vec<Said> {
        let said = |line: super::Line| {
            let seq = line.seq.unwrap_or_else(|| panic!("no number: {line:?}"));
            (seq, line.from, line.text, line.time)
        };
        lines(tab).into_iter().map(said).collect()
    };
    let first = log(tabs[0]);
    assert!(first.is_sorted_by(|(a, ..), (b, ..)| a < b), "{first:#?}");
    for (_, from, text, time) in &first {
        assert!(!from.is_empty(), "nobody said {text:?}");
        // 2026-11-21T07:31:02.123Z
        assert!(
            time.len() == 24 && time.ends_with('Z'),
            "{text:?} at {time:?}"
        );
    }
    for tab in &tabs[1..] {
        assert_eq!(log(tab), first);
    }
    first
}
