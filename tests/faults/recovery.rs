//! The server ends, or is killed, and the next one continues its history, or says that it cannot.

use crate::kit::client::chat::{ChatClient, Received};
use crate::kit::client::http::metric;
use crate::kit::client::lists::{numbers, texts};
use crate::kit::optional;
use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use crate::kit::temp_file::TempFile;
use crate::unwritable_history::wait_until;
use libtest_mimic::Trial;
use rustix::process::Signal;
use serde_json::{Value, json};

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "restart with --history: exactly the missed lines, from each earlier run",
            runs,
        ),
        row(
            "restart with --history: a room in which nothing was said has lost nothing",
            silent_room,
        ),
        row(
            "restart without --history: what was known is lost, and it is said so",
            || {
                let server = Server::start(&[]);
                let (_, epoch, seq) = talk(&server, &["one", "two"]);
                drop(server);
                let server = Server::start(&[]);
                let (mut ada, joined) =
                    ChatClient::rejoin(server.addr(), "ada", &epoch, json!(seq));
                assert_eq!(
                    (&joined["lost"], &joined["messages"]),
                    (&json!(true), &json!([]))
                );
                assert_ne!(joined["epoch"], epoch);
                assert_eq!(ada.say_now("lobby", "again"), 1);
            },
        ),
        row(
            "history: a torn last line is skipped, and the next one is whole",
            torn,
        ),
        row("history: damaged lines are skipped", garbage),
        optional::on_linux(
            "D05 history: /dev/full, and the chat goes on",
            "/dev/full is a disk without room",
            full,
        ),
        row(
            "history: what is said is in the file before anyone hears it",
            || {
                let file = TempFile::new("history");
                let server = Server::start(&["--history", file.path(), "--rate", "off"]);
                let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
                for number in 1..=50 {
                    ada.say("lobby", &format!("line {number}"));
                    let said = ada.until("said");
                    let last = file.read().lines().last().map(str::to_owned);
                    let kept: Value = serde_json::from_str(&last.expect("a line")).expect("JSON");
                    assert_eq!(kept, said);
                }
                assert_eq!(metric(server.addr(), "ws101_history_degraded"), Some(0));
            },
        ),
        row(
            "D12 kill -9 while everyone talks: each line that was heard is in the file, in order",
            killed_amid_talk,
        ),
        row("history: a whisper is in no file", || {
            let file = TempFile::new("history");
            let server = Server::start(&["--history", file.path()]);
            let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
            ada.ask(json!({"type": "whisper", "to": ada.name, "text": "hush-hush"}));
            ada.until("whispered");
            ada.say_now("lobby", "aloud");
            let kept = file.read();
            assert!(kept.contains("aloud") && !kept.contains("hush-hush"));
        }),
    ]
}

/// A client says these lines. Returns it, the run, and the number of the last line.
fn talk(server: &Server, lines: &[&str]) -> (ChatClient, Value, u64) {
    let mut client = ChatClient::connect(server.addr());
    let joined = client.join("ada", "lobby");
    let mut seq = joined["seq"].as_u64().expect("a number");
    for line in lines {
        seq = client.say_now("lobby", line);
    }
    (client, joined["epoch"].clone(), seq)
}

/// Kills the server as `kill -9` does, without any cleanup.
fn kill(server: &mut Server) {
    server.process.signal(Signal::KILL);
    server.process.wait(PATIENCE);
}

fn killed_amid_talk() {
    const ROOMS: [&str; 3] = ["lobby", "annex", "attic"];
    let file = TempFile::new("history");
    let mut server = Server::start(&["--history", file.path(), "--rate", "off"]);
    let all = (0..9).map(|number| ChatClient::in_room(server.addr(), "ada", ROOMS[number % 3]));
    let mut all: Vec<ChatClient> = all.collect();
    for (client, room) in all.iter_mut().zip(ROOMS.iter().cycle()) {
        client.ask_all((0..300).map(|_| json!({"type": "say", "room": room, "text": "heard"})));
    }
    all[0].count("said", 50);
    kill(&mut server);
    let mut heard = [50, 0, 0];
    for (client, room) in all.iter_mut().zip((0..3).cycle()) {
        while let Received::Event(event) = client.hear(PATIENCE) {
            let seq = event["seq"].as_u64().filter(|_| event["type"] == "said");
            heard[room] = heard[room].max(seq.unwrap_or(0));
        }
    }
    let kept = file.read();
    for (room, heard) in ROOMS.iter().zip(heard) {
        // The last one may be half a line.
        let lines = kept
            .lines()
            .map_while(|line| serde_json::from_str::<Value>(line).ok());
        let lines = lines.filter(|line| line["room"] == *room);
        let numbers: Vec<u64> = lines.filter_map(|line| line["seq"].as_u64()).collect();
        assert!(
            numbers.iter().copied().eq(1..=numbers.len() as u64),
            "{room}: {numbers:?}"
        );
        assert!(
            numbers.len() as u64 >= heard,
            "{room}: {} of {heard}",
            numbers.len()
        );
    }
}

