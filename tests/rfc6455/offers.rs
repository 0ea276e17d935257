//! §4.2.1 items 8 and 9, §9.1: what a client offers, and what of it is taken.

use crate::request::{handshake_with, upgrade};
use libtest_mimic::Trial;

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = protocols();
    rows.extend(extensions());
    rows
}

/// §4.2.1 item 8, §4.2.2 item 5.5.
fn protocols() -> Vec<Trial> {
    let asks = |name: &str, lines: &[&str]| upgrade(name, handshake_with(lines));
    let words = "not a list of words";
    vec![
        asks(
            "U24 4.2.2 only unknown subprotocols: none is named",
            &["Sec-WebSocket-Protocol: a, b"],
        )
        .switches(&[]),
        asks(
            "U25 4.2.2 a known one among others is named alone",
            &["Sec-WebSocket-Protocol: a, superchat, b"],
        )
        .switches(&["Sec-WebSocket-Protocol: superchat"]),
        asks(
            "4.2.2 of two known ones, the client's first",
            &["Sec-WebSocket-Protocol: superchat, chat"],
        )
        .switches(&["Sec-WebSocket-Protocol: superchat"]),
        asks(
            "11.3.4 the offers may stand on several lines",
            &[
                "Sec-WebSocket-Protocol: a",
                "Sec-WebSocket-Protocol: b,chat",
            ],
        )
        .switches(&["Sec-WebSocket-Protocol: chat"]),
        asks(
            "4.2.2 another case is another subprotocol",
            &["Sec-WebSocket-Protocol: Chat"],
        )
        .switches(&[]),
        asks(
            "11.3.4 empty places in the list count for nothing",
            &["Sec-WebSocket-Protocol: ,a,, chat,"],
        )
        .switches(&["Sec-WebSocket-Protocol: chat"]),
        asks(
            "4.1 an offer is one or more words: none",
            &["Sec-WebSocket-Protocol:"],
        )
        .gets(400, words),
        asks(
            "4.1 an offer is one or more words: a comma",
            &["Sec-WebSocket-Protocol: ,"],
        )
        .gets(400, words),
        asks(
            "4.1 an offer is a word: a blank within",
            &["Sec-WebSocket-Protocol: my chat"],
        )
        .gets(400, words),
        asks(
            "4.1 an offer is a word: a separator within",
            &["Sec-WebSocket-Protocol: chat/2"],
        )
        .gets(400, words),
        asks(
            "4.1 offers are unique",
            &["Sec-WebSocket-Protocol: a, chat, a"],
        )
        .gets(400, "twice"),
        asks(
            "U26 4.1 32 offers are no more than a server may be asked to read",
            &[
                &offer("Sec-WebSocket-Protocol", 31),
                "Sec-WebSocket-Protocol: chat",
            ],
        )
        .switches(&["Sec-WebSocket-Protocol: chat"]),
        asks(
            "U26 4.1 33 offers, over two lines",
            &[
                &offer("Sec-WebSocket-Protocol", 32),
                "Sec-WebSocket-Protocol: chat",
            ],
        )
        .gets(400, "more than 32 words"),
        asks(
            "4.1 offers are unique over all lines",
            &["Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: a"],
        )
        .gets(400, "twice"),
    ]
}

/// A header that lists this number of different words.
fn offer(header: &str, count: usize) -> String {
    let words: Vec<String> = (0..count).map(|number| format!("a{number}")).collect();
    format!("{header}: {}", words.join(", "))
}

/// §4.2.1 item 9, §9.1: read, and none is taken.
fn extensions() -> Vec<Trial> {
    let asks = |name: String, list: &str| {
        upgrade(
            name,
            handshake_with(&[&format!("Sec-WebSocket-Extensions: {list}")]),
        )
    };
    let fine = [
        (
            "a browser's offer",
            "permessage-deflate; client_max_window_bits",
        ),
        ("several, with parameters", "a; b=c; d, e;f=1 ,g"),
        ("a quoted parameter", "a; b=\"c\""),
        ("blanks around \"=\"", "a; b = c"),
        ("empty places in the list", "a, , b,"),
        ("an escape within quotes", "a; b=\"\\c\""),
        ("no blanks", "a;b=c,d"),
    ];
    let bad = [
        ("no name", ""),
        ("a parameter without a name", "a; =b"),
        ("a parameter without a value", "a; b="),
        ("an empty quoted parameter", "a; b=\"\""),
        ("quotes that do not end", "a; b=\"c"),
        ("what is in quotes must be a word", "a; b=\"c d\""),
        ("a name of two words", "a b"),
        ("an empty parameter", "a;; b"),
        ("nothing but a comma", ","),
    ];
    let fine = fine.map(|(what, list)| {
        let id = if what == "a browser's offer" {
            "U27 "
        } else {
            ""
        };
        asks(format!("{id}9.1 extensions are declined: {what}"), list).switches(&[])
    });
    let bad = bad.map(|(what, list)| {
        asks(format!("9.1 extensions that are none: {what}"), list)
            .gets(400, "not a list of extensions")
    });
    let lines = [
        "Sec-WebSocket-Extensions: a",
        "Sec-WebSocket-Extensions: b; c",
    ];
    let several = upgrade("9.1 extensions on several lines", handshake_with(&lines));
    let of = |count| handshake_with(&[&offer("Sec-WebSocket-Extensions", count)]);
    let most = upgrade("U26 9.1 32 extensions", of(32)).switches(&[]);
    let more = upgrade("U26 9.1 33 extensions", of(33)).gets(400, "more than 32 extensions");
    fine.into_iter()
        .chain(bad)
        .chain([several.switches(&[]), most, more])
        .collect()
}
