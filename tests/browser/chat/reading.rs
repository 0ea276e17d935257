//! What is being read stays in place: beside lines of any length, when old ones are dropped, and when own lines fail.

use super::scroll::{newest_in_view, scroll, top_of};
use super::{all_sent, hides, log_in, reads, reads_exactly, say, shows};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::input::With;
use crate::server::TestServer;
use crate::tab::Tab;
use crate::view::Screen;
use serde_json::json;

pub(crate) const TESTS: [PageTest; 6] = [
    ("long_line", long_line),
    ("long_or_not", long_or_not),
    ("link_in_a_fold", link_in_a_fold),
    ("old_lines_are_held", old_lines_are_held),
    ("failed_stays", failed_stays),
    ("failed_among_sending", failed_among_sending),
];

fn tower() -> String {
    let lines: Vec<String> = (1..=200).map(|number| format!("row {number}")).collect();
    lines.join("\n")
}

fn height_of(tab: &Tab, selector: &str) -> f64 {
    let js = format!("document.querySelector('{selector}').getBoundingClientRect().height");
    tab.eval(&js).as_f64().expect("a number of pixels")
}

fn top(tab: &Tab, selector: &str) -> i64 {
    let js =
        format!("Math.round(document.querySelector('{selector}').getBoundingClientRect().top)");
    tab.eval(&js).as_i64().expect("a number of pixels")
}

fn long_line(browser: &Browser) {
    let server = TestServer::start(&["--rate", "off"]);
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    for number in 1..=30 {
        bob.say("lobby", &format!("before {number}"));
    }
    bob.say("lobby", &tower());
    bob.say("lobby", "after it");
    for screen in [Screen::DESK, Screen::PHONE] {
        let visitor = browser.visitor(server.addr());
        let ada = visitor.blank();
        ada.set_viewport(screen);
        ada.goto(super::PAGE);
        super::enter(&ada, "ada", "lobby");
        reads(&ada, &tower());
        shows(&ada, "#log .unfold");
        ada.wait_for(&newest_in_view(), "the newest line in view");
        let row = height_of(&ada, "#log li.line .text");
        let folded = height_of(&ada, "#log .folded");
        assert!(folded < 13.0 * row, "{folded} pixels, of {row} a row");
        let expanded = || ada.eval("document.querySelector('#log .unfold').ariaExpanded");
        assert_eq!(
            (expanded(), ada.text(".unfold")),
            (json!("false"), "Show all".to_owned())
        );

        // By keyboard: it unfolds below its first row, which stays in place.
        let before = top_of(&ada, &tower());
        ada.tab_to("#log .unfold", With::Shift);
        ada.key("Enter");
        assert_eq!(
            (expanded(), ada.text(".unfold")),
            (json!("true"), "Show less".to_owned())
        );
        assert!(height_of(&ada, "#log .foldable") > 190.0 * row);
        assert_eq!(top_of(&ada, &tower()), before, "its beginning has moved");
        let focused = ada.eval("document.activeElement.matches('.unfold')");
        assert_eq!(focused, json!(true));
        bob.say("lobby", "meanwhile");
        reads(&ada, "meanwhile");
        assert_eq!(top_of(&ada, &tower()), before, "a new line has moved it");

        // From its end it folds above the button, which stays in place.
        ada.eval("document.querySelector('#log .unfold').scrollIntoView({ block: 'nearest' })");
        let before = top(&ada, "#log .unfold");
        ada.key("Enter");
        assert_eq!(expanded(), json!("false"));
        let moved = (top(&ada, "#log .unfold") - before).abs();
        assert!(moved <= 1, "the button has moved by {moved}");
        assert_eq!(ada.overflow(), 0);
        ada.assert_clean();
        ada.close();
        bob.expect_event("left", |event| event["name"] == "ada");
    }
}

/// About twelve lines on this screen.
fn long_or_not(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let words = ["and so on and on"; 20].join(" ");
    let rows = |count: usize| vec!["row"; count].join("\n");
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    for text in [
        &*words,
        &rows(12),
        &rows(13),
        &"x".repeat(2000),
        &"界".repeat(1000),
    ] {
        bob.say("lobby", text);
    }
    // Whether each line has a button.
    let folded = "JSON.stringify(Array.from(document.querySelectorAll('#log li.line'), (line) => Boolean(line.querySelector('.unfold'))))";
    let are = |expected: &str| {
        ada.wait_for(&format!("{folded} === '{expected}'"), expected);
    };
    are("[false,false,true,true,true]");
    // On a narrow page, the same text takes more rows, and on a wide one fewer again.
    ada.set_viewport(Screen::PHONE);
    are("[false,false,true,true,true]");
    bob.say("lobby", &format!("{words} {words}"));
    are("[false,false,true,true,true,true]");
    ada.set_viewport(Screen::DESK);
    are("[false,false,true,true,true,false]");
    // An own line, too, and it stays unfolded when it is acknowledged.
    say(&ada, &rows(40));
    all_sent(&ada);
    are("[false,false,true,true,true,false,true]");
    ada.assert_clean();
}

