//! A whisper is for a person, not for a name, whatever happens before it is sent.

use super::{all_sent, is, log_in, reads, say, sees_people, shows};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::flaky_proxy::FlakyProxy;
use crate::restartable_server::RestartableServer;
use crate::server::TestServer;
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

/// Waits until this many own lines have failed.
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

pub(super) fn whispers(client: &mut ChatClient) -> Vec<String> {
    let heard = client.received_so_far();
    let whispered = heard.iter().filter(|event| event["type"] == "whispered");
    whispered.map(|event| event["text"].to_string()).collect()
}

pub(super) fn hears_no_whisper(client: &mut ChatClient) {
    assert_eq!(whispers(client), [] as [String; 0]);
}

/// One name is the beginning of another. Its holder leaves; later another person takes the name.
fn clicked_then_gone(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let hopper = ChatClient::enter(server.addr(), "grace hopper", "lobby");
    let mut grace = ChatClient::enter(server.addr(), "grace", "lobby");
    let ada = log_in(&visitor, "ada", "lobby");
    choose(&ada, "grace hopper");
    ada.type_text("my secret");
    drop(hopper);
    sees_people(&ada, &["ada", "grace"]);
    assert!(ada.text("#recipient").contains("has left"));
    ada.key("Enter");
    fails(&ada, 1);
    let mut next = ChatClient::enter_after(server.addr(), "grace hopper", "lobby");
    sees_people(&ada, &["ada", "grace", "grace hopper"]);
    retry(&ada);
    let told = "document.querySelector('.delivery')?.textContent.includes('another person')";
    ada.wait_for(told, "the second refusal");
    // The chip still means the person who left.
    say(&ada, "another secret");
    fails(&ada, 2);
    hears_no_whisper(&mut grace);
    hears_no_whisper(&mut next);
    // Chosen again, the name means its present holder.
    choose(&ada, "grace hopper");
    say(&ada, "good morning");
    next.expect_event("whispered", |event| event["text"] == "good morning");
    hears_no_whisper(&mut grace);
    ada.assert_clean();
}

/// When many people come and go, the page only gets a list, in which the name is as before.
fn gone_in_a_crowd(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let grace = ChatClient::enter(server.addr(), "grace", "lobby");
    let ada = log_in(&visitor, "ada", "lobby");
    choose(&ada, "grace");
    ada.type_text("my secret");
    let crowd: Vec<ChatClient> = (0..12)
        .map(|number| ChatClient::enter(server.addr(), &format!("guest {number}"), "lobby"))
        .collect();
    drop(grace);
    drop(crowd);
    let mut next = ChatClient::enter_after(server.addr(), "grace", "lobby");
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

/// A typed line, and who receives it: "hopper", "grace", or neither, with a reason.
fn typed_exactly(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let mut hopper = ChatClient::enter(server.addr(), "grace hopper", "lobby");
    let mut grace = ChatClient::enter(server.addr(), "grace", "lobby");
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
    // She has left: her name is not shortened to another person's.
    drop(hopper);
    sees_people(&ada, &["ada", "grace"]);
    say(&ada, "/msg grace hopper none");
    let js = "document.querySelectorAll('#log li.notice[data-kind=error]').length";
    ada.wait_for(&format!("{js} === {}", faults + 1), "a word on it");
    say(&ada, r#"/msg "grace hopper" none"#);
    fails(&ada, 1);
    let mut next = ChatClient::enter_after(server.addr(), "grace hopper", "garden");
    retry(&ada);
    fails(&ada, 1);
    hears_no_whisper(&mut grace);
    hears_no_whisper(&mut next);
    ada.assert_clean();
}

pub(super) fn rename(client: &mut ChatClient, to: &str) {
    client.send("name", &json!({ "name": to }));
    client.expect_event("renamed", |event| event["to"] == to);
}

/// Written offline, to two people: one leaves meanwhile, the other is renamed, and
/// another person takes both names.
fn waits_for_a_connection(browser: &Browser) {
    let server = TestServer::start(&[]);
    let proxy = FlakyProxy::to(server.addr());
    let visitor = browser.visitor(proxy.addr());
    let [leaves, mut stays] =
        ["grace", "joan"].map(|name| ChatClient::enter(server.addr(), name, "lobby"));
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    choose(&ada, "grace");
    ada.set_offline(true);
    proxy.disconnect();
    is(&ada, "offline");
    say(&ada, "for grace");
    choose(&ada, "joan");
    say(&ada, "for joan");
    drop(leaves);
    rename(&mut stays, "joan clarke");
    let mut next =
        ["grace", "joan"].map(|name| ChatClient::enter_after(server.addr(), name, "lobby"));
    ada.set_offline(false);
    is(&ada, "online");
    stays.expect_event("whispered", |event| event["text"] == "for joan");
    fails(&ada, 1);
    retry(&ada);
    fails(&ada, 1);
    for client in &mut next {
        hears_no_whisper(client);
    }
    ada.assert_clean();
}

/// After a restart the server remembers no person: no one is who they were.
fn another_run_of_the_server(browser: &Browser) {
    let mut server = RestartableServer::start();
    let visitor = browser.visitor(server.addr());
    let grace = ChatClient::enter(server.addr(), "grace", "lobby");
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    choose(&ada, "grace");
    ada.set_offline(true);
    server.kill();
    is(&ada, "offline");
    say(&ada, "my secret");
    drop(grace);
    server.restart();
    let mut next = ChatClient::enter_after(server.addr(), "grace", "lobby");
    ada.set_offline(false);
    is(&ada, "online");
    fails(&ada, 1);
    hears_no_whisper(&mut next);
    ada.assert_clean();
}

/// Of a person in another room the page knows only the name. After a while offline,
/// that is not enough.
fn a_name_in_no_room(browser: &Browser) {
    let server = TestServer::start(&[]);
    let proxy = FlakyProxy::to(server.addr());
    let visitor = browser.visitor(proxy.addr());
    let mut grace = ChatClient::enter(server.addr(), "grace", "garden");
    let ada = log_in(&visitor, "ada", "lobby");
    ada.tolerate_lost_server();
    say(&ada, "/msg grace hi");
    grace.expect_event("whispered", |event| event["text"] == "hi");
    all_sent(&ada);
    ada.set_offline(true);
    proxy.disconnect();
    is(&ada, "offline");
    say(&ada, "/msg grace my secret");
    fails(&ada, 1);
    assert_eq!(ada.count("#log [data-action=retry]"), 0);
    drop(grace);
    let mut next = ChatClient::enter_after(server.addr(), "grace", "garden");
    ada.set_offline(false);
    is(&ada, "online");
    say(&ada, "back");
    reads(&ada, "back");
    hears_no_whisper(&mut next);
    ada.assert_clean();
}
