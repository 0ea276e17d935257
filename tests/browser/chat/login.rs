//! The first visit, and the next ones.

use super::{PAGE, ask_to_enter, hides, is_in, log_in, shows};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::server::TestServer;
use serde_json::json;

pub(crate) const TESTS: [PageTest; 4] = [
    ("first_visit", first_visit),
    ("refusals", refusals),
    ("S10 comes_back", comes_back),
    ("log_out", log_out),
];

fn first_visit(browser: &Browser) {
    let server = TestServer::start(&[]);
    let ada = browser.visitor(server.addr());
    let tab = ada.tab(PAGE);
    shows(&tab, "#login");
    hides(&tab, "#chat");
    assert_eq!(ada.cookies(), [] as [serde_json::Value; 0]);
    super::enter(&tab, "ada", "lobby");
    hides(&tab, "#login");
    super::sees_people(&tab, &["ada"]);
    tab.assert_clean();
}

/// Each refusal has a reason; the typed text stays, to be corrected.
fn refusals(browser: &Browser) {
    let server = TestServer::start(&[]);
    let _bob = ChatClient::enter(server.addr(), "bob", "lobby");
    let ada = browser.visitor(server.addr());
    let tab = ada.tab(PAGE);
    // 33 characters, and more UTF-16 units: characters count.
    let (longest, too_long) = ("👋".repeat(32), "👋".repeat(33));
    for (name, room, reason) in [
        ("", "lobby", "name"),
        ("   ", "lobby", "name"),
        (&*too_long, "lobby", "32"),
        ("bob", "lobby", "taken"),
        ("BOB", "lobby", "taken"),
        ("server", "lobby", "reserved"),
        ("a\u{202e}da", "lobby", "name"),
        ("ada", "the lobby!", "room"),
    ] {
        ask_to_enter(&tab, name, room);
        let js = "document.querySelector('#login-error').textContent";
        tab.wait_for(
            &format!("{js}.toLowerCase().includes({})", json!(reason)),
            &format!("a refusal of {name:?} in {room:?}"),
        );
        shows(&tab, "#login-error");
        // Empty, the attribute would say to a screen reader that the field is fine.
        let wrong = "Array.from(document.querySelectorAll('#login [aria-invalid=true]')).length";
        assert_eq!(tab.eval(wrong), json!(1), "{name:?} in {room:?}");
        hides(&tab, "#chat");
        tab.eval("document.querySelector('#login-error').textContent = ''");
    }
    assert!(
        ada.cookies().is_empty(),
        "a name that was refused is not kept"
    );
    super::enter(&tab, &longest, "lobby");
    tab.assert_clean();
}

fn comes_back(browser: &Browser) {
    let server = TestServer::start(&[]);
    let ada = browser.visitor(server.addr());
    let tab = log_in(&ada, "ada 👋 50%;=", "lobby");
    let cookies = ada.cookies();
    assert_eq!(cookies.len(), 1, "{cookies:#?}");
    assert_eq!(cookies[0]["sameSite"], "Strict");
    assert_eq!(
        cookies[0]["session"],
        json!(false),
        "it outlives the browser"
    );
    tab.reload();
    is_in(&tab, "lobby");
    hides(&tab, "#login");
    super::sees_people(&tab, &["ada 👋 50%;="]);
    tab.assert_clean();

    // Another tab of the same browser, after the first is closed: only the cookie remains.
    tab.close();
    let tab = ada.tab(PAGE);
    is_in(&tab, "lobby");
    super::sees_people(&tab, &["ada 👋 50%;="]);
    tab.assert_clean();
}

fn log_out(browser: &Browser) {
    let server = TestServer::start(&[]);
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    let ada = browser.visitor(server.addr());
    let tab = log_in(&ada, "ada", "lobby");
    tab.click("#logout");
    shows(&tab, "#login");
    hides(&tab, "#chat");
    bob.expect_event("left", |event| event["name"] == "ada");
    assert!(ada.cookies().is_empty());
    tab.reload();
    shows(&tab, "#login");
    // The name is free again, for her too.
    super::enter(&tab, "ada", "lobby");
    tab.assert_clean();
}
