//! Navigation: links to rooms, links to the other pages, and the browser's Back.

use super::{hides, is, is_in, log_in, shows};
use crate::PageTest;
use crate::browser::Browser;
use crate::server::TestServer;
use crate::tab::{Tab, quoted};
use crate::view::Screen;
use serde_json::json;

pub(crate) const TESTS: [PageTest; 7] = [
    ("links_in_a_row", links_in_a_row),
    ("link_before_the_login", link_before_the_login),
    ("other_pages", other_pages),
    ("back_closes_a_drawer", back_closes_a_drawer),
    ("back_after_choosing_a_room", back_after_choosing_a_room),
    ("back_through_links", back_through_links),
    ("back_after_a_reload", back_after_a_reload),
];

/// Each room is joined, and the last one is shown.
fn links_in_a_row(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.eval(
        "for (const room of ['a', 'b', 'c', 'd', 'e']) {
            const link = document.createElement('a');
            link.href = `#/${room}`;
            document.body.append(link);
            link.click();
        }",
    );
    for room in ["a", "b", "c", "d", "e"] {
        is_in(&ada, room);
    }
    shows_room(&ada, "e");
    // The last one counts, even if it is joined already.
    ada.eval("{ location.hash = '#/f'; location.hash = '#/g'; location.hash = '#/a'; }");
    is_in(&ada, "f");
    is_in(&ada, "g");
    shows_room(&ada, "a");
    ada.assert_clean();
}

fn shows_room(tab: &Tab, room: &str) {
    let js = format!(
        "document.querySelector('#room-name').textContent === {} && location.hash === {}",
        quoted(room),
        quoted(&format!("#/{room}"))
    );
    tab.wait_for(&js, &format!("the room {room}"));
}

fn link_before_the_login(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = visitor.tab(super::PAGE);
    shows(&ada, "#login");
    ada.eval("location.hash = '#/garden'");
    ada.wait_for(
        "document.querySelector('#login-room').value === 'garden'",
        "the room",
    );
    ada.fill("#login-name", "ada");
    ada.key("Enter");
    is_in(&ada, "garden");
    ada.assert_clean();
}

/// The other pages open beside the chat, which continues; the wire page finds it from there.
fn other_pages(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.eval(
        "(() => {
            window.asked = false;
            new BroadcastChannel('ws101.wire').onmessage = ({ data }) => (window.asked ||= data.type === 'who');
        })()",
    );
    for page in ["wire", "handshake", "cheeper", "echo-demo"] {
        let start = ada.record.len();
        let link = format!("#chat .pages a[href={page}]");
        let is_apart = format!("document.querySelector('{link}').relList.contains('noopener')");
        assert_eq!(ada.eval(&is_apart), json!(true), "{page}");
        ada.click(&link);
        ada.record.wait_for(start, page, |event| {
            let url = event.params["url"].as_str().unwrap_or_default();
            event.method == "Page.windowOpen" && url.ends_with(&format!("/{page}"))
        });
    }
    ada.wait_for("window.asked", "the wire page's question");
    is(&ada, "online");
    let wire = visitor.tab("/wire");
    wire.wait_for(
        "document.querySelector('#source')?.selectedOptions[0]?.textContent === 'the chat of ada'",
        "the chat that is watched",
    );
    ada.assert_clean();
}

fn on_a_phone(visitor: &crate::browser::Context) -> Tab {
    let tab = visitor.blank();
    tab.set_viewport(Screen::PHONE);
    tab.goto(super::PAGE);
    super::enter(&tab, "ada", "lobby");
    tab
}

fn go_back(tab: &Tab) {
    tab.eval("history.back()");
}

fn entries(tab: &Tab) -> u64 {
    tab.eval("history.length").as_u64().expect("a number")
}

fn back_closes_a_drawer(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = on_a_phone(&visitor);
    let before = entries(&ada);
    let address = ada.eval("location.href");
    let drawers = [
        ("#menu-rooms", "#rooms-panel"),
        ("#menu-people", "#people-panel"),
        ("#show-wire", "#wire-drawer"),
    ];
    let low = "history.state?.isLayer !== true";
    for _ in 0..2 {
        for (button, drawer) in drawers {
            ada.click(button);
            shows(&ada, drawer);
            go_back(&ada);
            hides(&ada, drawer);
            shows(&ada, "#composer");
            // Closed in another way, it leaves no history entry.
            ada.click(button);
            shows(&ada, drawer);
            ada.key("Escape");
            hides(&ada, drawer);
            ada.wait_for(low, "the entry's end");
            ada.click(button);
            ada.click(&format!("{drawer} .close"));
            hides(&ada, drawer);
            ada.wait_for(low, "the entry's end");
        }
    }
    assert!(entries(&ada) <= before + 1, "a trail of {}", entries(&ada));
    assert_eq!(ada.eval("location.href"), address);
    is(&ada, "online");
    // Closed and opened at once, it is open.
    ada.eval(
        "{ const menu = document.querySelector('#menu-rooms'); menu.click();
        document.querySelector('#rooms-panel .close').click(); menu.click(); }",
    );
    ada.wait_for("history.state?.isLayer === true", "the entry");
    shows(&ada, "#rooms-panel");
    go_back(&ada);
    hides(&ada, "#rooms-panel");
    ada.assert_clean();
}

fn back_after_choosing_a_room(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = on_a_phone(&visitor);
    let before = entries(&ada);
    for room in ["garden", "kitchen"] {
        ada.click("#menu-rooms");
        ada.fill("#join-room-name", room);
        ada.key("Enter");
        hides(&ada, "#rooms-panel");
        shows_room(&ada, room);
    }
    ada.click("#menu-rooms");
    ada.click("#rooms [data-room=lobby] .choose");
    hides(&ada, "#rooms-panel");
    shows_room(&ada, "lobby");
    assert!(entries(&ada) <= before + 1, "a trail of {}", entries(&ada));
    ada.assert_clean();
}

/// Links add history entries, as usual: Back goes through them, with or without a drawer between.
fn back_through_links(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = on_a_phone(&visitor);
    ada.eval("location.hash = '#/garden'");
    is_in(&ada, "garden");
    shows_room(&ada, "garden");
    ada.click("#menu-people");
    shows(&ada, "#people-panel");
    ada.eval("location.hash = '#/kitchen'");
    is_in(&ada, "kitchen");
    hides(&ada, "#people-panel");
    shows_room(&ada, "kitchen");
    go_back(&ada);
    shows_room(&ada, "garden");
    go_back(&ada);
    shows_room(&ada, "lobby");
    ada.assert_clean();
}

fn back_after_a_reload(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = on_a_phone(&visitor);
    ada.click("#menu-rooms");
    shows(&ada, "#rooms-panel");
    ada.reload();
    is_in(&ada, "lobby");
    ada.wait_for("history.state?.isLayer !== true", "the entry's end");
    hides(&ada, "#rooms-panel");
    shows_room(&ada, "lobby");
    ada.assert_clean();
}
