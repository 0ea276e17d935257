//! The whole server in miniature: a chat over WebSocket, to be read in ten minutes.
//!
//! Run it with `cargo run --bin tiny` and open the page in two tabs. How does a line get from one tab to the other?
//! The thread of the first connection reads it as a frame ([`talk`]), gives it a number and puts it into every
//! member's queue ([`Room::say`]); each member's writer thread writes it to that member's socket. The real server
//! does the same, and survives the real world. A comment with REAL says what goes wrong here, and who does better.

use serde_json::{Value, json};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, atomic::AtomicU64, atomic::Ordering::Relaxed, mpsc};
use std::{env, fs, thread, time::Duration};
use ws101::protocol::http::{HeadLimits, HeadScanner, RequestHead, Response};
use ws101::protocol::{Event, Frame, HandshakeError, Limits, Opcode, Session, Upgrade};

fn main() -> io::Result<()> {
    let listener = TcpListener::bind(env::args().nth(1).unwrap_or("127.0.0.1:9001".into()))?;
    println!("ws101 listens on http://{}/", listener.local_addr()?);
    let room = Arc::new(Room::default());
    loop {
        let (tcp, room) = (listener.accept()?.0, Arc::clone(&room));
        thread::spawn(move || serve(tcp, &room)); // REAL: `server/connections.rs` limits their number.
    }
}

/// The room. `members` is locked for a whole broadcast, so everyone sees the same order.
#[derive(Default)]
struct Room {
    members: Mutex<Vec<Sender>>,
    lines: AtomicU64,
}

/// A member: a name, and the queue of frames that the member's writer thread empties.
struct Sender {
    name: String,
    queue: Queue,
}

/// Frames, each encoded once for all. REAL: `outbox.rs` bounds the queue, and evicts slow clients.
type Queue = mpsc::Sender<Arc<[u8]>>;

impl Room {
    /// The others hear of the newcomer, and the newcomer hears who is there. `false`: the name is taken.
    fn join(&self, name: &str, queue: &Queue) -> bool {
        let mut members = self.members.lock().expect("no panic");
        if name.is_empty() || members.iter().any(|member| member.name == name) {
            return false; // REAL: `chat/rules.rs` says what a name is.
        }
        broadcast(&members, &event("entered", name, members.len() + 1));
        let (own, queue) = (name.to_owned(), queue.clone());
        members.push(Sender { name: own, queue });
        let mut joined = event("joined", name, members.len());
        joined["people"] = members.iter().map(|member| member.name.as_str()).collect();
        joined["seq"] = self.lines.load(Relaxed).into();
        joined["messages"] = json!([]); // REAL: `chat/history.rs` keeps lines for a newcomer.
        broadcast(&members[members.len() - 1..], &joined);
        true
    }

    /// A line goes to everyone, its author included: to the author it is the acknowledgement.
    fn say(&self, name: &str, text: &str, id: &Value) {
        let members = self.members.lock().expect("no panic");
        let seq = self.lines.fetch_add(1, Relaxed) + 1; // under the lock: no two orders
        let mut said = json!({"type": "said", "room": "lobby", "seq": seq, "id": id});
        (said["from"], said["text"]) = (name.into(), text.into());
        broadcast(&members, &said);
    }

    fn leave(&self, name: &str) {
        let mut members = self.members.lock().expect("no panic");
        members.retain(|member| member.name != name);
        broadcast(&members, &event("left", name, members.len()));
    }
}

fn event(kind: &str, name: &str, count: usize) -> Value {
    json!({"type": kind, "room": "lobby", "name": name, "count": count})
}

/// The loop that the server is for: one frame into every queue.
fn broadcast(members: &[Sender], event: &Value) {
    let frame = encode(event);
    for member in members {
        let _ = member.queue.send(Arc::clone(&frame)); // fails if this member is about to leave
    }
}

/// A text frame. A server's frames are not masked. RFC 6455 §5.1.
fn encode(event: &Value) -> Arc<[u8]> {
    let mut bytes = Vec::new();
    Frame::whole(Opcode::Text, event.to_string().as_bytes()).encode(None, &mut bytes);
    bytes.into()
}

/// A connection, from its first byte to its last.
fn serve(mut tcp: TcpStream, room: &Room) -> io::Result<()> {
    // REAL: a byte every 29 seconds keeps this thread. Deadlines in `server/timers.rs` stand.
    tcp.set_read_timeout(Some(Duration::from_secs(30)))?;
    let (mut input, mut scanner) = (Vec::new(), HeadScanner::new(HeadLimits::DEFAULT));
    let answer = loop {
        match scanner.scan(&input) {
            Ok(None) => input.extend(read(&mut tcp)?),
            Ok(Some(head)) => break answer(&input.drain(..head.end).collect::<Vec<u8>>()),
            Err(error) => break Err(error),
        }
    };
    let answer = answer.unwrap_or_else(|error| error.response().to_bytes("GET"));
    tcp.write_all(&answer)?;
    match answer.starts_with(b"HTTP/1.1 101 ") {
        true => talk(tcp, &input, room), // what came after the head is the first frames
        false => Ok(()),
    }
}

