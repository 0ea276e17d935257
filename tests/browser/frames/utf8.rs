//! Text that is not UTF-8: the view says why, and marks the byte that shows it.

use super::{PAGE, Script, watched_to_the_end};
use crate::browser::Browser;
use crate::kit::bytes::frame_from;
use crate::server::TestServer;
use crate::tab::Tab;
use ws101::Role;

/// The payloads of the frames of one message, a word of the sentence about it, the byte that shows
/// it (masked and unmasked), and its offset in the last frame.
type Row = (
    &'static [&'static [u8]],
    &'static str,
    &'static str,
    &'static str,
    Option<u64>,
);

/// The key is 37 fa 21 3d.
const TABLE: [Row; 8] = [
    (&[b"ok \xff"], "never part", "c2", "ff", Some(9)),
    (&[b"\x80"], "no character has begun", "b7", "80", Some(6)),
    (
        &[b"\xc3\x28"],
        "needs a continuation byte",
        "d2",
        "28",
        Some(7),
    ),
    (
        &[b"\xe2", b"\x82"],
        "ends with 82 (byte 6",
        "b5",
        "82",
        Some(6),
    ),
    (&[b"\xe2\x82", b""], "in an earlier frame", "80", "80", None),
    (&[b"\xed", b"\xa0\x80"], "surrogate", "97", "a0", Some(6)),
    (&[b"\xe0\x80\xaf"], "overlong", "7a", "80", Some(7)),
    (&[b"\xf4\x90"], "U+10FFFF", "6a", "90", Some(7)),
];

pub(super) fn the_byte_that_shows_it(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab(PAGE);
    for (payloads, words, masked, plain, at) in TABLE {
        let says = refusal(&tab, &server, payloads);
        assert!(says.contains(words), "{payloads:x?}: {says}");
        assert!(says.contains("Close 1007"), "{payloads:x?}: {says}");
        let place = format!("(byte {} of the frame)", at.unwrap_or_default());
        assert_eq!(says.contains(&place), at.is_some(), "{payloads:x?}: {says}");
        assert_eq!(tab.text(".byte.wrong"), masked, "{payloads:x?}");
        let marked = tab.eval("document.querySelector('.byte.wrong').dataset.at");
        assert_eq!(marked, at.unwrap_or_default().to_string(), "{payloads:x?}");
        tab.key("u");
        assert_eq!(tab.text(".byte.wrong"), plain, "{payloads:x?}");
        tab.key("u");
        let column = tab.texts(".xor.wrong > :nth-child(3)").concat();
        assert_eq!(
            column,
            if at.is_some() { plain } else { "" },
            "{payloads:x?}"
        );
    }
    // Even far from the start, that byte is in view.
    let long = [&[b'a'; 120][..], b"\xff"].concat();
    refusal(&tab, &server, &[&long]);
    assert_eq!(tab.text(".byte.wrong"), "c8");
    assert_eq!(tab.text(".xor.wrong > :nth-child(3)"), "ff");
    tab.assert_clean();
}

/// The view's sentence about the refused frame.
fn refusal(tab: &Tab, server: &TestServer, payloads: &[&[u8]]) -> String {
    tab.goto(PAGE);
    let mut script = Script::connect(server.addr());
    script.watched_in(tab);
    let last = payloads.len() - 1;
    let frames = payloads.iter().enumerate().map(|(number, payload)| {
        let fin = if number == last { 0x80 } else { 0 };
        frame_from(Role::Client, fin | u8::from(number == 0), payload)
    });
    script.wire.send(&frames.collect::<Vec<_>>().concat());
    let close = script.wire.frame();
    assert_eq!(
        (close.first, &close.payload[..2]),
        (0x88, &[0x03, 0xef][..])
    );
    drop(script);
    // Rows that still arrive would move the row away from the mouse.
    watched_to_the_end(tab);
    tab.click("tr.refused .opcode");
    tab.text(".refusal")
}
