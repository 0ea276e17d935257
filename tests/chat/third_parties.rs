//! Chat clients of ten lines with other libraries: Python's `websockets` and Node's `ws`. `tests/third_party`
//! documents where they are looked for.

use crate::kit::client::chat::ChatClient;
use crate::kit::optional;
use crate::kit::process::Process;
use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use crate::peer::{PEERS, Peer};
use libtest_mimic::Trial;

pub(crate) fn rows() -> Vec<Trial> {
    let trial = |peer: &'static Peer| {
        let name = format!("{}: joins, says a line, and hears one", peer.name);
        match peer.find() {
            Ok(_) => row(name, move || chat(peer)),
            Err(reason) => optional::missing(&name, &reason),
        }
    };
    PEERS.iter().map(trial).collect()
}

fn chat(peer: &Peer) {
    let server = Server::start(&[]);
    let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
    let mut command = peer.script("chat");
    command.args([&server.url("/ws"), peer.name]);
    let mut script = Process::spawn(&mut command);
    let said = ada.until("said");
    assert_eq!(said["from"], peer.name);
    assert_eq!(said["text"], "hello from far away 👋");
    ada.say("lobby", "welcome ☃");
    // It prints what it receives: that it has joined, its own line, ours.
    for (kind, name, text) in [
        ("joined", peer.name, ""),
        ("said", peer.name, "hello from far away 👋"),
        ("said", &ada.name, "welcome ☃"),
    ] {
        assert_eq!(
            script.line(PATIENCE).trim_end(),
            format!("{kind} {name} {text}").trim_end()
        );
    }
    let status = script.wait(PATIENCE);
    assert!(status.success(), "{status}: {}", script.log());
    assert_eq!(ada.until("left")["name"], peer.name);
}
