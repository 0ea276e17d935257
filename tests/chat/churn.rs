//! Two hundred clients that reconnect. Each talks in two rooms and now and then loses its connection, in
//! every way there is; meanwhile the server is stopped, and killed, twice. Afterwards their accounts are
//! compared: each room has one conversation, every client has all of it, and each line that was
//! acknowledged to its author is in it once.
//!
//! The rows of `broken` show that these accounts would notice a server that is wrong.

mod broken;
mod client;
mod ledger;
mod tampering_proxy;
mod wire;

use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::{is_long, row};
use crate::kit::temp_file::TempFile;
use client::Client;
use ledger::{Account, Ledger};
use libtest_mimic::Trial;
use rustix::process::Signal;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub(crate) const ROOMS: usize = 5;
/// The server is killed at the end of each part but the last.
const PARTS: u32 = 3;

/// What all clients share.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) addr: SocketAddr,
    /// A client that never breaks off.
    pub(crate) steady: Option<&'static str>,
    /// Counts the starts and ends of the server: odd while none runs.
    pub(crate) run: AtomicU64,
    /// Whether the clients talk, and break off.
    pub(crate) talking: AtomicBool,
    /// How many clients have stopped talking, with all lines acknowledged.
    pub(crate) settled: AtomicUsize,
    /// The last line of each room that any client has heard.
    pub(crate) last: [AtomicU64; ROOMS],
    /// All have settled: a client that has heard every line may leave.
    pub(crate) over: AtomicBool,
    /// A client failed: the others need not go on.
    pub(crate) failed: AtomicBool,
}

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = vec![
        row(
            "churn: 200 clients break off and come back, the server is killed twice, no line is lost or there twice",
            churn,
        ),
        row(
            "churn: while the disk of the history stands still, and moves on now and then, no line is lost or there twice",
            standing_disk,
        ),
    ];
    rows.extend(broken::rows());
    rows
}

fn churn() {
    let part = part();
    let file = TempFile::new("churn");
    let addr = own_address();
    let mut server = start(addr, &file);
    let round = Round::begin(addr, 200, None);
    for _ in 1..PARTS {
        round.talk(part / 2);
        stand_still(&round, &server);
        round.talk(part / 2);
        round.stage.run.fetch_add(1, Ordering::SeqCst);
        drop(server); // kills it, and checks that it did not panic
        server = start(addr, &file);
        round.stage.run.fetch_add(1, Ordering::SeqCst);
    }
    round.talk(part);
    let told = round.conclude(addr);
    eprintln!("churn: {}", told.expect("one conversation in each room"));
    drop(server);
}

/// Stops the server's whole process for a moment.
fn stand_still(round: &Round, server: &Server) {
    server.process.signal(Signal::STOP);
    round.talk(Duration::from_millis(300));
    server.process.signal(Signal::CONT);
}

/// A pipe that is nearly full, and of which a little is read now and then.
fn standing_disk() {
    let pipe = TempFile::pipe();
    let mut disk = (File::options().read(true).write(true))
        .open(pipe.path())
        .expect("a pipe has ends");
    disk.write_all(&[b'\n'; 60 << 10]).expect("it has room");
    let server = Server::start(&["--rate", "off", "--history", pipe.path()]);
    let round = Round::begin(server.addr(), 60, None);
    for _ in 0..3 {
        round.talk(part());
        disk.read_exact(&mut [0; 16 << 10]).expect("it is there");
    }
    let told = round.conclude(server.addr());
    eprintln!("churn: {}", told.expect("one conversation in each room"));
}

/// How long they talk before something happens to the server.
fn part() -> Duration {
    Duration::from_secs(if is_long() { 20 } else { 3 })
}

/// Clients that talk, each in a thread of its own.
struct Round {
    stage: Arc<Stage>,
    clients: Vec<JoinHandle<Result<Account, Option<String>>>>,
}

impl Round {
    /// Starts this many clients of the server at `addr`.
    fn begin(addr: SocketAddr, clients: usize, steady: Option<&'static str>) -> Self {
        let seed = u64::from(std::process::id());
        eprintln!("churn: seed {seed}");
        let stage = Arc::new(Stage {
            addr,
            steady,
            run: AtomicU64::new(0),
            talking: AtomicBool::new(true),
            settled: AtomicUsize::new(0),
            last: Default::default(),
            over: AtomicBool::new(false),
            failed: AtomicBool::new(false),
        });
        let begin = |number| {
            let stage = Arc::clone(&stage);
            let thread = thread::Builder::new().stack_size(512 << 10);
            let started = thread.spawn(move || Client::new(number, seed).run(&stage));
            started.expect("a thread")
        };
        let clients = (0..clients).map(begin).collect();
        Self { stage, clients }
    }

    /// Lets them talk for this long, unless one has failed.
    fn talk(&self, most: Duration) {
        self.wait(most, |_| false);
    }

    /// Waits until the condition holds, at most this long, and not after a client has failed.
    fn wait(&self, most: Duration, is_so: impl Fn(&Stage) -> bool) {
        let (stage, deadline) = (&self.stage, Instant::now() + most);
        while Instant::now() < deadline && !stage.failed.load(Ordering::Relaxed) && !is_so(stage) {
            thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// Lets the clients stop talking, hear the rest and leave. Returns what they have seen, or what is
    /// wrong with it.
    fn conclude(self, server: SocketAddr) -> Result<String, String> {
        self.stage.talking.store(false, Ordering::Relaxed);
        let all = self.clients.len();
        self.wait(3 * PATIENCE, |stage| {
            stage.settled.load(Ordering::Relaxed) == all
        });
        // No client joins or leaves any more: who is in the rooms?
        let mut witness = ChatClient::connect(server);
        let name = unique("witness");
        let rooms: Vec<_> = (0..ROOMS)
            .map(|room| witness.join(&name, &wire::room_name(room)))
            .collect();
        self.stage.over.store(true, Ordering::Relaxed);
        let (mut ledger, mut failures) = (Ledger::default(), Vec::new());
        for client in self.clients {
            match client.join().expect("no client panics") {
                Ok(account) => ledger.enter(account),
                Err(failure) => failures.extend(failure),
            }
        }
        if !failures.is_empty() {
            return Err(failures.join("; "));
        }
        for (room, joined) in rooms.iter().enumerate() {
            ledger.check_people(room, &joined["people"], &name)?;
        }
        ledger.check()
    }
}

/// An address that stays free while the server is down. All of 127.0.0.0/8 is this machine, but a
/// program that asks for any free port gets one of 127.0.0.1.
fn own_address() -> SocketAddr {
    let bound = TcpListener::bind("127.0.0.2:0").or_else(|_| TcpListener::bind("127.0.0.1:0"));
    bound
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
}

fn start(addr: SocketAddr, file: &TempFile) -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ws101"));
    let addr = addr.to_string();
    command.args(["serve", "--listen", &addr, "--rate", "off"]);
    Server::spawn(command.args(["--history", file.path()]))
}
