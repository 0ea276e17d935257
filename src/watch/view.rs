//! One watcher's thread: what went over the connection comes in, records go out.
//!
//! Everything that is worth knowing about the bytes is worked out here, in this watcher's own time. If that
//! takes too long, or the watcher reads too slowly, the queue fills up and frames are missing.

use super::excerpt::ExcerptedFrame;
use super::queue::{Item, Queue};
use super::record::{Party, Record, State, append};
use super::recorder::Snapshot;
use super::redact::{Control, Redactor, redact_head};
use super::tickets::{Subject, Tickets};
use crate::inspect::{FrameRecord, HttpRecord, Observer};
use crate::outbox::Sender;
use crate::protocol::{CloseCode, Limits, Opcode, Outgoing, Role};
use std::sync::Arc;
use std::time::Duration;

/// Once this many bytes of records are made, they are written before more is looked at.
const BYTES_PER_WRITE: usize = 64 << 10;
/// Unanswered pings whose round trip is still measured.
const MOST_PINGS: usize = 16;
const UNLIMITED: Limits = Limits {
    message: u64::MAX,
    fragments: u32::MAX,
};

/// What one watcher has seen so far.
#[derive(Debug)]
pub(super) struct View {
    connection: u64,
    sender: Sender,
    tickets: Arc<Tickets>,
    limits: Limits,
    subprotocols: &'static [&'static str],
    /// It is looking at the past, of which it is not known which bytes came in one read.
    recalls: bool,
    /// Records that are not written yet.
    records: Vec<u8>,
    client: Side,
    server: Side,
    /// The number of the last frame; missing ones count.
    number: u64,
    /// The time of the last frame. A burst for many has the time at which its excerpt was made, which may
    /// be that of another member: no frame is earlier than the one before it.
    now: Duration,
    life: Life,
}

/// One direction.
#[derive(Debug)]
struct Side {
    observer: Observer,
    redactor: Redactor,
}

impl Side {
    /// A side from its first frame on, or from where a later one begins.
    fn new(sender: Role, limits: Limits, is_first: bool) -> Self {
        let limits = match sender {
            Role::Client => limits,
            Role::Server => UNLIMITED, // the client does not say what it accepts
        };
        Self {
            observer: match is_first {
                true => Observer::new(sender, limits),
                false => Observer::midway(sender, limits),
            },
            redactor: Redactor::new(sender),
        }
    }
}

/// How far the connection has come, as its control frames show.
#[derive(Debug)]
struct Life {
    state: State,
    /// Pings of the server's that were not answered yet: the time and the payload.
    pings: Vec<(Duration, Vec<u8>)>,
}

impl View {
    pub(super) fn new(subject: &Subject, sender: Sender, tickets: &Arc<Tickets>) -> Self {
        let Subject {
            connection,
            limits,
            subprotocols,
            ..
        } = *subject;
        Self {
            connection,
            sender,
            tickets: Arc::clone(tickets),
            limits,
            subprotocols,
            recalls: false,
            records: Vec::new(),
            client: Side::new(Role::Client, limits, true),
            server: Side::new(Role::Server, limits, true),
            number: 0,
            now: Duration::ZERO,
            life: Life {
                state: State::Open,
                pings: Vec::new(),
            },
        }
    }

    /// Writes records until the connection has ended or the watcher has gone.
    pub(super) fn run(mut self, snapshot: Snapshot) {
        let queue = Arc::clone(&snapshot.queue);
        self.recall(snapshot);
        let mut is_open = self.write();
        while is_open && let Some(item) = queue.next() {
            let has_ended = self.take(item, &queue);
            is_open = self.write();
            if has_ended {
                let mut close = Outgoing::server();
                close.close_with(
                    CloseCode::NORMAL,
                    "the connection that you watched has ended",
                );
                self.sender.close(close.waiting());
                break;
            }
        }
        queue.leave();
    }

    /// Takes an item, and those after it that are there. Returns `true` if it was the last of all.
    fn take(&mut self, item: Item, queue: &Queue) -> bool {
        let mut next = Some(item);
        while let Some(item) = next {
            match item {
                Item::Bytes {
                    sender,
                    at,
                    bytes,
                    resumes,
                } => {
                    if resumes {
                        *self.side(sender) = Side::new(sender, self.limits, false);
                    }
                    self.see(sender, at, bytes);
                }
                Item::Dropped(count) => {
                    self.tickets.count_missed(count);
                    self.number += count;
                    self.append(&Record::Drop { count });
                }
                Item::Lagging { bytes, dropped } => self.append(&Record::Queue {
                    waiting: bytes,
                    dropped,
                }),
                Item::End => {
                    self.note_end();
                    return true;
                }
            }
            if self.records.len() >= BYTES_PER_WRITE {
                return false;
            }
            next = queue.next_now();
        }
        false
    }

