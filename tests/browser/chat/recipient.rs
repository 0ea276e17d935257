//! Whom a whisper is for: a person and not a name, whatever happens before it is sent.

use super::{all_sent, is, log_in, reads, say, sees_people, shows};
use crate::PageTest;
use crate::browser::Browser;
use crate::cable::Cable;
use crate::chatter::Chatter;
use crate::house::House;
use crate::lasting::Lasting;
use crate::tab::{Tab, quoted};
use serde_json::json;

pub(crate) const TESTS: [PageTest; 6] = [
    ("clicked_then_gone", clicked_then_gone),
    ("gone_in_a_crowd", gone_in_a_crowd),
    ("typed_exactly", typed_exactly),
    ("waits_for_a_connection", waits_for_a_connection),
    ("another_run_of_the_server", another_run_of_the_server),
    ("a_name_in_no_room", a_name_in_no_room),
];

pub(super) fn choose(tab: &Tab, name: &str) {
    let button = format!("#people li[data-name={}] button", quoted(name));
    tab.click(&button);
    shows(tab, "#recipient");
    assert_eq!(tab.text("#recipient .name"), name);
}

/// Waits until so many lines of one's own have failed.
fn fails(tab: &Tab, count: usize) {
    let js = format!(
        "document.querySelectorAll('#log li.line[data-state=failed]').length === {count}
            && !document.querySelector('#log li.line[data-state=sending]')"
    );
    tab.wait_for(&js, &format!("{count} lines that failed"));
}

fn retry(tab: &Tab) {
    tab.click("#log li.line[data-state=failed] [data-action=retry]");
}

pub(super) fn whispers(chatter: &mut Chatter) -> Vec<String> {
    let heard = chatter.hears_by_now();
    let whispered = heard.iter().filter(|event| event["type"] == "whispered");
    whispered.map(|event| event["text"].to_string()).collect()
}

pub(super) fn hears_no_whisper(chatter: &mut Chatter) {
    assert_eq!(whispers(chatter), [] as [String; 0]);
}

/// One of them has the beginning of the other's name. She goes; later somebody takes her name.
fn clicked_then_gone(browser: &Browser) {
    let server = House::open(&[]);
    let visitor = browser.visitor(server.addr());
    let hopper = Chatter::enter(server.addr(), "grace hopper", "lobby");
    let mut grace = Chatter::enter(server.addr(), "grace", "lobby");
    let ada = log_in(&visitor, "ada", "lobby");
    choose(&ada, "grace hopper");
    ada.type_text("my secret");
    drop(hopper);
    sees_people(&ada, &["ada", "grace"]);
    assert!(ada.text("#recipient").contains("has left"));
    ada.key("Enter");
    fails(&ada, 1);
    let mut next = Chatter::enter_after(server.addr(), "grace hopper", "lobby");
    sees_people(&ada, &["ada", "grace", "grace hopper"]);
    retry(&ada);
    let told = "document.querySelector('.delivery')?.textContent.includes('another person')";
    ada.wait_for(told, "the second refusal");
    // The chip still stands for her who left.
    say(&ada, "another secret");
    fails(&ada, 2);
    hears_no_whisper(&mut grace);
    hears_no_whisper(&mut next);
    // Chosen now, the name stands for who has it now.
    choose(&ada, "grace hopper");
    say(&ada, "good morning");
    next.hears("whispered", |event| event["text"] == "good morning");
    hears_no_whisper(&mut grace);
    ada.assert_clean();
}

/// When many come and go, the page is told of a list alone, in which the name stands as before.
fn gone_in_a_crowd(browser: &Browser) {
    let server = House::open(&[]);
    let visitor = browser.visitor(server.addr());
    let grace = Chatter::enter(server.addr(), "grace", "lobby");
    let ada = log_in(&visitor, "ada", "lobby");
    choose(&ada, "grace");
    ada.type_text("my secret");
    let crowd: Vec<Chatter> = (0..12)
        .map(|number| Chatter::enter(server.addr(), &format!("guest {number}"), "lobby"))
        .collect();
    drop(grace);
    drop(crowd);
    let mut next = Chatter::enter_after(server.addr(), "grace", "lobby");
    sees_people(&ada, &["ada", "grace"]);
    ada.wait_for(
        "document.querySelector('#recipient').textContent.includes('has left')",
        "that she who was chosen has left",
    );
    ada.key("Enter");
    fails(&ada, 1);
    hears_no_whisper(&mut next);
    ada.assert_clean();
}

