//! A control server that does the least: it answers each request with 101, and writes each line to one
//! client after the other. How soon clients receive its lines tells how busy the machine is.

use crate::crowd::stamped;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

/// The length of a line of the chat.
const LENGTH: u8 = 125;

pub(crate) struct Control(Vec<TcpStream>);

impl Control {
    /// Its address, and itself when that many clients have connected.
    pub(crate) fn listen(clients: usize) -> (SocketAddr, JoinHandle<Self>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("it is bound");
        let all = move || Self((0..clients).map(|_| let_in(&listener)).collect());
        (addr, thread::spawn(all))
    }

    /// Sends a stamped line to all clients.
    pub(crate) fn say(&mut self) {
        let text = format!("{:<width$}", stamped(), width = usize::from(LENGTH));
        let frame = [&[0x81, LENGTH], text.as_bytes()].concat();
        for client in &mut self.0 {
            client.write_all(&frame).expect("it is read");
        }
    }
}

fn let_in(listener: &TcpListener) -> TcpStream {
    let (mut client, _) = listener.accept().expect("a client comes");
    client.set_nodelay(true).expect("an option");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).expect("a request");
        head.push(byte[0]);
    }
    let answer = b"HTTP/1.1 101 Switching Protocols\r\n\r\n";
    client.write_all(answer).expect("it is read");
    client
}
