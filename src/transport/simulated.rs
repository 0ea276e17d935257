//! A client in a model: its receive window holds a few bytes, and is free again once it reads them.

use crate::protocol::{FrameHeader, Opcode, Role};
use crate::sync::{Condvar, Mutex, model};
use std::io;
use std::net::Shutdown;
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Client {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The bytes that it takes before it reads.
    room: usize,
    never_reads: bool,
    /// Everything that it was sent, and how much of that it has read.
    sent: Vec<u8>,
    read: usize,
    reader_is_woken: bool,
    is_shut: bool,
    /// The connection is closed: nothing may be written to it any more.
    is_closed: bool,
}

/// What a client has received, up to the Close.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) texts: Vec<String>,
    /// The code of the Close, if one came.
    pub(crate) close: Option<u16>,
    /// The beginning of a frame whose end did not come.
    pub(crate) is_cut: bool,
}

impl Client {
    pub(crate) fn with_room(room: usize) -> Self {
        let state = State {
            room,
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::telling("the client has read, or was sent something"),
        }
    }

    /// A client that takes `room` bytes, and nothing after them.
    pub(crate) fn that_never_reads(room: usize) -> Self {
        let client = Self::with_room(room);
        client.state.lock().never_reads = true;
        client
    }

    pub(super) fn receive(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.state.lock();
        assert!(!state.is_closed, "written after the connection was closed");
        if state.is_shut {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let left = state.room.saturating_sub(state.sent.len() - state.read);
        let taken = bytes.len().min(left);
        state.sent.extend_from_slice(&bytes[..taken]);
        self.changed.notify_all();
        Ok(taken)
    }

    /// Waits for room. While a thread waits for a client that will read, the model's clock stands still. A
    /// wait for a client that never reads takes all of its time.
    pub(super) fn wait_for_room(&self, left: Duration) {
        let is_full =
            |state: &mut State| state.sent.len() - state.read >= state.room && !state.is_shut;
        let mut state = self.state.lock();
        if !state.never_reads {
            drop(self.changed.wait_while(state, is_full));
        } else if is_full(&mut state) {
            drop(state);
            model::pass(left);
            model::step();
        }
    }

    pub(super) fn has_room(&self) -> bool {
        let state = self.state.lock();
        state.sent.len() - state.read < state.room
    }

    pub(super) fn shut_down(&self, how: Shutdown) -> bool {
        let mut state = self.state.lock();
        state.reader_is_woken |= how != Shutdown::Write;
        state.is_shut |= how != Shutdown::Read;
        self.changed.notify_all();
        true
    }

    /// Waits until something has come, and reads it all. Returns `false` if nothing more comes.
    pub(crate) fn read(&self) -> bool {
        let state = self.state.lock();
        let has_nothing = |state: &mut State| state.read == state.sent.len() && !state.has_ended();
        let mut state = self.changed.wait_while(state, has_nothing);
        let has_more = state.read < state.sent.len();
        state.read = state.sent.len();
        self.changed.notify_all();
        has_more
    }

    /// Closes the connection: from here on the system would refuse what is written, or give it to another
    /// connection with the same descriptor.
    pub(crate) fn close(&self) {
        self.state.lock().is_closed = true;
        self.changed.notify_all();
    }

    pub(crate) fn reader_is_woken(&self) -> bool {
        self.state.lock().reader_is_woken
    }

    /// What it was sent until now. Panics unless that is frames, of which a Close is the last.
    pub(crate) fn heard(&self) -> Heard {
        let sent = self.state.lock().sent.clone();
        let (mut heard, mut rest) = (Heard::default(), &*sent);
        while !rest.is_empty() {
            let header = FrameHeader::decode(rest, Role::Server).expect("a frame of ours");
            let frame = header.map(|(header, size)| (header, size, size + header.len as usize));
            let Some((header, size, end)) = frame.filter(|(.., end)| *end <= rest.len()) else {
                heard.is_cut = true;
                break;
            };
            assert_eq!(heard.close, None, "the Close is the last frame");
            let payload = &rest[size..end];
            match header.opcode {
                Opcode::Text => heard
                    .texts
                    .push(String::from_utf8_lossy(payload).into_owned()),
                Opcode::Close => {
                    let code = payload.first_chunk().copied();
                    heard.close = Some(code.map_or(1005, u16::from_be_bytes));
                }
                other => panic!("{other:?}"),
            }
            rest = &rest[end..];
        }
        heard
    }
}

impl State {
    const fn has_ended(&self) -> bool {
        self.is_shut || self.is_closed
    }
}
