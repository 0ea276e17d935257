//! History: the last lines for a newcomer, older ones by pages, and for a returning client exactly the
//! missed ones.

use crate::kit::client::chat::ChatClient;
use crate::kit::client::lists::{numbers, texts};
use crate::kit::server::Server;
use crate::kit::table::row;
use libtest_mimic::Trial;
use serde_json::{Value, json};

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "history: the last hundred for a newcomer, older ones by pages",
            pages,
        ),
        row(
            "history: a returning client gets exactly what it missed, or learns that lines are lost",
            recaps,
        ),
        row(
            "R10 history: a thousand lines are kept, the others are gone",
            a_thousand,
        ),
        row("R10 history: a mebibyte is kept", a_mebibyte),
    ]
}

/// A server whose room `lobby` has `count` lines.
fn with_lines(count: usize, text: impl Fn(usize) -> String) -> (Server, ChatClient) {
    let server = Server::start(&["--rate", "off"]);
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    let numbers: Vec<usize> = (1..=count).collect();
    for some in numbers.chunks(100) {
        ada.ask_all(
            some.iter()
                .map(|number| json!({"type": "say", "room": "lobby", "text": text(*number)})),
        );
        ada.count("said", some.len());
    }
    (server, ada)
}

fn page(client: &mut ChatClient, before: Option<u64>, limit: Option<u64>) -> Value {
    client.ask(json!({"type": "history", "room": "lobby", "before": before, "limit": limit}));
    let page = client.until("history");
    assert_eq!(page["room"], "lobby");
    page
}

fn pages() {
    let (server, mut ada) = with_lines(250, |number| format!("line {number}"));
    let mut bob = ChatClient::connect(server.addr());
    let joined = bob.join("bob", "lobby");
    assert_eq!(
        (&joined["seq"], &joined["lost"]),
        (&json!(250), &json!(false))
    );
    assert!(numbers(&joined["messages"]).into_iter().eq(151..=250));
    for (before, limit, expected, more) in [
        (Some(151), Some(100), 51..=150, true),
        (Some(51), Some(100), 1..=50, false),
        (Some(51), Some(50), 1..=50, false),
        (Some(51), Some(49), 2..=50, true),
        (None, Some(3), 248..=250, true),
        (None, None, 151..=250, true),
        (Some(9_999), Some(1), 250..=250, true),
        (Some(2), Some(1_000_000), 1..=1, false),
    ] {
        let page = page(&mut bob, before, limit);
        let found = numbers(&page["messages"]);
        assert!(
            found.iter().copied().eq(expected),
            "before {before:?}: {found:?}"
        );
        assert_eq!(page["more"], more, "before {before:?}, {limit:?} lines");
    }
    for before in [0, 1] {
        assert_eq!(page(&mut bob, Some(before), None)["messages"], json!([]));
    }
    let lines = page(&mut ada, Some(12), Some(3));
    assert_eq!(texts(&lines["messages"]), ["line 9", "line 10", "line 11"]);
    // As they were broadcast, with all their fields.
    let said = &lines["messages"][0];
    let expected = json!({
        "type": "said", "room": "lobby", "seq": 9, "from": ada.name, "text": "line 9", "at": said["at"],
    });
    assert_eq!(*said, expected);
}

fn recaps() {
    let (server, _ada) = with_lines(250, |number| format!("line {number}"));
    let epoch = ChatClient::connect(server.addr()).join("eve", "lobby")["epoch"].clone();
    let other = json!("0123456789abcdef");
    for (name, epoch, since, expected, lost) in [
        ("all but three", &epoch, json!(247), 248..=250, false),
        ("more than a page", &epoch, json!(20), 21..=250, false),
        ("from the start", &epoch, json!(0), 1..=250, false),
        ("a number below none", &epoch, json!(-5), 1..=250, false),
        ("more than there is", &epoch, json!(251), 151..=250, true),
        (
            "far more than there is",
            &epoch,
            json!(u64::MAX),
            151..=250,
            true,
        ),
        ("another run", &other, json!(247), 151..=250, true),
        (
            "a run without a name",
            &json!(""),
            json!(247),
            151..=250,
            true,
        ),
        ("no run", &Value::Null, json!(247), 151..=250, false),
        ("no number", &epoch, Value::Null, 151..=250, false),
    ] {
        let (_, joined) = ChatClient::rejoin(server.addr(), name, epoch, since);
        let found = numbers(&joined["messages"]);
        assert!(found.iter().copied().eq(expected), "{name}: {found:?}");
        assert_eq!(
            (&joined["lost"], &joined["seq"]),
            (&json!(lost), &json!(250)),
            "{name}"
        );
    }
    let (_, joined) = ChatClient::rejoin(server.addr(), "nothing missed", &epoch, json!(250));
    assert_eq!(
        (&joined["messages"], &joined["lost"]),
        (&json!([]), &json!(false))
    );
}

fn a_thousand() {
    let (server, mut ada) = with_lines(1_005, |number| format!("line {number}"));
    let first = page(&mut ada, Some(8), Some(100));
    assert_eq!(
        (numbers(&first["messages"]), &first["more"]),
        (vec![6, 7], &json!(false))
    );
    let epoch = ChatClient::connect(server.addr()).join("eve", "lobby")["epoch"].clone();
    let (_, joined) = ChatClient::rejoin(server.addr(), "just in time", &epoch, json!(5));
    assert!(numbers(&joined["messages"]).into_iter().eq(6..=1_005));
    assert_eq!(joined["lost"], false);
    let (_, joined) = ChatClient::rejoin(server.addr(), "too late", &epoch, json!(4));
    assert!(numbers(&joined["messages"]).into_iter().eq(906..=1_005));
    assert_eq!(joined["lost"], true);
}

fn a_mebibyte() {
    let (server, mut ada) = with_lines(800, |_| "ß".repeat(2_000));
    let page = page(&mut ada, Some(1), None);
    assert_eq!(
        (&page["messages"], &page["more"]),
        (&json!([]), &json!(false)),
        "the first is gone"
    );
    let epoch = ChatClient::connect(server.addr()).join("eve", "lobby")["epoch"].clone();
    let (_, joined) = ChatClient::rejoin(server.addr(), "too late", &epoch, json!(1));
    assert_eq!(joined["lost"], true);
    let (_, joined) = ChatClient::rejoin(server.addr(), "in time", &epoch, json!(600));
    assert!(numbers(&joined["messages"]).into_iter().eq(601..=800));
}
