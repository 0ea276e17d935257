//! ws101 and other implementations: Python's `websockets` and Node's `ws`, each as a client of our
//! server and as a server for our client. The scripts beside this file are their half.
//!
//! ```text
//! cargo test --test third_party                 both, in both roles
//! cargo test --test third_party node/server     our client, talking to Node
//! ```
//!
//! It takes `pip install websockets` and `npm install ws`. `WS101_PYTHON` says which Python has
//! the one, `NODE_PATH` which folder the other, if they are not in the usual places.

use kit::process::Process;
use kit::server::Server;
use kit::stopwatch::PATIENCE;
use libtest_mimic::{Arguments, Trial};
use peer::{PEERS, Peer};
use std::process::ExitCode;

#[path = "../kit/mod.rs"]
mod kit;
mod our_client;
mod peer;

/// What each script does as a client, in functions of these names.
const CLIENT_CASES: [&str; 6] = ["text", "binary", "ping", "fragments", "close", "close_4001"];

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let tests = PEERS.iter().flat_map(tests_with).collect();
    libtest_mimic::run(&args, tests).exit_code()
}

/// The tests with one peer. Each has a server of its own, ours or theirs.
fn tests_with(peer: &'static Peer) -> Vec<Trial> {
    let found = peer.find();
    match &found {
        Ok(version) => eprintln!("{}: {version}", peer.name),
        Err(reason) => eprintln!("{}: {reason}", peer.name),
    }
    let test = |name: String, run: Box<dyn FnOnce() + Send>| match &found {
        Ok(_) => Trial::test(name, || {
            run();
            Ok(())
        }),
        Err(reason) => kit::optional::missing(&name, reason),
    };
    let as_client = CLIENT_CASES.map(|case| {
        let run = Box::new(|| as_client(peer, case));
        test(format!("{}/client/{case}", peer.name), run)
    });
    let as_server = our_client::CASES.map(|(case, run)| {
        let run = Box::new(move || as_server(peer, run));
        test(format!("{}/server/{case}", peer.name), run)
    });
    as_client.into_iter().chain(as_server).collect()
}

/// Their client accepts our server. It prints "ok" then, because a script that ends early would
/// otherwise seem to have succeeded.
fn as_client(peer: &Peer, case: &str) {
    let server = Server::start(&[]);
    let mut command = peer.script("client");
    command.args([&server.url("/echo"), case]);
    let mut client = Process::spawn(&mut command);
    assert_eq!(client.line(PATIENCE), "ok", "{}", client.log());
    let status = client.wait(PATIENCE);
    assert!(status.success(), "{status}: {}", client.log());
}

/// Our client accepts their server.
fn as_server(peer: &Peer, run: our_client::Case) {
    let server = Process::spawn(&mut peer.script("server"));
    let port = server.line(PATIENCE);
    run(&format!("ws://127.0.0.1:{port}"), &|| server.line(PATIENCE));
}
