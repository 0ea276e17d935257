//! What recently went over one connection, for its owner to look at.
//!
//! A [`Recorder`] keeps the handshake and the last [`MOST_FRAMES`](super::excerpt::MOST_FRAMES) frames of both directions, in the order
//! of the wire, so that a watcher who comes late still sees how the connection came to be as it is. Of a
//! long frame it keeps the beginning and the end. From there on a watcher is given everything, byte by
//! byte, through a [`Queue`] of limited size: the connection never waits for it.
//!
//! Nothing is interpreted here. The recorder follows the frames by their headers alone, to know where each
//! begins. What they mean is worked out by the watcher, in its own thread and its own time. A burst that
//! goes to many members is excerpted once, and each member's recorder holds the same [`Excerpt`].

#[cfg(test)]
mod tests;

use super::excerpt::Excerpt;
use super::frame_collector::FrameCollector;
use super::queue::Queue;
use super::recent_frames::RecentFrames;
use crate::outbox::{Burst, Observer};
use crate::protocol::Role;
use crate::sync::{Mutex, MutexGuard};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Watchers of one connection at the same time.
const MOST_WATCHERS: usize = 4;

/// Looks on at one connection: keeps its recent past, and passes its present on to those who watch.
///
/// A thread that sends to a thousand members finds nothing of their recorders in the processor's cache,
/// and loads it line by line. So the fields that each burst touches lie together, at the beginning of a
/// line.
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
    /// Whole frames that went over the connection.
    frames: u64,
    server: FrameCollector,
    watchers: Vec<Arc<Queue>>,
    recent: RecentFrames,
    client: FrameCollector,
    ended: bool,
}

/// What a watcher is given first.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) request: Box<[u8]>,
    pub(super) response: Box<[u8]>,
    pub(super) recorded: Vec<Recorded>,
    /// The beginning of a frame that is under way, if all of it is there.
    pub(super) unfinished: Vec<(Role, Duration, Vec<u8>)>,
    /// The number of frames before the recorded ones.
    pub(super) forgotten: u64,
    pub(super) queue: Arc<Queue>,
}

/// Frames that came in one read, or went out in one write.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) sender: Role,
    /// Since the connection was upgraded.
    pub(super) at: Duration,
    pub(super) frames: Arc<Excerpt>,
}

impl Observer for Recorder {
    fn received(&self, bytes: &[u8]) {
        self.lock().note(Role::Client, self.start, bytes);
    }

    /// The lock is held while `send` runs, which keeps the order.
    fn sending(
        &self,
        bytes: &[u8],
        burst: Option<&Burst<'_>>,
        send: &mut dyn FnMut() -> io::Result<usize>,
    ) -> io::Result<usize> {
        let mut state = self.lock();
        let count = send()?;
        match burst {
            Some(burst) if count == bytes.len() && state.is_between_frames_unwatched() => {
                state.keep(burst.note(Excerpt::of));
            }
            _ => state.note(Role::Server, self.start, &bytes[..count]),
        }
        Ok(count)
    }

    fn lagging(&self, bytes: usize, dropped: usize) {
        for watcher in &self.lock().watchers {
            watcher.lagging(bytes, dropped);
        }
    }
}

impl Recorder {
    /// The recorder of a connection that is just being upgraded by `response`.
    pub(crate) fn new(request: &[u8], response: &[u8]) -> Self {
        Self {
            start: Instant::now(),
            request: request.into(),
            response: response.into(),
            state: Mutex::new(State {
                client: FrameCollector::new(Role::Client),
                server: FrameCollector::new(Role::Server),
                recent: RecentFrames::default(),
                frames: 0,
                watchers: Vec::new(),
                ended: false,
            }),
        }
    }

    /// Notes that the connection has ended.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        for watcher in state.watchers.drain(..) {
            watcher.end();
        }
    }

    /// Begins to watch. Returns `None` if [`MOST_WATCHERS`] do already.
    pub(super) fn watch(&self) -> Option<Snapshot> {
        let mut state = self.lock();
        state.watchers.retain(|watcher| !watcher.is_left());
        if state.watchers.len() >= MOST_WATCHERS {
            return None;
        }
        let queue = Arc::new(Queue::new());
        let mut unfinished = Vec::new();
        for follower in [&state.client, &state.server] {
            match follower.unfinished() {
                Some(beginning) if beginning.is_empty() => {}
                Some(beginning) => {
                    unfinished.push((follower.sender(), self.start.elapsed(), beginning));
                }
                // Its middle is gone: this direction begins with the next frame.
                None => queue.lose(follower.sender()),
            }
        }
        if state.ended {
            queue.end();
        } else {
            state.watchers.push(Arc::clone(&queue));
        }
        let recorded = state.recent.excerpts().map(|frames| Recorded {
            sender: frames.sender,
            at: frames.made.saturating_duration_since(self.start),
            frames: Arc::clone(frames),
        });
        Some(Snapshot {
            request: self.request.clone(),
            response: self.response.clone(),
            recorded: recorded.collect(),
            unfinished,
            forgotten: state.frames - u64::from(state.recent.frames()),
            queue,
        })
    }

    /// A thread that panicked has left a frame half noted at worst: the rest is still true.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl State {
    /// There is no watcher to give anything to, and no frame to put together.
    const fn is_between_frames_unwatched(&self) -> bool {
        self.server.is_between_frames() && self.watchers.is_empty()
    }

    /// Takes note of bytes that were read or written.
    fn note(&mut self, sender: Role, start: Instant, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let follower = match sender {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        };
        let (followed, now) = (follower.follow(bytes), Instant::now());
        for watcher in &self.watchers {
            watcher.offer(
                sender,
                now.saturating_duration_since(start),
                bytes,
                &followed,
            );
        }
        if followed.frames.count() > 0 {
            self.keep(Arc::new(followed.frames.build(sender, now)));
        }
    }

    fn keep(&mut self, excerpt: Arc<Excerpt>) {
        self.frames += excerpt.count() as u64;
        self.recent.push(excerpt);
    }
}
