//! A thousand clients. A process may often have no more than 1 024 descriptors, so they run in a few
//! processes: this program again, with other arguments.

use crate::kit::stopwatch::PATIENCE;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{BufRead, BufReader, Read, Write, stdin};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const ROLE: &str = "be-a-crowd";
const PROCESSES: usize = 4;

/// A masked ping, then the header of a binary or text of 16 MiB. The pong shows that the header was
/// read.
const PING: [u8; 6] = [0x89, 0x80, 0, 0, 0, 0];
const PONG: [u8; 2] = [0x8a, 0];
const DECLARATION: [u8; 13] = [0xff, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];

/// Precedes the time at which a line was said.
const STAMP: &[u8] = b"said at ";

/// A line with the time at which it was said, in microseconds, by a clock that all processes share.
pub(crate) fn stamped() -> String {
    format!("{}{}", String::from_utf8_lossy(STAMP), now())
}

fn now() -> u128 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("it is later than 1970").as_micros()
}

/// Many clients of one server.
pub(crate) struct Crowd(Vec<Member>);

struct Member {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Crowd {
    /// Opens `size` WebSockets to `path`; those to the chat join its lobby.
    pub(crate) fn connect(server: SocketAddr, path: &str, size: usize) -> Self {
        let (server, each) = (server.to_string(), (size / PROCESSES).to_string());
        let program = std::env::current_exe().expect("this program has a path");
        let members = (0..PROCESSES).map(|_| {
            let mut child = Command::new(&program)
                .args([ROLE, &server, path, &each])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("this program can be started");
            let lines = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
            Member { child, lines }
        });
        let mut crowd = Self(members.collect());
        crowd.answers();
        crowd
    }

    /// Every client declares a message of 16 MiB and sends none of it.
    pub(crate) fn declare(&mut self) {
        self.tell("declare");
        self.answers();
    }

    /// Every client listens until it has received this many stamped lines, which another client must
    /// say. Ends with [`Crowd::heard`].
    pub(crate) fn listen(&mut self, lines: usize) {
        self.tell(&format!("listen {lines}"));
    }

    /// How long each line took to reach each client, in ascending order.
    pub(crate) fn heard(&mut self) -> Vec<Duration> {
        let answers = self.answers();
        let numbers = answers.iter().flat_map(|line| line.split(' '));
        let mut all: Vec<Duration> = numbers
            .map(|number| Duration::from_micros(number.parse().expect("a number")))
            .collect();
        all.sort();
        all
    }

    fn tell(&mut self, command: &str) {
        for member in &mut self.0 {
            let stdin = member.child.stdin.as_mut().expect("stdin is a pipe");
            writeln!(stdin, "{command}").expect("it listens");
        }
    }

    fn answers(&mut self) -> Vec<String> {
        let answer = |member: &mut Member| {
            let mut line = String::new();
            member.lines.read_line(&mut line).expect("a line");
            assert!(line.ends_with('\n'), "a crowd has ended: {line:?}");
            line.trim_end().to_owned()
        };
        self.0.iter_mut().map(answer).collect()
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for member in &mut self.0 {
            // Both fail only if the process has ended.
            let _ = member.child.kill();
            let _ = member.child.wait();
        }
    }
}

/// Runs a part of a crowd, until stdin ends, if the arguments ask for that.
pub(crate) fn run_if_asked() -> Option<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [role, server, path, size] = arguments.as_slice() else {
        return None;
    };
    if role != ROLE {
        return None;
    }
    let size: usize = size.parse().expect("a number");
    let mut clients: Vec<TcpStream> = (0..size)
        .map(|number| upgraded(server, path, number))
        .collect();
    println!("connected");
    for command in stdin().lines().map_while(Result::ok) {
        match command.split_once(' ') {
            Some((_, lines)) => {
                let took = listen(&clients, lines.parse().expect("a number"));
                let took: Vec<String> = took.iter().map(u128::to_string).collect();
                println!("{}", took.join(" "));
            }
            None => {
                let numbered = clients.iter_mut().enumerate();
                numbered.for_each(|(number, client)| declare(client, number));
                println!("declared");
            }
        }
    }
    Some(ExitCode::SUCCESS)
}

fn upgraded(server: &str, path: &str, number: usize) -> TcpStream {
    let mut tcp = TcpStream::connect(server).expect("the server listens");
    tcp.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
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
    if path == "/ws" {
        let name = format!("{}-{number}", std::process::id());
        let join = format!(r#"{{"type":"join","room":"lobby","name":"{name}"}}"#);
        let header = [0x81, 0x80 | join.len() as u8, 0, 0, 0, 0]; // masked with zeros
        tcp.write_all(&[&header[..], join.as_bytes()].concat())
            .expect("it is read");
    }
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

/// Reads from all clients until each has received this many stamped lines; skips other events. Returns
/// how many microseconds each line took.
fn listen(clients: &[TcpStream], lines: usize) -> Vec<u128> {
    let deadline = Instant::now() + PATIENCE;
    let (mut took, mut left) = (Vec::new(), vec![lines; clients.len()]);
    let mut buffer = vec![0; 256 << 10];
    while left.iter().any(|left| *left > 0) {
        assert!(Instant::now() < deadline, "lines are missing: {left:?}");
        let mut sockets: Vec<PollFd<'_>> = clients
            .iter()
            .map(|client| PollFd::new(client, PollFlags::IN))
            .collect();
        let second = Timespec::try_from(Duration::from_secs(1)).expect("a short time");
        poll(&mut sockets, Some(&second)).expect("sockets can be waited for");
        let ready = sockets.iter().map(|socket| !socket.revents().is_empty());
        let ready: Vec<bool> = ready.collect();
        for (number, mut client) in clients
            .iter()
            .enumerate()
            .filter(|(number, _)| ready[*number])
        {
            let count = client.read(&mut buffer).expect("no reset");
            assert!(count > 0, "a client was sent away");
            for said_at in stamps(&buffer[..count]) {
                took.push(now().saturating_sub(said_at));
                left[number] = left[number].saturating_sub(1);
            }
        }
    }
    took
}

/// Lines are so short and so few that none is cut in two.
fn stamps(bytes: &[u8]) -> Vec<u128> {
    let at = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(STAMP));
    at.map(|at| {
        let digits = bytes[at + STAMP.len()..].iter();
        let digits = digits.take_while(|byte| byte.is_ascii_digit());
        digits.fold(0, |number, digit| number * 10 + u128::from(digit - b'0'))
    })
    .collect()
}
