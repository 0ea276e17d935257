//! One watcher's thread: what went over the connection comes in, records go out.
//!
//! All that is worth knowing about the bytes is worked out here, in this watcher's time. When it
//! takes too long, or its client reads too slowly, the queue fills up and frames are missing.

use super::record::{Party, Record, State, append};
use super::redact::{Control, Redactor, redact_head};
use super::tickets::{Subject, Tickets};
use crate::inspect::{FrameRecord, HttpRecord, Observer};
use crate::outbox::Sender;
use crate::protocol::{CloseCode, Limits, Opcode, Outgoing, Role};
use crate::watch::{ExcerptedFrame, Item, Queue, Snapshot};
use std::sync::Arc;
use std::time::Duration;

/// Records that have grown this long are written before more is looked at.
const ENOUGH: usize = 64 << 10;
/// Pings that may wait for their pongs: of more, nobody wants to know the time.
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
    /// What it sees is kept from before it came: in which reads that was, nobody knows any more.
    recalls: bool,
    /// Records that are to be written.
    records: Vec<u8>,
    client: Side,
    server: Side,
    /// Frames, the missing ones too.
    number: u64,
    /// How late it is. A burst for many has the time when it was put together, a little before it
    /// was sent: no frame is earlier than the one before it.
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
    /// From the first frame on, or from where a later one begins.
    fn new(sender: Role, limits: Limits, is_first: bool) -> Self {
        let limits = match sender {
            Role::Client => limits,
            Role::Server => UNLIMITED, // what the client takes it does not say
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

/// How far the connection has come, as its control frames tell.
#[derive(Debug)]
struct Life {
    state: State,
    /// Pings of the server's that were not answered yet: when, and with what in them.
    pings: Vec<(Duration, Vec<u8>)>,
}

impl View {
    pub(super) fn new(subject: &Subject, sender: Sender, tickets: &Arc<Tickets>) -> Self {
        let Subject {
            connection, limits, ..
        } = *subject;
        Self {
            connection,
            sender,
            tickets: Arc::clone(tickets),
            limits,
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

    /// Tells everything, until the connection has ended or the watcher has gone.
    pub(super) fn run(mut self, snapshot: Snapshot) {
        let queue = Arc::clone(&snapshot.queue);
        self.recall(snapshot);
        let mut is_heard = self.write();
        while is_heard && let Some(item) = queue.next() {
            let has_ended = self.take(item, &queue);
            is_heard = self.write();
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

    /// Takes an item, and others while they are there: `true` when there will be no more.
    fn take(&mut self, item: Item, queue: &Queue) -> bool {
        let mut next = Some(item);
        while let Some(item) = next {
            match item {
                Item::Bytes {
                    sender,
                    at,
                    bytes,
                    anew,
                } => {
                    if anew {
                        *self.side(sender) = Side::new(sender, self.limits, false);
                    }
                    self.see(sender, at, bytes);
                }
                Item::Dropped(count) => {
                    self.tickets.count_missed(count);
                    self.number += count;
                    self.tell(&Record::Drop { count });
                }
                Item::Waiting { bytes, dropped } => self.tell(&Record::Queue {
                    waiting: bytes,
                    dropped,
                }),
                Item::End => {
                    self.see_end();
                    return true;
                }
            }
            if self.records.len() >= ENOUGH {
                return false;
            }
            next = queue.next_now();
        }
        false
    }

    /// The handshake, and what is kept of the time before the watcher came.
    fn recall(&mut self, mut snapshot: Snapshot) {
        self.tell(&Record::Hello {
            v: 1,
            conn: self.connection,
        });
        // Nothing is made of the heads before they are redacted.
        let blotted = [&mut snapshot.request, &mut snapshot.response].map(|head| redact_head(head));
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
        self.tell_frames(frames);
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
        self.tell_frames(record);
    }

    fn tell_frames(&mut self, frames: impl IntoIterator<Item = FrameRecord>) {
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
                // §5.5.3: an answer to the last ping answers those before it too.
                if let Some(asked) = pings.iter().rposition(|(_, ping)| *ping == control.payload) {
                    let us = at.saturating_sub(pings[asked].0).as_micros() as u64;
                    pings.drain(..=asked);
                    self.tell(&Record::Rtt { us });
                }
            }
            (Opcode::Close, _) => {
                let code = control.payload.first_chunk().copied();
                self.go_on(sender.into(), code.map_or(1005, u16::from_be_bytes));
            }
            _ => {}
        }
    }

    /// Somebody's Close went over the connection. §7.1.
    fn go_on(&mut self, by: Party, code: u16) {
        let from = self.life.state;
        let to = match from {
            State::Open => State::Closing,
            State::Closing | State::Closed => State::Closed,
        };
        if from != to {
            self.life.state = to;
            self.tell(&Record::State { from, to, by, code });
        }
    }

    /// The connection below has ended. Without both Closes, that is all that was said. §7.1.5.
    fn see_end(&mut self) {
        let from = self.life.state;
        if from != State::Closed {
            self.life.state = State::Closed;
            self.tell(&Record::State {
                from,
                to: State::Closed,
                by: Party::Network,
                code: 1006,
            });
        }
    }

    fn tell(&mut self, record: &Record) {
        append(record, &mut self.records);
    }

    /// Waits for the watcher to take it: meanwhile the queue fills up. `false`: its connection has
    /// ended, which its own thread reports.
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
