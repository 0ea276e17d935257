//! The pictures in README.md and PROTOCOL.md: taken by every run, kept when `WS101_SCREENSHOTS=1` is set.

mod inspected;

use crate::PageTest;
use crate::browser::Browser;
use crate::chat::{self, log_in, reads, say};
use crate::chat_client::ChatClient;
use crate::server::TestServer;
use crate::tab::{Tab, quoted};
use crate::view::Screen;
use std::collections::HashMap;
use std::path::Path;
use std::{env, fs};

pub(crate) const TESTS: [PageTest; 5] = [
    ("chat", chat),
    ("login", login),
    ("cheeper", cheeper),
    ("wire", wire),
    ("devtools", inspected::devtools),
];

const PHONE: Screen = Screen {
    width: 360,
    height: 720,
    scale: 2,
    mobile: true,
};

/// A conversation: who says what.
const TALK: [(&str, &str); 12] = [
    ("grace", "Good morning! Who is on the early shift today?"),
    ("bob", "Me, with coffee ☕"),
    (
        "grace",
        "Then you can settle a bet: is there a port of its own for WebSocket?",
    ),
    (
        "ada",
        "No. It begins as an HTTP request on port 80, and then the two agree to speak something else.",
    ),
    ("linus", "And the server says yes how?"),
    ("ada", "With status 101, “Switching Protocols”."),
    (
        "bob",
        "Open the developer tools, choose Network, and look at the row ws: under Messages is every line that we say here.",
    ),
    ("linus", "So this line is one frame?"),
    (
        "grace",
        "One text frame: opcode 1, FIN set. From you it is masked, to us it is not.",
    ),
    ("linus", "Why only in one direction?"),
    (
        "ada",
        "Because of proxies that would take what a page sends for HTTP. Section 10.3 has the story 🙂",
    ),
    ("bob", "I will read it over lunch 🍜"),
];

const LAST: &str = TALK[TALK.len() - 1].1;

fn chat(browser: &Browser) {
    let server = TestServer::start(&[]);
    let [one, two] = browser.visitors(server.addr());
    let ada = log_in(&one, "ada", "lobby");
    let bob = log_in(&two, "bob", "lobby");
    let mut grace = ChatClient::enter(server.addr(), "grace", "lobby");
    let mut linus = ChatClient::enter(server.addr(), "linus", "lobby");
    for (tab, dark) in [(&ada, false), (&bob, true)] {
        tab.set_dark(dark);
        say(tab, "/join rust");
        chat::shows(tab, "#rooms [data-room=rust] [aria-current]");
        tab.click("#rooms [data-room=lobby]");
    }
    for (who, text) in TALK {
        match who {
            "ada" => say(&ada, text),
            "bob" => say(&bob, text),
            "grace" => drop(grace.say("lobby", text)),
            _ => drop(linus.say("lobby", text)),
        }
        reads(&ada, text);
        reads(&bob, text);
    }
    say(&ada, "/msg bob the new place around the corner?");
    reads(&bob, "the new place around the corner?");
    linus.join_also("rust");
    linus.say("rust", "What do you all use for property tests?");
    linus.send("typing", &serde_json::json!({ "room": "lobby" }));
    for tab in [&ada, &bob] {
        tab.wait_for(
            "document.querySelector('#typing').textContent.includes('linus')",
            "linus types",
        );
    }
    keep(&ada, "chat.png", Screen::DESK);
    keep(&bob, "chat-dark.png", Screen::DESK);

    let three = browser.visitor(server.addr());
    let ken = three.blank();
    ken.set_viewport(PHONE);
    ken.goto(chat::PAGE);
    chat::enter(&ken, "ken", "lobby");
    reads(&ken, LAST);
    say(&ken, "I am coming too");
    chat::all_sent(&ken);
    keep(&ken, "phone.png", PHONE);
}

fn login(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab(chat::PAGE);
    tab.set_dark(false);
    chat::shows(&tab, "#login");
    tab.type_text("ada");
    keep(&tab, "login.png", Screen::DESK);
}

fn cheeper(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab("/cheeper");
    tab.set_dark(false);
    let mut people: HashMap<&str, ChatClient> = HashMap::new();
    for (who, text) in TALK {
        people
            .entry(who)
            .or_insert_with(|| ChatClient::enter(server.addr(), who, "cheeper"))
            .say("cheeper", text);
    }
    let js = format!("document.body.innerText.includes({})", quoted(LAST));
    tab.wait_for(&js, "the last cheep");
    keep(&tab, "cheeper.png", Screen::DESK);
}

/// The frames of a chat in another tab: one line is selected, with its masking key.
fn wire(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let mut grace = ChatClient::enter(server.addr(), "grace", "lobby");
    grace.say("lobby", "Is there a frame for this?");
    reads(&ada, "Is there a frame for this?");
    say(&ada, "Look: 👋");
    chat::all_sent(&ada);
    let tab = visitor.tab("/wire");
    tab.set_dark(false);
    tab.wait_for(
        "document.querySelectorAll('tr.frame').length >= 6",
        "the frames of the chat",
    );
    let own = tab.wait_for(
        "Array.from(document.querySelectorAll('tr.in')).find((row) => row.textContent.includes('Look: 👋'))?.id",
        "the line",
    );
    let own = own.as_str().expect("an id");
    tab.click(&format!("#{own} .note"));
    tab.click(".field-box[data-fields=key]");
    keep(&tab, "wire.png", Screen::DESK);
    let tab = visitor.tab("/handshake");
    tab.set_dark(true);
    tab.wait_for(
        "document.querySelector('#same').textContent !== ''",
        "the handshake",
    );
    keep(&tab, "handshake.png", Screen::DESK);
}

/// Takes a screenshot, checks it, and keeps it if `WS101_SCREENSHOTS` says so.
fn keep(tab: &Tab, name: &str, screen: Screen) {
    tab.eval("document.activeElement?.blur()");
    tab.rest();
    let png = tab.screenshot();
    // A PNG begins with its signature, and with the size in its first chunk.
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n", "{name}");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    let expected = (screen.width * screen.scale, screen.height * screen.scale);
    assert_eq!((number(16), number(20)), expected, "{name}");
    // An empty page of this size is a few kilobytes.
    assert!(png.len() > 12_000, "{name} is empty: {} bytes", png.len());
    tab.assert_clean();
    if env::var("WS101_SCREENSHOTS").is_ok_and(|value| value == "1") {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/screenshots");
        fs::write(folder.join(name), png).expect("the folder is there");
    }
}
