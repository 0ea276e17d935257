//! One connection in two threads: a [`Reader`] that waits and a [`Writer`] that sends.
//!
//! Both use one descriptor, each its own direction. But the protocol couples the two: a ping
//! that is read must be answered in what is written. So the reader queues its answers, and the
//! thread that holds the pen writes them. The reader itself never waits for the pen: if a reader
//! waited for a writer on both ends of a full connection, neither would ever go on. (If the pen is
//! free the reader does write, and then a peer that takes no answers keeps it waiting.)

use super::error::SocketError;
use super::source::{EventSource, next_message, read_into};
use super::stream::Stream;
use crate::protocol::{CloseCode, Event, Incoming, Message, Opcode, Outgoing, SendError, Session};
use crate::sync::Mutex;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

/// The half that reads. It answers pings and Closes by itself.
#[derive(Debug)]
pub struct Reader {
    stream: Stream,
    incoming: Incoming,
    writer: Writer,
}

/// The half that writes; clones write to the same connection, one whole frame after another.
#[derive(Debug, Clone)]
pub struct Writer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Frames in the order they will be written.
    queue: Mutex<Outgoing>,
    /// Held by the thread that is writing; never taken while `queue` is held.
    pen: Mutex<Pen>,
}

#[derive(Debug)]
struct Pen {
    stream: Stream,
    writing: Vec<u8>,
    /// A write failed in the middle of a frame: what follows would be garbage.
    broken: bool,
}

pub(super) fn split(stream: Stream, session: Session) -> (Reader, Writer) {
    let pen = Pen {
        stream: stream.clone(),
        writing: Vec::new(),
        broken: false,
    };
    let shared = Shared {
        queue: Mutex::new(session.outgoing),
        pen: Mutex::new(pen),
    };
    let writer = Writer(Arc::new(shared));
    (
        Reader {
            stream,
            incoming: session.incoming,
            writer: writer.clone(),
        },
        writer,
    )
}

impl Reader {
    /// Waits for the next message. `None` is the end: the other side closed, and was answered.
    pub fn next_message(&mut self) -> Result<Option<Message<'_>>, SocketError> {
        next_message(self)
    }

    /// Waits for the next thing that happens, control frames included.
    pub fn next_event(&mut self) -> Result<Event<'_>, SocketError> {
        self.wait()?;
        match self.incoming.next_event() {
            Ok(Some(event)) => {
                // What came is worth more than an answer that could not be written: the other side may
                // not listen any more, and after its ping may come the Close that says why.
                if !matches!(event, Event::Message(_)) {
                    let _ = self.writer.0.answer(|queue| queue.answer(&event));
                }
                Ok(event)
            }
            Ok(None) => Err(SocketError::Closed),
            Err(error) => {
                // The rule that was broken is worth more to the caller than a Close that could not be written.
                let _ = self.writer.0.answer(|queue| queue.fail(error));
                Err(error.into())
            }
        }
    }

    /// Sets the moment by which every read must be done.
    pub const fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.stream.set_deadline(deadline);
    }

    fn wait(&mut self) -> Result<(), SocketError> {
        loop {
            match self.incoming.find() {
                Ok(true) => return Ok(()),
                Ok(false) if self.incoming.has_ended() => return Err(SocketError::Closed),
                Ok(false) => {}
                Err(error) => {
                    let _ = self.writer.0.answer(|queue| queue.fail(error));
                    return Err(error.into());
                }
            }
            read_into(&mut self.stream, &mut self.incoming)?;
        }
    }
}

impl EventSource for Reader {
    fn wait(&mut self) -> Result<Option<Opcode>, SocketError> {
        self.wait()?;
        Ok(self.incoming.found_control())
    }

    fn next_event(&mut self) -> Result<Event<'_>, SocketError> {
        self.next_event()
    }
}

impl Writer {
    /// Sends a message; waits until the connection has taken it.
    pub fn send(&self, message: Message<'_>) -> Result<(), SocketError> {
        self.0.send(|queue| queue.send(message))
    }

    /// Asks the other side for a sign of life; the reader sees it as [`Event::Pong`].
    pub fn ping(&self, payload: &[u8]) -> Result<(), SocketError> {
        self.0.send(|queue| queue.ping(payload))
    }

    /// Sends a sign of life that was not asked for. §5.5.3.
    pub fn pong(&self, payload: &[u8]) -> Result<(), SocketError> {
        self.0.send(|queue| queue.pong(payload))
    }

    /// Sends our Close; the reader sees the answer. Nothing can be sent after it.
    pub fn close(&self, code: CloseCode, text: &str) -> Result<(), SocketError> {
        self.0.send(|queue| {
            queue.close_with(code, text);
            Ok(())
        })
    }

    /// Sets the moment by which every write must be done.
    pub fn set_deadline(&self, deadline: Option<Instant>) {
        self.0.pen.lock().stream.set_deadline(deadline);
    }
}

impl Shared {
    fn send(
        &self,
        put: impl FnOnce(&mut Outgoing) -> Result<(), SendError>,
    ) -> Result<(), SocketError> {
        put(&mut self.queue.lock())?;
        while self.has_work() {
            self.pen.lock().write_queue(&self.queue)?;
        }
        Ok(())
    }

    /// Puts an answer into the queue, and writes it unless another thread is writing: then that does.
    fn answer(&self, put: impl FnOnce(&mut Outgoing)) -> Result<(), SocketError> {
        put(&mut self.queue.lock());
        while self.has_work() {
            let Some(mut pen) = self.pen.try_lock() else {
                // The thread that has it looks at the queue once more after it has put it down.
                return Ok(());
            };
            pen.write_queue(&self.queue)?;
        }
        Ok(())
    }

    fn has_work(&self) -> bool {
        !self.queue.lock().waiting().is_empty()
    }
}

impl Pen {
    fn write_queue(&mut self, queue: &Mutex<Outgoing>) -> io::Result<()> {
        if self.broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        queue.lock().take_waiting(&mut self.writing);
        let written = self.stream.write_all(&self.writing);
        self.broken = written.is_err();
        written
    }
}
