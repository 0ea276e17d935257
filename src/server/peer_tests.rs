//! What happens to a connection whose endpoint panics, which no request from outside can bring about.

use super::config::Config;
use super::connections::Newcomer;
use super::peer::{self, OpenSocket};
use super::shared::Shared;
use crate::endpoint::{CloseWith, Endpoint};
use crate::outbox::Sender;
use crate::protocol::{Event, Limits, Message, Outgoing, Session};
use crate::socket::{Stream, WebSocket};
use crate::transport::connected;
use std::net::Ipv4Addr;
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
    let (client, transport) = connected();
    let newcomer = Newcomer {
        transport: transport.clone(),
        address: Ipv4Addr::LOCALHOST.into(),
    };
    let (_, slot) = table.admit(newcomer).expect("no need for a wait");
    let slot = slot.expect("there is room");

    let server = thread::spawn(move || {
        let sender = Sender::new(transport.clone(), Arc::clone(&shared.write_limits), None);
        let socket = OpenSocket {
            stream: Stream::over(transport),
            sender,
            observer: None,
            session: Session::server(Limits::CHAT),
        };
        peer::run(socket, Box::new(Panics), &slot, &shared);
    });
    let mut client = WebSocket::client(Stream::new(client).expect("a stream"), Limits::CHAT);
    client.send(Message::Text("boom")).expect("it is read");
    match client.next_event().expect("a Close") {
        Event::Close(Some(reason)) => assert_eq!(reason.code.number(), 1011),
        other => panic!("{other:?} instead of a Close"),
    }
    client.finish();
    server.join().expect("the panic went no further");
    assert_eq!(table.len(), 0, "the place is free again");
}
