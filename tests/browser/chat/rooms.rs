//! Rooms: what is said in one is not heard in another.

use super::{digits, hides, is_in, log_in, reads, reads_exactly, say, sees_people, shows};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::server::TestServer;
use crate::tab::{Tab, quoted};

pub(crate) const TESTS: [PageTest; 4] = [
    ("apart", apart),
    ("others", others),
    ("unread", unread),
    ("leave", leave),
];

fn join(tab: &Tab, room: &str) {
    tab.fill("#join-room input", room);
    tab.key("Enter");
    is_current(tab, room);
}

fn is_current(tab: &Tab, room: &str) {
    shows(tab, &format!("{} [aria-current]", item(room)));
}

fn item(room: &str) -> String {
    format!("#rooms [data-room={}]", quoted(room))
}

fn apart(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitors = [0; 3].map(|_| browser.visitor(server.addr()));
    let ada = log_in(&visitors[0], "ada", "lobby");
    let bob = log_in(&visitors[1], "bob", "lobby");
    let grace = log_in(&visitors[2], "grace", "garden");
    say(&ada, "for the lobby");
    reads(&bob, "for the lobby");
    say(&grace, "for the garden");
    reads_exactly(&grace, &["for the garden"]);
    reads_exactly(&ada, &["for the lobby"]);
    reads_exactly(&bob, &["for the lobby"]);
    sees_people(&grace, &["grace"]);
    sees_people(&ada, &["ada", "bob"]);
    // Nor was any of it sent to her.
    let heard = grace.frames_received();
    assert!(
        !heard
            .iter()
            .any(|frame| frame.payload.contains("for the lobby")),
        "{heard:#?}"
    );
    for tab in [ada, bob, grace] {
        tab.assert_clean();
    }
}

/// The list of other rooms appears by itself, so it is below everything that can be clicked.
fn others(browser: &Browser) {
    let server = TestServer::start(&[]);
    let _bob = ChatClient::enter(server.addr(), "bob", "garden");
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let garden = "#all-rooms [data-room=garden] .choose";
    shows(&ada, garden);
    let is_below = ada.eval(
        "document.getElementById('join-room').getBoundingClientRect().bottom
            <= document.getElementById('all-rooms-title').getBoundingClientRect().top",
    );
    assert_eq!(is_below, true, "it pushes the form away");
    ada.click(garden);
    is_current(&ada, "garden");
    hides(&ada, garden);
    ada.assert_clean();
}

fn unread(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let mut bob = ChatClient::enter(server.addr(), "bob", "garden");
    join(&ada, "garden");
    bob.say("garden", "seen at once");
    reads(&ada, "seen at once");

    ada.click(&item("lobby"));
    reads_exactly(&ada, &[]);
    for text in ["one", "two", "three"] {
        bob.say("garden", text);
    }
    let badge = format!("{} .unread", item("garden"));
    ada.wait_for(
        &format!(
            "document.querySelector({})?.textContent.includes('3')",
            quoted(&badge)
        ),
        "a count of three",
    );
    shows(&ada, &badge);
    assert_eq!(digits(&ada.text(&badge)), "3");
    reads_exactly(&ada, &[]);

    ada.click(&item("garden"));
    reads_exactly(&ada, &["seen at once", "one", "two", "three"]);
    hides(&ada, &badge);
    ada.assert_clean();
}

fn leave(browser: &Browser) {
    let server = TestServer::start(&[]);
    let mut bob = ChatClient::enter(server.addr(), "bob", "garden");
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    say(&ada, "/join garden");
    is_current(&ada, "garden");
    bob.expect_event("entered", |event| event["name"] == "ada");
    say(&ada, "/leave");
    bob.expect_event("left", |event| event["name"] == "ada");
    bob.say("garden", "she is gone");
    // She is still in the other room, and only there.
    is_in(&ada, "lobby");
    say(&ada, "still here");
    reads_exactly(&ada, &["still here"]);
    let heard = ada.frames_received();
    assert!(
        !heard
            .iter()
            .any(|frame| frame.payload.contains("she is gone")),
        "{heard:#?}"
    );
    ada.assert_clean();
}
