//! The chat's frames in the developer tools, and what the server says unasked.

use super::{is, is_told, lines, log_in, reads, say};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::server::TestServer;
use serde_json::Value;
use std::io::Write;
use std::{env, fs, process};

pub(crate) const TESTS: [PageTest; 4] = [
    ("developer_tools", developer_tools),
    ("quotes", quotes),
    ("news", news),
    ("news_one_follows", news_one_follows),
];

fn developer_tools(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    say(&ada, "hello");
    bob.say("lobby", "a wave 👋");
    reads(&ada, "a wave 👋");
    super::all_sent(&ada);

    let handshake = ada.handshake();
    assert_eq!(handshake["status"], 101);
    assert_eq!(
        handshake["headers"]["Sec-WebSocket-Protocol"],
        "chat.ws101.v1"
    );
    let parsed = |frames: Vec<crate::watch::Frame>, masked| -> Vec<Value> {
        let parse = |frame: &crate::watch::Frame| {
            assert_eq!((frame.opcode, frame.masked), (1, masked), "{frame:?}");
            let event: Value = serde_json::from_str(&frame.payload).expect("JSON");
            assert!(event["type"].is_string(), "{event}");
            event
        };
        frames.iter().map(parse).collect()
    };
    let sent = parsed(ada.frames_sent(), true);
    let received = parsed(ada.frames_received(), false);
    assert_eq!(received[0]["type"], "welcome");
    assert_eq!(sent[0]["type"], "join");
    assert_eq!(sent[0]["name"], "ada");
    let says: Vec<_> = sent.iter().filter(|event| event["type"] == "say").collect();
    assert_eq!(says.len(), 1);
    assert_eq!(says[0]["text"], "hello");

    // The developer tools show the line that was said.
    let said: Vec<_> = received
        .iter()
        .filter(|event| event["type"] == "said")
        .collect();
    let shown = lines(&ada);
    assert_eq!(said.len(), shown.len());
    for (said, shown) in said.iter().zip(shown) {
        assert_eq!(said["seq"].as_u64(), shown.seq);
        assert_eq!(said["from"], *shown.from);
        assert_eq!(said["text"], *shown.text);
        assert_eq!(said["at"], *shown.time);
    }
    // The server decides which of the two lines came first.
    let own = said.iter().find(|event| event["from"] == "ada");
    assert_eq!(own.expect("an own line")["id"], says[0]["id"]);
    ada.assert_clean();
}

fn quotes(browser: &Browser) {
    let server = TestServer::start(&["--quotes", "1s"]);
    let [one, two] = browser.visitors(server.addr());
    for tab in [log_in(&one, "ada", "lobby"), log_in(&two, "bob", "garden")] {
        is_told(&tab, "quote", "");
        tab.assert_clean();
    }
}

/// Only the topics that were requested, on the next connection, too: the server does not remember them.
fn news_one_follows(browser: &Browser) {
    let path = env::temp_dir().join(format!("ws101-topics-{}", process::id()));
    let mut file = fs::File::create(&path).expect("a file can be made");
    let mut tell = |lines: &str| writeln!(file, "{lines}").expect("the file can be written");
    let flags = ["--news", &path.to_string_lossy()];
    let server = TestServer::start(&flags);
    let addr = server.addr();
    let visitor = browser.visitor(addr);
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    say(&ada, "/follow rust");
    is_told(&ada, "help", "You follow");
    // A later request is answered later, so the server has the earlier one by then.
    say(&ada, "do I?");
    super::all_sent(&ada);
    tell("go: one\nrust: two");
    is_told(&ada, "news", "two");
    drop(server);
    let _server = TestServer::start_at(addr, &flags);
    is(&ada, "online");
    say(&ada, "and now?");
    super::all_sent(&ada);
    tell("go: three\nrust: four");
    is_told(&ada, "news", "four");
    let shown = ada.text("#log");
    assert!(
        !shown.contains("one") && !shown.contains("three"),
        "{shown}"
    );
    ada.assert_clean();
    let _ = fs::remove_file(path);
}

/// A line that is added to the file is pushed to everyone.
fn news(browser: &Browser) {
    let path = env::temp_dir().join(format!("ws101-news-{}", process::id()));
    let mut file = fs::File::create(&path).expect("a file can be made");
    let server = TestServer::start(&["--news", &path.to_string_lossy()]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    writeln!(file, "<b>Ten</b> frames walk into a bar").expect("the file can be written");
    is_told(&ada, "news", "<b>Ten</b> frames walk into a bar");
    assert_eq!(ada.count("#log .notice b"), 0, "the news became an element");
    ada.assert_clean();
    drop(server);
    let _ = fs::remove_file(path);
}
