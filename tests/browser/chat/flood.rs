//! Many lines at once: one update of the page for each picture that the screen shows.

use super::{digits, log_in, reads};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::server::TestServer;
use crate::tab::Tab;
use serde_json::json;

pub(crate) const TESTS: [PageTest; 3] = [
    ("burst", burst),
    ("elsewhere", elsewhere),
    ("hidden", hidden),
];

const LINES: usize = 5000;
/// Lines that stay on the page.
const KEPT: usize = 1000;

fn text(number: usize) -> String {
    format!("line {number}")
}

/// Says all lines, as fast as the server takes them.
fn say_all(bob: &mut ChatClient, room: &str) {
    // The server keeps what a client does not read, within limits.
    for chunk in (1..=LINES).collect::<Vec<_>>().chunks(250) {
        for &number in chunk {
            bob.send("say", &json!({ "room": room, "text": text(number) }));
        }
        let last = text(chunk[chunk.len() - 1]);
        bob.expect_event("said", |event| event["text"] == *last);
    }
}

/// Counts pictures, and changes of what a selector finds, from now on.
fn count_changes(tab: &Tab, selector: &str) {
    // Only the page's own work counts, not that of the developer tools for each line.
    tab.call("Network.disable", json!({}));
    tab.call("Performance.enable", json!({}));
    tab.eval(&format!(
        "(() => {{
            window.counted = {{ pictures: 0, changes: 0 }};
            const count = () => {{ counted.pictures += 1; requestAnimationFrame(count); }};
            count();
            new MutationObserver(() => counted.changes += 1)
                .observe(document.querySelector('{selector}'), {{ childList: true, subtree: true, characterData: true }});
        }})()"
    ));
}

fn layouts(tab: &Tab) -> u64 {
    let metrics = tab.call("Performance.getMetrics", json!({}));
    let mut metrics = metrics["metrics"].as_array().expect("a list").iter();
    let layouts = metrics.find(|metric| metric["name"] == "LayoutCount");
    layouts.expect("it is counted")["value"]
        .as_f64()
        .expect("a number") as u64
}

fn counted(tab: &Tab, what: &str) -> u64 {
    tab.eval(&format!("counted.{what}"))
        .as_u64()
        .expect("a number")
}

fn burst(browser: &Browser) {
    let server = TestServer::start(&["--rate", "off"]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    super::sees_people(&ada, &["ada", "bob"]);
    count_changes(&ada, "#log .lines");
    let before = layouts(&ada);
    say_all(&mut bob, "lobby");
    reads(&ada, &text(LINES));
    let (layouts, changes) = (layouts(&ada) - before, counted(&ada, "changes"));
    let pictures = counted(&ada, "pictures");
    assert!(
        changes <= pictures,
        "{changes} changes in {pictures} pictures"
    );
    // The developer tools' own questions cost layouts, too, but not one for each line.
    assert!(
        layouts <= 4 * pictures + 20,
        "{layouts} layouts in {pictures} pictures"
    );
    let kept: Vec<String> = (LINES - KEPT + 1..=LINES).map(text).collect();
    assert_eq!(super::texts(&ada), kept);
    assert_eq!(ada.count("#log .lost"), 0);
    ada.assert_clean();
}

/// In a room that is not shown, only the number beside its name changes.
fn elsewhere(browser: &Browser) {
    let server = TestServer::start(&["--rate", "off"]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "garden");
    super::say(&ada, "/join lobby");
    super::is_in(&ada, "lobby");
    let mut bob = ChatClient::enter(server.addr(), "bob", "garden");
    let told = "document.querySelector('#rooms [data-room=garden] .count').textContent === '2'";
    ada.wait_for(told, "that bob is there");
    count_changes(&ada, "#rooms");
    say_all(&mut bob, "garden");
    ada.wait_for(
        &format!("document.title.startsWith('({LINES})')"),
        "the count of all",
    );
    let (changes, pictures) = (counted(&ada, "changes"), counted(&ada, "pictures"));
    assert!(
        changes <= pictures,
        "{changes} changes in {pictures} pictures"
    );
    ada.click("#rooms [data-room=garden] .choose");
    reads(&ada, &text(LINES));
    let kept: Vec<String> = (LINES - KEPT + 1..=LINES).map(text).collect();
    assert_eq!(super::texts(&ada), kept);
    ada.assert_clean();
}

/// A hidden page gets no animation frames: it counts and keeps lines, and shows them when it becomes visible.
fn hidden(browser: &Browser) {
    let server = TestServer::start(&["--rate", "off"]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    super::sees_people(&ada, &["ada", "bob"]);
    ada.call("Network.disable", json!({}));
    ada.eval(
        "(() => {
            window.isHidden = true;
            Object.defineProperty(document, 'hidden', { get: () => window.isHidden });
            const real = window.requestAnimationFrame.bind(window);
            window.requestAnimationFrame = (draw) => (window.isHidden ? 0 : real(draw));
            document.dispatchEvent(new Event('visibilitychange'));
        })()",
    );
    say_all(&mut bob, "lobby");
    ada.wait_for(
        &format!("document.title.startsWith('({LINES})')"),
        "the count of all",
    );
    assert!(ada.count("#log li.line") <= KEPT);
    ada.eval("(() => { window.isHidden = false; document.dispatchEvent(new Event('visibilitychange')); })()");
    reads(&ada, &text(LINES));
    ada.wait_for("!document.title.startsWith('(')", "that all is read");
    let kept: Vec<String> = (LINES - KEPT + 1..=LINES).map(text).collect();
    assert_eq!(super::texts(&ada), kept);
    assert_eq!(digits(&ada.text("#new-pill")), "0");
    ada.assert_clean();
}
