//! The table: a row for each frame, each field as it was sent.

use super::{PAGE, Script, choose, has_frames, shown_bytes, watched_to_the_end, watching};
use crate::browser::Browser;
use crate::chat;
use crate::kit::bytes::{frame_from, header};
use crate::kit::client::raw::RawClient;
use crate::server::TestServer;
use crate::tab::Tab;
use serde_json::Value;
use ws101::Role;

/// The echoes and pongs that answer the script's frames.
const ANSWERS: usize = 11;

/// The texts of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    opcode: String,
    fin: String,
    length: String,
    form: String,
    mask: String,
}

impl Row {
    /// The expected row of a frame.
    fn of(first: u8, masked: bool, len: usize) -> Self {
        let opcode = match first & 0x0f {
            0 => "continuation",
            1 => "text",
            2 => "binary",
            8 => "close",
            9 => "ping",
            _ => "pong",
        };
        let form = match len {
            ..126 => "7",
            126..65_536 => "16",
            _ => "64",
        };
        Self {
            opcode: opcode.to_owned(),
            fin: (first >> 7).to_string(),
            length: len.to_string(),
            form: form.to_owned(),
            mask: if masked { "37fa213d" } else { "–" }.to_owned(),
        }
    }
}

fn rows(tab: &Tab, direction: &str) -> Vec<Row> {
    let js = format!(
        "Array.from(document.querySelectorAll('tr.{direction}[id]'), (row) =>
            ['opcode', 'fin', 'length', 'form', 'mask'].map((name) => row.querySelector(`.${{name}}`).textContent))"
    );
    let cells: Vec<[String; 5]> = serde_json::from_value(tab.eval(&js)).expect("rows of texts");
    let row = |[opcode, fin, length, form, mask]: [String; 5]| Row {
        opcode,
        fin,
        length: chat::digits(&length),
        form,
        mask,
    };
    cells.into_iter().map(row).collect()
}

