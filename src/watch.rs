//! What lately went over one connection, for its owner to look at.
//!
//! A [`Recorder`] keeps the handshake and the last [`MOST_FRAMES`] frames of both directions, in the order
//! of the wire, so that somebody who looks late still sees how it came to be as it is. Long frames
//! are kept by their beginning and their end. Whoever watches gets everything from there on, byte by
//! byte, through a [`Queue`] of limited size: the connection never waits for them.
//!
//! Nothing is interpreted here. The tape follows the frames by their headers only, to know where one
//! begins; what they mean is worked out by the watcher, in its own thread and its own time. A burst
//! that goes to many members is digested once, and each member's tape holds the same [`Excerpt`].

mod excerpt;
mod queue;
mod recent_frames;
#[cfg(test)]
mod tests;
mod track;

pub(crate) use excerpt::{Excerpt, ExcerptedFrame};
pub(crate) use queue::{Item, Queue};

use crate::protocol::Role;
use crate::sync::{Mutex, MutexGuard};
use recent_frames::RecentFrames;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use track::Track;

/// Frames that are kept when nobody watches.
pub(crate) const MOST_FRAMES: usize = 32;
/// Those who may watch one connection at the same time.
pub(crate) const MOST_WATCHERS: usize = 4;

/// One connection's recent past, and those who watch its present.
///
/// Whoever sends to a thousand members finds nothing of their tapes in the processor's cache, and
/// fetches it line by line. So what each burst touches lies together, at the beginning of a line.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Recorder {
    state: Mutex<State>,
    start: Instant,
    request: Box<[u8]>,
    response: Box<[u8]>,
}

#[derive(Debug)]
#[repr(C)]
struct State {
    /// Frames that went over the connection, whole.
    frames: u64,
    server: Track,
    watchers: Vec<Arc<Queue>>,
    recent: RecentFrames,
    client: Track,
    ended: bool,
}

/// Frames that came in one read, or went out in one write.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) sender: Role,
    /// Since the connection was upgraded.
    pub(crate) at: Duration,
    pub(crate) frames: Arc<Excerpt>,
}

/// What a watcher is given first.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) request: Box<[u8]>,
    pub(crate) response: Box<[u8]>,
    pub(crate) recorded: Vec<Recorded>,
    /// The beginning of a frame that is under way, if all of it is there.
    pub(crate) unfinished: Vec<(Role, Duration, Vec<u8>)>,
    /// Frames that came before those that are kept.
    pub(crate) forgotten: u64,
    pub(crate) queue: Arc<Queue>,
}

impl Recorder {
    /// The tape of a connection that is just being upgraded. The first frames may have come with
    /// the request.
    pub(crate) fn new(request: &[u8], response: &[u8], first_frames: &[u8]) -> Self {
        let recorder = Self {
            start: Instant::now(),
            request: request.into(),
            response: response.into(),
            state: Mutex::new(State {
                client: Track::new(Role::Client),
                server: Track::new(Role::Server),
                recent: RecentFrames::default(),
                frames: 0,
                watchers: Vec::new(),
                ended: false,
            }),
        };
        recorder.received(first_frames);
        recorder
    }

    /// Bytes came from the client. To be told before they are unmasked where they lie.
    pub(crate) fn received(&self, bytes: &[u8]) {
        self.lock().note(Role::Client, self.start, bytes);
    }

    /// Bytes go to the client, as many of them as `send` says it has sent.
    ///
    /// The tape is held meanwhile: an answer may come before `send` returns, and must be noted
    /// behind what it answers. `send` does not wait.
    pub(crate) fn sending(
        &self,
        bytes: &[u8],
        excerpt: Option<&Arc<Excerpt>>,
        send: impl FnOnce() -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut state = self.lock();
        let count = send()?;
        match excerpt {
            Some(excerpt) if count == bytes.len() && state.is_between_frames_unwatched() => {
                state.keep(Arc::clone(excerpt));
            }
            _ => state.note(Role::Server, self.start, &bytes[..count]),
        }
        Ok(count)
    }

    /// So many bytes wait for the client, which does not keep up; none: it does again.
    pub(crate) fn waiting(&self, bytes: usize, dropped: usize) {
        for watcher in &self.lock().watchers {
            watcher.waiting(bytes, dropped);
        }
    }

    /// The connection has ended.
    pub(crate) fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        for watcher in state.watchers.drain(..) {
            watcher.end();
        }
    }

    /// Begins to watch. `None`: so many do already.
    pub(crate) fn watch(&self) -> Option<Snapshot> {
        let mut state = self.lock();
        state.watchers.retain(|watcher| !watcher.is_left());
        if state.watchers.len() >= MOST_WATCHERS {
            return None;
        }
        let queue = Arc::new(Queue::new());
        let mut unfinished = Vec::new();
        for track in [&state.client, &state.server] {
            match track.unfinished() {
                Some(beginning) if beginning.is_empty() => {}
                Some(beginning) => {
                    unfinished.push((track.sender(), self.start.elapsed(), beginning));
                }
                // Its middle is gone: this direction begins with the next frame.
                None => queue.lose(track.sender()),
            }
        }
        if state.ended {
            queue.end();
        } else {
            state.watchers.push(Arc::clone(&queue));
        }
        Some(Snapshot {
            request: self.request.clone(),
            response: self.response.clone(),
            recorded: state
                .recent
                .excerpts()
                .map(|frames| Recorded {
                    sender: frames.sender,
                    at: frames.made.saturating_duration_since(self.start),
                    frames: Arc::clone(frames),
                })
                .collect(),
            unfinished,
            forgotten: state.frames - u64::from(state.recent.frames()),
            queue,
        })
    }

    /// A thread that panicked left a frame half noted at worst: the rest is still true.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl State {
    /// Nothing has to be told, and nothing to be put together.
    const fn is_between_frames_unwatched(&self) -> bool {
        self.server.is_between_frames() && self.watchers.is_empty()
    }

    /// Notes bytes that were read or written.
    fn note(&mut self, sender: Role, start: Instant, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let track = match sender {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        };
        let (step, now) = (track.follow(bytes), Instant::now());
        for watcher in &self.watchers {
            watcher.offer(sender, now.saturating_duration_since(start), bytes, &step);
        }
        if step.found.count > 0 {
            self.keep(Arc::new(step.found.excerpt(sender, now)));
        }
    }

    fn keep(&mut self, excerpt: Arc<Excerpt>) {
        self.frames += excerpt.count() as u64;
        self.recent.push(excerpt);
    }
}