/// A link that gets the focus by keyboard is visible.
fn link_in_a_fold(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    bob.say("lobby", &format!("{}\nhttps://example.org/deep", tower()));
    shows(&ada, "#log .unfold");
    ada.tab_to("#log .text a", With::Shift);
    shows(&ada, "#log .text a");
    let open = ada.eval("document.querySelector('#log .unfold').ariaExpanded");
    assert_eq!(open, json!("true"));
    ada.assert_clean();
}

/// A page keeps a thousand lines, and more while its reader has scrolled up.
fn old_lines_are_held(browser: &Browser) {
    let server = TestServer::start(&["--rate", "off"]);
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let line = |number: usize| format!("line {number}");
    let mut say_until = |from: usize, to: usize| {
        for number in from..=to {
            bob.send("say", &json!({ "room": "lobby", "text": line(number) }));
        }
        bob.expect_event("said", |event| event["text"] == *line(to));
    };
    say_until(1, 800);
    reads(&ada, &line(800));
    ada.eval("document.querySelector('#log').scrollTop = 100");
    shows(&ada, "#log");
    let reading = line(8);
    ada.wait_for(
        "document.querySelector('#log').scrollTop === 100",
        "the place that is read",
    );
    let before = top_of(&ada, &reading);
    say_until(801, 1500);
    say_until(1501, 2000);
    reads(&ada, &line(2000));
    assert_eq!(top_of(&ada, &reading), before, "what was read has moved");
    // Another room, and back.
    say(&ada, "/join garden");
    super::is_in(&ada, "garden");
    say_until(2001, 2500);
    ada.click("#rooms [data-room=lobby] .choose");
    reads(&ada, &line(2500));
    assert_eq!(top_of(&ada, &reading), before, "the place was not kept");
    // But not without limit.
    say_until(2501, 5000);
    reads(&ada, &line(5000));
    assert_eq!(ada.count("#log li.line"), 3000);
    // Back at the newest line it is a thousand again.
    ada.click("#new-pill");
    hides(&ada, "#new-pill");
    ada.wait_for(
        "document.querySelectorAll('#log li.line').length === 1000",
        "that the others are gone",
    );
    ada.wait_for(&newest_in_view(), "the newest line in view");
    scroll(&ada, -300);
    ada.assert_clean();
}

/// A failed line stays in its place; sent again, it moves to the place that the server gives it.
fn failed_stays(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    bob.say("lobby", "one");
    reads(&ada, "one");
    say(&ada, "/msg grace failed");
    super::shows_or_holds(&ada, "#log li.line[data-state=failed]");
    bob.say("lobby", "two");
    say(&ada, "three");
    bob.expect_event("said", |event| event["text"] == "three");
    reads_exactly(&ada, &["one", "failed", "two", "three"]);
    let retried = ada.record.len();
    ada.click("#log [data-action=retry]");
    ada.record.wait_for(retried, "the second refusal", |event| {
        event.method == "Network.webSocketFrameReceived"
            && super::payload(&event.params)["code"] == "no_such_person"
    });
    super::shows_or_holds(&ada, "#log li.line[data-state=failed]");
    reads_exactly(&ada, &["one", "failed", "two", "three"]);
    let mut grace = ChatClient::enter(server.addr(), "grace", "lobby");
    super::is_told(&ada, "entered", "grace"); // the log moves for that, and no button after it
    ada.click("#log [data-action=retry]");
    grace.expect_event("whispered", |event| event["text"] == "failed");
    all_sent(&ada);
    reads_exactly(&ada, &["one", "two", "three", "failed"]);
    bob.say("lobby", "four");
    reads_exactly(&ada, &["one", "two", "three", "failed", "four"]);
    ada.assert_clean();
}

/// Lines that wait for a connection are below those that failed before them, and keep their order.
fn failed_among_sending(browser: &Browser) {
    let server = TestServer::start(&[]);
    let proxy = crate::flaky_proxy::FlakyProxy::to(server.addr());
    let visitor = browser.visitor(proxy.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    ada.set_offline(true);
    proxy.disconnect();
    super::is(&ada, "offline");
    say(&ada, "first");
    say(&ada, "/msg grace failed"); // to a name in none of her rooms: offline it is not sent
    say(&ada, "second");
    bob.say("lobby", "meanwhile");
    ada.set_offline(false);
    super::is(&ada, "online");
    bob.expect_event("said", |event| event["text"] == "second");
    ada.wait_for(
        "document.querySelectorAll('#log li.line[data-state=sent]').length === 2",
        "the answers",
    );
    reads_exactly(&ada, &["failed", "meanwhile", "first", "second"]);
    ada.assert_clean();
}
