//! One WebSocket's life on the server: read, handle, reply, ping, close.
//!
//! One thread does it all. It takes *every* frame that one `read()` brought before it writes once: the
//! replies to a burst lie end to end in one buffer. A write costs the same whatever is in it, so a client
//! that sends sixteen messages at once gets sixteen answers for the price of one.

use super::connections::Slot;
use super::shared::Shared;
use super::timers::{self, Due, Timers};
use crate::endpoint::Endpoint;
use crate::outbox::{Observer, Sender};
use crate::protocol::{CloseCode, Event, ProtocolError, Session, SessionState};
use crate::rate::Bucket;
use crate::socket::{Stream, Tap};
use log::Level;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Once the replies are this long, they are written before more frames are looked at.
const REPLIES_PER_WRITE: usize = 64 << 10;

/// How late a deadline may be noticed.
const TOLERANCE: Duration = Duration::from_millis(20);

/// A WebSocket whose handshake is done, without its endpoint.
#[derive(Debug)]
pub(super) struct OpenSocket {
    pub(super) stream: Stream,
    pub(super) sender: Sender,
    /// Is told what is read; the sender tells it what is written.
    pub(super) observer: Option<Arc<dyn Observer>>,
    pub(super) session: Session,
}

struct Peer<'a> {
    socket: OpenSocket,
    timers: Timers,
    control_frames: Bucket,
    /// The read timeout that is set on the socket.
    read_timeout: Option<Duration>,
    slot: &'a Slot,
    shared: &'a Shared,
}

/// Serves the WebSocket until it has ended. A panic in the endpoint ends this connection alone.
pub(super) fn run(
    socket: OpenSocket,
    mut endpoint: Box<dyn Endpoint>,
    slot: &Slot,
    shared: &Shared,
) {
    let now = Instant::now();
    let mut peer = Peer {
        socket,
        timers: Timers::new(shared.config.deadlines, now),
        control_frames: Bucket::new(shared.config.messages.control_frames(), now),
        read_timeout: None,
        slot,
        shared,
    };
    if !slot.upgrade(&peer.socket.sender) {
        peer.close(CloseCode::GOING_AWAY, "server shutting down");
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| peer.serve(endpoint.as_mut())));
    let ended = outcome.unwrap_or_else(|_| {
        log::error!("#{} a thread panicked", slot.id());
        peer.socket.session.outgoing.written(); // it may hold half a reply
        peer.close(CloseCode::INTERNAL_ERROR, "the server has a bug");
        Ok(())
    });
    peer.socket.sender.last_call();
    // Before our Close is written: a client that has read it finds its name free, and a client that is
    // slow to let go of the connection has left nevertheless.
    drop(endpoint);
    let ended = ended.and_then(|()| peer.write_last_replies());
    peer.finish(ended);
}

