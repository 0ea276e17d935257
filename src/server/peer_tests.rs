//! What happens to a connection whose endpoint panics, which no request from outside can bring about.

use super::config::Config;
use super::connections::Newcomer;
use super::peer::{self, OpenSocket};
use super::shared::Shared;
use crate::endpoint::{CloseWith, Endpoint};
use crate::outbox::Sender;
use crate::protocol::{Event, Limits, Message, Outgoing, Session};
use crate::socket::{Stream, WebSocket};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

struct Panics;

impl Endpoint for Panics {
    fn message(&mut self, _: Message<'_>, replies: &mut Outgoing) -> Result<(), CloseWith> {
        replies.send(Message::Text("half a thought")).expect("open");
        panic!("as this test wants it");
    }
}

#[test]
fn c26_a_panic_ends_one_connection_with_1011_and_gives_its_place_back() {
    let config = Config::default();
    let shared = Shared::new(config).expect("it starts");
    let table = Arc::clone(&shared.connections);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let ours = TcpStream::connect(listener.local_addr().expect("its address")).expect("it listens");
    let (theirs, address) = listener.accept().expect("one connection");
    let tcp = Arc::new(theirs);
    let newcomer = Newcomer {
        tcp: Arc::clone(&tcp),
        address: address.ip(),
    };
    let (_, slot) = table.admit(newcomer).expect("nobody has to wait");
    let slot = slot.expect("there is room");

    let server = thread::spawn(move || {
        let sender = Sender::new(Arc::clone(&tcp), Arc::clone(&shared.write_limits), None);
        let socket = OpenSocket {
            stream: Stream::shared(tcp),
            sender,
            observer: None,
            session: Session::server(Limits::CHAT),
        };
        peer::run(socket, Box::new(Panics), &slot, &shared);
    });
    let mut client = WebSocket::client(Stream::new(ours).expect("a stream"), Limits::CHAT);
    client.send(Message::Text("boom")).expect("it is read");
    match client.next_event().expect("a Close") {
        Event::Close(Some(reason)) => assert_eq!(reason.code.number(), 1011),
        other => panic!("{other:?} instead of a Close"),
    }
    client.finish();
    server.join().expect("the panic went no further");
    assert_eq!(table.len(), 0, "the place is free again");
}