/// What one read brings. The end of the stream is an error: there is no going on.
fn read(tcp: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut buffer = [0; 4096];
    match tcp.read(&mut buffer)? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        count => Ok(buffer[..count].to_vec()),
    }
}

/// Answers a request: with a file, or with the 101 after which frames follow. RFC 6455 §4.2.
fn answer(head: &[u8]) -> Result<Vec<u8>, HandshakeError> {
    let request = RequestHead::parse(head, HeadLimits::DEFAULT)?;
    let (target, headers) = (request.target, &request.headers);
    if target == "/ws" {
        let upgrade = Upgrade::check(&request)?;
        // §10.2: a browser lets any page connect to us, and says in Origin which page it is.
        let own = format!("http://{}", headers.once("Host")?.unwrap_or_default());
        if let Some(other) = headers.once("Origin")?.filter(|origin| *origin != own) {
            return Err(HandshakeError::WrongOrigin(other.to_owned()));
        }
        let protocol = upgrade.choose_protocol(&["chat.ws101.v1"]);
        return Ok(upgrade.response(protocol).expect("one that was offered"));
    }
    let content_type = match target.rsplit_once('.') {
        _ if target.contains("..") => return Err(HandshakeError::NotFound),
        Some((_, "css")) => "text/css",
        Some((_, "js")) => "text/javascript",
        Some((_, "svg")) => "image/svg+xml",
        _ => "text/html",
    };
    // REAL: `server/pages.rs` has the files in the program, and sends none that a browser has.
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/www").to_owned() + target;
    let file = fs::read(path.clone() + "index.html").or_else(|_| fs::read(path));
    let page = |file| Response::new(200, content_type, file).to_bytes("GET");
    file.map(page).map_err(|_| HandshakeError::NotFound)
}

/// A WebSocket's life. This thread reads, and the writer thread writes. §5, §7.
fn talk(mut tcp: TcpStream, first_bytes: &[u8], room: &Room) -> io::Result<()> {
    tcp.set_read_timeout(None)?; // REAL: `server/timers.rs` pings, and notices a cable that is cut.
    let (queue, frames) = mpsc::channel();
    let mut writer = tcp.try_clone()?;
    thread::spawn(move || {
        let write = |frame: Arc<[u8]>| writer.write_all(&frame); // REAL: `broadcast.rs` writes bursts.
        let _ = frames.into_iter().try_for_each(write);
        writer.shutdown(Shutdown::Write)
    });
    let _ = queue.send(encode(&json!({"type": "welcome", "server": "tiny"})));
    let (mut session, mut name) = (Session::server(Limits::CHAT), None);
    session.incoming.receive(first_bytes);
    while !session.outgoing.is_closed() {
        let _ = queue.send(session.outgoing.waiting().into()); // a pong, or nothing; no Close yet
        session.outgoing.written();
        match session.next_event() {
            Ok(Some(Event::Message(message))) => hear(message.as_bytes(), &mut name, &queue, room),
            Ok(Some(_)) | Err(_) => {} // a control frame, or a broken rule: the session answers
            Ok(None) => match read(&mut tcp) {
                Ok(bytes) => session.incoming.receive(&bytes),
                Err(_) => break,
            },
        }
    }
    name.inspect(|name| room.leave(name)); // first, so that nothing follows our Close. §5.5.1
    let _ = queue.send(session.outgoing.waiting().into());
    drop(queue);
    // To close TCP before the client does would be a reset, and could destroy our Close. §7.1.1
    tcp.set_read_timeout(Some(Duration::from_secs(1)))?;
    while read(&mut tcp).is_ok() {}
    Ok(())
}

/// A message of the chat: PROTOCOL.md, part III. What is unknown here is passed over.
fn hear(bytes: &[u8], own: &mut Option<String>, queue: &Queue, room: &Room) {
    let request: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let field = |name: &str| request[name].as_str().unwrap_or_default().trim();
    let error = |code| json!({"type": "error", "code": code, "about": request["type"]});
    let answer = match (field("type"), own.as_deref()) {
        ("ping", _) => json!({"type": "pong", "t": request["t"]}),
        ("join", None) if !room.join(field("name"), queue) => error("name_taken"),
        ("join", None) => return *own = Some(field("name").to_owned()),
        ("say", Some(name)) => return room.say(name, field("text"), &request["id"]),
        ("say", None) => error("not_joined"),
        _ => return,
    };
    let _ = queue.send(encode(&answer));
}
