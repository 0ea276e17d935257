//! A disk that stalls: a write does not return, and reports no error. Here the disk is a pipe without a
//! reader: when its 64 KiB are full, the server's write waits.

use crate::kit::client::chat::{ChatClient, Received};
use crate::kit::client::http::metric;
use crate::kit::client::lists::numbers;
use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use crate::kit::temp_file::TempFile;
use crate::shutdown::{LONGEST, signal};
use crate::unwritable_history::wait_until;
use libtest_mimic::Trial;
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "D01 stalled disk: lines go on in every room, as without a history",
            talk_goes_on,
        ),
        row(
            "D02 stalled disk: when it moves again, the file has every line in order",
            all_is_written,
        ),
        row(
            "D03 stalled disk: beyond 1 MiB the oldest lines are missing, and no line is cut",
            too_much,
        ),
        row(
            "D12 kill -9 while a line waits for the disk: no client has received it",
            || {
                // On a very busy machine the two seconds are over before the kill.
                while !killed_in_time() {}
            },
        ),
        row("D04 stalled disk: SIGTERM ends in time, with 1001", || {
            let disk = Disk::new();
            let mut server = disk.server();
            let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
            stop(&mut ada);
            let start = signal(&server, Signal::TERM);
            assert_eq!(ada.until_close().0, 1001);
            drop(ada);
            let status = server.process.wait(PATIENCE);
            assert!(status.success(), "{status}: {}", server.process.log());
            assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
        }),
        row(
            "D04 stalled disk: SIGTERM while a line waits for it: the line, then 1001, in time",
            || {
                let disk = Disk::new();
                let mut server = disk.server();
                let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
                // The last ones do not come: the pipe is full, and the journal is not degraded yet.
                ada.ask_all((0..40).map(|_| long_line("lobby")));
                ada.find(|event| event["seq"] == 1);
                let start = signal(&server, Signal::TERM);
                let mut last = 1;
                let code = loop {
                    match ada.hear(PATIENCE) {
                        Received::Event(event) if event["type"] == "said" => {
                            last += 1;
                            assert_eq!(event["seq"], last);
                        }
                        Received::Event(_) => {}
                        Received::Close(code, _) => break code,
                        nothing => panic!("a Close comes before the end: {nothing:?}"),
                    }
                };
                assert_eq!(code, 1001);
                drop(ada);
                let status = server.process.wait(PATIENCE);
                assert!(status.success(), "{status}: {}", server.process.log());
                assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
            },
        ),
    ]
}

/// A pipe, held open by a reader that does not read yet.
struct Disk {
    pipe: TempFile,
    reader: File,
}

impl Disk {
    fn new() -> Self {
        let pipe = TempFile::pipe();
        // Both ends: opening one would wait for the other.
        let reader = File::options().read(true).write(true).open(pipe.path());
        Self {
            reader: reader.expect("a pipe has ends"),
            pipe,
        }
    }

    fn server(&self) -> Server {
        Server::start(&["--history", self.pipe.path(), "--rate", "off"])
    }

