//! A thousand clients. One process may often have no more than 1 024 descriptors, so they live
//! in a few processes: this program once more, with other arguments.

use std::io::{BufRead, BufReader, Read, Write, stdin};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::time::Duration;

const ROLE: &str = "be-a-crowd";
const PROCESSES: usize = 4;

/// Nothing here takes as long; a crowd that waits longer ends, and its test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A masked ping, and behind it the header of a binary or text of 16 MiB: the pong tells that
/// the header was read.
const PING: [u8; 6] = [0x89, 0x80, 0, 0, 0, 0];
const PONG: [u8; 2] = [0x8a, 0];
const DECLARATION: [u8; 13] = [0xff, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];

/// Many clients of one server.
pub(crate) struct Crowd(Vec<Member>);

struct Member {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Crowd {
    /// `size` WebSockets to `/echo`, all of them open.
    pub(crate) fn connect(server: SocketAddr, size: usize) -> Self {
        let (server, each) = (server.to_string(), (size / PROCESSES).to_string());
        let program = std::env::current_exe().expect("this program has a path");
        let members = (0..PROCESSES).map(|_| {
            let mut child = Command::new(&program)
                .args([ROLE, &server, &each])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("this program can be started");
            let lines = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
            Member { child, lines }
        });
        let mut crowd = Self(members.collect());
        crowd.expect("connected");
        crowd
    }

    /// Every client declares a message of 16 MiB and sends none of it.
    pub(crate) fn declare(&mut self) {
        for member in &mut self.0 {
            let stdin = member.child.stdin.as_mut().expect("stdin is a pipe");
            stdin.write_all(b"declare\n").expect("it listens");
        }
        self.expect("declared");
    }

    fn expect(&mut self, word: &str) {
        for member in &mut self.0 {
            let mut line = String::new();
            member.lines.read_line(&mut line).expect("a line");
            assert_eq!(line.trim_end(), word);
        }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for member in &mut self.0 {
            // Both fail only when it has already ended.
            let _ = member.child.kill();
            let _ = member.child.wait();
        }
    }
}

/// Is this process to be a part of a crowd? Then it is, until its stdin ends.
pub(crate) fn run_if_asked() -> Option<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [role, server, size] = arguments.as_slice() else {
        return None;
    };
    if role != ROLE {
        return None;
    }
    let size: usize = size.parse().expect("a number");
    let mut clients: Vec<TcpStream> = (0..size).map(|_| upgraded(server)).collect();
    println!("connected");
    let mut commands = stdin().lines();
    if commands.next().is_some() {
        for (number, client) in clients.iter_mut().enumerate() {
            declare(client, number);
        }
        println!("declared");
        commands.next();
    }
    Some(ExitCode::SUCCESS)
}

fn upgraded(server: &str) -> TcpStream {
    let mut tcp = TcpStream::connect(server).expect("the server listens");
    tcp.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let request = format!(
        "GET /echo HTTP/1.1\r\nHost: {server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    tcp.write_all(request.as_bytes()).expect("it is read");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        tcp.read_exact(&mut byte).expect("an answer");
        answer.push(byte[0]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 101 "), "{answer:?}");
    tcp
}

fn declare(client: &mut TcpStream, number: usize) {
    let opcode = if number.is_multiple_of(2) { 0x81 } else { 0x82 };
    let bytes = [&PING[..], &[opcode], &DECLARATION].concat();
    client.write_all(&bytes).expect("it is read");
    let mut pong = PONG;
    client.read_exact(&mut pong).expect("a pong");
    assert_eq!(pong, PONG);
}
