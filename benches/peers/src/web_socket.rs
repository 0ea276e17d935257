//! web-socket: asynchronous, but memory never lets it wait.
//!
//! Its best form: it reads a header's two bytes, then the length, then the key, then the
//! payload, each from the stream. On a socket it would need a buffer below it; in memory it
//! is a little faster without one, so it gets none. It leaves UTF-8 to its caller, who takes
//! the fastest check there is. Nothing is copied to be written, because the stream takes
//! several pieces at once.

use super::cases::Kind;
use super::codec::{Encode, Outcome, ReadPath, Viewer, WritePath};
use super::connection::{Connection, run};
use std::hint::black_box;
use web_socket::{DataType, Event, Frame, MessageType, WebSocket};

pub(crate) struct Reader<'a>(WebSocket<Connection<'a>>);

impl<'a> ReadPath<'a> for Reader<'a> {
    fn new(connection: Connection<'a>) -> Self {
        Self(WebSocket::server(connection))
    }

    fn read(&mut self, messages: usize, viewer: &mut Viewer) -> Outcome<()> {
        run(async {
            for _ in 0..messages {
                let Event::Data { ty, data } = self.0.recv().await? else {
                    return Err("only messages were sent".into());
                };
                match ty {
                    DataType::Complete(MessageType::Text) => {
                        let text = simdutf8::basic::from_utf8(&data)?;
                        viewer.see(Kind::Text, text.as_bytes());
                    }
                    DataType::Complete(MessageType::Binary) => viewer.see(Kind::Binary, &data),
                    DataType::Stream(_) => return Err("only whole messages were sent".into()),
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
            socket: WebSocket::server(Connection::sink()),
        }
    }

    fn write(&mut self, messages: usize) -> Outcome<()> {
        run(async {
            for _ in 0..messages {
                self.socket.send(black_box(self.payload)).await?;
                self.socket.flash().await?;
            }
            Ok(())
        })
    }

    fn into_connection(self) -> Connection<'a> {
        self.socket.stream
    }
}

/// It has no way to use memory again: every frame is a new vector.
pub(crate) struct Encoder<'a>(&'a [u8]);

impl<'a> Encode<'a> for Encoder<'a> {
    fn new(payload: &'a [u8]) -> Self {
        Self(payload)
    }

    fn encode(&mut self, frames: usize, viewer: &mut Viewer) {
        for _ in 0..frames {
            let frame = Frame::from(black_box(self.0)).encode_without_mask();
            viewer.see(Kind::Binary, &frame);
        }
    }
}
