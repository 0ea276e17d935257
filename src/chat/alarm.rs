//! What rooms have to do later: one thread for all of them, asleep until the earliest is due.

use crate::sync::{Condvar, Mutex, MutexGuard, now, spawn};
use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Weak};
use std::time::Instant;

/// A room does on this thread what is due: it appends events and flushes them.
const STACK: usize = 256 << 10;

/// Something that has things to do later.
pub(super) trait OnAlarm: Send + Sync {
    /// No two have the same name at the same time.
    fn name(&self) -> &str;

    /// Does what has become due; returns when there is something to do again.
    fn on_alarm(self: Arc<Self>, now: Instant) -> Option<Instant>;
}

pub(super) struct Alarm(Arc<Clock>);

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alarm").finish_non_exhaustive()
    }
}

struct Clock {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// By name: when something is due, and for which room.
    due: HashMap<String, (Instant, Weak<dyn OnAlarm>)>,
    ended: bool,
}

impl Alarm {
    /// Starts the thread. Without it, some of what happens in a room would never be sent.
    pub(super) fn start() -> io::Result<Self> {
        let clock = Arc::new(Clock {
            state: Mutex::default(),
            changed: Condvar::telling("a room has something to do"),
        });
        let for_thread = Arc::clone(&clock);
        spawn("alarm", STACK, move || for_thread.run())?;
        Ok(Self(clock))
    }

    /// Notes that `room` has something to do at `when`, or earlier.
    pub(super) fn set<T: OnAlarm + 'static>(&self, when: Instant, room: &Arc<T>) {
        let downgraded = || -> Weak<dyn OnAlarm> { Arc::<T>::downgrade(room) };
        let mut state = self.0.lock();
        let entry = state.due.entry(room.name().to_owned());
        let entry = entry.or_insert_with(|| (when, downgraded()));
        // A room that is forgotten has nothing to do any more, and its name may stand for another.
        let is_another = !entry.1.ptr_eq(&downgraded());
        if when < entry.0 || is_another {
            *entry = (when, downgraded());
        }
        self.0.changed.notify_one();
    }

    pub(super) fn end(&self) {
        self.0.lock().ended = true;
        self.0.changed.notify_one();
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.end();
    }
}

impl Clock {
    fn run(&self) {
        let mut state = self.lock();
        while !state.ended {
            let now = now();
            let due: Vec<_> = state.due.extract_if(|_, (when, _)| *when <= now).collect();
            if due.is_empty() {
                state = self.sleep(state, now);
                continue;
            }
            drop(state);
            let rooms = due
                .into_iter()
                .filter_map(|(name, (_, room))| Some((name, room.upgrade()?)));
            let next: Vec<_> = rooms
                .filter_map(|(name, room)| Some((name, Arc::clone(&room).on_alarm(now)?, room)))
                .collect();
            state = self.lock();
            for (name, when, room) in next {
                let entry = state
                    .due
                    .entry(name)
                    .or_insert_with(|| (when, Arc::downgrade(&room)));
                entry.0 = entry.0.min(when);
            }
        }
    }

    fn sleep<'a>(&'a self, state: MutexGuard<'a, State>, now: Instant) -> MutexGuard<'a, State> {
        let earliest = state.due.values().map(|(when, _)| *when).min();
        match earliest {
            None => self.changed.wait(state),
            Some(when) => (self.changed).wait_timeout(state, when.saturating_duration_since(now)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}
