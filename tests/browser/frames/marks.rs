//! Selecting a field marks its bytes and the reverse: by mouse, by keyboard, and by link.

use super::{PAGE, Script, choose, has_frames};
use crate::browser::{Browser, Context};
use crate::input::With;
use crate::kit::bytes::frame_from;
use crate::server::TestServer;
use crate::tab::{Tab, quoted};
use serde_json::json;
use ws101::Role;

/// The fields of a short masked frame in order, each with its bytes.
const FIELDS: [(&str, &[u64]); 7] = [
    ("fin", &[0]),
    ("rsv", &[0]),
    ("opcode", &[0]),
    ("mask", &[1]),
    ("length", &[1]),
    ("key", &[2, 3, 4, 5]),
    ("payload", &[6, 7, 8, 9, 10]),
];

/// A page that shows §5.7's "Hello", and the number of that frame.
fn hello(visitor: &Context, server: &TestServer, hash: &str) -> (Tab, Script, u64) {
    let tab = visitor.tab(&format!("{PAGE}{hash}"));
    let mut script = Script::connect(server.addr());
    script.watched_in(&tab);
    // In one write, so that no answer comes between the two.
    let both = [(0x81, "Hello"), (0x89, "?")];
    let both = both.map(|(first, payload)| frame_from(Role::Client, first, payload.as_bytes()));
    script.wire.send(&both.concat());
    has_frames(&tab, "in", 2);
    let number = tab.eval("Number(document.querySelector('tr.in[id]').id.slice(1))");
    (tab, script, number.as_u64().expect("a number"))
}

fn marked_bytes(tab: &Tab) -> Vec<u64> {
    let js =
        "Array.from(document.querySelectorAll('.byte.marked'), (byte) => Number(byte.dataset.at))";
    serde_json::from_value(tab.eval(js)).expect("numbers")
}

/// The selected field: its button is pressed, or it is the payload, which has no button.
fn chosen_field(tab: &Tab) -> String {
    let js = "document.querySelector('.field-box[aria-pressed=true]')?.dataset.fields ?? 'payload'";
    tab.eval(js).as_str().expect("a name").to_owned()
}

pub(super) fn both_ways(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let (tab, _script, number) = hello(&visitor, &server, "");
    choose(&tab, number);
    for (name, bytes) in FIELDS {
        let place = match name {
            "payload" => ".xor:not(.labels)".to_owned(),
            name => format!(".field-box[data-fields={name}]"),
        };
        tab.click(&place);
        assert_eq!(marked_bytes(&tab), bytes, "{name}");
        assert_eq!(chosen_field(&tab), name);
        let explained = tab.text(".explanation");
        assert!(explained.contains('§'), "{name}: {explained}");
    }
    // Clicking a byte with several fields selects them in turn.
    for (at, names) in [
        (0, &["fin", "rsv", "opcode", "fin"][..]),
        (1, &["mask", "length", "mask"]),
        (3, &["key", "key"]),
        (8, &["payload"]),
    ] {
        for name in names {
            tab.click(&format!(".byte[data-at=\"{at}\"]"));
            assert_eq!(chosen_field(&tab), *name, "byte {at}");
            assert!(marked_bytes(&tab).contains(&at), "byte {at}");
        }
    }
    // Letter, colour and underline: no two fields share any of them.
    for look in [
        "textDecorationStyle + letter.textDecorationThickness",
        "color",
    ] {
        let js = format!(
            "(() => {{
                const looks = Array.from(document.querySelectorAll('.field-box .letter'), (one) => {{
                    const letter = getComputedStyle(one);
                    return letter.{look};
                }});
                return new Set(looks).size === looks.length && looks.length === 6;
            }})()"
        );
        assert_eq!(tab.eval(&js), json!(true), "{look}");
    }
    tab.assert_clean();
}

pub(super) fn keyboard(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let (tab, _script, number) = hello(&visitor, &server, "");
    tab.tab_to("tr.frame", With::Nothing);
    let row = || tab.eval("document.querySelector('tr[aria-selected=true]').rowIndex");
    let wanted = tab.eval(&format!("document.querySelector('#f{number}').rowIndex"));
    while row() != wanted {
        let before = row();
        tab.key("ArrowDown");
        assert_ne!(row(), before, "the arrows move");
    }
    for (name, bytes) in FIELDS {
        assert_eq!(chosen_field(&tab), name);
        assert_eq!(marked_bytes(&tab), bytes, "{name}");
        tab.key("ArrowRight");
    }
    tab.key("ArrowLeft");
    assert_eq!(chosen_field(&tab), "key");
    assert_eq!(tab.texts(".byte")[6..].concat(), "7f9f4d5158");
    tab.key("u");
    assert_eq!(tab.texts(".byte")[6..].concat(), "48656c6c6f");
    tab.key("u");
    // In the bytes the arrows go from byte to byte.
    tab.tab_to(".byte", With::Nothing);
    tab.key("ArrowRight");
    let js = "document.activeElement.dataset.at";
    assert_eq!(tab.eval(js), json!("3"));
    tab.key("ArrowLeft");
    tab.key("ArrowLeft");
    assert_eq!(chosen_field(&tab), "mask");
    tab.assert_clean();
}

/// "#f3/key" opens frame 3 with its key selected, and the address always names the selection.
pub(super) fn links(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let (tab, _script, number) = hello(&visitor, &server, "");
    choose(&tab, number);
    tab.click(".field-box[data-fields=mask]");
    let hash = format!("#f{number}/mask");
    assert_eq!(tab.eval("location.hash"), json!(hash));
    let wanted = format!("#f{}/opcode", number + 1);
    tab.eval(&format!("location.hash = {}", quoted(&wanted)));
    tab.wait_for(
        "document.querySelector('.wire-detail h2').textContent.includes('ping')",
        "the frame of the link",
    );
    assert_eq!(chosen_field(&tab), "opcode");
    tab.assert_clean();
}
