//! The chat by keyboard alone, and for a screen reader.

use super::{PAGE, enter, hides, is_in, log_in, reads, reads_exactly, shows};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::input::With;
use crate::server::TestServer;
use crate::tab::Tab;
use serde_json::{Value, json};

pub(crate) const TESTS: [PageTest; 3] = [
    ("keyboard", keyboard),
    ("composer", composer),
    ("names", names),
];

/// From the first visit to a whisper, without a mouse.
fn keyboard(browser: &Browser) {
    let server = TestServer::start(&[]);
    let mut bob = ChatClient::enter(server.addr(), "bob", "garden");
    bob.join_also("lobby");
    let visitor = browser.visitor(server.addr());
    let ada = visitor.tab(super::PAGE);
    shows(&ada, "#login");
    // The focus is in the first field, and after the login in the composer.
    ada.wait_for("document.activeElement?.id === 'login-name'", "the cursor");
    ada.type_text("ada");
    ada.key("Enter");
    is_in(&ada, "lobby");
    ada.wait_for("document.activeElement?.id === 'composer'", "the cursor");
    ada.type_text("hello");
    ada.key("Enter");
    reads_exactly(&ada, &["hello"]);

    // Another room, and back by the list of rooms.
    ada.type_text("/join garden");
    ada.key("Enter");
    is_in(&ada, "garden");
    bob.say("lobby", "news from the lobby");
    ada.tab_to("#rooms [data-room=lobby] .choose", With::Shift);
    ada.key("Enter");
    reads_exactly(&ada, &["hello", "news from the lobby"]);

    // To a person, and away again.
    ada.tab_to("#people [data-name=bob] button", With::Nothing);
    ada.key("Enter");
    ada.wait_for("document.activeElement?.id === 'composer'", "the cursor");
    assert_eq!(ada.text("#recipient .name"), "bob");
    ada.type_text("for bob alone");
    ada.key("Enter");
    bob.expect_event("whispered", |event| event["text"] == "for bob alone");
    ada.key("Escape");
    hides(&ada, "#recipient");
    ada.type_text("all by keyboard");
    ada.key("Enter");
    reads(&ada, "all by keyboard");
    ada.assert_clean();
}

fn composer(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.click("#composer");
    ada.key("Enter");
    ada.type_text("   ");
    ada.key("Enter");
    ada.key_with("a", With::Control);
    ada.type_text("two");
    ada.key_with("Enter", With::Shift);
    ada.type_text("lines");
    assert_eq!(
        ada.eval("document.querySelector('#composer').value"),
        json!("two\nlines")
    );
    ada.key("Enter");
    reads_exactly(&ada, &["two\nlines"]);
    assert_eq!(
        ada.eval("document.querySelector('#composer').value"),
        json!("")
    );
    // A text that is too long stays in the field.
    let longest = "👋".repeat(2000);
    ada.type_text(&format!("{longest}!"));
    ada.key("Enter");
    shows(&ada, "#counter");
    ada.key("Backspace");
    ada.key("Enter");
    reads_exactly(&ada, &["two\nlines", &longest]);
    ada.type_text("by the button");
    ada.click("#send");
    reads_exactly(&ada, &["two\nlines", &longest, "by the button"]);
    super::all_sent(&ada);
    let says = ada.frames_sent();
    let says = says
        .iter()
        .filter(|frame| frame.payload.contains("\"say\""));
    assert_eq!(says.count(), 3, "what was empty or too long was sent");
    ada.assert_clean();
}

/// Each control has a name for screen readers.
fn names(browser: &Browser) {
    let server = TestServer::start(&[]);
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    bob.say("lobby", "hello");
    let visitor = browser.visitor(server.addr());
    let ada = visitor.tab(PAGE);
    shows(&ada, "#login");
    assert!(controls(&ada) >= 3);
    enter(&ada, "ada", "lobby");
    reads(&ada, "hello");
    assert!(controls(&ada) >= 8);
    assert_eq!(ada.count("#log[role=log][aria-label]"), 1);
    for page in ["/cheeper", "/echo-demo"] {
        ada.goto(page);
        assert!(controls(&ada) >= 3);
    }
}

/// Counts the controls of a page.
fn controls(tab: &Tab) -> usize {
    let tree = tab.call("Accessibility.getFullAXTree", json!({}));
    let text =
        |node: &Value, part: &str| node[part]["value"].as_str().unwrap_or_default().to_owned();
    let nodes = tree["nodes"].as_array().expect("a list").iter();
    let controls =
        nodes.filter(|node| ["button", "textbox", "link"].contains(&&*text(node, "role")));
    let names: Vec<_> = controls.map(|node| text(node, "name")).collect();
    assert!(!names.iter().any(String::is_empty), "{names:?}");
    names.len()
}
