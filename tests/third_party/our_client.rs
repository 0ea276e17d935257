//! Our client's half of the conversations with the other servers.

use super::kit::stopwatch::PATIENCE;
use std::time::Instant;
use ws101::{CloseCode, Connect, Event, Message, Stream, WebSocket};

/// Takes the server's URL without a path, and a function that waits for the line in which the server
/// prints the client's close code and reason.
pub(crate) type Case = fn(&str, &dyn Fn() -> String);

pub(crate) const CASES: [(&str, Case); 6] = [
    ("echo", echo),
    ("ping", ping),
    ("fragments", fragments),
    ("close", close),
    ("close_from_us", close_from_us),
    ("subprotocol", subprotocol),
];

fn echo(server: &str, _: &dyn Fn() -> String) {
    let mut socket = open(&format!("{server}/echo"));
    for text in ["", "hello", "snow ☃ and a wave 👋"] {
        assert_echoes(&mut socket, Message::Text(text));
    }
    // §5.2: the form of the length changes after 125 and after 65535.
    for size in [0, 125, 126, 65_535, 65_536, 1 << 20] {
        let bytes: Vec<u8> = (0..=250).cycle().take(size).collect();
        assert_echoes(&mut socket, Message::Binary(&bytes));
    }
}

fn assert_echoes(socket: &mut WebSocket<Stream>, message: Message<'_>) {
    socket.send(message).expect("it is sent");
    let echo = socket.next_message().expect("an answer comes");
    // Not assert_eq: a failure would print a megabyte.
    assert!(
        echo == Some(message),
        "{} bytes came back changed",
        message.as_bytes().len()
    );
}

/// §5.5.2: a ping is answered without the application.
fn ping(server: &str, _: &dyn Fn() -> String) {
    let mut socket = open(&format!("{server}/ping"));
    let event = socket.next_event().expect("a ping comes");
    assert_eq!(event, Event::Ping(b"are you there?"));
    let message = socket.next_message().expect("the server saw a pong");
    assert_eq!(message, Some(Message::Text("a pong came")));
}

/// §5.4: three frames, or two, are one message.
fn fragments(server: &str, _: &dyn Fn() -> String) {
    let mut socket = open(&format!("{server}/fragments"));
    let message = socket.next_message().expect("a message comes");
    assert_eq!(message, Some(Message::Text("a wave 👋")));
}

/// §5.5.1: their Close is answered with its code.
fn close(server: &str, ending: &dyn Fn() -> String) {
    let mut socket = open(&format!("{server}/close"));
    match socket.next_event().expect("a Close comes") {
        Event::Close(Some(reason)) => {
            assert_eq!(
                (reason.code.number(), reason.text),
                (4002, "the lesson is over")
            );
        }
        other => panic!("not a Close with a reason: {other:?}"),
    }
    socket.finish();
    assert_eq!(ending().trim(), "4002");
}

/// §7.1.2: our Close reaches them with code and reason, and `close` returns when theirs has come.
fn close_from_us(server: &str, ending: &dyn Fn() -> String) {
    let socket = open(&format!("{server}/echo"));
    let code = CloseCode::new(4003).expect("codes from 4000 on are free");
    socket.close(code, "off to lunch 🍜").expect("they answer");
    assert_eq!(ending(), "4003 off to lunch 🍜");
}

/// §4.2.2: of what we offer, the server takes one that it knows.
fn subprotocol(server: &str, _: &dyn Fn() -> String) {
    let address = format!("{server}/echo");
    let connect = Connect::to(&address).timeout(PATIENCE);
    let chosen = connect.clone().protocols(&["lesson.v9", "lesson.v1"]);
    let socket = chosen.open().expect("the handshake succeeds");
    assert_eq!(socket.protocol(), Some("lesson.v1"));
    let socket = connect.open().expect("nothing need be offered");
    assert_eq!(socket.protocol(), None);
}

fn open(address: &str) -> WebSocket<Stream> {
    let connect = Connect::to(address).timeout(PATIENCE);
    let mut socket = connect.open().expect("the handshake succeeds");
    socket.set_deadline(Some(Instant::now() + PATIENCE));
    socket
}
