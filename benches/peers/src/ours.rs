//! ws101: the protocol on byte slices, fed as its server feeds it; and its socket, to write.

use super::cases::Kind;
use super::codec::{Encode, Outcome, ReadPath, Viewer, WritePath};
use super::connection::Connection;
use std::hint::black_box;
use std::io::Read;
use ws101::protocol::{Frame, Incoming};
use ws101::{Event, Limits, Message, Opcode, Role, WebSocket};

pub(crate) struct Reader<'a> {
    connection: Connection<'a>,
    incoming: Incoming,
}

impl<'a> ReadPath<'a> for Reader<'a> {
    fn new(connection: Connection<'a>) -> Self {
        let limits = Limits {
            message: 64 << 20,
            fragments: 1_024,
        };
        Self {
            connection,
            incoming: Incoming::new(Role::Client, limits),
        }
    }

    fn read(&mut self, messages: usize, viewer: &mut Viewer) -> Outcome<()> {
        let mut missing = messages;
        while missing > 0 {
            match self.incoming.next_event()? {
                Some(Event::Message(message)) => {
                    match message {
                        Message::Text(text) => viewer.see(Kind::Text, text.as_bytes()),
                        Message::Binary(bytes) => viewer.see(Kind::Binary, bytes),
                    }
                    missing -= 1;
                }
                Some(_) => return Err("only messages were sent".into()),
                None => {
                    let space = self.incoming.space().expect("there is memory");
                    let count = self.connection.read(space)?;
                    self.incoming.filled(count);
                }
            }
        }
        Ok(())
    }
}

pub(crate) struct Writer<'a> {
    payload: &'a [u8],
    socket: WebSocket<Connection<'a>>,
}

impl<'a> WritePath<'a> for Writer<'a> {
    fn new(payload: &'a [u8]) -> Self {
        let socket = WebSocket::server(Connection::sink(), Limits::ECHO);
        Self { payload, socket }
    }

    fn write(&mut self, messages: usize) -> Outcome<()> {
        for _ in 0..messages {
            self.socket.send(Message::Binary(black_box(self.payload)))?;
        }
        Ok(())
    }

    fn into_connection(self) -> Connection<'a> {
        self.socket.into_stream()
    }
}

pub(crate) struct Encoder<'a> {
    payload: &'a [u8],
    frame: Vec<u8>,
}

impl<'a> Encode<'a> for Encoder<'a> {
    fn new(payload: &'a [u8]) -> Self {
        Self {
            payload,
            frame: Vec::new(),
        }
    }

    fn encode(&mut self, frames: usize, viewer: &mut Viewer) {
        for _ in 0..frames {
            self.frame.clear();
            Frame::whole(Opcode::Binary, black_box(self.payload)).encode(None, &mut self.frame);
            viewer.see(Kind::Binary, &self.frame);
        }
    }
}
