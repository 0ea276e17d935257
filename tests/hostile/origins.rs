//! U: who may connect, by `Origin` and `Host`. §10.2.

use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::kit::client::response::Response;
use crate::kit::client::target::Target;
use crate::witnessed::SharedServer;
use libtest_mimic::Trial;
use std::sync::Arc;

/// Name, Host, Origin and status, on a server without flags.
#[rustfmt::skip]
const ROWS: &[(&str, &str, Option<&str>, u16)] = &[
    ("U17 another site", "localhost:9001", Some("http://evil.example"), 403),
    ("U17 a site whose name begins like ours", "localhost:9001", Some("http://localhost.evil.example:9001"), 403),
    ("U17 a site that has our name in its path", "localhost:9001", Some("http://evil.example/localhost:9001"), 403),
    ("U17 our name on another port", "localhost:9001", Some("http://localhost:9002"), 403),
    ("U18 Origin null", "localhost:9001", Some("null"), 403),
    ("U18 a file", "localhost:9001", Some("file://"), 403),
    ("U18 an empty Origin", "localhost:9001", Some(""), 403),
    ("U20 our own page", "localhost:9001", Some("http://localhost:9001"), 101),
    ("U20 in capitals", "localhost:9001", Some("http://LOCALHOST:9001"), 101),
    ("U20 port 80, written in Origin", "localhost", Some("http://localhost:80"), 101),
    ("U20 port 80, written in Host", "localhost:80", Some("http://localhost"), 101),
    ("U20 an address", "[::1]:9001", Some("http://[::1]:9001"), 101),
    ("U22 no Origin", "localhost:9001", None, 101),
    ("U23 rebinding: both are the attacker's", "attacker.example:9001", Some("http://attacker.example:9001"), 421),
];

/// Name, Host, Origin and status, on a server with [`FLAGS`].
#[rustfmt::skip]
const ROWS_WITH_FLAGS: &[(&str, &str, Option<&str>, u16)] = &[
    ("U22 no Origin under --require-origin", "localhost:9001", None, 403),
    ("U22 our own page still may", "localhost:9001", Some("http://localhost:9001"), 101),
    ("U21 a site that --allow-origin lists", "localhost:9001", Some("https://pages.example"), 101),
    ("U21 its port written", "localhost:9001", Some("https://pages.example:443"), 101),
    ("U21 without TLS it is another site", "localhost:9001", Some("http://pages.example"), 403),
    ("U23 a name that --allow-host lists", "chat.example:9001", Some("http://chat.example:9001"), 101),
    ("U23 in capitals", "Chat.Example", Some("http://CHAT.example"), 101),
    ("U23 a name below it", "a.chat.example", Some("http://a.chat.example"), 421),
];

const FLAGS: &[&str] = &[
    "--require-origin",
    "--allow-origin",
    "https://pages.example",
    "--allow-host",
    "chat.example",
];

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let strict = SharedServer::with(FLAGS);
    let plain = ROWS.iter().map(|row| (shared, row));
    let with_flags = ROWS_WITH_FLAGS.iter().map(|row| (&strict, row));
    let mut rows: Vec<Trial> = plain
        .chain(with_flags)
        .flat_map(|(shared, &(name, host, origin, status))| {
            shared.row(format!("{name}: {status}"), move |target| {
                judge(target, host, origin, status);
            })
        })
        .collect();
    rows.extend(shared.row(
        "U17 a page may be fetched from anywhere, a WebSocket not",
        |target| {
            let mut wire = RawClient::open(target);
            let origin = "Origin: http://evil.example";
            let request = format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{origin}\r\n\r\n");
            wire.send(request.as_bytes());
            assert_eq!(wire.answer().status, 200);
        },
    ));
    rows
}

fn judge(target: Target, host: &str, origin: Option<&str>, status: u16) {
    let mut wire = RawClient::open(target);
    let origin = origin.map_or_else(String::new, |origin| format!("Origin: {origin}\r\n"));
    let host = format!("{host}\r\n{origin}");
    wire.send(UPGRADE.replace("{host}\r\n", &host).as_bytes());
    if status == 101 {
        let answer: Response = wire.head();
        assert_eq!(answer.status, 101, "{answer:?}");
        wire.echo("hello");
    } else {
        wire.answer().assert_refusal(status);
    }
}
