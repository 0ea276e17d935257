//! R03, R04: a client that hardly reads is evicted; the others receive every line.

use crate::kit::client::chat::{ChatClient, Received};
use crate::kit::client::http::metric;
use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use libtest_mimic::Trial;
use serde_json::json;
use std::io::Read;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// Lines of 2 kB: a hundred of them are more than the server keeps for a client, but the
/// kernel on both sides keeps megabytes besides.
const LINES: usize = 50;
const FLAGS: [&str; 6] = [
    "--write-timeout",
    "1s",
    "--max-backlog",
    "65536",
    "--rate",
    "off",
];

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "R03 a client that never reads is evicted, the others get every line",
            || {
                let server = Server::start(&FLAGS);
                let mut deaf = ChatClient::in_room(server.addr(), "deaf", "lobby");
                talk_until_evicted(&server, || {});
                // At last it reads lines without a gap, and then why there are no more.
                let mut last = 0;
                loop {
                    match deaf.hear(PATIENCE) {
                        Received::Event(event) if event["type"] == "said" => {
                            last += 1;
                            assert_eq!(event["seq"], last);
                        }
                        Received::Event(_) => {}
                        Received::Close(code, reason) => {
                            assert_eq!(code, 1008, "{reason}");
                            break;
                        }
                        // There may be no room for a Close, or a reset destroys it.
                        Received::Nothing(error) => {
                            assert!(!error.is_timeout(), "it is still connected");
                            break;
                        }
                    }
                }
            },
        ),
        row(
            "R04 a client that reads 1 kB now and then is evicted nevertheless",
            || {
                let server = Server::start(&FLAGS);
                let slow = ChatClient::in_room(server.addr(), "slow", "lobby").into_socket();
                let mut tcp = &**slow.stream().tcp();
                tcp.set_read_timeout(Some(Duration::from_millis(1)))
                    .expect("a timeout");
                talk_until_evicted(&server, || _ = tcp.read(&mut [0; 1_024]));
            },
        ),
    ]
}

/// One client talks, and now and then waits for two readers, which report how far they are.
fn talk_until_evicted(server: &Server, mut meanwhile: impl FnMut()) {
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    let readers: Vec<Receiver<u64>> = (0..2).map(|_| reader(server)).collect();
    let text = "x".repeat(2_000);
    let deadline = Instant::now() + PATIENCE;
    let mut said = 0;
    while metric(server.addr(), "ws101_evictions_total") != Some(1) {
        ada.ask_all((0..LINES).map(|_| json!({"type": "say", "room": "lobby", "text": text})));
        said += LINES as u64;
        let own = ada.count("said", LINES);
        assert_eq!(own[LINES - 1]["seq"], said);
        for reader in &readers {
            while reader.recv_timeout(PATIENCE).expect("it hears every line") < said {}
        }
        meanwhile();
        assert!(
            Instant::now() < deadline,
            "no client is evicted after {said} lines"
        );
    }
    eprintln!("evicted after {said} lines");
    // The others learn that it left, and go on.
    let seq = ada.say_now("lobby", "still here");
    for reader in &readers {
        while reader.recv_timeout(PATIENCE).expect("it hears every line") < seq {}
    }
    assert_eq!(metric(server.addr(), "ws101_evictions_total"), Some(1));
    while metric(server.addr(), "ws101_people") != Some(3) {
        assert!(Instant::now() < deadline, "the evicted one stays");
    }
}

/// A client that reads, and reports the number of each line.
fn reader(server: &Server) -> Receiver<u64> {
    let mut client = ChatClient::in_room(server.addr(), "reader", "lobby");
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut last = 0;
        while let Received::Event(event) = client.hear(PATIENCE) {
            if event["type"] == "said" {
                assert_eq!(event["seq"], last + 1, "a line is missing");
                last += 1;
                if sender.send(last).is_err() {
                    break; // the test is over
                }
            }
        }
    });
    receiver
}
