//! Every peer's server does the same work. `servers/install` comes first.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use ws101::protocol::{CloseCode, Message};
use ws101::{Stream, WebSocket};

/// For all that one test waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(peer: &str) -> Self {
        let mut command = if ["tokio-tungstenite", "fastwebsockets"].contains(&peer) {
            let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
            command.arg(peer);
            command
        } else {
            let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/servers/start"));
            command.arg(peer);
            command
        };
        let mut process = command
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it can be started");
        let mut line = String::new();
        let output = process.stdout.take().expect("it was piped");
        let mut output = BufReader::new(output);
        output.read_line(&mut line).expect("it prints text");
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("{peer} said {line:?}: is it installed?"));
        Self {
            address: address.to_owned(),
            process,
        }
    }

    fn connect(&self, path: &str) -> WebSocket<Stream> {
        let url = format!("ws://{}{path}", self.address);
        let mut socket = ws101::connect(&url).expect("it speaks WebSocket");
        let deadline = Instant::now() + PATIENCE;
        socket.stream_mut().set_deadline(Some(deadline));
        socket
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().expect("it is ours");
        self.process.wait().expect("it was killed");
    }
}

fn say(socket: &mut WebSocket<Stream>, text: &str) {
    let request = json!({"type": "say", "room": "lobby", "text": text, "id": "c1"}).to_string();
    socket.queue(Message::Text(&request)).expect("it fits");
}

fn next(socket: &mut WebSocket<Stream>) -> String {
    match socket.next_message() {
        Ok(Some(Message::Text(json))) => json.to_owned(),
        other => panic!("a line was to come, not {other:?}"),
    }
}

/// `2026-11-25T09:30:00.000Z`, in digits and in shape.
fn is_time(at: &str) -> bool {
    let shape = at.replace(|c: char| c.is_ascii_digit(), "0");
    shape == "0000-00-00T00:00:00.000Z"
}

/// Two who know of each other, and that what the second says reaches both as it should.
fn meet(server: &Server) -> (WebSocket<Stream>, WebSocket<Stream>) {
    let mut ada = server.connect("/chat");
    say(&mut ada, "alone");
    ada.flush().expect("it reads");
    next(&mut ada);

    // Bob is known to be there when he hears himself.
    let mut bob = server.connect("/chat");
    say(&mut bob, "a \"quoted\" line,\n\u{1}, snow ☃ and a wave 👋");
    bob.flush().expect("it reads");
    let (heard, own) = (next(&mut ada), next(&mut bob));
    assert_eq!(heard, own);
    let said: Value = serde_json::from_str(&heard).expect("it is JSON");
    let at = said["at"].as_str().expect("it is a text");
    assert!(is_time(at), "{at}");
    let line = json!({
        "type": "said", "room": "lobby", "seq": 2, "from": "u2", "at": at,
        "text": "a \"quoted\" line,\n\u{1}, snow ☃ and a wave 👋",
    });
    assert_eq!(said, line);
    (ada, bob)
}

fn chats(server: &Server) {
    let (mut ada, mut bob) = meet(server);

    // Many at once, among others that say nothing: all of the former, in order, to both.
    for number in 0..200 {
        say(&mut ada, &number.to_string());
        let nothing = [r#"{"type":"join"}"#, "[1]", "no JSON"][number % 3];
        ada.queue(Message::Text(nothing)).expect("it fits");
    }
    ada.flush().expect("it reads");
    for number in 0..200 {
        let wanted = format!(r#""text":"{number}""#);
        for socket in [&mut ada, &mut bob] {
            let line = next(socket);
            assert!(line.contains(&wanted), "{wanted} was to come, not {line}");
        }
    }

    // What is said last is said, also by one who leaves with it.
    say(&mut ada, "goodbye");
    ada.close(CloseCode::NORMAL, "").expect("it is answered");
    assert!(next(&mut bob).contains("goodbye"));
}

fn echoes(server: &Server) {
    let mut socket = server.connect("/echo");
    for size in [0, 125, 126, 65_535, 65_536, 1_048_576] {
        let text = "x".repeat(size);
        for message in [Message::Text(&text), Message::Binary(text.as_bytes())] {
            socket.send(message).expect("it reads");
            let echo = socket.next_message().expect("it answers");
            assert_eq!(echo, Some(message), "{size} bytes");
        }
    }
    for _ in 0..200 {
        socket.queue(Message::Text("again")).expect("it fits");
    }
    socket.flush().expect("it reads");
    for _ in 0..200 {
        assert_eq!(next(&mut socket), "again");
    }
    socket.close(CloseCode::NORMAL, "").expect("it is answered");
}

fn does_the_work(peer: &str) {
    let server = Server::start(peer);
    chats(&server);
    echoes(&server);
    let elsewhere = format!("ws://{}/elsewhere", server.address);
    assert!(ws101::connect(&elsewhere).is_err(), "nothing is there");
}

#[test]
fn tokio_tungstenite() {
    does_the_work("tokio-tungstenite");
}

#[test]
fn fastwebsockets() {
    does_the_work("fastwebsockets");
}

#[test]
fn uwebsockets() {
    does_the_work("uwebsockets");
}

#[test]
fn ws() {
    does_the_work("ws");
}

#[test]
fn websockets() {
    does_the_work("websockets");
}
