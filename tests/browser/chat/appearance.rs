//! Sizes and colours.

use super::{enter, hides, reads, say, shows};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::colours;
use crate::server::TestServer;
use crate::view::Screen;

pub(crate) const TESTS: [PageTest; 2] = [("phone", phone), ("dark", dark)];

fn phone(browser: &Browser) {
    let server = TestServer::start(&[]);
    let mut bob = ChatClient::enter(server.addr(), &"bobw".repeat(8), &"room".repeat(8));
    let visitor = browser.visitor(server.addr());
    let ada = visitor.blank();
    ada.set_viewport(Screen::PHONE);
    ada.goto(super::PAGE);
    shows(&ada, "#login");
    assert!(
        ada.overflow() <= 0,
        "the login is {} pixels too wide",
        ada.overflow()
    );
    enter(&ada, "ada", &"room".repeat(8));
    let long = "w".repeat(300);
    bob.say(&"room".repeat(8), &long);
    reads(&ada, &long);
    say(
        &ada,
        "https://example.org/a/path/that/does/not/end/and/does/not/end/and/does/not/end",
    );
    super::all_sent(&ada);
    assert!(
        ada.overflow() <= 0,
        "the chat is {} pixels too wide",
        ada.overflow()
    );
    let cut = "Array.from(document.querySelectorAll('#log li')).filter((one) => one.scrollWidth > one.clientWidth).length";
    assert_eq!(ada.eval(cut), 0, "a line is cut off");
    shows(&ada, "#composer");
    // With reduced motion, drawers do not slide.
    let slide = "getComputedStyle(document.querySelector('#rooms-panel')).transitionDuration";
    assert_ne!(ada.eval(slide), "0s");
    ada.set_preferences(&[("reduced-motion", "reduce")]);
    assert_eq!(ada.eval(slide), "0s");
    for (button, drawer) in [("#menu-rooms", "#rooms"), ("#menu-people", "#people")] {
        hides(&ada, drawer);
        ada.click(button);
        shows(&ada, drawer);
        assert!(ada.overflow() <= 0, "{drawer} makes the page too wide");
        ada.key("Escape");
        hides(&ada, drawer);
    }
    ada.assert_clean();
}

fn dark(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = visitor.tab(super::PAGE);
    for chat in [false, true] {
        if chat {
            enter(&ada, "ada", "lobby");
            let mut bob = ChatClient::enter(server.addr(), "bob", "lobby");
            bob.say("lobby", "a line to read");
            reads(&ada, "a line to read");
        }
        for dark in [false, true] {
            ada.set_dark(dark);
            let body = colours::of(&ada, "body");
            assert_eq!(body.paper < 0.2, dark, "{body:?}");
            let texts: &[&str] = if chat {
                &[
                    "#log li.line .text",
                    "#log li.line .from",
                    "#log li.line time",
                    "#log li.notice",
                    "#composer",
                    "#state",
                ]
            } else {
                &["#login-name"]
            };
            for text in texts {
                let contrast = colours::of(&ada, text).contrast();
                assert!(contrast >= 4.5, "{text}: {contrast:.2}, dark: {dark}");
            }
        }
    }
    ada.assert_clean();
}
