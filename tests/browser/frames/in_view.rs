//! What belongs to the selected frame is in view: its header, explanation, bytes and XOR beside the chat,
//! and the composer above them, whatever the size.

use super::has_frames;
use crate::browser::Browser;
use crate::chat::{self, log_in, say};
use crate::input::With;
use crate::server::TestServer;
use crate::tab::{Tab, quoted};
use crate::view::Screen;
use serde_json::json;

/// What a click on a field shows, from the frame's header to its payload.
const PARTS: [&str; 4] = [".bits", ".explanation", ".dump", ".strip"];
const COMPOSER: [&str; 2] = ["#composer", "#send"];

/// After a click on a frame and a click on a field, everything about it is in view at once.
pub(super) fn at_every_size(browser: &Browser) {
    let server = TestServer::start(&[]);
    for (width, height) in [(1280, 720), (1366, 768), (1440, 900), (1920, 1080)] {
        let visitor = browser.visitor(server.addr());
        let ada = visitor.blank();
        ada.set_viewport(Screen::desk(width, height));
        ada.goto(chat::PAGE);
        chat::enter(&ada, &format!("ada{width}"), "lobby");
        for line in ["the first", "a wave 👋 to all who read along"] {
            say(&ada, line);
            chat::all_sent(&ada);
        }
        ada.click("#show-wire");
        // The newest own line is selected automatically, not a request that the page sends by itself.
        is_chosen(&ada, "a wave 👋");
        all_in_view(&ada, &PARTS);
        let first = "Array.from(document.querySelectorAll('tr.in')).find((row) => row.textContent.includes('the first'))";
        // Frames that arrive push the rows up: a click can hit the one below, and is made again.
        for _ in 0..5 {
            ada.click_on(first, "the frame of the first line");
            if ada.eval(&chosen("the first")) == json!(true) {
                break;
            }
        }
        is_chosen(&ada, "the first");
        let fields = ada.eval(
            "Array.from(document.querySelectorAll('.field-box'), (box) => box.dataset.fields)",
        );
        let fields: Vec<String> = serde_json::from_value(fields).expect("names");
        assert_eq!(fields.len(), 6, "{fields:?}");
        for field in fields {
            ada.click(&format!(".field-box[data-fields={field}]"));
            all_in_view(&ada, &PARTS);
        }
        all_in_view(&ada, &COMPOSER);
        // A selected frame stays selected, whatever is said.
        say(&ada, "the third");
        let third = "Array.from(document.querySelectorAll('tr.in .note')).some((note) => note.textContent.includes('the third'))";
        ada.wait_for(third, "its frame");
        is_chosen(&ada, "the first");
        // A drawer that is opened again shows the last own line.
        ada.click("#wire-drawer .close");
        ada.click("#show-wire");
        is_chosen(&ada, "the third");
        ada.assert_clean();
    }
}

fn is_chosen(tab: &Tab, text: &str) {
    tab.wait_for(&chosen(text), &format!("the frame of {text:?}, chosen"));
}

fn chosen(text: &str) -> String {
    format!(
        "document.querySelector('tr.in[aria-selected=true] .note')?.textContent.includes({})",
        quoted(text)
    )
}

/// Each lies within the window, and nothing that scrolls or covers hides any of it: all four corners
/// are what a finger would meet there.
fn all_in_view(tab: &Tab, selectors: &[&str]) {
    let js = format!(
        "{selectors:?}.filter((selector) => {{
            const wanted = document.querySelector(selector);
            const {{ left, right, top, bottom }} = wanted.getBoundingClientRect();
            const inset = 6;
            const corners = [[left, top], [right, top], [left, bottom], [right, bottom]].map(([x, y]) =>
                document.elementFromPoint(x + (x === left ? inset : -inset), y + (y === top ? inset : -inset)));
            const inWindow = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
            return !inWindow || !corners.every((met) => wanted.contains(met));
        }})"
    );
    let hidden = tab.eval(&js);
    let size = tab.eval("`${innerWidth} × ${innerHeight}`");
    let field = tab.eval("document.querySelector('.field-box.marked')?.textContent");
    assert_eq!(hidden, json!([]), "out of view at {size}, {field} chosen");
}

fn drawer_height(tab: &Tab) -> i64 {
    let js = "document.querySelector('#wire-drawer').offsetHeight";
    tab.eval(js).as_i64().expect("pixels")
}

/// The drawer's edge follows the pointer and the arrow keys, and stays where it was left.
pub(super) fn height(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    ada.click("#show-wire");
    has_frames(&ada, "in", 1);
    ada.tab_to("[role=separator]", With::Shift);
    let mut before = drawer_height(&ada);
    let frame = ada.eval("document.querySelector('tr[aria-selected=true]').id");
    for _ in 0..3 {
        ada.key("ArrowDown");
        let now = drawer_height(&ada);
        assert!(now < before, "{now} after {before}");
        before = now;
    }
    let now = ada.eval("document.querySelector('tr[aria-selected=true]').id");
    assert_eq!(now, frame, "the arrows move the edge, not the frame");
    ada.key("ArrowUp");
    assert!(drawer_height(&ada) > before);
    let told = "Number(document.querySelector('[role=separator]').ariaValueNow) / 100 * innerHeight - document.querySelector('#wire-drawer').offsetHeight";
    for key in ["Home", "End"] {
        ada.key(key);
        all_in_view(&ada, &COMPOSER);
        ada.wait_for(&format!("Math.abs({told}) < 8"), "the height, told");
    }
    // By the pointer, to the middle of the window.
    ada.drag("[role=separator]", 640, 400);
    let half = drawer_height(&ada);
    assert!((half - 400).abs() <= 8, "{half}");
    ada.reload();
    chat::is_in(&ada, "lobby");
    ada.click("#show-wire");
    has_frames(&ada, "in", 1);
    assert_eq!(drawer_height(&ada), half, "remembered");
    ada.assert_clean();
}

/// On a phone the composer stays usable while the wire is shown, with the on-screen keyboard, too.
pub(super) fn on_a_phone(browser: &Browser) {
    let server = TestServer::start(&[]);
    let phone = |width, height| Screen {
        width,
        height,
        ..Screen::PHONE
    };
    for screen in [phone(320, 640), phone(360, 740), phone(412, 915)] {
        let visitor = browser.visitor(server.addr());
        let ada = visitor.blank();
        ada.set_viewport(screen);
        ada.goto(chat::PAGE);
        chat::enter(&ada, &format!("ada{}", screen.width), "lobby");
        ada.click("#show-wire");
        has_frames(&ada, "in", 1);
        for height in [screen.height, screen.height / 2] {
            ada.set_viewport(Screen { height, ..screen });
            all_in_view(&ada, &COMPOSER);
            assert!(ada.overflow() <= 0, "{} too wide", ada.overflow());
            let line = format!("written at {height}");
            ada.click("#composer");
            ada.type_text(&line);
            ada.click("#send");
            is_chosen(&ada, &line);
        }
        ada.set_viewport(screen);
        ada.wait_for(
            "document.querySelector('.bits').getBoundingClientRect().bottom < innerHeight",
            "the header",
        );
        all_in_view(&ada, &[".bits"]);
        ada.assert_clean();
    }
}