    /// Lets the disk move again; returns the lines that are written.
    fn move_on(self) -> (Receiver<Value>, TempFile) {
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let lines = BufReader::new(self.reader).lines().map_while(Result::ok);
            for line in lines {
                let line = serde_json::from_str(&line).expect("a whole line");
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        (lines, self.pipe)
    }
}

fn long_line(room: &str) -> Value {
    json!({"type": "say", "room": room, "text": "long ".repeat(400)})
}

/// Talks until the disk stalls, and goes on.
fn stop(client: &mut ChatClient) {
    (0..40).for_each(|_| say_long(client));
}

fn say_long(client: &mut ChatClient) {
    client.ask(long_line("lobby"));
    client.until("said");
}

fn is_degraded(addr: SocketAddr) -> bool {
    metric(addr, "ws101_history_degraded") == Some(1)
}

/// Lets two clients talk in each of two rooms, and a third join later; returns what they received.
fn conversation(addr: SocketAddr) -> Vec<(String, u64)> {
    let mut heard = Vec::new();
    for room in ["lobby", "annex"] {
        let mut ada = ChatClient::in_room(addr, "ada", room);
        let mut bob = ChatClient::in_room(addr, "bob", room);
        for number in 0..20 {
            let seq = ada.say_now(room, &format!("{room}, {number}"));
            let said = bob.until("said");
            assert_eq!(said["seq"], seq, "{said}");
            heard.push((said["text"].as_str().expect("a text").to_owned(), seq));
        }
        bob.ask(json!({"type": "leave", "room": room}));
        bob.until("left");
        let mut carol = ChatClient::connect(addr);
        let told = numbers(&carol.join("carol", room)["messages"]);
        assert_eq!(told.last(), heard.last().map(|(_, seq)| seq));
        carol.ask(json!({"type": "history", "room": room}));
        assert_eq!(numbers(&carol.until("history")["messages"]), told);
        carol.close();
    }
    heard
}

/// Every line that was received before the process was killed must be in the pipe. Returns `false` if the
/// journal was degraded by then.
fn killed_in_time() -> bool {
    let mut disk = Disk::new();
    let mut server = disk.server();
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    let mut bob = ChatClient::in_room(server.addr(), "bob", "lobby");
    let mut carol = ChatClient::in_room(server.addr(), "carol", "lobby");
    // The pipe holds at most 31 lines. One sender waits with one more, and the other does not.
    for speaker in [&mut ada, &mut carol] {
        speaker.ask_all((0..30).map(|_| long_line("lobby")));
    }
    wait_until(|| metric(server.addr(), "ws101_messages_total") > Some(32));
    let mut heard = 0;
    let mut listen = |within| {
        while let Received::Event(event) = bob.hear(within) {
            heard = event["seq"].as_u64().unwrap_or(heard);
        }
    };
    // Lines that do not wait for the disk arrive now.
    listen(Duration::from_millis(300));
    signal(&server, Signal::KILL);
    server.process.wait(PATIENCE);
    listen(PATIENCE);
    fcntl_setfl(&disk.reader, OFlags::NONBLOCK).expect("a pipe has flags");
    let mut kept = Vec::new();
    // Ends in `WouldBlock` instead of the end of the file: this end of the pipe could still write.
    let _ = disk.reader.read_to_end(&mut kept);
    let kept = String::from_utf8(kept).expect("text");
    let whole = kept.lines().filter(|line| line.ends_with('}')).count() as u64 - 1;
    let in_time = !server.process.log().contains("does not answer");
    assert!(
        !in_time || heard <= whole,
        "{heard} lines were heard, {whole} are kept"
    );
    in_time
}

fn talk_goes_on() {
    let disk = Disk::new();
    let (server, control) = (disk.server(), Server::start(&["--rate", "off"]));
    for server in [&server, &control] {
        stop(&mut ChatClient::in_room(server.addr(), "first", "lobby"));
    }
    assert!(is_degraded(server.addr()));
    assert_eq!(conversation(server.addr()), conversation(control.addr()));
    wait_until(|| server.process.log().contains("history"));
    let log = server.process.log();
    let warnings: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("history"))
        .collect();
    let [warning] = warnings[..] else {
        panic!("one warning: {log}")
    };
    assert!(warning.contains("does not answer"), "{warning}");
}

fn all_is_written() {
    let disk = Disk::new();
    let server = disk.server();
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    for _ in 0..60 {
        say_long(&mut ada);
    }
    assert!(is_degraded(server.addr()));
    let last = ada.say_now("lobby", "the last one");
    // The waiting lines follow in their order, though no further line is said.
    let (lines, _pipe) = disk.move_on();
    let mut expected = 0;
    while expected < last {
        let line = lines.recv_timeout(PATIENCE).expect("the next line");
        assert!(
            line["epoch"].is_string() == (expected == 0 && line["seq"].is_null()),
            "{line}"
        );
        if line["epoch"].is_null() {
            expected += 1;
            assert_eq!(line["seq"], expected, "{line}");
        }
    }
    wait_until(|| !is_degraded(server.addr()));
    // From here on each line is written before it is broadcast.
    for _ in 0..5 {
        let seq = ada.say_now("lobby", "again");
        assert_eq!(
            lines.recv_timeout(PATIENCE).expect("it is there")["seq"],
            seq
        );
    }
}

fn too_much() {
    let disk = Disk::new();
    let server = disk.server();
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    for _ in 0..1_500 {
        say_long(&mut ada);
    }
    let last = ada.say_now("lobby", "the last one");
    let (lines, _pipe) = disk.move_on();
    let mut seen = vec![0];
    while seen.last() != Some(&last) {
        let line = lines.recv_timeout(PATIENCE).expect("the next line");
        seen.extend(line["seq"].as_u64());
    }
    let gaps: Vec<_> = seen.windows(2).filter(|two| two[1] != two[0] + 1).collect();
    assert_eq!(gaps.len(), 1, "one gap: {gaps:?}");
    assert!(gaps[0][1] > gaps[0][0]);
    // At least three quarters of a megabyte of lines are kept.
    let kept = last - gaps[0][1];
    assert!((350..600).contains(&kept), "{kept} lines of 2 KB were kept");
    wait_until(|| !is_degraded(server.addr()));
    let missing = gaps[0][1] - gaps[0][0] - 1;
    wait_until(|| {
        server
            .process
            .log()
            .contains(&format!(": {missing} lines are missing"))
    });
}
