//! One WebSocket's life on the server: read, handle, reply, ping, close.
//!
//! One thread does it all. It takes *every* frame that one `read()` brought before it writes
//! once: replies to a burst lie end to end in one buffer. A write costs the same whatever is
//! in it, so a client that sends sixteen messages at once gets sixteen answers for one.

use super::Shared;
use super::connections::Slot;
use super::endpoint::Endpoint;
use super::timers::{self, Due, Timers};
use crate::outbox::Sender;
use crate::protocol::{CloseCode, Event, ProtocolError, Session, State};
use crate::rate::Bucket;
use crate::socket::{Stream, Tap};
use log::Level;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Replies that have grown this long are written before more frames are looked at.
const ENOUGH: usize = 64 << 10;

/// How late a deadline may be noticed.
const TOLERANCE: Duration = Duration::from_millis(20);

struct Peer<'a> {
    stream: Stream,
    sender: Sender,
    session: Session,
    timers: Timers,
    control_frames: Bucket,
    /// The read timeout that is set on the socket.
    patience: Option<Duration>,
    slot: &'a Slot,
    shared: &'a Shared,
}

/// Runs until the connection has ended. A panic in the endpoint ends this connection only.
pub(super) fn run(
    stream: Stream,
    sender: Sender,
    session: Session,
    mut endpoint: Box<dyn Endpoint>,
    slot: &Slot,
    shared: &Shared,
) {
    let now = Instant::now();
    let timers = Timers::new(shared.config.deadlines, now);
    let control_frames = Bucket::new(shared.config.messages.control_frames(), now);
    let mut peer = Peer {
        stream,
        sender,
        session,
        timers,
        control_frames,
        patience: None,
        slot,
        shared,
    };
    if !slot.upgrade(&peer.sender) {
        peer.close(CloseCode::GOING_AWAY, "server shutting down");
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| peer.live(endpoint.as_mut())));
    let ended = outcome.unwrap_or_else(|_| {
        log::error!("#{} a thread panicked", slot.id());
        peer.session.outgoing.written(); // it may hold half of what the endpoint meant to say
        peer.close(CloseCode::INTERNAL_ERROR, "the server has a bug");
        Ok(())
    });
    peer.sender.last_call();
    // It leaves now: who has read our Close finds its name free, and who is slow to let go of the
    // connection is still gone.
    drop(endpoint);
    let ended = ended.and_then(|()| peer.write_last_replies());
    peer.conclude(ended);
}

