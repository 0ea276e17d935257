//! The drawer in the chat: the frames of the chat's own connection.

use super::{PAGE, has_frames, watching};
use crate::browser::Browser;
use crate::chat::{self, log_in, say, shows};
use crate::record::PATIENCE;
use crate::server::TestServer;
use crate::tab::Tab;
use crate::view::Screen;
use serde_json::json;
use std::time::Instant;

pub(super) fn in_the_chat(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.click("#show-wire");
    shows(&ada, "#wire-drawer");
    // Earlier frames are there: the request, the response, the welcome, the join.
    has_frames(&ada, "in", 1);
    assert_eq!(ada.count("tr.http"), 2);
    let before = ada.count("tr.in");
    say(&ada, "a wave 👋");
    chat::reads(&ada, "a wave 👋");
    ada.wait_for(
        "Array.from(document.querySelectorAll('tr.in .note')).some((one) => one.textContent.includes('a wave 👋'))",
        "the frame of the line",
    );
    assert!(ada.count("tr.in") > before);
    // Selecting a frame does not change the chat's address.
    ada.click("tr.in .opcode");
    assert_eq!(ada.eval("location.hash"), json!("#/lobby"));
    // The full page finds this chat by itself.
    let full = visitor.tab(PAGE);
    watching(&full);
    // The page waits only briefly for a chat to answer. On a busy machine the answer may come too late.
    let patience = Instant::now() + PATIENCE;
    let source = "document.querySelector('#source').selectedOptions[0].textContent";
    while full.eval(source) != json!("the chat of ada") {
        assert!(Instant::now() < patience, "{}", full.eval(source));
        full.reload();
        watching(&full);
    }
    full.wait_for(
        "Array.from(document.querySelectorAll('tr.in .note')).some((one) => one.textContent.includes('a wave 👋'))",
        "the same frame",
    );
    ada.click("#wire-drawer .close");
    chat::hides(&ada, "#wire-drawer");
    ada.wait_for("document.activeElement?.id === 'show-wire'", "the focus");
    ada.assert_clean();
    full.assert_clean();
}

/// From the start page, the reader's own frames are two clicks away: before the login, and after.
pub(super) fn two_clicks(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let stranger = visitor.tab(chat::PAGE);
    explains_within(&stranger, ["#login a[href=wire]", "tr.out .opcode"]);
    let ada = log_in(&visitor, "ada", "lobby");
    explains_within(&ada, ["#show-wire", "tr.in .opcode"]);
}

/// The last click selects a frame, which is then explained.
fn explains_within(tab: &Tab, clicks: [&str; 2]) {
    for place in clicks {
        tab.click(place);
    }
    let row = "tr.frame[aria-selected=true]";
    let number = tab.text(&format!("{row} .number"));
    let heading = tab.text(".wire-detail h2");
    assert!(
        heading.starts_with(&format!("Frame {number} ")),
        "{heading}"
    );
    assert!(tab.count(".field-box") >= 5, "a box for each field");
    let explained = tab.text(".explanation");
    assert!(explained.starts_with("O opcode"), "{explained}");
    assert!(explained.contains('§'), "{explained}");
    tab.assert_clean();
}

pub(super) fn phone(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = visitor.blank();
    ada.set_viewport(Screen::PHONE);
    ada.goto(chat::PAGE);
    chat::enter(&ada, "ada", "lobby");
    ada.click("#show-wire");
    has_frames(&ada, "in", 1);
    assert!(
        ada.overflow() <= 0,
        "the drawer is {} too wide",
        ada.overflow()
    );
    ada.click("tr.in .opcode");
    ada.key("Escape");
    chat::hides(&ada, "#wire-drawer");
    ada.goto(PAGE);
    watching(&ada);
    has_frames(&ada, "out", 1);
    assert!(
        ada.overflow() <= 0,
        "the page is {} too wide",
        ada.overflow()
    );
    for dark in [false, true] {
        ada.set_dark(dark);
        for text in [
            "tr.out .opcode",
            "tr.out .note",
            ".field-name .letter",
            ".explanation p",
            ".byte",
        ] {
            let colours = crate::colours::of(&ada, text);
            assert!(
                colours.contrast() >= 4.5,
                "{text}, dark {dark}: {colours:?}"
            );
        }
    }
    // From the last row of a lecture hall it can be read.
    ada.set_viewport(Screen::DESK);
    ada.goto("/wire?project=1");
    watching(&ada);
    has_frames(&ada, "out", 1);
    let js = "Math.min(...Array.from(document.querySelectorAll('body *'))
        .filter((one) => one.checkVisibility() && Array.from(one.childNodes).some((node) => node.nodeType === 3 && node.data.trim()))
        .map((one) => parseFloat(getComputedStyle(one).fontSize)))";
    let smallest = ada.eval(js).as_f64().expect("a size");
    assert!(smallest >= 28.0, "{smallest}");
    let covered = || ada.count(".field-box.covered");
    let all = covered();
    assert!(all >= 5, "{all}");
    ada.eval("document.activeElement.blur()");
    ada.key(" ");
    assert_eq!(covered(), all - 1);
    ada.assert_clean();
}
