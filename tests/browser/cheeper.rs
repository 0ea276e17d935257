//! Cheeper: a feed, the same on every page, newest first.

use crate::PageTest;
use crate::browser::{Browser, Context};
use crate::chat_client::ChatClient;
use crate::hostile::HOSTILE;
use crate::server::TestServer;
use crate::tab::{Tab, quoted};
use crate::view::Screen;
use serde_json::json;

pub(crate) const TESTS: [PageTest; 4] = [
    ("at_once", at_once),
    ("earlier_ones", earlier_ones),
    ("too_long", too_long),
    ("narrow_and_dark", narrow_and_dark),
];

const PAGE: &str = "/cheeper";
const TEXTS: &str = "#feed li .text";

/// Opens the page, and takes this name.
fn open(visitor: &Context, name: &str) -> Tab {
    let tab = visitor.tab(PAGE);
    crate::chat::is(&tab, "online");
    tab.fill("#name", name);
    tab
}

fn cheep(tab: &Tab, text: &str) {
    tab.fill("#text", text);
    tab.key("Enter");
}

fn reads(tab: &Tab, expected: &[&str]) {
    let js = format!(
        "JSON.stringify(Array.from(document.querySelectorAll({}), (one) => one.textContent)) === {}",
        quoted(TEXTS),
        quoted(&json!(expected).to_string())
    );
    tab.wait_for(&js, &format!("the feed {expected:?}"));
}

fn at_once(browser: &Browser) {
    let server = TestServer::start(&[]);
    let [one, two] = browser.visitors(server.addr());
    let (ada, bob) = (open(&one, "ada"), open(&two, "bob"));
    cheep(&ada, "first");
    reads(&bob, &["first"]);
    cheep(&bob, "second");
    reads(&ada, &["second", "first"]);
    for text in HOSTILE {
        cheep(&ada, text);
    }
    let mut all: Vec<&str> = HOSTILE.into_iter().rev().collect();
    all.extend(["second", "first"]);
    for tab in [ada, bob] {
        reads(&tab, &all);
        assert_eq!(tab.count("#feed .text *"), 0, "a text became an element");
        tab.assert_clean();
    }
}

fn earlier_ones(browser: &Browser) {
    let server = TestServer::start(&[]);
    let mut bob = ChatClient::enter(server.addr(), "bob", "cheeper");
    for text in ["one", "two", "three"] {
        bob.say("cheeper", text);
    }
    let visitor = browser.visitor(server.addr());
    let ada = visitor.tab(PAGE);
    reads(&ada, &["three", "two", "one"]);
    ada.assert_clean();
}

fn too_long(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = open(&visitor, "ada");
    let longest = "🐦".repeat(140);
    cheep(&ada, &longest);
    reads(&ada, &[&longest]);
    cheep(&ada, &"c".repeat(141));
    ada.wait_for("document.body.innerText.includes('140')", "a reason");
    reads(&ada, &[&longest]);
    ada.assert_clean();
}

fn narrow_and_dark(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = visitor.blank();
    ada.set_viewport(Screen::PHONE);
    ada.goto(PAGE);
    let mut bob = ChatClient::enter(server.addr(), &"bobw".repeat(8), "cheeper");
    let long = "w".repeat(140);
    bob.say("cheeper", &long);
    reads(&ada, &[&long]);
    assert!(ada.overflow() <= 0, "{} pixels too wide", ada.overflow());
    in_place(&ada);
    ada.set_viewport(Screen::DESK);
    in_place(&ada);
    for dark in [false, true] {
        ada.set_dark(dark);
        let colours = crate::colours::of(&ada, TEXTS);
        assert_eq!(colours.paper < 0.2, dark, "{colours:?}");
        assert!(colours.contrast() >= 4.5, "{colours:?}");
    }
    ada.assert_clean();
}

/// Each field is below its own label.
fn in_place(tab: &Tab) {
    let js = "Array.from(document.querySelectorAll('#form label'), (label) => {
        const [above, below] = [label, label.control].map((one) => one.getBoundingClientRect());
        return [below.left - above.left, below.top - above.bottom];
    })";
    for place in tab.eval(js).as_array().expect("a list") {
        let [right, down] = [0, 1].map(|index| place[index].as_f64().expect("pixels"));
        assert!(
            right.abs() < 2.0 && (0.0..20.0).contains(&down),
            "a field {right} pixels right of its label and {down} below"
        );
    }
}
