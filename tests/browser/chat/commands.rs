//! The commands of the composer: the list is that of PROTOCOL.md, and each has an effect that can be seen.

use super::{hides, is_in, is_told, log_in, reads, say, shows, texts};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::server::TestServer;
use crate::tab::quoted;

pub(crate) const TESTS: [PageTest; 5] = [
    ("help", help),
    ("people_and_rooms", people_and_rooms),
    ("history", history),
    ("mistakes", mistakes),
    ("quit", quit),
];

/// The list of PROTOCOL.md, a line for each command.
fn listed() -> Vec<String> {
    let text = include_str!("../../../PROTOCOL.md");
    let (_, list) = text.split_once("```text\n/name NAME").expect("the list");
    let (list, _) = list.split_once("```").expect("its end");
    let one_blank = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("/name NAME{list}").lines().map(one_blank).collect()
}

fn help(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    say(&ada, "/help");
    is_told(&ada, "help", "/name NAME");
    let shown = ada.text("#log li.notice[data-kind=help] .text");
    let shown: Vec<String> = shown.lines().map(|line| line.replace("   ", " ")).collect();
    assert_eq!(shown, listed());
    ada.assert_clean();
}

fn people_and_rooms(browser: &Browser) {
    let server = TestServer::start(&[]);
    let _bob = ChatClient::enter(server.addr(), "bob", "lobby");
    let _eve = ChatClient::enter(server.addr(), "eve", "garden");
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    super::sees_people(&ada, &["ada", "bob"]);
    say(&ada, "/people");
    is_told(&ada, "help", "2 people in [lobby]: ada, bob");
    say(&ada, "/people garden");
    is_told(&ada, "error", "You are not in the room garden");
    say(&ada, "/join garden");
    shows(&ada, "#rooms [data-room=garden] [aria-current]");
    say(&ada, "/people #Lobby");
    is_told(&ada, "help", "2 people in [lobby]: ada, bob");
    say(&ada, "/rooms");
    is_told(&ada, "help", "garden (2)");
    is_told(&ada, "help", "lobby (2)");
    say(&ada, "/follow rust, web");
    is_told(&ada, "help", "You follow the news on rust, web.");
    say(&ada, "/follow");
    is_told(&ada, "help", "You follow all news.");
    ada.assert_clean();
}

/// Earlier lines appear above the others, and the log scrolls to them.
fn history(browser: &Browser) {
    const LINES: usize = 130;
    let server = TestServer::start(&["--rate", "off"]);
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    for number in 0..LINES {
        bob.say("lobby", &format!("line {number}"));
    }
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    reads(&ada, &format!("line {}", LINES - 1));
    let before = texts(&ada).len();
    assert!(before < LINES, "the server has more than it sent");
    let earlier = format!("line {}", LINES - before - 5);
    say(&ada, "/history 5");
    reads(&ada, &earlier);
    let in_view = format!(
        "(() => {{
            const line = Array.from(document.querySelectorAll('#log li.line'))
                .find((one) => one.querySelector('.text').textContent === {});
            const [box, log] = [line, document.querySelector('#log')].map((one) => one.getBoundingClientRect());
            return box.bottom > log.top && box.top < log.bottom;
        }})()",
        quoted(&earlier)
    );
    ada.wait_for(&in_view, "the first of the earlier lines in view");
    // Until there are no more.
    for _ in 0..LINES {
        if texts(&ada).first().is_some_and(|first| first == "line 0") {
            break;
        }
        say(&ada, "/history 100");
        ada.wait_for(
            "!document.querySelector('.older').textContent.includes('Loading')",
            "them",
        );
    }
    say(&ada, "/history");
    is_told(&ada, "help", "There are no earlier lines.");
    ada.assert_clean();
}

/// The line stays in the field, to be corrected.
fn mistakes(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    for (line, words) in [
        ("/dance", "/dance is not a command"),
        ("/name", "Say which name"),
        ("/whisper grace", "Say to whom"),
        ("/join", "Say which room"),
        ("/history 0", "a number from 1 to 100"),
        ("/history 101", "a number from 1 to 100"),
        ("/history 1.5", "a number from 1 to 100"),
        ("/history x", "a number from 1 to 100"),
        ("/people nowhere", "You are not in the room nowhere"),
        ("/ignore ada", "That is you."),
    ] {
        say(&ada, line);
        is_told(&ada, "error", words);
        assert_eq!(ada.eval("document.querySelector('#composer').value"), line);
    }
    ada.assert_clean();
}

fn quit(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    say(&ada, "/NICK grace");
    is_told(&ada, "renamed", "You are now grace");
    say(&ada, "/quit");
    shows(&ada, "#login");
    hides(&ada, "#chat");
    let names: Vec<_> = visitor
        .cookies()
        .into_iter()
        .filter(|cookie| cookie["name"] == "name")
        .collect();
    assert!(names.is_empty(), "{names:?}");
    super::enter(&ada, "ada", "lobby");
    is_in(&ada, "lobby");
    ada.assert_clean();
}
