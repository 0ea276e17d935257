//! Many clients within a large message at the same time.

use crate::client::upgraded;
use crate::kit::server::Server;
use crate::kit::server::usage::{Usage, peak};
use crate::kit::table::row;
use crate::rows::MIB;
use libtest_mimic::Trial;
use std::io::Write;
use std::net::TcpStream;
use std::process::Command;

pub(crate) fn rows() -> Vec<Trial> {
    vec![row(
        "M16 32 messages of 4 MiB at once, and memory for 16 MiB: under 24 MiB",
        many_at_once,
    )]
}

fn many_at_once() {
    const CLIENTS: usize = 32;
    const SIZE: usize = 4 << 20;
    let program = env!("CARGO_BIN_EXE_ws101");
    let mut command = Command::new(program);
    command.args(["serve", "--listen", "127.0.0.1:0", "--ping-interval", "10m"]);
    command.args(["--max-message-memory", "16777216"]);
    // Freed memory must return to the system: glibc's allocator would keep some of it.
    let server = Server::spawn(command.env("MALLOC_MMAP_THRESHOLD_", "131072"));
    let process = server.process.id();
    drop(upgraded(&server)); // memory that the first connection touches stays in use
    let before = Usage::of(process);
    let mut message = vec![0x82, 0xff];
    message.extend((SIZE as u64).to_be_bytes());
    message.extend([0; 4]); // masked with zeros
    message.resize(message.len() + SIZE - 1, b'k');
    let clients: Vec<TcpStream> = (0..CLIENTS)
        .map(|_| {
            let mut tcp = upgraded(&server);
            // The server may end the connection before all of it is written.
            let _ = tcp.write_all(&message);
            tcp
        })
        .collect();
    let grown = peak(process).saturating_sub(before.rss);
    eprintln!("M16: {grown} KiB at most, for {CLIENTS} messages");
    assert!(grown < 24 * MIB, "grown by {grown} KiB");
    assert!(grown > 8 * MIB, "those that fit are kept: {grown} KiB");
    drop(clients);
}