    /// Shows the handshake, and what is kept of the time before the watcher came.
    fn recall(&mut self, mut snapshot: Snapshot) {
        self.append(&Record::Hello {
            v: 1,
            conn: self.connection,
        });
        // The heads are redacted before anything is made of them.
        let heads = [&mut snapshot.request, &mut snapshot.response];
        let blotted = heads.map(|head| redact_head(head, self.subprotocols));
        let request = HttpRecord::request(&snapshot.request);
        let response = HttpRecord::response(&snapshot.response, Some(&snapshot.request));
        for (mut record, blotted) in [request, response].into_iter().zip(blotted) {
            record.blotted = Some(blotted).filter(|names| !names.is_empty());
            append(&record, &mut self.records);
        }
        if snapshot.forgotten > 0 {
            self.number = snapshot.forgotten;
            for sender in [Role::Client, Role::Server] {
                *self.side(sender) = Side::new(sender, self.limits, false);
            }
        }
        self.recalls = true;
        for recorded in &snapshot.recorded {
            for frame in recorded.frames.frames() {
                self.see_kept(recorded.sender, recorded.at, frame);
            }
        }
        self.recalls = false;
        for (sender, at, bytes) in snapshot.unfinished {
            self.see(sender, at, bytes);
        }
    }

    fn see(&mut self, sender: Role, at: Duration, mut bytes: Vec<u8>) {
        self.now = self.now.max(at);
        let at = self.now;
        let side = self.side(sender);
        let controls = side.redactor.redact(&mut bytes);
        let frames = side.observer.receive(&bytes, at);
        self.append_frames(frames);
        for control in controls {
            self.see_control(sender, at, control);
        }
    }

    fn see_kept(&mut self, sender: Role, at: Duration, frame: ExcerptedFrame) {
        let ExcerptedFrame {
            mut beginning,
            omitted,
            mut end,
        } = frame;
        if omitted == 0 {
            beginning.append(&mut end);
            return self.see(sender, at, beginning);
        }
        self.now = self.now.max(at);
        let at = self.now;
        let side = self.side(sender);
        side.redactor.redact_cut(&mut beginning, omitted, &mut end);
        let record = side.observer.receive_cut(&beginning, omitted, &end, at);
        self.append_frames(record);
    }

    fn append_frames(&mut self, frames: impl IntoIterator<Item = FrameRecord>) {
        for mut frame in frames {
            self.number += 1;
            frame.n = self.number;
            if self.recalls {
                frame.reads.clear();
            }
            append(&frame, &mut self.records);
        }
    }

    fn see_control(&mut self, sender: Role, at: Duration, control: Control) {
        let pings = &mut self.life.pings;
        match (control.opcode, sender) {
            (Opcode::Ping, Role::Server) if pings.len() < MOST_PINGS => {
                pings.push((at, control.payload));
            }
            (Opcode::Pong, Role::Client) => {
                // §5.5.3: an answer to the last ping also answers those before it.
                if let Some(asked) = pings.iter().rposition(|(_, ping)| *ping == control.payload) {
                    let us = at.saturating_sub(pings[asked].0).as_micros() as u64;
                    pings.drain(..=asked);
                    self.append(&Record::Rtt { us });
                }
            }
            (Opcode::Close, _) => {
                let code = control.payload.first_chunk().copied();
                self.note_close(sender.into(), code.map_or(1005, u16::from_be_bytes));
            }
            _ => {}
        }
    }

    /// Notes that a Close went over the connection. §7.1.
    fn note_close(&mut self, by: Party, code: u16) {
        let from = self.life.state;
        let to = match from {
            State::Open => State::Closing,
            State::Closing | State::Closed => State::Closed,
        };
        if from != to {
            self.life.state = to;
            self.append(&Record::State { from, to, by, code });
        }
    }

    /// Notes that the TCP connection has ended. Without both Closes, the code is 1006. §7.1.5.
    fn note_end(&mut self) {
        let from = self.life.state;
        if from != State::Closed {
            self.life.state = State::Closed;
            self.append(&Record::State {
                from,
                to: State::Closed,
                by: Party::Network,
                code: 1006,
            });
        }
    }

    fn append(&mut self, record: &Record) {
        append(record, &mut self.records);
    }

    /// Writes the records, and waits until the watcher takes them; meanwhile the queue fills up. Returns
    /// `false` if the watcher's connection has ended, which its own thread reports.
    fn write(&mut self) -> bool {
        let written = self.sender.write(&self.records);
        self.records.clear();
        written.unwrap_or(false)
    }

    const fn side(&mut self, sender: Role) -> &mut Side {
        match sender {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        }
    }
}
