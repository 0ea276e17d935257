//! A history file that others change, too: another server, `logrotate`, a limit on its size, damage.

use crate::kit::client::chat::ChatClient;
use crate::kit::client::http::metric;
use crate::kit::client::lists::{numbers, texts};
use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use crate::kit::temp_file::TempFile;
use crate::shutdown::signal;
use crate::unwritable_history::wait_until;
use libtest_mimic::Trial;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::thread;

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "D08 rolling restart: the next server waits for the end of the one before, and has its last line",
            waits_for_its_turn,
        ),
        row(
            "D09 rolling restart: a line said on one server while the next already serves reaches that one in the end",
            takes_over,
        ),
        row(
            "D10 rolling restart: both have said something meanwhile, and no line is lost",
            both_spoke,
        ),
        row(
            "D07 history: renamed as logrotate does it, the next line is in the new file",
            || {
                let (file, old) = (TempFile::new("history"), TempFile::new("history.1"));
                let server = start(&file);
                let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
                ada.say_now("lobby", "before");
                fs::rename(file.path(), old.path()).expect("it is there");
                ada.say_now("lobby", "after");
                assert!(!old.read().contains("after"));
                assert!(file.read().starts_with(r#"{"epoch":"#) && file.read().contains("after"));
                assert_eq!(degraded(server.addr()), 0);
            },
        ),
        row(
            "D11 history: a line numbered beyond 2^53 is damaged, and named",
            beyond_counting,
        ),
        row(
            "D06 ulimit -f: a file that may not grow is degraded, and another one is written",
            limited,
        ),
        row("D06 ulimit -f 0: degraded from the start", || {
            let file = TempFile::new("history");
            let server = with_file_limit("0", &file);
            two_talk(server.addr());
            assert_eq!(degraded(server.addr()), 1);
        }),
        #[cfg(target_os = "linux")]
        row(
            "D13 history: ten thousand rooms and restarts take the memory of what is kept",
            || {
                let file = TempFile::new("history");
                let line = |number: usize| {
                    format!(
                        "{{\"epoch\":\"{number:016x}\"}}\n{{\"type\":\"said\",\"room\":\"room-{number}\",\"seq\":1,\"from\":\"ada\",\"text\":\"{}\",\"at\":\"2026-11-21T00:00:00.000Z\"}}\n",
                        "x".repeat(500)
                    )
                };
                file.append(&(0..10_000).map(line).collect::<String>());
                let control = Server::start(&[]);
                let server = start(&file);
                let peak = |server: &Server| crate::kit::server::usage::peak(server.process.id());
                let (kept, usual) = (peak(&server), peak(&control));
                assert!(
                    kept < usual + (32 << 10),
                    "{kept} KiB, {usual} KiB without a file"
                );
                let joined = ChatClient::connect(server.addr()).join("ada", "room-9999");
                assert_eq!(joined["seq"], 1, "{joined}");
            },
        ),
    ]
}

fn start(file: &TempFile) -> Server {
    Server::start(&["--history", file.path(), "--rate", "off"])
}

fn end(server: &mut Server) {
    signal(server, Signal::TERM);
    let status = server.process.wait(PATIENCE);
    assert!(status.success(), "{status}");
}

fn degraded(addr: SocketAddr) -> u64 {
    metric(addr, "ws101_history_degraded").expect("there is a history")
}

fn two_talk(addr: SocketAddr) {
    let mut ada = ChatClient::in_room(addr, "ada", "lobby");
    let mut bob = ChatClient::in_room(addr, "bob", "lobby");
    for _ in 0..5 {
        let number = ada.say_now("lobby", "anyone?");
        assert_eq!(bob.until("said")["seq"], number);
    }
}

/// The numbers of the lobby in the file, in order.
fn numbers_in(file: &TempFile) -> Vec<u64> {
    let text = file.read();
    let lines = text.lines().map(serde_json::from_str::<Value>);
    let lines = lines.map(|line| line.expect("a whole line"));
    lines.filter_map(|line| line["seq"].as_u64()).collect()
}

fn waits_for_its_turn() {
    let file = TempFile::new("history");
    let mut first = start(&file);
    let mut ada = ChatClient::in_room(first.addr(), "ada", "lobby");
    ada.say_now("lobby", "one");
    let next = thread::scope(|scope| {
        let next = scope.spawn(|| start(&file));
        let last = (0..50).map(|_| ada.say_now("lobby", "more")).last();
        assert_eq!(last, Some(51));
        end(&mut first);
        next.join().expect("it starts")
    });
    let mut bob = ChatClient::connect(next.addr());
    let joined = bob.join("bob", "lobby");
    assert_eq!(joined["seq"], 51, "{joined}");
    assert_eq!(degraded(next.addr()), 0);
    assert_eq!(bob.say_now("lobby", "the next"), 52);
    assert!(numbers_in(&file).into_iter().eq(1..=52));
}

