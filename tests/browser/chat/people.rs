//! Names and who hears what: renaming, whispers, typing.

use super::{is_told, log_in, reads, reads_exactly, say, sees_people};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::kit::stopwatch::Stopwatch;
use crate::server::TestServer;
use serde_json::json;
use std::time::{Duration, Instant};

pub(crate) const TESTS: [PageTest; 6] = [
    ("rename", rename),
    ("rename_refused", rename_refused),
    ("whisper", whisper),
    ("ignore", ignore),
    ("typing", typing),
    ("typing_ends", typing_ends),
];

/// How long a person is shown as typing after the last key.
const TYPING: Duration = Duration::from_secs(5);

fn rename(browser: &Browser) {
    let server = TestServer::start(&[]);
    let [one, two] = browser.visitors(server.addr());
    let ada = log_in(&one, "ada", "lobby");
    let bob = log_in(&two, "bob", "lobby");
    say(&ada, "as ada");
    say(&ada, "/nick grace");
    is_told(&bob, "renamed", "ada is now grace");
    for tab in [&ada, &bob] {
        sees_people(tab, &["bob", "grace"]);
    }
    say(&ada, "as grace");
    reads(&bob, "as grace");
    // Earlier lines keep the name of their author.
    let from: Vec<String> = super::lines(&bob)
        .into_iter()
        .map(|line| line.from)
        .collect();
    assert_eq!(from, ["ada", "grace"]);
    // The new name is remembered.
    ada.reload();
    sees_people(&ada, &["bob", "grace"]);
    ada.assert_clean();
    bob.assert_clean();
}

fn rename_refused(browser: &Browser) {
    let server = TestServer::start(&[]);
    let _bob = ChatClient::enter(server.addr(), "bob", "lobby");
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.click("#rename");
    for (name, reason) in [("Bob", "taken"), ("", "nickname"), (&*"x".repeat(33), "32")] {
        ada.fill("#rename-name", name);
        ada.key("Enter");
        let js = format!(
            "document.querySelector('#rename-error').textContent.includes({})",
            json!(reason)
        );
        ada.wait_for(&js, &format!("a refusal of {name:?}"));
    }
    ada.key("Escape");
    super::hides(&ada, "#rename-name");
    sees_people(&ada, &["ada", "bob"]);
    say(&ada, "still ada");
    super::all_sent(&ada);
    assert_eq!(super::lines(&ada)[0].from, "ada");
    ada.assert_clean();
}

fn whisper(browser: &Browser) {
    let server = TestServer::start(&[]);
    let [one, two] = browser.visitors(server.addr());
    let ada = log_in(&one, "ada", "lobby");
    let grace = log_in(&two, "grace", "lobby");
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    say(&ada, "/msg grace psst");
    for tab in [&ada, &grace] {
        reads(tab, "psst");
        assert_eq!(tab.texts("#log li.line.whisper .text"), ["psst"]);
    }
    say(&grace, "/msg ADA what?");
    reads_exactly(&ada, &["psst", "what?"]);
    reads_exactly(&grace, &["psst", "what?"]);
    let heard = bob.received_so_far();
    assert!(
        !heard.iter().any(|event| event["type"] == "whispered"),
        "{heard:#?}"
    );
    // A name with a blank in it goes in quotes, and é may be two characters.
    let mut rene = ChatClient::enter(server.addr(), "René Descartes", "lobby");
    sees_people(&ada, &["ada", "bob", "grace", "René Descartes"]);
    say(&ada, "/msg \"Rene\u{301} DESCARTES\" cogito");
    let told = rene.expect_event("whispered", |_| true);
    assert_eq!(told["text"], "cogito", "{told}");
    // To an unknown name: the line fails with a reason, and is not lost.
    say(&ada, "/msg nobody hello?");
    super::shows_or_holds(&ada, "#log li.line[data-state=failed]");
    ada.assert_clean();
    grace.assert_clean();
}

/// Hides old and new lines, after a reload, too, until the command is repeated.
fn ignore(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
    let mut eve = ChatClient::enter(server.addr(), "eve", "elsewhere");
    bob.say("lobby", "one");
    eve.send("whisper", &json!({ "to": "ada", "text": "psst" }));
    reads(&ada, "psst");
    // One person is in the same room, the other has only whispered.
    say(&ada, "/ignore BOB");
    say(&ada, "/ignore eve");
    reads_exactly(&ada, &[]);
    say(&ada, "/ignore");
    is_told(&ada, "help", "You ignore bob, eve.");
    bob.say("lobby", "two");
    eve.send("whisper", &json!({ "to": "ada", "text": "hello?" }));
    eve.expect_event("whispered", |event| event["text"] == "hello?");
    say(&ada, "mine");
    super::all_sent(&ada);
    reads_exactly(&ada, &["mine"]);
    ada.reload();
    reads_exactly(&ada, &["mine"]);
    // With another name, it is still the same person.
    super::recipient::rename(&mut bob, "bobby");
    is_told(&ada, "renamed", "bob is now bobby");
    bob.send("say", &json!({ "room": "lobby", "text": "three" }));
    bob.expect_event("said", |event| event["text"] == "three");
    say(&ada, "again");
    super::all_sent(&ada);
    reads_exactly(&ada, &["mine", "again"]);
    say(&ada, "/ignore bobby");
    reads_exactly(&ada, &["one", "two", "mine", "three", "again"]);
    say(&ada, "/ignore nobody");
    is_told(&ada, "error", "No one called nobody");
    ada.assert_clean();
}

fn typing(browser: &Browser) {
    let server = TestServer::start(&[]);
    let [one, two] = browser.visitors(server.addr());
    let ada = log_in(&one, "ada", "lobby");
    let bob = log_in(&two, "bob", "lobby");
    ada.click("#composer");
    ada.type_text("I am thinking ab");
    bob.wait_for(
        "document.querySelector('#typing').textContent.includes('ada')",
        "ada types",
    );
    let began = Stopwatch::start();
    super::shows(&bob, "#typing");
    let own = ada.text("#typing");
    assert!(!own.contains("ada"), "one knows that oneself: {own}");
    // She thinks for longer than she types.
    bob.wait_for(
        "!document.querySelector('#typing').textContent.includes('ada')",
        "she stops",
    );
    let lasted = began.elapsed();
    assert!(lasted > TYPING / 2, "{lasted:?}");
    began.assert_under(TYPING * 2);
    // The server said so.
    let heard = super::received(&bob);
    let ends = heard.iter().filter(|event| event["active"] == json!(false));
    assert_eq!(ends.count(), 1);
    ada.assert_clean();
    bob.assert_clean();
}

/// The line itself ends it, and so does leaving: sooner than it expires. A machine that is too busy to
/// show that within five seconds is given another try.
fn typing_ends(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let gone = "!document.querySelector('#typing').textContent.includes('bob')";
    let here = "document.querySelector('#typing').textContent.includes('bob')";
    let is_prompt = (1..=10).any(|number| {
        let mut bob = ChatClient::enter(server.addr(), &format!("bob {number}"), "lobby");
        let began = Instant::now();
        bob.send("typing", &json!({ "room": "lobby" }));
        ada.wait_for(here, "bob types");
        bob.say("lobby", "done");
        ada.wait_for(gone, "bob has said it");
        bob.send("typing", &json!({ "room": "lobby" }));
        ada.wait_for(here, "bob types again");
        drop(bob);
        ada.wait_for(gone, "bob is gone");
        began.elapsed() < TYPING
    });
    assert!(is_prompt, "it expired instead");
    ada.assert_clean();
}
