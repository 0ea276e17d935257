//! tungstenite: blocking, as its own examples use it.
//!
//! Its best form: the default configuration. Text it checks with the standard library.

use super::cases::Kind;
use super::codec::{Encode, Outcome, ReadPath, Viewer, WritePath};
use super::connection::Connection;
use std::hint::black_box;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};
use tungstenite::protocol::{Role, WebSocket, WebSocketConfig};
use tungstenite::{Bytes, Message};

/// Its default, which its documentation advises to those who read much. With 8 KiB it is up
/// to 1.7 times as fast *here*, because a read costs nothing, and what is read a little at a
/// time stays in the nearest cache; on a socket it would be sixteen times the system calls.
const READ_BUFFER: usize = 128 << 10;

pub(crate) struct Reader<'a>(WebSocket<Connection<'a>>);

impl<'a> ReadPath<'a> for Reader<'a> {
    fn new(connection: Connection<'a>) -> Self {
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
        Self(WebSocket::from_raw_socket(
            connection,
            Role::Server,
            Some(config),
        ))
    }

    fn read(&mut self, messages: usize, viewer: &mut Viewer) -> Outcome<()> {
        for _ in 0..messages {
            match self.0.read()? {
                Message::Text(text) => viewer.see(Kind::Text, text.as_bytes()),
                Message::Binary(bytes) => viewer.see(Kind::Binary, &bytes),
                _ => return Err("only messages were sent".into()),
            }
        }
        Ok(())
    }
}

/// It takes messages that own their bytes. A shared payload is the cheapest one that an
/// application can have, for sending it again is to count one more owner: nothing is copied.
pub(crate) struct Writer<'a> {
    payload: Bytes,
    socket: WebSocket<Connection<'a>>,
}

impl<'a> WritePath<'a> for Writer<'a> {
    fn new(payload: &'a [u8]) -> Self {
        Self {
            payload: Bytes::copy_from_slice(payload),
            socket: WebSocket::from_raw_socket(Connection::sink(), Role::Server, None),
        }
    }

    fn write(&mut self, messages: usize) -> Outcome<()> {
        for _ in 0..messages {
            let message = Message::Binary(black_box(&self.payload).clone());
            self.socket.send(message)?; // It writes and flushes.
        }
        Ok(())
    }

    fn into_connection(self) -> Connection<'a> {
        self.socket.into_inner()
    }
}

pub(crate) struct Encoder {
    payload: Bytes,
    frame: Vec<u8>,
}

impl Encode<'_> for Encoder {
    fn new(payload: &[u8]) -> Self {
        Self {
            payload: Bytes::copy_from_slice(payload),
            frame: Vec::new(),
        }
    }

    fn encode(&mut self, frames: usize, viewer: &mut Viewer) {
        for _ in 0..frames {
            self.frame.clear();
            let payload = black_box(&self.payload).clone();
            Frame::message(payload, OpCode::Data(Data::Binary), true)
                .format(&mut self.frame)
                .expect("a vector takes everything");
            viewer.see(Kind::Binary, &self.frame);
        }
    }
}
