//! The server goes down and returns: no line is lost, and no line comes twice.

use super::{all_sent, is, log_in, reads, reads_exactly, say};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::restartable_server::RestartableServer;
use crate::server::TestServer;
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

/// Waits until the page has noticed the lost connection.
fn notices(tab: &Tab) {
    let js = "document.querySelector('#state').dataset.state !== 'online'";
    tab.wait_for(js, "that it notices");
}

fn server_killed(browser: &Browser) {
    let mut server = RestartableServer::start();
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

    server.restart();
    is(&ada, "online");
    all_sent(&ada);
    let all = ["before", "while it was away", "and another"];
    reads_exactly(&ada, &all);
    others_see(browser, &server, &all);
    ada.assert_clean();
}

fn said_meanwhile(browser: &Browser) {
    let mut server = RestartableServer::start();
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    say(&ada, "before");
    all_sent(&ada);
    // Offline, she learns last that the server is back.
    ada.set_offline(true);
    server.kill();
    notices(&ada);
    say(&ada, "said offline");
    server.restart();
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    for text in ["meanwhile one", "meanwhile two"] {
        bob.say("lobby", text);
    }
    ada.set_offline(false);
    is(&ada, "online");
    all_sent(&ada);
    let all = ["before", "meanwhile one", "meanwhile two", "said offline"];
    reads_exactly(&ada, &all);
    // In the same run of the history nothing is missing, and no gap is shown.
    assert_eq!(ada.count("#log li.lost"), 0);
    drop(bob);
    others_see(browser, &server, &all);
    ada.assert_clean();
}

/// It is unknown which lines the server still got: all arrive, and once.
fn killed_while_saying(browser: &Browser) {
    let mut server = RestartableServer::start();
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
        server.restart();
    }
    is(&ada, "online");
    all_sent(&ada);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    reads_exactly(&ada, &all);
    others_see(browser, &server, &all);
    ada.assert_clean();
}

/// If the server cannot know what was missed, the page shows a gap.
fn history_lost(browser: &Browser) {
    let mut server = RestartableServer::start();
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    say(&ada, "before");
    all_sent(&ada);
    server.kill();
    notices(&ada);
    say(&ada, "in between");
    server.forget();
    server.restart();
    is(&ada, "online");
    all_sent(&ada);
    assert_eq!(ada.count("#log li.lost"), 1);
    reads_exactly(&ada, &["before", "in between"]);
    ada.assert_clean();
}

/// The page also waits for a server that has sent a Close.
fn graceful_end(browser: &Browser) {
    let mut server = RestartableServer::start();
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    say(&ada, "before");
    all_sent(&ada);
    server.end();
    notices(&ada);
    server.restart();
    is(&ada, "online");
    say(&ada, "after");
    all_sent(&ada);
    reads_exactly(&ada, &["before", "after"]);
    ada.assert_clean();
}

/// Another client takes the name over with the same session: this page disconnects, and says so.
fn continued_elsewhere(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let session = super::first_received(&ada, "welcome")["session"].clone();
    let join = json!({ "name": "ada", "room": "lobby", "session": session });
    let mut elsewhere = ChatClient::enter_with(server.addr(), &join);
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

/// A newcomer sees each line once, in this order.
fn others_see(browser: &Browser, server: &RestartableServer, expected: &[&str]) {
    let visitor = browser.visitor(server.addr());
    let grace = log_in(&visitor, "grace", "lobby");
    reads(&grace, expected.last().expect("there are some"));
    reads_exactly(&grace, expected);
    grace.assert_clean();
}
