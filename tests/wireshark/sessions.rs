//! What the clients do: they send raw frames, each masked with another key, while their connection is
//! watched.

use crate::kit::bytes::{SIZES, frame, hex};
use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::client::raw::{Frame, RawClient, UPGRADE};
use crate::kit::client::watcher::Watcher;
use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use serde_json::{Value, json};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use ws101::protocol::MaskKey;

/// A connection, as its view has shown it.
#[derive(Debug)]
pub(crate) struct Shown {
    /// The port that its client had.
    pub(crate) port: u16,
    pub(crate) records: Vec<Value>,
    /// Secrets that travelled, which the view shows as asterisks.
    pub(crate) secrets: Vec<String>,
    /// Frames, as the client itself has counted them.
    pub(crate) sent: usize,
    pub(crate) heard: usize,
}

/// A client that is watched from its handshake on.
#[derive(Debug)]
struct Client {
    wire: RawClient,
    sent: usize,
    heard: usize,
    secrets: Vec<String>,
    shown: JoinHandle<Vec<Value>>,
    /// Receives a value for each frame that the view has shown.
    told: Receiver<()>,
    frames_told: usize,
}

/// Taken in turn; under the first, the masked bytes are the plain ones.
const KEYS: [[u8; 4]; 4] = [
    [0; 4],
    [0x37, 0xfa, 0x21, 0x3d],
    [0xff; 4],
    [0x01, 0x02, 0x03, 0x04],
];

impl Client {
    /// Connects and reads the greeting, which has secrets under these names; the last is the token for
    /// watching.
    fn open(server: &Server, path: &str, secrets: &[&str]) -> Self {
        let addr = server.addr();
        let mut wire = RawClient::open(addr);
        let request = UPGRADE.replace("/echo", path);
        wire.send(request.replace("{host}", &addr.to_string()).as_bytes());
        assert_eq!(wire.head().status, 101);
        let greeting: Value = serde_json::from_slice(&wire.frame().payload).expect("JSON");
        let secret = |name: &&str| greeting[name].as_str().expect("a token").to_owned();
        let secrets: Vec<String> = secrets.iter().map(secret).collect();
        let (watcher, first) = Watcher::of(addr, &json!(secrets.last()));
        let (tell, told) = mpsc::channel();
        Self {
            wire,
            sent: 0,
            heard: 1,
            secrets,
            shown: thread::spawn(move || watch(watcher, first, &tell)),
            told,
            frames_told: 0,
        }
    }

    /// A frame under the next key.
    fn frame(&mut self, first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
        let key = KEYS[self.sent % KEYS.len()];
        self.sent += 1;
        frame(first, Some(MaskKey(key)), payload.as_ref())
    }

    fn send(&mut self, first: u8, payload: impl AsRef<[u8]>) {
        let frame = self.frame(first, payload);
        self.wire.send(&frame);
    }

    fn ask(&mut self, request: &Value) {
        self.send(0x81, request.to_string());
    }

    /// The next frame; a ping is answered.
    fn hear(&mut self) -> Frame {
        let frame = self.wire.frame();
        self.heard += 1;
        if frame.first == 0x89 {
            self.send(0x8a, &frame.payload);
        }
        frame
    }

    fn until(&mut self, is_it: impl Fn(&Frame) -> bool) {
        while !is_it(&self.hear()) {}
    }

    /// Expects this frame; only pings may precede it.
    fn expect(&mut self, first: u8, payload: impl AsRef<[u8]>) {
        let frame = loop {
            let frame = self.hear();
            if frame.first != 0x89 {
                break frame;
            }
        };
        assert_eq!(frame.first, first, "{frame:02x?}");
        assert!(frame.payload == payload.as_ref(), "{frame:02x?}");
    }

    /// Waits until the view has shown every frame so far: it would miss frames that come too fast.
    fn until_told(&mut self) {
        while self.frames_told < self.sent + self.heard {
            let told = self.told.recv_timeout(PATIENCE);
            told.expect("the view tells each frame");
            self.frames_told += 1;
        }
    }

    fn until_event(&mut self, kind: &str) {
        self.until(|frame| {
            let event = serde_json::from_slice(&frame.payload);
            event.is_ok_and(|event: Value| event["type"] == kind)
        });
    }

