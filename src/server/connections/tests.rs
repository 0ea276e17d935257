//! Which connection makes room for another. From outside one cannot tell when a connection becomes idle.

use super::{ConnectionTable, Newcomer, Slot};
use crate::server::Connections;
use crate::transport::connected;
use std::io::Read;
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::thread;

const TWO: Connections = Connections {
    all: 2,
    per_address: 9,
    handshaking: 9,
};

/// The client's end of a connection, and the server's.
fn connection() -> (TcpStream, Newcomer) {
    let (client, transport) = connected();
    let address = Ipv4Addr::LOCALHOST.into();
    (client, Newcomer { transport, address })
}

fn answers(slot: &Slot) {
    assert!(slot.begin_answer() && slot.await_request());
}

#[test]
fn k10_the_one_that_was_kept_for_longest_makes_room() {
    let table = Arc::new(ConnectionTable::new(TWO));
    table.start_queueing();
    let [first, second] = [(); 2].map(|()| {
        let (client, newcomer) = connection();
        let transport = newcomer.transport.clone();
        let (_, slot) = table.admit(newcomer).expect("no need for a wait");
        (client, transport, slot.expect("there is room"))
    });
    answers(&first.2);
    answers(&second.2);
    answers(&first.2);
    let [first, mut second] = [first, second].map(|(client, transport, slot)| {
        // As a connection's thread does: it leaves when it is woken.
        thread::spawn(move || {
            assert_eq!(transport.read(&mut [0]).ok(), Some(0));
            drop(slot);
        });
        client
    });
    let (_third, newcomer) = connection();
    assert!(table.admit(newcomer).is_none(), "it waits");
    let (_, slot) = table.next_queued().expect("it comes in");
    assert!(slot.is_ok(), "{slot:?}");
    assert_eq!(second.read(&mut [0]).ok(), Some(0));
    first.set_nonblocking(true).expect("it can be asked");
    assert!((&first).read(&mut [0]).is_err(), "the first is still there");
}
