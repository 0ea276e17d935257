//! The wire view shows exactly what was sent.

mod drawer;
mod flood;
mod in_view;
mod marks;
mod projector;
mod table;
mod utf8;

use crate::PageTest;
use crate::kit::bytes::hex;
use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::tab::{Tab, quoted};
use serde_json::{Value, json};
use std::net::SocketAddr;

pub(crate) const TESTS: [PageTest; 16] = [
    ("table", table::as_sent),
    ("refused", table::refused),
    ("utf8", utf8::the_byte_that_shows_it),
    ("own_connection", table::own_connection),
    ("another's", table::anothers),
    ("marks", marks::both_ways),
    ("keyboard", marks::keyboard),
    ("links", marks::links),
    ("two_clicks", drawer::two_clicks),
    ("drawer", drawer::in_the_chat),
    ("phone", drawer::phone),
    ("in_view", in_view::at_every_size),
    ("height", in_view::height),
    ("composer", in_view::on_a_phone),
    ("space", projector::no_key_sends_again),
    ("flood", flood::a_thousand_a_second),
];

pub(crate) const PAGE: &str = "/wire";

/// A connection under the test's control, and the token for watching it.
struct Script {
    wire: RawClient,
    token: String,
}

impl Script {
    /// To the chat.
    fn connect(server: SocketAddr) -> Self {
        Self::open(server, "/ws", "wire")
    }

    fn echo(server: SocketAddr) -> Self {
        Self::open(server, "/echo?watch", "token")
    }

    /// Connects; the first message has the token under this key.
    fn open(server: SocketAddr, path: &str, key: &str) -> Self {
        let mut wire = RawClient::open(server);
        let request = UPGRADE.replace("/echo", path);
        wire.send(request.replace("{host}", &server.to_string()).as_bytes());
        assert_eq!(wire.head().status, 101);
        let greeting = wire.frame();
        let greeting: Value = serde_json::from_slice(&greeting.payload).expect("JSON");
        let token = greeting[key].as_str().expect("a token").to_owned();
        Self { wire, token }
    }

    /// Sends a request, and returns the server's next message.
    fn say(&mut self, request: &str) {
        self.wire.send_frame(0x81, request);
        self.wire.frame();
    }

    /// Makes the page show this connection, and waits until it does.
    fn watched_in(&self, tab: &Tab) {
        self.shown_in(tab);
        tab.wait_for(
            "Boolean(document.querySelector('tr.reconnected'))",
            "the script's connection",
        );
        has_frames(tab, "out", 1);
    }

    /// Makes the page show this connection, as if another tab had offered it.
    fn shown_in(&self, tab: &Tab) {
        watching(tab);
        let here =
            json!({ "type": "here", "tab": "script", "name": "", "used": 0, "token": self.token });
        tab.eval(&format!(
            "new BroadcastChannel('ws101.wire').postMessage({here})"
        ));
        tab.wait_for(
            "Boolean(document.querySelector('#source [value=script]'))",
            "the script",
        );
        tab.eval(
            "(() => {
                const source = document.querySelector('#source');
                source.value = 'script';
                source.dispatchEvent(new Event('change'));
            })()",
        );
    }
}

/// Waits until the page shows some connection.
fn watching(tab: &Tab) {
    tab.wait_for(
        "document.querySelector('#source') && document.querySelector('#state').textContent.startsWith('watching')",
        "a connection to watch",
    );
}

/// Waits until the watched connection has ended.
fn watched_to_the_end(tab: &Tab) {
    tab.wait_for(
        "document.querySelector('#state').textContent.startsWith('no longer watching')",
        "the end",
    );
}

/// Waits until the table has this many frames of one direction, counted from the newest connection.
fn has_frames(tab: &Tab, direction: &str, count: usize) {
    let js = format!("document.querySelectorAll('tr.{direction}[id]').length >= {count}");
    tab.wait_for(&js, &format!("{count} frames {direction}"));
}

/// Selects a frame by its number.
fn choose(tab: &Tab, number: u64) {
    tab.click(&format!("#f{number} .opcode"));
    let js = format!(
        "document.querySelector('.wire-detail h2')?.textContent.startsWith({})",
        quoted(&format!("Frame {number} "))
    );
    tab.wait_for(&js, &format!("frame {number}"));
}

/// The bytes of the selected frame, as they are shown.
fn shown_bytes(tab: &Tab) -> Vec<u8> {
    hex(&tab.texts(".byte").join(" "))
}
