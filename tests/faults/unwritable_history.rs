//! A history file that cannot be written: the chat goes on, says once what is wrong, and writes again as
//! soon as it can. Also a system without a thread, or without memory, to spare.

use crate::kit::client::chat::ChatClient;
use crate::kit::client::http::metric;
use crate::kit::client::raw::RawClient;
use crate::kit::optional;
use crate::kit::server::Server;
use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use crate::kit::table::row;
use crate::kit::temp_file::TempFile;
use libtest_mimic::Trial;
use rustix::process::geteuid;
use std::fs::{self, File};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// A user id under which nothing else runs.
const UNUSED_UID: u32 = 64_101;

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row("D05 history: a directory in its place", || {
            let place = TempFile::new("directory");
            fs::create_dir(place.path()).expect("a directory");
            degraded(place.path());
            fs::remove_dir(place.path()).expect("it is empty");
        }),
        row("D05 history: a directory that is not there", || {
            degraded(&format!("{}/history", TempFile::new("nowhere").path()));
        }),
        row("D05 history: a pipe without a reader", || {
            let pipe = TempFile::pipe();
            degraded(pipe.path());
        }),
        row(
            "D07 history: a file that is deleted comes back under its name",
            deleted,
        ),
        row(
            "history: of two gigabytes the end is read, in a second",
            huge,
        ),
        // The kernel limits the threads of a user, but not those of root.
        optional::on_linux(
            "no thread: 503 for this one, and a place for the next one (takes root, to be another user)",
            "ulimit -u bounds the threads of a user",
            no_thread,
        )
        .with_ignored_flag(!geteuid().is_root()),
        optional::on_linux(
            "little memory: as many as it is enough for, and 503 for the next one",
            "ulimit -v bounds the address space",
            little_space,
        ),
    ]
}

/// Two clients talk on a server that cannot write its history there.
fn degraded(path: &str) {
    let server = Server::start(&["--history", path]);
    two_talk(server.addr());
    assert_eq!(metric(server.addr(), "ws101_history_degraded"), Some(1));
    wait_until(|| server.process.log().contains("history"));
    let log = server.process.log();
    let warnings = log.lines().filter(|line| line.contains("history")).count();
    assert_eq!(warnings, 1, "{log}");
}

fn two_talk(addr: SocketAddr) {
    let mut ada = ChatClient::in_room(addr, "ada", "lobby");
    let mut bob = ChatClient::in_room(addr, "bob", "lobby");
    for _ in 0..5 {
        let number = ada.say_now("lobby", "anyone?");
        assert_eq!(bob.until("said")["seq"], number);
    }
}

fn deleted() {
    let file = TempFile::new("history");
    let server = Server::start(&["--history", file.path(), "--rate", "off"]);
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    ada.say_now("lobby", "into the first file");
    fs::remove_file(file.path()).expect("it is there");
    ada.say_now("lobby", "into the second file");
    let kept = file.read();
    assert!(kept.starts_with(r#"{"epoch":"#), "{kept}");
    assert!(kept.contains("into the second file"), "{kept}");
}

fn huge() {
    let file = TempFile::new("history");
    {
        let server = Server::start(&["--history", file.path()]);
        ChatClient::in_room(server.addr(), "ada", "lobby").say_now("lobby", "an early line");
    }
    // A hole, which takes no space on the disk.
    let kept = file.read();
    let mut disk = File::options().write(true).open(file.path()).expect("it");
    disk.set_len(2 << 30).expect("a hole");
    std::io::Seek::seek(&mut disk, std::io::SeekFrom::End(0)).expect("a file");
    write!(disk, "\n{kept}").expect("a disk with room");
    let start = Stopwatch::start();
    let server = Server::start(&["--history", file.path()]);
    start.assert_under(Duration::from_secs(2));
    // Reading all of it would take as long as the disk does, and count as waiting.
    #[cfg(target_os = "linux")]
    assert!(crate::kit::server::usage::bytes_read(server.process.id()) < 64 << 20);
    let mut ada = ChatClient::connect(server.addr());
    let joined = ada.join("ada", "lobby");
    assert_eq!(joined["messages"][0]["text"], "an early line", "{joined}");
}

/// A user with forty threads at most, some of which are the server's own.
fn no_thread() {
    let program = env!("CARGO_BIN_EXE_ws101");
    // The option's letter differs between shells.
    let script = "ulimit -u 40 2>/dev/null || ulimit -p 40; exec \"$0\" serve --listen 127.0.0.1:0";
    let mut command = Command::new("sh");
    let server = Server::spawn(command.args(["-c", script, program]).uid(UNUSED_UID));
    let inside = crowd(&server);
    // Log lines and responses come by different ways.
    let told = || server.process.log();
    wait_until(|| told().contains("no thread for a connection"));
    make_room(&server, inside);
}

/// So little address space that the server must refuse before it is used up.
fn little_space() {
    let program = env!("CARGO_BIN_EXE_ws101");
    for limit in ["60000", "100000"] {
        let script = format!("ulimit -v {limit}; exec \"$0\" serve --listen 127.0.0.1:0");
        let server = Server::spawn(Command::new("sh").args(["-c", &script, program]));
        let inside = crowd(&server);
        wait_until(|| server.process.log().contains("by memory (ulimit -v)"));
        make_room(&server, inside);
    }
}

/// As many clients as the server takes.
fn crowd(server: &Server) -> Vec<RawClient> {
    let mut inside: Vec<RawClient> = Vec::new();
    loop {
        let mut wire = RawClient::open(server.addr());
        if wire.status_of_upgrade() == 503 {
            eprintln!("{} clients are inside", inside.len());
            return inside;
        }
        inside.push(wire);
        assert!(inside.len() < 1_000, "there is no limit");
    }
}

/// The connected clients notice nothing; when they go, there is room again.
fn make_room(server: &Server, mut inside: Vec<RawClient>) {
    assert!(inside.len() >= 10, "{}", inside.len());
    let echoes = inside.iter_mut();
    echoes.for_each(|wire| wire.echo("as if nothing was"));
    drop(inside);
    RawClient::upgraded_when_there_is_room(server.addr()).echo("there is room again");
}

pub(crate) fn wait_until(mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it never came");
        thread::park_timeout(Duration::from_millis(20));
    }
}
