//! The server goes away and comes back: nothing is lost, nothing is doubled.

use super::{all_sent, is, log_in, reads, reads_exactly, say};
use crate::PageTest;
use crate::browser::Browser;
use crate::chatter::Chatter;
use crate::house::House;
use crate::lasting::Lasting;
use crate::tab::Tab;
use serde_json::json;

pub(crate) const TESTS: [PageTest; 6] = [
    ("server_killed", server_killed),
    ("said_meanwhile", said_meanwhile),
    ("killed_while_saying", killed_while_saying),
    ("history_lost", history_lost),
    ("graceful_end", graceful_end),
    ("continued_elsewhere", continued_elsewhere),
];

/// Waits until the page has noticed that the server is gone.
fn notices(tab: &Tab) {
    let js = "document.querySelector('#state').dataset.state !== 'online'";
    tab.wait_for(js, "that it notices");
}

fn server_killed(browser: &Browser) {
    let mut server = Lasting::start();
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    say(&ada, "before");
    all_sent(&ada);
    server.kill();
    notices(&ada);
    for text in ["while it was away", "and another"] {
        say(&ada, text);
    }
    let state = |tab: &Tab| -> Vec<_> {
        super::lines(tab)
            .into_iter()
            .map(|line| line.state)
            .collect()
    };
    let [sent, sending] = ["sent", "sending"].map(|state| Some(state.to_owned()));
    assert_eq!(state(&ada), [sent, sending.clone(), sending]);

    server.come_back();
    is(&ada, "online");
    all_sent(&ada);
    let all = ["before", "while it was away", "and another"];
    reads_exactly(&ada, &all);
    others_see(browser, &server, &all);
    ada.assert_clean();
}

fn said_meanwhile(browser: &Browser) {
    let mut server = Lasting::start();
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    say(&ada, "before");
    all_sent(&ada);
    // Without a network she is the last to learn that the server is back.
    ada.set_offline(true);
    server.kill();
    notices(&ada);
    say(&ada, "said offline");
    server.come_back();
    let mut bob = Chatter::enter(server.addr(), "bob", "lobby");
    for text in ["meanwhile one", "meanwhile two"] {
        bob.say("lobby", text);
    }
    ada.set_offline(false);
    is(&ada, "online");
    all_sent(&ada);
    let all = ["before", "meanwhile one", "meanwhile two", "said offline"];
    reads_exactly(&ada, &all);
    // On the same run of the history nothing is missing, and nothing says so.
    assert_eq!(ada.count("#log li.lost"), 0);
    drop(bob);
    others_see(browser, &server, &all);
    ada.assert_clean();
}

/// Nobody knows which of the lines the server still had: they arrive, and once.
fn killed_while_saying(browser: &Browser) {
    let mut server = Lasting::start();
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    let mut all = Vec::new();
    for round in 1..=3 {
        for number in 1..=3 {
            let text = format!("round {round}, line {number}");
            say(&ada, &text);
            all.push(text);
        }
        server.kill();
        server.come_back();
    }
    is(&ada, "online");
    all_sent(&ada);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    reads_exactly(&ada, &all);
    others_see(browser, &server, &all);
    ada.assert_clean();
}

/// When the server cannot know what was missed, the page says so.
fn history_lost(browser: &Browser) {
    let mut server = Lasting::start();
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    say(&ada, "before");
    all_sent(&ada);
    server.kill();
    notices(&ada);
    say(&ada, "in between");
    server.forget();
    server.come_back();
    is(&ada, "online");
    all_sent(&ada);
    assert_eq!(ada.count("#log li.lost"), 1);
    reads_exactly(&ada, &["before", "in between"]);
    ada.assert_clean();
}

/// A server that says goodbye is waited for as well.
fn graceful_end(browser: &Browser) {
    let mut server = Lasting::start();
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    say(&ada, "before");
    all_sent(&ada);
    server.end();
    notices(&ada);
    server.come_back();
    is(&ada, "online");
    say(&ada, "after");
    all_sent(&ada);
    reads_exactly(&ada, &["before", "after"]);
    ada.assert_clean();
}

/// The name is taken over by somebody with the same session: this page stops, and says so.
fn continued_elsewhere(browser: &Browser) {
    let server = House::open(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let session = super::first_received(&ada, "welcome")["session"].clone();
    let join = json!({ "name": "ada", "room": "lobby", "session": session });
    let mut elsewhere = Chatter::enter_with(server.addr(), &join);
    is(&ada, "replaced");
    elsewhere.say("lobby", "here now");
    assert_eq!(
        ada.record.all("Network.webSocketCreated").len(),
        1,
        "it did not come back"
    );
    assert!(!super::texts(&ada).contains(&"here now".to_owned()));
    ada.assert_clean();
}

/// One who comes now sees each line once, in this order.
fn others_see(browser: &Browser, server: &Lasting, expected: &[&str]) {
    let visitor = browser.visitor(server.addr());
    let grace = log_in(&visitor, "grace", "lobby");
    reads(&grace, expected.last().expect("there are some"));
    reads_exactly(&grace, expected);
    grace.assert_clean();
}
