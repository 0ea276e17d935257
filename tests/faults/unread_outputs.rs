//! Outputs that are not read: as in `ws101 serve 2>&1 | less`, where a person reads a page, and no more.
//! The pipe is full, so a thread that writes to it waits. No thread that serves a client may do that.

use crate::kit::bytes::{close_from, hex};
use crate::kit::client::chat::two_in_a_room;
use crate::kit::client::raw::RawClient;
use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use crate::kit::temp_file::TempFile;
use crate::outputs::Running;
use crate::shutdown::{assert_ends, goodbye, settled, signal};
use libtest_mimic::Trial;
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::Signal;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc;
use std::{iter, thread};
use ws101::Role;

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "unread log: refusals are answered, newcomers get in, the chat goes on, SIGTERM ends it",
            everything_goes_on,
        ),
        row(
            "unread log: a second SIGTERM ends the server at once",
            || {
                let (mut server, _pipe) = with_full_log(&[]);
                let mut client = settled(&server);
                signal(&server, Signal::TERM);
                goodbye(&mut client); // the server has acted on the first signal, and waits for the client
                signal(&server, Signal::TERM);
                assert_eq!(server.process.wait(PATIENCE).code(), Some(143));
            },
        ),
        row(
            "unread log: when it is read again, it goes on, and says how many lines are missing",
            goes_on,
        ),
        row("unread stdout: the server serves nevertheless", || {
            // The server cannot print its port, so one is chosen that was free a moment ago.
            let addr = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
            let (addr, pipe) = (addr.expect("a free port"), FullPipe::new());
            let path = pipe.path.path();
            let script = format!("exec \"$0\" serve --listen {addr} >{path}");
            Running::start(&script).serves(addr);
        }),
    ]
}

/// A full pipe.
struct FullPipe {
    path: TempFile,
    /// Both ends: opening one would wait for the other.
    ends: File,
}

impl FullPipe {
    fn new() -> Self {
        let path = TempFile::pipe();
        let ends = File::options().read(true).write(true).open(path.path());
        let mut ends = ends.expect("a pipe has ends");
        fcntl_setfl(&ends, OFlags::NONBLOCK).expect("a pipe has flags");
        while ends.write(&[b'\n'; 4_096]).is_ok() {}
        Self { path, ends }
    }

    /// The lines in the pipe, and those to come.
    fn lines(self) -> impl Iterator<Item = String> {
        fcntl_setfl(&self.ends, OFlags::empty()).expect("a pipe has flags");
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut lines = BufReader::new(self.ends).lines().map_while(Result::ok);
            lines.try_for_each(|line| sender.send(line))
        });
        iter::repeat_with(move || receiver.recv_timeout(PATIENCE).expect("the next line"))
    }
}

fn with_full_log(flags: &[&str]) -> (Server, FullPipe) {
    let pipe = FullPipe::new();
    let script = "exec 2>\"$1\"; shift; exec \"$0\" serve --listen 127.0.0.1:0 \
         --ping-interval 10m \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_ws101"), pipe.path.path()]);
    (Server::spawn(command.args(flags)), pipe)
}

fn everything_goes_on() {
    let (mut server, _pipe) = with_full_log(&["--max-connections", "8", "--verbose"]);
    let (mut ada, mut bob, room) = two_in_a_room(server.addr());
    for number in 0..20 {
        // Each of them is logged before it is answered.
        let mut refused = RawClient::open(server.addr());
        refused.send(b"nonsense\r\n\r\n");
        refused.answer().assert_refusal(400);
        let mut newcomer = RawClient::upgraded(server.addr());
        newcomer.echo("hello");
        newcomer.send(&hex("83 80 37 fa 21 3d"));
        newcomer.expect_close(1002);
        ada.say_now(&room, &format!("line {number}"));
        assert_eq!(bob.until("said")["text"], format!("line {number}"));
    }
    ada.close();
    bob.close();
    let mut client = settled(&server);
    let start = signal(&server, Signal::TERM);
    goodbye(&mut client);
    client.send(&close_from(Role::Client, 1001, ""));
    client.expect_end();
    assert_ends(&mut server, start);
}

fn goes_on() {
    /// Each is a line in the log: more lines than the server keeps for it.
    const CLOSED: usize = 2_500;

    let (server, pipe) = with_full_log(&["--verbose"]);
    let come_and_go = || {
        let mut wire = RawClient::upgraded(server.addr());
        wire.send(&close_from(Role::Client, 1000, ""));
        wire.expect_close(1000);
    };
    (0..CLOSED).for_each(|_| come_and_go());
    let mut lines = pipe.lines();
    let mut told = 0;
    let missing: usize = loop {
        let line = lines.next().expect("there is no end");
        told += usize::from(line.contains("closed by the client"));
        if let Some((before, _)) = line.split_once(" lines are missing") {
            let (_, count) = before.rsplit_once(' ').expect("a time before it");
            break count.parse().expect("a number");
        }
    };
    eprintln!("{told} lines, {missing} are missing");
    assert_eq!(told + missing, CLOSED);
    come_and_go();
    assert!(lines.any(|line| line.contains("closed by the client")));
}
