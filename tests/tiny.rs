//! Compares the miniature server with the real one. Each row is a conversation with both: every field
//! that the miniature sends must be equal in the real server's event. It may leave fields out, because it
//! is made to be read, not to be complete.

use kit::client::chat::ChatClient;
use kit::server::Server;
use kit::stopwatch::PATIENCE;
use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, ExitCode};
use ws101::Connect;
use ws101::protocol::{Frame, Opcode};

mod kit;

/// A request of one client, and the types of the events that clients receive then.
type Step<'a> = (usize, Value, &'a [(usize, &'a str)]);

/// Fields whose values belong to one server.
const OWN: [&str; 8] = [
    "server", "at", "epoch", "session", "wire", "you", "limits", "persons",
];

/// Holds a conversation, and returns what was heard.
type Conversation = fn(&Server) -> Vec<Value>;

const CONVERSATIONS: [(&str, Conversation); 6] = [
    ("coming in", coming_in),
    ("a line goes to everyone", a_line),
    ("two who speak are heard in one order", one_order),
    ("a name that is taken", taken),
    ("a line before the room is joined", too_early),
    ("a ping", a_ping),
];

/// A check of the miniature alone.
type Check = fn(&Server);

const CHECKS: [(&str, Check); 4] = [
    ("a Close is answered, and the others hear of it", goodbye),
    ("a broken rule is 1002", broken_rule),
    ("another site's page is refused", other_site),
    ("files: the page, and nothing beside it", files),
];

fn main() -> ExitCode {
    let mut rows: Vec<Trial> = (CONVERSATIONS.iter())
        .map(|(name, hold)| {
            test(name, || {
                agree(&hold(&tiny()), &hold(&Server::start(&["--rate", "off"])))
            })
        })
        .collect();
    rows.extend(CHECKS.iter().map(|(name, run)| test(name, || run(&tiny()))));
    libtest_mimic::run(&Arguments::from_args(), rows).exit_code()
}

fn test(name: &str, run: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, || {
        run();
        Ok(())
    })
}

fn tiny() -> Server {
    Server::spawn(Command::new(env!("CARGO_BIN_EXE_tiny")).arg("127.0.0.1:0"))
}

/// Asserts that the events are the same, in every field that the miniature sends.
fn agree(tiny: &[Value], real: &[Value]) {
    assert_eq!(tiny.len(), real.len(), "\n{tiny:#?}\n{real:#?}");
    for (tiny, real) in tiny.iter().zip(real) {
        let fields = tiny.as_object().expect("an object");
        let own = fields
            .iter()
            .filter(|(name, _)| !OWN.contains(&name.as_str()));
        for (name, value) in own {
            // `null` stands for a field that is left out.
            assert_eq!(*value, real[name], "{name} in {tiny}, and in {real}");
        }
    }
}

/// Clients of one server hold a conversation; returns their welcomes and all events after them.
fn converse(server: &Server, clients: usize, steps: &[Step<'_>]) -> Vec<Value> {
    let mut clients: Vec<ChatClient> = (0..clients)
        .map(|_| ChatClient::connect(server.addr()))
        .collect();
    let mut heard: Vec<Value> = clients
        .iter()
        .map(|client| client.welcome.clone())
        .collect();
    for (speaker, request, answers) in steps {
        clients[*speaker].ask(request.clone());
        for (listener, kind) in *answers {
            let event = clients[*listener].next();
            assert_eq!(event["type"], *kind, "after {request}: {event}");
            heard.push(event);
        }
    }
    heard
}

fn join(name: &str) -> Value {
    json!({"type": "join", "name": name, "room": "lobby"})
}

fn coming_in(server: &Server) -> Vec<Value> {
    let ada_and_bob = [
        (0, join("ada"), &[(0, "joined")][..]),
        (1, join("bob"), &[(1, "joined"), (0, "entered")]),
    ];
    converse(server, 2, &ada_and_bob)
}

fn a_line(server: &Server) -> Vec<Value> {
    let line = json!({"type": "say", "room": "lobby", "text": " hi <b>bob</b> ", "id": "c1"});
    let steps = [
        (0, join("ada"), &[(0, "joined")][..]),
        (1, join("bob"), &[(1, "joined"), (0, "entered")]),
        (0, line, &[(0, "said"), (1, "said")]),
        (
            2,
            join("carol"),
            &[(2, "joined"), (0, "entered"), (1, "entered")],
        ),
    ];
    let mut heard = converse(server, 3, &steps);
    // The miniature has no history, so a newcomer does not receive the line.
    for event in heard.iter_mut().filter(|event| event["name"] == "carol") {
        event.as_object_mut().expect("an object").remove("messages");
    }
    heard
}

fn one_order(server: &Server) -> Vec<Value> {
    const LINES: usize = 200;
    let mut clients = ["ada", "bob", "carol"].map(|name| {
        let mut client = ChatClient::connect(server.addr());
        client.join(name, "lobby");
        client
    });
    for number in 0..LINES {
        let speaker = &mut clients[number % 2];
        speaker.ask(json!({"type": "say", "room": "lobby", "text": number.to_string()}));
    }
    let heard = clients.each_mut().map(|client| {
        let said = std::iter::repeat_with(|| client.until("said"));
        said.take(LINES).map(|said| said["text"].clone()).collect()
    });
    let [first, others @ ..]: [Vec<Value>; 3] = heard;
    assert!(others.iter().all(|other| *other == first), "{others:?}");
    Vec::new() // each server may choose another order
}

fn taken(server: &Server) -> Vec<Value> {
    let steps = [
        (0, join("ada"), &[(0, "joined")][..]),
        (1, join("ada"), &[(1, "error")]),
        (1, join("bob"), &[(1, "joined"), (0, "entered")]),
    ];
    converse(server, 2, &steps)
}

fn too_early(server: &Server) -> Vec<Value> {
    let line = json!({"type": "say", "room": "lobby", "text": "hi"});
    converse(server, 1, &[(0, line, &[(0, "error")])])
}

fn a_ping(server: &Server) -> Vec<Value> {
    converse(
        server,
        1,
        &[(0, json!({"type": "ping", "t": 7}), &[(0, "pong")])],
    )
}

fn goodbye(server: &Server) {
    let [mut ada, mut bob] = ["ada", "bob"].map(|name| {
        let mut client = ChatClient::connect(server.addr());
        client.join(name, "lobby");
        client
    });
    assert_eq!(ada.until("entered")["name"], "bob");
    ada.close();
    let left = bob.next();
    assert_eq!(
        left,
        json!({"type": "left", "room": "lobby", "name": "ada", "count": 1})
    );
}

fn broken_rule(server: &Server) {
    let mut client = ChatClient::connect(server.addr());
    let mut unmasked = Vec::new();
    Frame::whole(Opcode::Text, b"{}").encode(None, &mut unmasked);
    client.tcp().write_all(&unmasked).expect("it is read");
    assert_eq!(client.until_close().0, 1002);
}

fn other_site(server: &Server) {
    for (origin, is_welcome) in [
        (format!("http://{}", server.addr()), true),
        (format!("https://{}", server.addr()), false),
        ("http://evil.example".to_owned(), false),
        ("null".to_owned(), false),
    ] {
        let url = server.url("/ws");
        let headers = [("Origin", origin.as_str())];
        let opened = Connect::to(&url).headers(&headers).timeout(PATIENCE).open();
        assert_eq!(opened.is_ok(), is_welcome, "{origin}: {opened:?}");
    }
}

fn files(server: &Server) {
    for (path, is_there) in [
        ("/", true),
        ("/chat/main.js", true),
        ("/shared/style.css", true),
        ("/nothing.js", false),
        ("/../Cargo.toml", false),
        ("/screenshots/../../Cargo.toml", false),
        ("/..%2fCargo.toml", false),
    ] {
        let mut tcp = TcpStream::connect(server.addr()).expect("the server listens");
        tcp.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", server.addr());
        tcp.write_all(request.as_bytes()).expect("it is read");
        let mut answer = String::new();
        tcp.read_to_string(&mut answer)
            .expect("an answer and its end");
        let status = if is_there {
            "HTTP/1.1 200 "
        } else {
            "HTTP/1.1 404 "
        };
        assert!(answer.starts_with(status), "{path}: {answer:.80}");
    }
}
