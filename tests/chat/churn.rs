//! Two hundred clients that come back. Each of them talks in two rooms and now and then loses its
//! connection; meanwhile the server is killed, twice. Afterwards their accounts are compared:
//! there is one conversation in each room, everyone has all of it, and everything that was
//! acknowledged to its author is in it once.

mod client;
mod ledger;
mod wire;

use crate::live::PATIENCE;
use crate::live::guest::{Guest, fresh};
use crate::live::house::Own;
use crate::live::rows::{is_long, row};
use crate::live::scratch::Scratch;
use client::Client;
use ledger::Ledger;
use libtest_mimic::Trial;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const CLIENTS: usize = 200;
pub(crate) const ROOMS: usize = 5;
/// The server is killed at the end of each part but the last.
const PARTS: u32 = 3;

/// What all clients look at.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) addr: SocketAddr,
    /// While this holds, they talk, and break off.
    pub(crate) talking: AtomicBool,
    /// Those whose lines were all acknowledged when they talked no more.
    pub(crate) settled: AtomicUsize,
    /// The last line of each room, as far as anyone has heard.
    pub(crate) last: [AtomicU64; ROOMS],
    /// All have settled: who has heard every line may go.
    pub(crate) over: AtomicBool,
    /// Somebody failed: the others need not go on.
    pub(crate) failed: AtomicBool,
}

pub(crate) fn rows() -> Vec<Trial> {
    vec![row(
        "churn: 200 clients break off and come back, the server is killed twice, no line is lost or there twice",
        churn,
    )]
}

fn churn() {
    let part = Duration::from_secs(if is_long() { 20 } else { 3 });
    let file = Scratch::new("churn");
    let addr = own_address();
    let mut server = start(addr, &file);
    let seed = u64::from(std::process::id());
    eprintln!("churn: seed {seed}");
    let stage = Arc::new(Stage {
        addr,
        talking: AtomicBool::new(true),
        settled: AtomicUsize::new(0),
        last: Default::default(),
        over: AtomicBool::new(false),
        failed: AtomicBool::new(false),
    });
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let stage = Arc::clone(&stage);
            let thread = thread::Builder::new().stack_size(512 << 10);
            let started = thread.spawn(move || Client::new(number, seed).run(&stage));
            started.expect("a thread")
        })
        .collect();
    for _ in 1..PARTS {
        wait(&stage, part, |_| false);
        drop(server); // which kills it, and looks whether it panicked
        server = start(addr, &file);
    }
    wait(&stage, part, |_| false);
    stage.talking.store(false, Ordering::Relaxed);
    wait(&stage, 3 * PATIENCE, |stage| {
        stage.settled.load(Ordering::Relaxed) == CLIENTS
    });
    // Nobody comes or goes now: who is in the rooms?
    let mut witness = Guest::connect(addr);
    let witness_name = fresh("witness");
    let rooms: Vec<_> = (0..ROOMS)
        .map(|room| witness.join(&witness_name, &wire::room_name(room)))
        .collect();
    stage.over.store(true, Ordering::Relaxed);
    let mut ledger = Ledger::default();
    let mut failures = Vec::new();
    for client in clients {
        match client.join().expect("no client panics") {
            Ok(account) => ledger.enter(account),
            Err(Some(failure)) => failures.push(failure),
            Err(None) => {}
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    for (room, joined) in rooms.iter().enumerate() {
        ledger.check_people(room, &joined["people"], &witness_name);
    }
    ledger.check();
    drop(server);
}

/// Waits until something is so, or for so long; not when a client has failed.
fn wait(stage: &Stage, most: Duration, is_so: impl Fn(&Stage) -> bool) {
    let deadline = Instant::now() + most;
    while Instant::now() < deadline && !stage.failed.load(Ordering::Relaxed) && !is_so(stage) {
        thread::park_timeout(Duration::from_millis(20));
    }
}

/// An address that stays free while the server is down. All of 127.0.0.0/8 is this machine, but
/// whoever takes any free port, for either end of a connection, takes it of 127.0.0.1.
fn own_address() -> SocketAddr {
    let bound = TcpListener::bind("127.0.0.2:0").or_else(|_| TcpListener::bind("127.0.0.1:0"));
    bound
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
}

fn start(addr: SocketAddr, file: &Scratch) -> Own {
    let program = env!("CARGO_BIN_EXE_ws101");
    let mut command = Command::new(program);
    command.args([
        "serve",
        "--listen",
        &addr.to_string(),
        "--rate",
        "off",
        "--history",
        file.path(),
    ]);
    Own::spawn(&mut command)
}
