//! fastwebsockets: asynchronous, but memory never lets it wait.
//!
//! Its best form: `WebSocket` itself, which unmasks, and checks text with `simdutf8`. It does
//! not put the parts of a message together: `FragmentCollector` would, and is 8 ns slower.
//! It has a buffer of 8 KiB, and is still a little faster with another one below it. Large
//! payloads it writes without a copy, because the stream takes several pieces at once.

use super::cases::Kind;
use super::codec::{Encode, Outcome, ReadPath, Viewer, WritePath};
use super::connection::{Connection, run};
use fastwebsockets::{Frame, OpCode, Payload, Role, WebSocket};
use std::hint::black_box;
use tokio::io::BufReader;

pub(crate) struct Reader<'a>(WebSocket<BufReader<Connection<'a>>>);

impl<'a> ReadPath<'a> for Reader<'a> {
    fn new(connection: Connection<'a>) -> Self {
        let buffered = BufReader::new(connection);
        Self(WebSocket::after_handshake(buffered, Role::Server))
    }

    fn read(&mut self, messages: usize, viewer: &mut Viewer) -> Outcome<()> {
        run(async {
            for _ in 0..messages {
                let frame = self.0.read_frame().await?;
                match frame.opcode {
                    OpCode::Text => viewer.see(Kind::Text, &frame.payload),
                    OpCode::Binary => viewer.see(Kind::Binary, &frame.payload),
                    _ => return Err("only messages were sent".into()),
                }
            }
            Ok(())
        })
    }
}

pub(crate) struct Writer<'a> {
    payload: &'a [u8],
    socket: WebSocket<Connection<'a>>,
}

impl<'a> WritePath<'a> for Writer<'a> {
    fn new(payload: &'a [u8]) -> Self {
        Self {
            payload,
            socket: WebSocket::after_handshake(Connection::sink(), Role::Server),
        }
    }

    fn write(&mut self, messages: usize) -> Outcome<()> {
        run(async {
            for _ in 0..messages {
                let payload = Payload::Borrowed(black_box(self.payload));
                self.socket.write_frame(Frame::binary(payload)).await?;
                self.socket.flush().await?;
            }
            Ok(())
        })
    }

    fn into_connection(self) -> Connection<'a> {
        self.socket.into_inner()
    }
}

pub(crate) struct Encoder<'a> {
    payload: &'a [u8],
    memory: Vec<u8>,
}

impl<'a> Encode<'a> for Encoder<'a> {
    fn new(payload: &'a [u8]) -> Self {
        Self {
            payload,
            memory: Vec::new(),
        }
    }

    fn encode(&mut self, frames: usize, viewer: &mut Viewer) {
        for _ in 0..frames {
            let payload = Payload::Borrowed(black_box(self.payload));
            let frame = Frame::binary(payload).write(&mut self.memory);
            viewer.see(Kind::Binary, frame);
        }
    }
}
