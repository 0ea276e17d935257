//! The server ends while everyone talks: every line that it took reaches everyone before the Close.

use crate::kit::client::chat::ChatClient;
use crate::kit::server::Server;
use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use crate::kit::table::{is_long, row};
use crate::kit::temp_file::TempFile;
use libtest_mimic::Trial;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};
use ws101::{Event, Message, Reader, Writer};

const CLIENTS: usize = 50;
/// Each client says 20 lines a second.
const PAUSE: Duration = Duration::from_millis(50);
/// The signal comes when a client has seen this many lines.
const ENOUGH: u64 = 500;

pub(crate) fn rows() -> Vec<Trial> {
    let rounds = if is_long() { 20 } else { 3 };
    let name = |round| format!("SIGTERM under load, round {round}: no line is lost");
    (1..=rounds)
        .map(|round| row(name(round), under_load))
        .collect()
}

fn under_load() {
    let file = TempFile::new("history");
    let mut server = Server::start(&["--rate", "off", "--history", file.path()]);
    let (mut readers, mut writers): (Vec<Reader>, Vec<Writer>) = (Vec::new(), Vec::new());
    for _ in 0..CLIENTS {
        let (reader, writer) = ChatClient::in_room(server.addr(), "ada", "lobby")
            .into_socket()
            .split();
        readers.push(reader);
        writers.push(writer);
    }
    let seen = Arc::new(AtomicU64::new(0));
    let reading: Vec<_> = readers
        .into_iter()
        .map(|reader| {
            let seen = Arc::clone(&seen);
            thread::spawn(move || read_to_end(reader, &seen))
        })
        .collect();
    let (stop, stopped) = mpsc::channel::<()>();
    let talking = thread::spawn(move || {
        let line = json!({"type": "say", "room": "lobby", "text": "no line is lost"}).to_string();
        while stopped.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
            // Fails when the server has sent its Close.
            writers
                .iter()
                .for_each(|writer| _ = writer.send(Message::Text(&line)));
        }
    });
    let deadline = Instant::now() + PATIENCE;
    while seen.load(Ordering::Relaxed) < ENOUGH {
        assert!(Instant::now() < deadline, "{seen:?} lines came");
        thread::yield_now();
    }
    let start = Stopwatch::start();
    server.process.signal(Signal::TERM);
    let status = server.process.wait(PATIENCE);
    assert!(status.success(), "{status}");
    start.assert_under(Duration::from_secs(5));
    let last: Vec<u64> = (reading.into_iter())
        .map(|reader| reader.join().expect("all in order"))
        .collect();
    drop(stop);
    talking.join().expect("it only talks");
    let most = seen.load(Ordering::Relaxed);
    assert!(
        last.iter().all(|last| *last == most),
        "{most} lines, and {last:?}"
    );
    // And the file has the same lines.
    let kept = file.read();
    let lines = kept
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let kept: Vec<u64> = lines.filter_map(|line| line["seq"].as_u64()).collect();
    assert!(
        kept.iter().copied().eq(1..=most),
        "{} lines are in the file",
        kept.len()
    );
}

/// Reads lines, without a gap, up to a Close with 1001; returns the number of the last line.
fn read_to_end(mut reader: Reader, seen: &AtomicU64) -> u64 {
    reader.set_deadline(Some(Instant::now() + PATIENCE));
    let mut last = 0;
    loop {
        match reader.next_event().expect("a Close comes before the end") {
            Event::Message(Message::Text(text)) => {
                let event: Value = serde_json::from_str(text).expect("JSON");
                if event["type"] == "said" {
                    last += 1;
                    assert_eq!(event["seq"], last, "a line is missing, or there twice");
                    seen.fetch_max(last, Ordering::Relaxed);
                }
            }
            Event::Close(reason) => {
                assert_eq!(reason.expect("a reason").code.number(), 1001);
                return last;
            }
            _ => {}
        }
    }
}