fn runs() {
    let file = TempFile::new("history");
    let start = || Server::start(&["--history", file.path()]);
    let mut server = start();
    let (mut ada, first, seq) = talk(&server, &["one", "two", "three"]);
    assert_eq!(seq, 3);
    ada.enter("annex");
    ada.say_now("annex", "elsewhere");
    kill(&mut server);
    let mut server = start();
    let (_, second, seq) = talk(&server, &["four"]);
    assert_eq!(seq, 4, "the numbers go on");
    kill(&mut server);
    let server = start();
    let (_, third, seq) = talk(&server, &["five", "six"]);
    assert_eq!(seq, 6);
    assert!(first != second && second != third && first != third);
    for (name, epoch, since, expected) in [
        ("bob 1", &first, 1, 2..=6),
        ("bob 2", &first, 3, 4..=6),
        ("bob 3", &second, 3, 4..=6),
        ("bob 4", &second, 4, 5..=6),
        ("bob 5", &third, 4, 5..=6),
        ("bob 6", &third, 5, 6..=6),
    ] {
        let (_, joined) = ChatClient::rejoin(server.addr(), name, epoch, json!(since));
        assert!(
            numbers(&joined["messages"]).into_iter().eq(expected),
            "{joined}"
        );
        assert_eq!(joined["lost"], false);
        assert_eq!(joined["epoch"], third);
    }
    // The first run had no fourth line: a client that claims one knows another run.
    let (mut bob, joined) = ChatClient::rejoin(server.addr(), "bob", &first, json!(4));
    assert_eq!(joined["lost"], true);
    assert_eq!(
        texts(&joined["messages"]),
        ["one", "two", "three", "four", "five", "six"]
    );
    assert_eq!(texts(&bob.enter("annex")["messages"]), ["elsewhere"]);
}

fn silent_room() {
    let file = TempFile::new("history");
    let start = || Server::start(&["--history", file.path()]);
    let mut server = start();
    let (_ada, epoch, _) = talk(&server, &[]);
    kill(&mut server);
    let server = start();
    let (_, joined) = ChatClient::rejoin(server.addr(), "ada", &epoch, json!(0));
    assert_eq!(
        (&joined["lost"], &joined["messages"]),
        (&json!(false), &json!([]))
    );
}

fn torn() {
    let file = TempFile::new("history");
    let start = || Server::start(&["--history", file.path()]);
    let mut server = start();
    let (_, first, _) = talk(&server, &["one", "two"]);
    kill(&mut server);
    // As if the machine had failed while the third line was written.
    file.append(r#"{"type":"said","room":"lobby","seq":3,"from":"ada","te"#);
    let mut server = start();
    let (_, joined) = ChatClient::rejoin(server.addr(), "bob", &first, json!(1));
    assert_eq!(
        (texts(&joined["messages"]), &joined["lost"]),
        (vec!["two"], &json!(false))
    );
    assert_eq!(talk(&server, &["three"]).2, 3);
    kill(&mut server);
    let server = start();
    let (_, joined) = ChatClient::rejoin(server.addr(), "bob", &first, json!(0));
    assert_eq!(texts(&joined["messages"]), ["one", "two", "three"]);
    assert_eq!(joined["lost"], false);
}

fn garbage() {
    let file = TempFile::new("history");
    let mut server = Server::start(&["--history", file.path()]);
    let (_, first, _) = talk(&server, &["one"]);
    kill(&mut server);
    file.append("\nhello\n{}\n[]\n\u{0}\u{1}\n{\"type\":\"said\",\"room\":\"../etc\",\"seq\":1}\n");
    file.append(&format!("{}\n", "[".repeat(50_000)));
    let server = Server::start(&["--history", file.path()]);
    let (_, joined) = ChatClient::rejoin(server.addr(), "bob", &first, json!(0));
    assert_eq!(
        (texts(&joined["messages"]), &joined["lost"]),
        (vec!["one"], &json!(false))
    );
    assert_eq!(talk(&server, &["two"]).2, 2);
}

fn full() {
    let server = Server::start(&["--history", "/dev/full"]);
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    let mut bob = ChatClient::in_room(server.addr(), "bob", "lobby");
    for number in 1..=10 {
        assert_eq!(ada.say_now("lobby", "anyone?"), number);
        assert_eq!(bob.until("said")["seq"], number);
    }
    assert_eq!(metric(server.addr(), "ws101_history_degraded"), Some(1));
    wait_until(|| server.process.log().contains("history"));
    let log = server.process.log();
    let warnings = log.lines().filter(|line| line.contains("history")).count();
    assert_eq!(warnings, 1, "{log}");
}