impl Peer<'_> {
    /// `Ok` when a Close of ours is due and the connection shall end cleanly, an error when it is gone.
    fn live(&mut self, endpoint: &mut dyn Endpoint) -> io::Result<()> {
        endpoint.opened(&mut self.session.outgoing);
        while self.session.state() == State::Open {
            let taken = self.take_events(endpoint);
            endpoint.burst_ended();
            taken?;
            if self.session.state() == State::Open {
                self.write_replies()?;
                self.wait_for_bytes()?;
            }
        }
        Ok(())
    }

    fn conclude(mut self, ended: io::Result<()>) {
        let id = self.slot.id();
        if self.sender.is_evicted() {
            let told = "1008 evicted: it did not keep up";
            self.shared.incidents.report(Level::Info, id, &told);
        }
        let lost = ended.err().filter(|_| !self.sender.is_closed());
        // This thread holds the place: it is given back when the client's other thread has ended, too.
        let (woken, over) = self.sender.wait_until_written();
        if let Some(error) = lost {
            return log::debug!("#{id} 1006 {error}");
        }
        // A Close of ours is on its way, this thread's or another's, and shall be read.
        let sender = self.sender.clone();
        let tap = Tap::new(move |_, bytes| sender.note_received(bytes));
        self.stream.set_tap(tap);
        if woken {
            self.stream.hear_out(over);
        }
        self.stream.finish_by(over);
    }

    /// Handles everything that has come in completely.
    fn take_events(&mut self, endpoint: &mut dyn Endpoint) -> io::Result<()> {
        // Behind our Close only the client's own one counts.
        let is_over = self.sender.is_closed();
        loop {
            let Session { incoming, outgoing } = &mut self.session;
            match incoming.next_event() {
                Ok(None) => break,
                Ok(Some(Event::Message(_))) if is_over => {}
                Ok(Some(Event::Message(message))) => {
                    if let Err((code, why)) = endpoint.message(message, outgoing) {
                        self.close(code, why);
                        break;
                    }
                }
                Ok(Some(control)) => {
                    // A Close is the last one in any case.
                    let is_close = matches!(control, Event::Close(_));
                    if !is_close && !self.control_frames.take(Instant::now()) {
                        self.close(CloseCode::POLICY_VIOLATION, "too many control frames");
                        break;
                    }
                    outgoing.answer(&control);
                    if let Event::Close(reason) = control {
                        // The code only: the sentence is the client's, and no log takes what it sends.
                        let code = reason.map_or(1005, |reason| reason.code.number());
                        log::debug!("#{} closed by the client: {code}", self.slot.id());
                        break;
                    }
                }
                Err(error) => {
                    self.fail(error);
                    break;
                }
            }
            if self.session.outgoing.waiting().len() >= ENOUGH {
                self.write_replies()?;
            }
        }
        self.timers.heard(&self.session.incoming, Instant::now());
        Ok(())
    }

    fn write_replies(&mut self) -> io::Result<()> {
        if !self.session.outgoing.waiting().is_empty() {
            self.sender.write(self.session.outgoing.waiting())?;
            self.session.outgoing.written();
        }
        Ok(())
    }

    fn write_last_replies(&mut self) -> io::Result<()> {
        self.sender.write_last(self.session.outgoing.waiting())?;
        self.session.outgoing.written();
        Ok(())
    }

    /// Sleeps until bytes come, or until a deadline ends the conversation.
    fn wait_for_bytes(&mut self) -> io::Result<()> {
        while self.session.state() == State::Open {
            if self.sender.is_closed() {
                self.timers.closing(Instant::now()); // the server said goodbye to everyone
            }
            let (deadline, due) = self.timers.next();
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                if timers::overslept(deadline.elapsed(), self.patience) {
                    self.timers.excuse(Instant::now());
                } else {
                    self.act(due)?;
                }
                continue;
            }
            self.be_patient_for(left)?;
            let Some(space) = self.session.incoming.space() else {
                return Ok(()); // there is no memory: that is the next event
            };
            match self.stream.tcp().as_ref().read(space) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    self.sender.note_received(&space[..count]);
                    self.session.incoming.filled(count);
                    return Ok(());
                }
                Err(error) if is_interruption(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A deadline has come.
    fn act(&mut self, due: Due) -> io::Result<()> {
        match due {
            Due::Ping => {
                self.session.incoming.shrink();
                // Refused only after our Close, and then another deadline would have come first.
                let _ = self.session.outgoing.ping(b"");
                self.write_replies()?;
                self.timers.pinged(Instant::now());
            }
            Due::PingTimeout => self.close(CloseCode::POLICY_VIOLATION, "no answer to a ping"),
            Due::FrameStalled => self.close(CloseCode::POLICY_VIOLATION, "frame stalled"),
            Due::MessageStalled => self.close(CloseCode::POLICY_VIOLATION, "message stalled"),
            Due::CloseTimeout => return Err(io::ErrorKind::TimedOut.into()),
        }
        Ok(())
    }

    /// The client broke a rule of the protocol.
    fn fail(&mut self, error: ProtocolError) {
        let (code, section) = (error.close_code().number(), error.section());
        let told = format_args!("{code} {error} (RFC 6455 §{section})");
        self.shared
            .incidents
            .report(Level::Info, self.slot.id(), &told);
        self.session.outgoing.fail(error);
    }

    fn close(&mut self, code: CloseCode, why: &str) {
        let told = format_args!("{} {why}", code.number());
        self.shared
            .incidents
            .report(Level::Info, self.slot.id(), &told);
        self.session.outgoing.close_with(code, why);
    }

    /// Sets the socket's read timeout, if the one that is set would sleep for much longer than `left`.
    ///
    /// A system call for each read would not be free. While a client talks, its deadline moves
    /// ahead as fast as the clock, so the timeout can stay, but for a tolerance.
    fn be_patient_for(&mut self, left: Duration) -> io::Result<()> {
        let fits = |patience| patience <= left + TOLERANCE && patience >= left / 2;
        if !self.patience.is_some_and(fits) {
            let patience = left.max(Duration::from_millis(1));
            self.stream.set_read_timeout(patience)?;
            self.patience = Some(patience);
        }
        Ok(())
    }
}

/// A read that ended without bytes and without an error: its timeout, or a signal.
fn is_interruption(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}
