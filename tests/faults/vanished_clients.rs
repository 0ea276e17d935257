//! Clients that vanish: their process is killed, their machine sleeps, or a cable is pulled. The others
//! learn of it in time.

use crate::kit::client::chat::ChatClient;
use crate::kit::client::hanging_proxy::HangingProxy;
use crate::kit::server::Server;
use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use crate::kit::table::row;
use libtest_mimic::Trial;
use rustix::process::{Pid, Signal, kill_process};
use std::io;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// The server's heartbeat: the silence after which it pings, and the time that it waits for a pong.
const HEARTBEAT: [&str; 4] = ["--ping-interval", "200ms", "--ping-timeout", "2s"];

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "half-open: a cable that was pulled shows by the ping that is not answered",
            pulled_cable,
        ),
        row("kill -9 of 100 clients: the list is right at once", killed),
        row("SIGSTOP: a client that stands still is gone", stopped),
        row(
            "slow CPU: no client is given up on a busy machine",
            busy_machine,
        ),
    ]
}

fn pulled_cable() {
    let server = Server::start(&HEARTBEAT);
    let mut witness = ChatClient::in_room(server.addr(), "witness", "room");
    let cable = HangingProxy::to(server.addr());
    let far = ChatClient::in_room(cable.addr(), "far", "room");
    assert_eq!(witness.until("entered")["name"], *far.name);
    // While the cable is plugged in, pings are answered.
    witness.ask(serde_json::json!({"type": "ping", "t": 1}));
    let start = Stopwatch::start();
    cable.hang();
    assert_eq!(witness.until("left")["name"], *far.name);
    eprintln!("half-open: gone after {:.1?}", start.elapsed());
    start.assert_under(Duration::from_secs(4));
    assert_eq!(witness.enter("other")["count"], 1);
}

/// A silent `ws101 chat` in a process of its own.
struct Terminal(Child);

impl Terminal {
    fn in_room(addr: SocketAddr, number: usize) -> io::Result<Self> {
        let (url, name) = (format!("ws://{addr}/ws"), format!("terminal-{number}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_ws101"));
        command.args(["chat", &url, "--name", &name, "--room", "room"]);
        let command = command.stdin(Stdio::piped());
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().map(Self)
    }

    fn id(&self) -> Pid {
        Pid::from_raw(self.0.id() as i32).expect("a process has a number")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Fails only if the program has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks for the room's people until there are `count`.
pub(crate) fn wait_for_people(witness: &mut ChatClient, count: u64) -> Stopwatch {
    let start = Stopwatch::start();
    loop {
        witness.ask(serde_json::json!({"type": "rooms"}));
        let rooms = witness.until("rooms");
        let rooms = rooms["rooms"].as_array().expect("a list");
        let room = rooms.iter().find(|room| room["room"] == "room");
        let found = room.expect("the witness is in it")["count"].as_u64();
        if found == Some(count) {
            return start;
        }
        assert!(
            start.elapsed() < PATIENCE,
            "{found:?} people instead of {count}"
        );
        thread::park_timeout(Duration::from_millis(100)); // more often is refused
    }
}

fn killed() {
    const CLIENTS: usize = 100;
    let server = Server::start(&[]);
    let mut witness = ChatClient::in_room(server.addr(), "witness", "room");
    let terminals: Vec<Terminal> = (0..CLIENTS)
        .map(|number| Terminal::in_room(server.addr(), number).expect("it starts"))
        .collect();
    wait_for_people(&mut witness, 1 + CLIENTS as u64);
    for terminal in &terminals {
        kill_process(terminal.id(), Signal::KILL).expect("it runs");
    }
    let start = wait_for_people(&mut witness, 1);
    let took = start.elapsed();
    eprintln!("kill -9 of {CLIENTS} clients: all are gone after {took:.1?}");
    start.assert_under(Duration::from_secs(2));
}

fn stopped() {
    let server = Server::start(&HEARTBEAT);
    let mut witness = ChatClient::in_room(server.addr(), "witness", "room");
    let terminal = Terminal::in_room(server.addr(), 1).expect("it starts");
    assert_eq!(witness.until("entered")["name"], "terminal-1");
    kill_process(terminal.id(), Signal::STOP).expect("it runs");
    assert_eq!(witness.until("left")["name"], "terminal-1");
    // When it wakes, it reconnects by itself.
    kill_process(terminal.id(), Signal::CONT).expect("it is there");
    assert_eq!(witness.until("entered")["name"], "terminal-1");
}

/// Twice as many busy threads as there are processors, while a dozen pings go to each of twenty clients
/// that do nothing but answer. (The other rows keep the machine busy, too.)
fn busy_machine() {
    let server = Server::start(&["--ping-interval", "150ms", "--ping-timeout", "1500ms"]);
    let mut clients: Vec<ChatClient> = (0..20)
        .map(|_| ChatClient::in_room(server.addr(), "guest", "room"))
        .collect();
    let over = AtomicBool::new(false);
    let burners = 2 * thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..burners {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        // Pings are answered while the client waits for the next line.
        let waiting = clients.iter_mut();
        let waiting = waiting.map(|client| scope.spawn(|| client.until("said")));
        let waiting: Vec<_> = waiting.collect();
        thread::sleep(Duration::from_secs(2));
        ChatClient::in_room(server.addr(), "speaker", "room").say_now("room", "all there?");
        let all = waiting.into_iter().map(thread::ScopedJoinHandle::join);
        let lost = all.filter(Result::is_err).count();
        over.store(true, Ordering::Relaxed);
        assert_eq!(lost, 0, "were taken for gone");
    });
}