impl Peer<'_> {
    /// Returns `Ok` if a Close of ours is due and the connection shall end cleanly, an error if it is gone.
    fn serve(&mut self, endpoint: &mut dyn Endpoint) -> io::Result<()> {
        endpoint.opened(&mut self.socket.session.outgoing);
        while self.socket.session.state() == SessionState::Open {
            let taken = self.take_events(endpoint);
            endpoint.burst_ended();
            taken?;
            if self.socket.session.state() == SessionState::Open {
                self.write_replies()?;
                self.wait_for_bytes()?;
            }
        }
        Ok(())
    }

    /// Waits for what is still being written, then ends the connection so that our Close can be read.
    fn finish(mut self, ended: io::Result<()>) {
        let id = self.slot.id();
        let OpenSocket {
            stream,
            sender,
            observer,
            ..
        } = &mut self.socket;
        if sender.is_evicted() {
            let message = "1008 evicted: it did not keep up";
            self.shared.incidents.report(Level::Info, id, &message);
        }
        let lost = ended.err().filter(|_| !sender.is_closed());
        // This thread holds the slot, which is given back when the client's writer thread has ended, too.
        let (was_woken, deadline) = sender.wait_until_written();
        if let Some(error) = lost {
            return log::debug!("#{id} 1006 {error}");
        }
        // A Close of ours is on its way, this thread's or another's, and shall be read.
        if let Some(observer) = observer.take() {
            stream.set_tap(Tap::new(move |_, bytes| observer.received(bytes)));
        }
        if was_woken {
            stream.hear_out(deadline);
        }
        self.socket.stream.finish_by(deadline);
    }

    /// Handles everything that has arrived completely.
    fn take_events(&mut self, endpoint: &mut dyn Endpoint) -> io::Result<()> {
        // After our Close, only the client's own Close counts.
        let is_over = self.socket.sender.is_closed();
        loop {
            let Session { incoming, outgoing } = &mut self.socket.session;
            match incoming.next_event() {
                Ok(None) => break,
                Ok(Some(Event::Message(_))) if is_over => {}
                Ok(Some(Event::Message(message))) => {
                    if let Err((code, reason)) = endpoint.message(message, outgoing) {
                        self.close(code, reason);
                        break;
                    }
                }
                Ok(Some(control)) => {
                    // A Close is the last control frame in any case.
                    let is_close = matches!(control, Event::Close(_));
                    if !is_close && !self.control_frames.take(Instant::now()) {
                        self.close(CloseCode::POLICY_VIOLATION, "too many control frames");
                        break;
                    }
                    outgoing.answer(&control);
                    if let Event::Close(reason) = control {
                        // The code alone: the reason is the client's, and no log takes what it sends.
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
            if self.socket.session.outgoing.waiting().len() >= REPLIES_PER_WRITE {
                self.write_replies()?;
            }
        }
        let now = Instant::now();
        self.timers.received(&self.socket.session.incoming, now);
        Ok(())
    }

    fn write_replies(&mut self) -> io::Result<()> {
        let OpenSocket {
            sender, session, ..
        } = &mut self.socket;
        if !session.outgoing.waiting().is_empty() {
            sender.write(session.outgoing.waiting())?;
            session.outgoing.written();
        }
        Ok(())
    }

    fn write_last_replies(&mut self) -> io::Result<()> {
        let OpenSocket {
            sender, session, ..
        } = &mut self.socket;
        sender.write_last(session.outgoing.waiting())?;
        session.outgoing.written();
        Ok(())
    }

    /// Sleeps until bytes arrive, or a deadline ends the conversation.
    fn wait_for_bytes(&mut self) -> io::Result<()> {
        while self.socket.session.state() == SessionState::Open {
            if self.socket.sender.is_closed() {
                self.timers.closing(Instant::now()); // the server is shutting down
            }
            let (deadline, due) = self.timers.next();
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                if timers::overslept(deadline.elapsed(), self.read_timeout) {
                    self.timers.restart(Instant::now());
                } else {
                    self.meet_deadline(due)?;
                }
                continue;
            }
            self.set_read_timeout(left)?;
            let socket = &mut self.socket;
            let Some(space) = socket.session.incoming.space() else {
                return Ok(()); // there is no memory, which is the next event
            };
            match socket.stream.transport().read(space) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    // Before the bytes are unmasked where they lie.
                    if let Some(observer) = &socket.observer {
                        observer.received(&space[..count]);
                    }
                    socket.session.incoming.filled(count);
                    return Ok(());
                }
                Err(error) if is_interruption(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn meet_deadline(&mut self, due: Due) -> io::Result<()> {
        match due {
            Due::Ping => {
                let Session { incoming, outgoing } = &mut self.socket.session;
                incoming.shrink();
                // Refused only after our Close, and then another deadline would have come first.
                let _ = outgoing.ping(b"");
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

    /// Closes the connection of a client that broke a rule of the protocol. §7.1.7.
    fn fail(&mut self, error: ProtocolError) {
        let (code, section) = (error.close_code().number(), error.section());
        let message = format_args!("{code} {error} (RFC 6455 §{section})");
        self.report(&message);
        self.socket.session.outgoing.fail(error);
    }

    fn close(&mut self, code: CloseCode, reason: &str) {
        self.report(&format_args!("{} {reason}", code.number()));
        self.socket.session.outgoing.close_with(code, reason);
    }

    fn report(&self, message: &dyn std::fmt::Display) {
        let incidents = &self.shared.incidents;
        incidents.report(Level::Info, self.slot.id(), message);
    }

    /// Sets the socket's read timeout, unless the one that is set would end soon enough for `left`.
    ///
    /// A system call for each read would not be free. While a client talks, its deadline moves ahead as
    /// fast as the clock, so the timeout can stay, within a tolerance.
    fn set_read_timeout(&mut self, left: Duration) -> io::Result<()> {
        let fits = |timeout| timeout <= left + TOLERANCE && timeout >= left / 2;
        if !self.read_timeout.is_some_and(fits) {
            let timeout = left.max(Duration::from_millis(1));
            self.socket.stream.set_read_timeout(timeout)?;
            self.read_timeout = Some(timeout);
        }
        Ok(())
    }
}

/// Did a read end without bytes and without a fault, by its timeout or a signal?
fn is_interruption(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}
