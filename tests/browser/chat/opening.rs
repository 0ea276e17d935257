//! Opening the page: its requests, a script that does not load, and thirty visitors at once.

use super::{PAGE, ask_to_enter, is_in, reads, say, shows};
use crate::PageTest;
use crate::browser::{Browser, Context};
use crate::chat_client::ChatClient;
use crate::server::TestServer;
use crate::tab::Tab;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::thread;

pub(crate) const TESTS: [PageTest; 3] = [
    ("requests", requests),
    ("missing_script", a_script_is_missing),
    ("thirty", thirty),
];

/// Cold: at most the six connections that a browser opens to one server, and no file twice. Warm: no body at all.
fn requests(browser: &Browser) {
    let server = TestServer::start(&[]);
    let ada = browser.visitor(server.addr());
    let tab = ada.tab(PAGE);
    shows(&tab, "#login");
    let cold = answers(&tab);
    eprintln!("cold: {}", told(&cold));
    // The tab's icon has a loader of its own, which does not know the page's requests.
    let asked = || {
        cold.iter()
            .map(Answer::url)
            .filter(|url| !url.ends_with("/icon.svg"))
    };
    assert_eq!(
        asked().collect::<BTreeSet<_>>().len(),
        asked().count(),
        "nothing is asked for twice"
    );
    assert!(
        cold.iter()
            .all(|answer| answer.0["response"]["status"] == 200)
    );
    assert!(connections(&cold).len() <= 6, "{:?}", connections(&cold));

    let before = cold.len();
    tab.reload();
    shows(&tab, "#login");
    let all = answers(&tab);
    let warm = &all[before..];
    eprintln!("warm: {}", told(warm));
    // The browser reports the stored response for a 304; only a head came over the network.
    let bodies: Vec<&str> = warm
        .iter()
        .filter(|answer| answer.size() > 1_000)
        .map(Answer::url)
        .collect();
    assert!(bodies.is_empty(), "asked for again in full: {bodies:?}");
    assert!(connections(warm).len() <= 6);
    tab.assert_clean();
}

/// A response to a request of the page: `Network.responseReceived`.
struct Answer(Value, u64);

impl Answer {
    fn url(&self) -> &str {
        self.0["response"]["url"].as_str().expect("an address")
    }

    /// Its bytes on the network, head included.
    const fn size(&self) -> u64 {
        self.1
    }
}

/// All responses that a tab got over HTTP.
fn answers(tab: &Tab) -> Vec<Answer> {
    let sizes: BTreeMap<String, u64> = tab
        .record
        .all("Network.loadingFinished")
        .into_iter()
        .filter_map(|event| {
            let id = event["requestId"].as_str()?.to_owned();
            Some((id, event["encodedDataLength"].as_f64()? as u64))
        })
        .collect();
    let responses = tab.record.all("Network.responseReceived");
    let over_http = responses
        .into_iter()
        .filter(|event| event["response"]["protocol"] == "http/1.1");
    let with_size = |event: Value| {
        let size = event["requestId"]
            .as_str()
            .and_then(|id| sizes.get(id))
            .copied();
        Answer(event, size.unwrap_or_default())
    };
    over_http.map(with_size).collect()
}

fn connections(answers: &[Answer]) -> BTreeSet<u64> {
    let id = |answer: &Answer| {
        answer.0["response"]["connectionId"]
            .as_f64()
            .expect("a number") as u64
    };
    answers.iter().map(id).collect()
}

fn told(answers: &[Answer]) -> String {
    let bytes: u64 = answers.iter().map(Answer::size).sum();
    let connections = connections(answers).len();
    format!(
        "{} requests, {bytes} bytes, {connections} connections",
        answers.len()
    )
}

/// The page reloads once by itself. If that does not help, it says so, with a link to reload it.
fn a_script_is_missing(browser: &Browser) {
    let server = TestServer::start(&[]);
    let ada = browser.visitor(server.addr());
    let tab = ada.blank();
    tab.tolerate("Failed to load resource");
    let block = |urls: &[&str]| {
        tab.call("Network.setBlockedURLs", json!({ "urls": urls }));
    };
    block(&["*/shared/names.js"]);
    // Not `goto`: the page may be loading again before it has loaded.
    let url = format!("http://{}{PAGE}", tab.server);
    tab.call("Page.navigate", json!({ "url": url }));
    // `.failed`, not slow: a slow page shows the same sentence, and loads later.
    shows(&tab, ".failed .not-loaded");
    let documents = || {
        let sent = tab.record.all("Network.requestWillBeSent");
        sent.iter()
            .filter(|event| event["type"] == "Document")
            .count()
    };
    assert_eq!(documents(), 2, "it tried once by itself");
    block(&[]);
    tab.click(".not-loaded a");
    shows(&tab, "#login");
    assert_eq!(documents(), 3);
    // Otherwise the page would show the sentence after a while.
    super::shows_or_holds(&tab, ".started");

    // It has loaded in between, so it may reload once more.
    block(&["*/shared/names.js"]);
    tab.call("Page.reload", json!({}));
    tab.wait_for("!document.querySelector('.started')", "another page");
    shows(&tab, ".failed .not-loaded");
    assert_eq!(documents(), 5);
}

/// A class: thirty browsers open the page, log in and say a line at the same time.
fn thirty(browser: &Browser) {
    const CLASS: usize = 30;
    let server = TestServer::start(&["--rate", "off"]);
    let teacher = ChatClient::enter(server.addr(), "blackboard", "class");
    let visitors: Vec<Context> = (0..CLASS).map(|_| browser.visitor(server.addr())).collect();
    let tabs: Vec<Tab> = visitors.iter().map(Context::blank).collect();
    thread::scope(|scope| {
        for (index, tab) in tabs.iter().enumerate() {
            scope.spawn(move || {
                tab.goto(PAGE);
                ask_to_enter(tab, &format!("student-{index}"), "class");
                is_in(tab, "class");
                say(tab, &format!("hello from {index}"));
            });
        }
    });
    for tab in &tabs {
        for index in 0..CLASS {
            reads(tab, &format!("hello from {index}"));
        }
        let refused: Vec<Value> = answers(tab)
            .into_iter()
            .filter(|answer| answer.0["response"]["status"] != 200)
            .map(|answer| answer.0)
            .collect();
        assert!(refused.is_empty(), "{refused:#?}");
        tab.assert_clean();
    }
    drop(teacher);
}
