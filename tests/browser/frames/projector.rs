//! The projector: a frame that is sent is shown, and the keys that reveal it do nothing else.

use super::{has_frames, watching};
use crate::browser::Browser;
use crate::input::With;
use crate::server::TestServer;
use crate::tab::Tab;

/// The messages sent on this page's own connection.
fn sent(tab: &Tab) -> usize {
    let frames = tab.frames_sent();
    // The other connection sends one token, and only watches.
    (frames.iter())
        .filter(|frame| !frame.payload.contains("\"watch\""))
        .count()
}

/// Sends with the button, with the button's key, and with Enter in the field; then each key moves or reveals.
pub(super) fn no_key_sends_again(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    for page in ["/wire?project=1", "/wire"] {
        let tab = visitor.tab(page);
        watching(&tab);
        has_frames(&tab, "out", 1);
        let mut expected = 0;
        for way in ["button", "space", "enter"] {
            let text = format!("by the {way}");
            tab.fill("#say-text", &text);
            match way {
                "button" => tab.click("#say button"),
                "space" => {
                    tab.tab_to("#say button", With::Nothing);
                    tab.key(" ");
                }
                // In the field itself Enter sends line after line, but not on a projector.
                _ if page == "/wire" => continue,
                _ => tab.key("Enter"),
            }
            expected += 1;
            let js = format!(
                "document.activeElement.matches('tr.in[aria-selected=true]') &&
                    document.activeElement.querySelector('.note').textContent === '{text}'"
            );
            tab.wait_for(&js, "the focus on the frame just sent");
            reveals(&tab, page);
            for key in [
                "ArrowUp",
                "ArrowDown",
                "ArrowRight",
                "ArrowLeft",
                "Enter",
                "u",
                " ",
            ] {
                tab.key(key);
            }
            assert_eq!(sent(&tab), expected, "{page}, {way}");
        }
        tab.assert_clean();
    }
}

/// On a projector, each Space reveals one more field, after a click on a field, too.
fn reveals(tab: &Tab, page: &str) {
    let covered = || tab.count(".field-box.covered");
    let before = covered();
    for revealed in 1..=3 {
        tab.key(" ");
        if page != "/wire" {
            assert_eq!(covered(), before - revealed, "Space reveals");
        }
    }
    if page != "/wire" {
        tab.click(".field-box[data-fields=fin]");
        tab.key(" ");
        assert_eq!(covered(), before - 4, "Space reveals");
    }
}
