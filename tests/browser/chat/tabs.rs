//! Several tabs of one browser: the second one is offered a choice.

use super::{PAGE, hides, is, is_in, log_in, reads, say, sees_people, shows};
use crate::PageTest;
use crate::browser::{Browser, Context};
use crate::chat_client::ChatClient;
use crate::server::TestServer;
use crate::tab::Tab;
use serde_json::json;

pub(crate) const TESTS: [PageTest; 7] = [
    ("continue_here", continue_here),
    ("late_answer", late_answer),
    ("enter_beside", enter_beside),
    ("spare_name_taken", spare_name_taken),
    ("longest_name", longest_name),
    ("name_of_a_stranger", name_of_a_stranger),
    ("to_the_room_of_a_link", to_the_room_of_a_link),
];

/// Opens another tab of the browser, which is offered the choice.
fn second(visitor: &Context, name: &str, spare: &str) -> Tab {
    let tab = visitor.tab(PAGE);
    shows(&tab, "#elsewhere");
    hides(&tab, "#login-error");
    let told = tab.text("#elsewhere-name");
    assert_eq!(told, format!("{name} is here in another tab:"));
    assert_eq!(tab.text("#elsewhere-continue"), "Continue here");
    assert_eq!(tab.text("#elsewhere-spare"), format!("Enter as {spare}"));
    tab
}

fn continue_here(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let first = log_in(&visitor, "ada", "lobby");
    say(&first, "/join garden");
    is_in(&first, "garden");
    say(&first, "from the first");
    super::all_sent(&first);
    let mut bob = ChatClient::enter(server.addr(), "bob", "garden");
    // The focus is on the likeliest answer.
    let tab = second(&visitor, "ada", "ada2");
    tab.wait_for(
        "document.activeElement?.id === 'elsewhere-continue'",
        "the cursor",
    );
    tab.key("Enter");
    is_in(&tab, "lobby");
    is_in(&tab, "garden");
    is(&first, "replaced");
    shows(&first, "#replaced");
    // She is the same person, in the same rooms.
    reads(&tab, "from the first");
    sees_people(&tab, &["ada", "bob"]);
    say(&tab, "from the second");
    bob.expect_event("said", |event| {
        event["from"] == "ada" && event["text"] == "from the second"
    });
    // And back again.
    first.click("#continue-here");
    is(&tab, "replaced");
    is(&first, "online");
    reads(&first, "from the second");
    first.assert_clean();
    tab.assert_clean();
}

/// On a busy computer, the other tab answers long after the page has said that the name is taken.
fn late_answer(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let first = log_in(&visitor, "ada", "lobby");
    first.eval(
        "window.held = [];
        const post = BroadcastChannel.prototype.postMessage;
        BroadcastChannel.prototype.postMessage = function (answer) {
            held.push(() => post.call(this, answer));
        };",
    );
    let tab = visitor.tab(PAGE);
    shows(&tab, "#login-error");
    hides(&tab, "#elsewhere");
    first.eval(
        "BroadcastChannel.prototype.postMessage = function (answer) { post.call(this, answer); };
        held.forEach((answer) => answer());",
    );
    shows(&tab, "#elsewhere");
    hides(&tab, "#login-error");
    tab.click("#elsewhere-continue");
    is_in(&tab, "lobby");
    is(&first, "replaced");
    first.assert_clean();
    tab.assert_clean();
}

fn enter_beside(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let first = log_in(&visitor, "ada", "lobby");
    let tab = second(&visitor, "ada", "ada2");
    tab.click("#elsewhere-spare");
    is_in(&tab, "lobby");
    for tab in [&first, &tab] {
        sees_people(tab, &["ada", "ada2"]);
    }
    is(&first, "online");
    // The spare name belongs to that tab, over a reload, too; the browser's name is unchanged.
    tab.reload();
    is_in(&tab, "lobby");
    sees_people(&tab, &["ada", "ada2"]);
    assert_eq!(visitor.cookies()[0]["value"], "ada");
    let third = second(&visitor, "ada", "ada3");
    third.click("#elsewhere-spare");
    is_in(&third, "lobby");
    sees_people(&first, &["ada", "ada2", "ada3"]);
    // A chosen name becomes the browser's.
    say(&third, "/nick grace");
    sees_people(&first, &["ada", "ada2", "grace"]);
    assert_eq!(visitor.cookies()[0]["value"], "grace");
    for tab in [first, tab, third] {
        tab.assert_clean();
    }
}

/// The names in this browser's tabs are known; other taken names are found by trying.
fn spare_name_taken(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let first = log_in(&visitor, "ada", "lobby");
    let _others = ["ada2", "ADA3"].map(|name| ChatClient::enter(server.addr(), name, "garden"));
    let tab = second(&visitor, "ada", "ada2");
    tab.click("#elsewhere-spare");
    is_in(&tab, "lobby");
    sees_people(&first, &["ada", "ada4"]);
    first.assert_clean();
    tab.assert_clean();
}

fn longest_name(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let (name, spare) = ("👋".repeat(32), format!("{}2", "👋".repeat(31)));
    let first = log_in(&visitor, &name, "lobby");
    let tab = second(&visitor, &name, &spare);
    tab.click("#elsewhere-spare");
    is_in(&tab, "lobby");
    sees_people(&first, &[&name, &spare]);
    first.assert_clean();
    tab.assert_clean();
}

/// Then there is nothing to continue: the name is refused as usual.
fn name_of_a_stranger(browser: &Browser) {
    let server = TestServer::start(&[]);
    let _ada = ChatClient::enter(server.addr(), "ada", "lobby");
    let visitor = browser.visitor(server.addr());
    let other = log_in(&visitor, "bob", "lobby");
    let tab = visitor.tab(PAGE);
    shows(&tab, "#elsewhere");
    super::ask_to_enter(&tab, "ada", "lobby");
    shows(&tab, "#login-error");
    hides(&tab, "#elsewhere");
    let told = tab.text("#login-error");
    assert!(told.contains("taken"), "{told}");
    // Typing the other tab's name also offers the choice.
    super::ask_to_enter(&tab, "BOB", "lobby");
    shows(&tab, "#elsewhere");
    hides(&tab, "#login-error");
    other.assert_clean();
    tab.assert_clean();
}

fn to_the_room_of_a_link(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let first = log_in(&visitor, "ada", "lobby");
    let tab = visitor.tab("/#/garden");
    shows(&tab, "#elsewhere");
    tab.click("#elsewhere-continue");
    is_in(&tab, "garden");
    is_in(&tab, "lobby");
    assert_eq!(tab.text("#room-name"), "garden");
    assert_eq!(tab.eval("location.hash"), json!("#/garden"));
    first.assert_clean();
    tab.assert_clean();
}