/// The next server has waited for as long as an end may take, and serves without the file.
fn takes_over() {
    let file = TempFile::new("history");
    let mut first = start(&file);
    let mut ada = ChatClient::connect(first.addr());
    let epoch = ada.join("ada", "lobby")["epoch"].clone();
    ada.say_now("lobby", "one");
    let next = start(&file);
    assert_eq!(degraded(next.addr()), 1);
    let mut bob = ChatClient::connect(next.addr());
    assert_eq!(bob.join("bob", "lobby")["seq"], 1);
    ada.say_now("lobby", "two");
    let last = ada.say_now("lobby", "three");
    end(&mut first);
    for (seq, text) in [(2, "two"), (3, "three")] {
        let said = bob.until("said");
        assert_eq!((&said["seq"], &said["text"]), (&json!(seq), &json!(text)));
    }
    wait_until(|| degraded(next.addr()) == 0);
    assert_eq!(bob.say_now("lobby", "four"), 4);
    // A client of the first server missed exactly that line.
    let (_, joined) = ChatClient::rejoin(next.addr(), "ada", &epoch, json!(last));
    assert_eq!(
        (texts(&joined["messages"]), &joined["lost"]),
        (vec!["four"], &json!(false))
    );
    drop(next);
    assert_eq!(numbers_in(&file), [1, 2, 3, 4]);
}

fn both_spoke() {
    let file = TempFile::new("history");
    let mut first = start(&file);
    let mut ada = ChatClient::in_room(first.addr(), "ada", "lobby");
    ada.say_now("lobby", "one");
    let mut next = start(&file);
    let mut bob = ChatClient::in_room(next.addr(), "bob", "lobby");
    assert_eq!(bob.say_now("lobby", "of the next"), 2);
    assert_eq!(ada.say_now("lobby", "of the first"), 2);
    end(&mut first);
    let said = bob.until("said");
    assert_eq!(
        (&said["seq"], &said["text"]),
        (&json!(3), &json!("of the first"))
    );
    wait_until(|| degraded(next.addr()) == 0);
    let all = ["one", "of the next", "of the first"];
    for round in 0..2 {
        let joined = ChatClient::connect(next.addr()).join(&format!("carol-{round}"), "lobby");
        assert_eq!(texts(&joined["messages"]), all, "round {round}");
        assert_eq!(numbers(&joined["messages"]), [1, 2, 3]);
        end(&mut next);
        next = start(&file);
    }
}

fn beyond_counting() {
    let file = TempFile::new("history");
    let line = |seq: u64| {
        format!(
            "{{\"type\":\"said\",\"room\":\"lobby\",\"seq\":{seq},\"from\":\"ada\",\"text\":\"{seq}\",\"at\":\"2026-11-21T00:00:00.000Z\"}}\n"
        )
    };
    file.append(&format!(
        "{{\"epoch\":\"one\"}}\n{}{}",
        line(1),
        line((1 << 53) + 1)
    ));
    let server = start(&file);
    let mut ada = ChatClient::connect(server.addr());
    assert_eq!(texts(&ada.join("ada", "lobby")["messages"]), ["1"]);
    assert_eq!(ada.say_now("lobby", "two"), 2);
    wait_until(|| {
        let log = server.process.log();
        log.contains("line 3: number 9007199254740993")
    });
}

/// A server that can write this many blocks, of 512 bytes or 1 KiB, to a file.
fn with_file_limit(blocks: &str, file: &TempFile) -> Server {
    let program = env!("CARGO_BIN_EXE_ws101");
    let script = format!(
        "ulimit -f {blocks}; exec \"$0\" serve --listen 127.0.0.1:0 --rate off --history \"$1\""
    );
    Server::spawn(Command::new("sh").args(["-c", &script, program, file.path()]))
}

fn limited() {
    let (file, full) = (TempFile::new("history"), TempFile::new("history.1"));
    let server = with_file_limit("4", &file);
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    let mut last = 0;
    while degraded(server.addr()) == 0 {
        last = ada.say_now("lobby", &"more ".repeat(30));
        assert!(last < 100, "the limit is not reached");
    }
    two_talk(server.addr());
    let kept = file.read();
    let whole = kept.lines().filter(|line| line.ends_with('}')).count() as u64 - 1;
    assert!(whole < last);
    // In another file there is room, and no line is cut in two.
    fs::rename(file.path(), full.path()).expect("it is there");
    wait_until(|| degraded(server.addr()) == 0);
    assert!(numbers_in(&file).into_iter().eq(whole + 1..=last + 5));
}
