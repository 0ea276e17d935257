//! Notices of the server: quotes, ticks, the news from a file.

use crate::kit::client::chat::ChatClient;
use crate::kit::server::Server;
use crate::kit::table::row;
use crate::kit::temp_file::TempFile;
use libtest_mimic::Trial;
use serde_json::{Value, json};

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "--quotes: everyone who has joined receives one now and then",
            || {
                let server = Server::start(&["--quotes", "100ms"]);
                let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
                let mut bob = ChatClient::in_room(server.addr(), "bob", "annex");
                let mut stranger = ChatClient::connect(server.addr());
                for client in [&mut ada, &mut bob] {
                    let quotes = client.count("notice", 3);
                    for quote in &quotes {
                        assert_eq!(quote["kind"], "quote");
                        assert!(
                            quote["text"].as_str().is_some_and(|text| text.len() > 10),
                            "{quote}"
                        );
                        assert!(
                            quote["at"].is_string() && quote.get("topic").is_none(),
                            "{quote}"
                        );
                    }
                    assert_ne!(quotes[0]["text"], quotes[1]["text"]);
                }
                stranger.assert_undisturbed();
            },
        ),
        row("--ticks: the server counts", || {
            let server = Server::start(&["--ticks", "100ms"]);
            let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
            let ticks: Vec<u64> = (ada.count("notice", 3).iter())
                .inspect(|tick| assert_eq!(tick["kind"], "tick"))
                .map(|tick| {
                    tick["text"]
                        .as_str()
                        .and_then(|text| text.strip_prefix("tick "))
                })
                .map(|count| count.expect("a count").parse().expect("a number"))
                .collect();
            assert_eq!(ticks, [ticks[0], ticks[0] + 1, ticks[0] + 2]);
        }),
        row(
            "--news: each line added to the file, to those who follow its topic",
            news,
        ),
        row("follow: 32 topics of 64 bytes, and no more", || {
            let server = Server::start(&[]);
            let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
            for (count, len, refused) in
                [(32, 64, false), (33, 1, true), (1, 65, true), (0, 0, false)]
            {
                let topics = vec!["t".repeat(len); count];
                ada.ask(json!({"type": "follow", "topics": topics, "id": "f"}));
                let heard = ada.waiting();
                let codes: Vec<&Value> = heard.iter().map(|event| &event["code"]).collect();
                let expected: &[Value] = if refused { &[json!("bad_shape")] } else { &[] };
                assert_eq!(
                    codes,
                    expected.iter().collect::<Vec<_>>(),
                    "{count} of {len} bytes"
                );
            }
        }),
        row("without flags: the server sends no notice", || {
            let server = Server::start(&[]);
            let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
            ada.assert_undisturbed();
        }),
    ]
}

fn news() {
    let file = TempFile::new("news");
    file.append("yesterday: old\n");
    let server = Server::start(&["--news", file.path()]);
    let mut all = ChatClient::in_room(server.addr(), "all", "lobby");
    let mut rust = ChatClient::in_room(server.addr(), "rust", "annex");
    let mut go = ChatClient::in_room(server.addr(), "go", "annex");
    for (client, topics) in [
        (&mut rust, json!(["RUST", "zig"])),
        (&mut go, json!(["go"])),
    ] {
        client.ask(json!({"type": "follow", "topics": topics}));
        client.waiting();
    }
    file.append("Rust: 3.0 is out\nsee https://example.org\n");
    assert_eq!(notice(&mut all), (json!("rust"), json!("3.0 is out")));
    assert_eq!(
        notice(&mut all),
        (Value::Null, json!("see https://example.org"))
    );
    assert_eq!(notice(&mut rust), (json!("rust"), json!("3.0 is out")));
    assert_eq!(
        notice(&mut rust),
        (Value::Null, json!("see https://example.org"))
    );
    // The first line was on another topic.
    assert_eq!(
        notice(&mut go),
        (Value::Null, json!("see https://example.org"))
    );
    // A client that follows no topic receives all of them again.
    go.ask(json!({"type": "follow", "topics": []}));
    go.waiting();
    file.append("zig: 1.0 is near\n");
    for client in [&mut all, &mut rust, &mut go] {
        assert_eq!(notice(client), (json!("zig"), json!("1.0 is near")));
    }
}

fn notice(client: &mut ChatClient) -> (Value, Value) {
    let notice = client.until("notice");
    assert_eq!(notice["kind"], "news", "{notice}");
    (notice["topic"].clone(), notice["text"].clone())
}