    /// Sends a last frame, and waits for the server's Close, and for the end of the view. A ping that
    /// comes meanwhile is not answered, because the server no longer reads.
    fn end(mut self, last: &[u8]) -> Shown {
        self.wire.send(last);
        loop {
            self.heard += 1;
            if self.wire.frame().first == 0x88 {
                break;
            }
        }
        self.wire.expect_end();
        let addr = self.wire.tcp().local_addr().expect("it was connected");
        drop(self.wire);
        Shown {
            port: addr.port(),
            records: self.shown.join().expect("the view ends with 1000"),
            secrets: self.secrets,
            sent: self.sent,
            heard: self.heard,
        }
    }
}

/// All records of the view.
fn watch(mut watcher: Watcher, first: [Value; 3], tell: &Sender<()>) -> Vec<Value> {
    let mut records = first.to_vec();
    loop {
        match watcher.record() {
            Ok(record) => {
                if record["t"] == "frame" {
                    let _ = tell.send(()); // fails at the end, when the receiver is gone
                }
                records.push(record);
            }
            Err(1000) => return records,
            Err(code) => panic!("the view ended with {code} after {:?}", records.last()),
        }
    }
}

/// Every opcode, every form of a length, every way in which frames and packets do not match.
pub(crate) fn echo(server: &Server) -> Vec<Shown> {
    let mut client = Client::open(server, "/echo?watch", &["token"]);
    for text in ["Hello", "👋", ""] {
        client.send(0x81, text);
        client.expect(0x81, text);
    }
    for size in SIZES {
        let bytes: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
        client.send(0x82, &bytes);
        client.expect(0x82, &bytes);
        client.until_told();
    }
    // A message in three parts, and a ping between them. "👋" is in two of them.
    client.send(0x01, b"part one \xf0\x9f");
    client.send(0x89, "in between");
    client.send(0x00, b"\x91\x8b, part two");
    client.send(0x80, "");
    client.expect(0x8a, "in between");
    client.expect(0x81, "part one 👋, part two");
    client.send(0x8a, "unasked");
    client.until(|frame| frame.first == 0x89);
    let three = ["three frames", "in one", "packet"];
    let packet = three.map(|text| client.frame(0x81, text)).concat();
    client.wire.send(&packet);
    for text in three {
        client.expect(0x81, text);
    }
    for byte in client.frame(0x81, "a packet for each byte") {
        client.wire.send(&[byte]);
    }
    client.expect(0x81, "a packet for each byte");
    let close = client.frame(0x88, b"\x03\xe8goodbye");
    vec![client.end(&close)]
}

/// A client that comes back, says a line and receives one. The session's token travels both ways.
pub(crate) fn chat(server: &Server) -> Vec<Shown> {
    let room = unique("room");
    let before = ChatClient::in_room(server.addr(), "ada", &room);
    let session = before.welcome["session"].as_str().expect("a token");
    let mut client = Client::open(server, "/ws", &["session", "wire"]);
    client.secrets.push(session.to_owned());
    client.ask(&json!({"type": "join", "name": before.name, "room": room, "session": session}));
    client.until_event("joined");
    client.ask(&json!({"type": "say", "room": room, "text": "hello 👋"}));
    client.until_event("said");
    let bob = ChatClient::in_room(server.addr(), "bob", &room);
    client.until_event("entered");
    client.ask(&json!({"type": "whisper", "to": bob.name, "text": "psst"}));
    client.until_event("whispered");
    client.until(|frame| frame.first == 0x89);
    let close = client.frame(0x88, b"\x03\xe9gone home");
    vec![client.end(&close)]
}

/// Frames that break a rule: the view has a verdict on them, Wireshark shows what is there.
const REFUSED: [&str; 8] = [
    "c1 82 37 fa 21 3d 7f 93",       // RSV1
    "f1 82 37 fa 21 3d 7f 93",       // all three
    "81 02 48 69",                   // not masked
    "83 82 37 fa 21 3d 7f 93",       // an opcode that means nothing
    "80 82 37 fa 21 3d 7f 93",       // goes on with what never began
    "09 82 37 fa 21 3d 7f 93",       // a ping in parts
    "81 fe 00 02 37 fa 21 3d 7f 93", // a length in the longer form
    "88 82 37 fa 21 3d 34 17",       // code 1005 in a Close
];

pub(crate) fn refused(server: &Server) -> Vec<Shown> {
    let session = |frame: &str| {
        let mut client = Client::open(server, "/echo?watch", &["token"]);
        client.send(0x81, "right");
        client.expect(0x81, "right");
        client.sent += 1;
        client.end(&hex(frame))
    };
    REFUSED.map(session).into()
}
