//! Forced colours: the system removes the page's backgrounds and shadows, and their meaning is
//! still visible.

use crate::PageTest;
use crate::browser::Browser;
use crate::chat::{self, log_in, say};
use crate::server::TestServer;
use crate::tab::{Tab, quoted};
use std::collections::HashSet;

pub(crate) const TESTS: [PageTest; 3] = [("dots", dots), ("chosen", chosen), ("rooms", rooms)];

fn picture(tab: &Tab, js: &str) -> Vec<u8> {
    tab.eval("document.activeElement?.blur()");
    tab.rest();
    tab.screenshot_of(js)
}

/// The dot before the state is visible, and differs for each state.
fn dots(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    for (page, selector) in [
        ("/", "#state"),
        ("/handshake", "#state"),
        ("/cheeper", "#state"),
        ("/echo-demo", "#state"),
    ] {
        let tab = match page {
            "/" => log_in(&visitor, "ada", "lobby"),
            page => visitor.tab(page),
        };
        tab.wait_for(
            &format!("document.querySelector('{selector}').dataset.state === 'online'"),
            "a connection",
        );
        if page == "/" {
            // The answer to the page's first ping would set the state again.
            tab.wait_for(
                &format!("document.querySelector('{selector}').textContent.includes(' ms')"),
                "the answer to a ping",
            );
        }
        tab.force_colours();
        let dot = |shift: i32| {
            let js = format!(
                "(() => {{
                    const {{ left, top, height }} = document.querySelector('{selector}').getBoundingClientRect();
                    return {{ x: Math.floor(left) + {shift}, y: Math.round(top + height / 2) - 6, width: 12, height: 12 }};
                }})()"
            );
            picture(&tab, &js)
        };
        let nothing = dot(-13);
        let mut looks = HashSet::from([nothing]);
        for state in ["online", "connecting", "offline"] {
            tab.eval(&format!(
                "document.querySelector('{selector}').dataset.state = '{state}'"
            ));
            assert!(looks.insert(dot(0)), "{page}: {state} looks like another");
        }
        tab.assert_clean();
    }
}

/// The selected frame, its selected field and its bytes look different from others, in the chat's drawer
/// and on the page.
fn chosen(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    say(&ada, "hello");
    chat::all_sent(&ada);
    ada.click("#show-wire");
    let page = visitor.tab("/wire");
    let other = "Array.from(document.querySelectorAll('#source option')).find((one) => one.textContent.includes('ada'))";
    page.wait_for(&format!("Boolean({other})"), "the chat's tab");
    page.eval(&format!(
        "(() => {{
            const source = document.querySelector('#source');
            source.value = {other}.value;
            source.dispatchEvent(new Event('change'));
        }})()"
    ));
    for tab in [&ada, &page] {
        tab.force_colours();
        tab.wait_for(
            "document.querySelector('tr[aria-selected=true] .note')?.textContent.includes('hello')",
            "the frame of the line",
        );
        let row = tab.eval("document.querySelector('tr[aria-selected=true]').id");
        let row = format!("#{}", row.as_str().expect("an id"));
        for (looked_at, is_chosen, is_not) in [
            (row.as_str(), row.as_str(), "tr.out[id] .opcode"),
            (
                ".field-box[data-fields=mask]",
                ".field-box[data-fields=mask]",
                ".field-box[data-fields=fin]",
            ),
            (
                ".byte[data-at='3']",
                ".field-box[data-fields=key]",
                ".field-box[data-fields=fin]",
            ),
            (
                ".xor[data-at='7']",
                ".xor[data-at='6']",
                ".field-box[data-fields=fin]",
            ),
        ] {
            let looks = [is_chosen, is_not].map(|place| {
                tab.click(&format!("{row} .opcode"));
                tab.click(place);
                picture(
                    tab,
                    &format!(
                        "document.querySelector({}).getBoundingClientRect()",
                        quoted(looked_at)
                    ),
                )
            });
            assert_ne!(
                looks[0], looks[1],
                "{looked_at} looks the same, chosen or not"
            );
        }
        tab.assert_clean();
    }
}

/// The current room in the list has a border; its bold letters would not be enough.
fn rooms(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    say(&ada, "/join rust");
    chat::is_in(&ada, "rust");
    ada.force_colours();
    let edge = |room: &str| {
        let js = format!(
            "(({{ right, top, height }}) => ({{ x: right - 8, y: top, width: 8, height }}))(
                document.querySelector('#rooms [data-room={room}]').closest('li').getBoundingClientRect())"
        );
        picture(&ada, &js)
    };
    assert_ne!(edge("rust"), edge("lobby"), "which room is it?");
    ada.assert_clean();
}
