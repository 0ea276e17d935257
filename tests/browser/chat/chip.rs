//! The chip that shows the recipient of the next line.

use super::recipient::{choose, hears_no_whisper, rename};
use super::{all_sent, hides, is_told, log_in, reads_exactly, say, sees_people, shows};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::server::TestServer;
use serde_json::json;

pub(crate) const TESTS: [PageTest; 3] = [
    ("follows_a_rename", follows_a_rename),
    ("by_keyboard", by_keyboard),
    ("of_each_room", of_each_room),
];

fn follows_a_rename(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let mut grace = ChatClient::enter(server.addr(), "grace", "lobby");
    let mut mallory = ChatClient::enter(server.addr(), "mallory", "lobby");
    let ada = log_in(&visitor, "ada", "lobby");
    choose(&ada, "grace");
    ada.type_text("my secret");
    rename(&mut grace, "grace hopper");
    rename(&mut mallory, "grace");
    sees_people(&ada, &["ada", "grace", "grace hopper"]);
    assert_eq!(ada.text("#recipient .name"), "grace hopper");
    ada.key("Enter");
    grace.expect_event("whispered", |event| event["text"] == "my secret");
    all_sent(&ada);
    // It stays until it is removed: the next line is as private.
    say(&ada, "and more");
    grace.expect_event("whispered", |event| event["text"] == "and more");
    hears_no_whisper(&mut mallory);
    ada.click("#recipient-remove");
    hides(&ada, "#recipient");
    say(&ada, "to all");
    mallory.expect_event("said", |event| event["text"] == "to all");
    ada.assert_clean();
}

fn by_keyboard(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    let ada = log_in(&visitor, "ada", "lobby");
    let focus = |id: &str| ada.wait_for(&format!("document.activeElement?.id === '{id}'"), id);
    for key in ["Escape", "Backspace"] {
        choose(&ada, "bob");
        focus("composer");
        // With text in the field, both keys edit it: no secret is sent to everyone by accident.
        ada.type_text("ab");
        ada.key("Escape");
        ada.key("Backspace");
        ada.key("Backspace");
        shows(&ada, "#recipient");
        ada.key(key);
        hides(&ada, "#recipient");
        focus("composer");
    }
    choose(&ada, "bob");
    let tree = ada.call("Accessibility.getFullAXTree", json!({}));
    let nodes = tree["nodes"].as_array().expect("a list");
    for name in [
        "Your message to bob only",
        "Write to everyone again, not to bob only",
    ] {
        let is_named = nodes.iter().any(|node| node["name"]["value"] == name);
        assert!(is_named, "{name:?} in what a screen reader says");
    }
    assert_eq!(ada.text("#announcement"), "Writing to bob only");
    let told = ada.frames_sent();
    let typing = told.iter().filter(|frame| frame.payload.contains("typing"));
    assert_eq!(typing.count(), 0, "what is for one is not announced to all");
    ada.tab_to("#recipient-remove", crate::input::With::Shift);
    ada.key("Enter");
    hides(&ada, "#recipient");
    focus("composer");
    ada.type_text("to all");
    ada.key("Enter");
    bob.expect_event("said", |event| event["text"] == "to all");
    // A command is still a command.
    choose(&ada, "bob");
    say(&ada, "/nick grace");
    is_told(&ada, "renamed", "You are now grace");
    say(&ada, "psst");
    let heard = bob.expect_event("whispered", |_| true);
    assert_eq!(
        (&heard["from"], &heard["text"]),
        (&json!("grace"), &json!("psst"))
    );
    ada.assert_clean();
}

fn of_each_room(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    let ada = log_in(&visitor, "ada", "lobby");
    choose(&ada, "bob");
    ada.type_text("half a secret");
    ada.eval("location.hash = '#/garden'");
    super::is_in(&ada, "garden");
    hides(&ada, "#recipient");
    say(&ada, "hello garden");
    ada.click("#rooms [data-room=lobby] .choose");
    shows(&ada, "#recipient");
    assert_eq!(ada.text("#recipient .name"), "bob");
    assert_eq!(
        ada.eval("document.querySelector('#composer').value"),
        json!("half a secret")
    );
    ada.click("#composer");
    ada.key("Enter");
    bob.expect_event("whispered", |event| event["text"] == "half a secret");
    reads_exactly(&ada, &["half a secret"]);
    ada.assert_clean();
}