/// What is typed, and who hears it: "hopper", "grace", or none of them with a reason.
fn typed_exactly(browser: &Browser) {
    let server = House::open(&[]);
    let visitor = browser.visitor(server.addr());
    let mut hopper = Chatter::enter(server.addr(), "grace hopper", "lobby");
    let mut grace = Chatter::enter(server.addr(), "grace", "lobby");
    let ada = log_in(&visitor, "ada", "lobby");
    let (mut to_hopper, mut to_grace, mut faults) = (Vec::new(), Vec::new(), 0);
    for (typed, hears, text) in [
        (r#"/msg "grace hopper" one"#, "hopper", "one"),
        (r#"/msg "GRACE  hopper" none"#, "failed", ""),
        (r#"/msg "Grace Hopper"two"#, "hopper", "two"),
        (r#"/msg "grace" hopper three"#, "grace", "hopper three"),
        ("/msg grace four", "grace", "four"),
        ("/MSG GRACE\nfive", "grace", "five"),
        ("/msg grace hoppers", "grace", "hoppers"),
        ("/msg grace hopper none", "fault", ""),
        ("/msg Grace Hopper none", "fault", ""),
        ("/msg grace hopper", "fault", ""),
        ("/msg grace  hopper none", "fault", ""),
        (r#"/msg "grace hopper none"#, "fault", ""),
        (r#"/msg "grace hopper""#, "fault", ""),
        (r#"/msg "grace hop" none"#, "failed", ""),
        ("/msg grac none", "failed", ""),
        ("/msg gracehopper none", "failed", ""),
    ] {
        say(&ada, typed);
        match hears {
            "hopper" => to_hopper.push(json!(text).to_string()),
            "grace" => to_grace.push(json!(text).to_string()),
            "fault" => {
                faults += 1;
                let js = "document.querySelectorAll('#log li.notice[data-kind=error]').length";
                ada.wait_for(&format!("{js} === {faults}"), &format!("a word on {typed}"));
            }
            _ => {
                fails(&ada, 1);
                ada.click("#log [data-action=discard]");
            }
        }
        all_sent(&ada);
    }
    assert_eq!(whispers(&mut hopper), to_hopper);
    assert_eq!(whispers(&mut grace), to_grace);
    // She has left: her name does not shrink to that of another.
    drop(hopper);
    sees_people(&ada, &["ada", "grace"]);
    say(&ada, "/msg grace hopper none");
    let js = "document.querySelectorAll('#log li.notice[data-kind=error]').length";
    ada.wait_for(&format!("{js} === {}", faults + 1), "a word on it");
    say(&ada, r#"/msg "grace hopper" none"#);
    fails(&ada, 1);
    let mut next = Chatter::enter_after(server.addr(), "grace hopper", "garden");
    retry(&ada);
    fails(&ada, 1);
    hears_no_whisper(&mut grace);
    hears_no_whisper(&mut next);
    ada.assert_clean();
}

pub(super) fn rename(chatter: &mut Chatter, to: &str) {
    chatter.send("name", &json!({ "name": to }));
    chatter.hears("renamed", |event| event["to"] == to);
}

/// Written without a connection, to two people: one leaves meanwhile, the other is renamed, and
/// somebody takes both names.
fn waits_for_a_connection(browser: &Browser) {
    let server = House::open(&[]);
    let cable = Cable::to(server.addr());
    let visitor = browser.visitor(cable.addr());
    let [leaves, mut stays] =
        ["grace", "joan"].map(|name| Chatter::enter(server.addr(), name, "lobby"));
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    choose(&ada, "grace");
    ada.set_offline(true);
    cable.pull();
    is(&ada, "offline");
    say(&ada, "for grace");
    choose(&ada, "joan");
    say(&ada, "for joan");
    drop(leaves);
    rename(&mut stays, "joan clarke");
    let mut next = ["grace", "joan"].map(|name| Chatter::enter_after(server.addr(), name, "lobby"));
    ada.set_offline(false);
    is(&ada, "online");
    stays.hears("whispered", |event| event["text"] == "for joan");
    fails(&ada, 1);
    retry(&ada);
    fails(&ada, 1);
    for chatter in &mut next {
        hears_no_whisper(chatter);
    }
    ada.assert_clean();
}

/// After a restart the server knows none of those from before, and nobody is who they were.
fn another_run_of_the_server(browser: &Browser) {
    let mut server = Lasting::start();
    let visitor = browser.visitor(server.addr());
    let grace = Chatter::enter(server.addr(), "grace", "lobby");
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    choose(&ada, "grace");
    ada.set_offline(true);
    server.kill();
    is(&ada, "offline");
    say(&ada, "my secret");
    drop(grace);
    server.come_back();
    let mut next = Chatter::enter_after(server.addr(), "grace", "lobby");
    ada.set_offline(false);
    is(&ada, "online");
    fails(&ada, 1);
    hears_no_whisper(&mut next);
    ada.assert_clean();
}

/// Of somebody in another room the page knows the name alone. After a while without a connection
/// that is not enough.
fn a_name_in_no_room(browser: &Browser) {
    let server = House::open(&[]);
    let cable = Cable::to(server.addr());
    let visitor = browser.visitor(cable.addr());
    let mut grace = Chatter::enter(server.addr(), "grace", "garden");
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    say(&ada, "/msg grace hi");
    grace.hears("whispered", |event| event["text"] == "hi");
    all_sent(&ada);
    ada.set_offline(true);
    cable.pull();
    is(&ada, "offline");
    say(&ada, "/msg grace my secret");
    fails(&ada, 1);
    assert_eq!(ada.count("#log [data-action=retry]"), 0);
    drop(grace);
    let mut next = Chatter::enter_after(server.addr(), "grace", "garden");
    ada.set_offline(false);
    is(&ada, "online");
    say(&ada, "back");
    reads(&ada, "back");
    hears_no_whisper(&mut next);
    ada.assert_clean();
}