/// Each kind of frame that a client may send, with each length form, and a ping between two fragments of a message;
/// and the server's frames, with a ping of its own.
pub(super) fn as_sent(browser: &Browser) {
    let server = TestServer::start(&["--ping-interval", "500ms"]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab(PAGE);
    let mut script = Script::echo(server.addr());
    script.watched_in(&tab);
    let long = "a".repeat(65_536);
    let mut sent: Vec<(u8, &[u8])> = vec![
        (0x81, b"Hello"),
        (0x81, "👋".as_bytes()),
        (0x82, &[0x00, 0xff, 0x80]),
        (0x89, b"?"),
        (0x81, &long.as_bytes()[..125]),
        (0x81, &long.as_bytes()[..126]),
        (0x81, &long.as_bytes()[..127]),
        (0x82, &long.as_bytes()[..65_535]),
        (0x81, long.as_bytes()),
        (0x01, b"Hel"),
        (0x89, b""),
        (0x80, b"lo"),
        (0x8a, b"unasked"),
    ];
    for (first, payload) in &sent {
        script.wire.send_frame(*first, payload);
    }
    let mut came_back = Vec::new();
    hear_until(0x89, &mut script.wire, &mut came_back);
    for (first, payload) in [(0x8a, &b""[..]), (0x88, b"\x03\xe8bye")] {
        script.wire.send_frame(first, payload);
        sent.push((first, payload));
    }
    hear_until(0x88, &mut script.wire, &mut came_back);
    has_frames(&tab, "in", sent.len());
    let expected: Vec<Row> = sent
        .iter()
        .map(|(first, payload)| Row::of(*first, true, payload.len()))
        .collect();
    assert_eq!(rows(&tab, "in"), expected);

    // The answers, which follow the greeting.
    has_frames(&tab, "out", came_back.len() + 1);
    watched_to_the_end(&tab);
    assert_eq!(rows(&tab, "out")[1..], came_back);

    assert_eq!(tab.count("tr.in .lane.in.begin"), 1);
    assert_eq!(tab.count("tr.ping .lane.in.through"), 1);
    assert_eq!(tab.count("tr.in .lane.in.end"), 1);
    every_byte(&tab, &sent);
    tab.assert_clean();
}

/// Receives all echoes, and at least one of these.
fn hear_until(first: u8, wire: &mut RawClient, came: &mut Vec<Row>) {
    let mut last = 0;
    while last != first || came.len() < ANSWERS {
        let frame = wire.frame();
        came.push(Row::of(frame.first, false, frame.payload.len()));
        last = frame.first;
    }
}

/// The bytes of each frame, its unmasked payload, and the number of omitted bytes.
fn every_byte(tab: &Tab, sent: &[(u8, &[u8])]) {
    let js = "Array.from(document.querySelectorAll('tr.in[id]'), (row) => Number(row.id.slice(1)))";
    let numbers: Vec<u64> = serde_json::from_value(tab.eval(js)).expect("numbers");
    for ((first, payload), number) in sent.iter().zip(numbers) {
        choose(tab, number);
        if tab.count(".dump [data-action=unfold]") > 0 {
            tab.key("Enter");
        }
        let whole = frame_from(Role::Client, *first, payload);
        if payload.len() <= 2112 {
            assert_eq!(shown_bytes(tab), whole, "frame {number}");
            let plain = tab.texts(".xor:not(.labels) > :nth-child(3)").concat();
            let expected: String = payload.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(plain, expected, "frame {number}");
        } else {
            let shown = shown_bytes(tab);
            assert_eq!(shown.len(), 2048 + 64);
            assert_eq!(shown[..2048], whole[..2048]);
            assert_eq!(shown[2048..], whole[whole.len() - 64..]);
            let left_out = chat::digits(&tab.text(".omission"));
            assert_eq!(left_out, (whole.len() - 2112).to_string());
        }
    }
}

/// A frame that breaks a rule: the rule, its section, and the close code.
pub(super) fn refused(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab(PAGE);
    for (bytes, section, code) in [
        (frame_from(Role::Client, 0xc1, b"Hi"), "5.2", 1002),
        (frame_from(Role::Server, 0x81, b"Hi"), "5.1", 1002),
        (header(0x83, None, 0), "5.2", 1002),
    ] {
        tab.goto(PAGE);
        let mut script = Script::connect(server.addr());
        script.watched_in(&tab);
        script.wire.send(&bytes);
        let row = tab.wait_for(
            "document.querySelector('tr.refused')?.innerText",
            "a red row",
        );
        let row = row.as_str().expect("text");
        assert!(row.contains('✕'), "{row}");
        assert!(row.contains(&format!("§{section}")), "{row}");
        assert!(row.contains(&format!("Close {code}")), "{row}");
        script.wire.expect_late_close(code);
        // Rows that still arrive would move the row away from the mouse.
        watched_to_the_end(&tab);
        tab.click("tr.refused .opcode");
        let says = tab.text(".refusal");
        assert!(says.contains(&format!("Close {code}")), "{says}");
    }
    tab.assert_clean();
}

/// Without a chat in another tab, the page opens a connection of its own, and explains its first frame.
pub(super) fn own_connection(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab(chat::PAGE);
    chat::shows(&tab, "#login");
    tab.click("#login a[href=wire]");
    watching(&tab);
    has_frames(&tab, "out", 1);
    tab.click("#f1 .opcode");
    let heading = tab.text(".wire-detail h2");
    assert!(heading.contains("server → client · text"), "{heading}");
    assert!(!tab.text(".explanation").is_empty());
    tab.fill("#say-text", "Hello 👋");
    tab.key("Enter");
    has_frames(&tab, "in", 1);
    has_frames(&tab, "out", 2);
    let last = tab.texts("tr.out .note").pop().expect("a row");
    assert_eq!(last, "Hello 👋");
    // The token is in no address.
    let address = tab.eval("location.href");
    let token = tab.record.all("Network.webSocketFrameReceived");
    let token = token
        .iter()
        .map(chat::payload)
        .find(|one| one["type"] == "watch");
    let token = token.expect("a greeting")["token"].clone();
    let token = token.as_str().expect("a text");
    assert!(!address.as_str().expect("a text").contains(token));
    let shown = tab.eval("document.body.textContent");
    assert!(!shown.as_str().expect("a text").contains(token), "{shown}");
    tab.assert_clean();
}

/// Without its token, a connection cannot be watched.
pub(super) fn anothers(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab(PAGE);
    let mut script = Script::connect(server.addr());
    script.token = "0".repeat(script.token.len());
    script.shown_in(&tab);
    watched_to_the_end(&tab);
    script.wire.send_frame(0x81, "a secret");
    script.wire.frame();
    let found = tab.eval("document.body.textContent.includes('a secret')");
    assert_eq!(found, Value::Bool(false));
    tab.assert_clean();
}
