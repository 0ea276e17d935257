//! How long a test waits, and how long a server may wait: never by the clock on the wall alone. A
//! machine that has other things to do makes everything late, and no server is to blame for it.

#![allow(dead_code)] // Several test programs share this; none needs all of it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What must come at all comes within this: it only turns a hang into a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// How long the processors have been idle meanwhile: that, and not more, somebody has waited.
///
/// A server that works keeps a processor busy, and so does whatever else runs on the machine. A
/// server that waits for a timer leaves them idle. So a bound on the idle time is one on needless
/// waiting, and holds whatever else is running; on a quiet machine it is the time on the wall. How
/// much a server works is bounded in processor time (`tests/footprint`), how much it keeps others
/// waiting by a comparison (`tests/hostile/witnesses.rs`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch {
    start: Instant,
    idle: Duration,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self {
            start: Instant::now(),
            idle: idle_time(),
        }
    }

    /// By the clock on the wall: only to say that something was not too early.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// As much of that as somebody waited.
    pub(crate) fn waited(&self) -> Duration {
        idle_time().saturating_sub(self.idle).min(self.elapsed())
    }

    /// Has a test waited so long that what it waits for will not come? On a busy machine it may take
    /// longer: a program that gets no processor is late through no fault of its own.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.waited() >= PATIENCE || self.elapsed() >= 5 * PATIENCE
    }

    #[track_caller]
    pub(crate) fn assert_under(&self, most: Duration) {
        let (waited, elapsed) = (self.waited(), self.elapsed());
        assert!(
            waited < most,
            "it took {elapsed:.1?}, and {waited:.1?} of that was waiting: more than {most:?}"
        );
    }
}

/// The idle time of all processors that this program may use, up to a moment ago.
///
/// Where that is unknown, it stands still: then only a hang is a failure.
fn idle_time() -> Duration {
    /// A file need not be read for each of a thousand writes.
    const FRESH: Duration = Duration::from_millis(10);
    static LAST: Mutex<Option<(Instant, Duration)>> = Mutex::new(None);

    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match *last {
        Some((when, idle)) if when.elapsed() < FRESH => idle,
        _ => {
            let idle = processors::idle().unwrap_or_default();
            *last = Some((Instant::now(), idle));
            idle
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod processors {
    pub(super) fn idle() -> Option<std::time::Duration> {
        None
    }
}

#[cfg(target_os = "linux")]
mod processors {
    use std::fs::read_to_string;
    use std::time::Duration;

    /// Linux counts processor time in hundredths of a second, on every machine that runs Rust.
    const TICK_MILLIS: u64 = 10;

    /// Of those on which this program may run, less the time for which a container held it back.
    pub(super) fn idle() -> Option<Duration> {
        let ours = ours()?;
        let stat = read_to_string("/proc/stat").ok()?;
        let ticks: u64 = stat
            .lines()
            .filter_map(|line| {
                let mut fields = line.strip_prefix("cpu")?.split(' ');
                let number: u32 = fields.next()?.parse().ok()?;
                // user, nice and system precede idle and iowait.
                let idle = fields
                    .skip(3)
                    .take(2)
                    .filter_map(|field| field.parse::<u64>().ok());
                ours.contains(&number).then(|| idle.sum::<u64>())
            })
            .sum();
        let idle = Duration::from_millis(TICK_MILLIS * ticks);
        Some(idle.saturating_sub(held_back()))
    }

    /// `0-1,4`, as a list.
    fn ours() -> Option<Vec<u32>> {
        let status = read_to_string("/proc/self/status").ok()?;
        let list = status
            .lines()
            .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
        let numbers = list.trim().split(',').filter_map(|part| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            Some(first.parse().ok()?..=last.parse().ok()?)
        });
        Some(numbers.flatten().collect())
    }

    /// A container may have less than the processors that it sees.
    fn held_back() -> Duration {
        let stat = read_to_string("/sys/fs/cgroup/cpu.stat").unwrap_or_default();
        let throttled = stat
            .lines()
            .find_map(|line| line.strip_prefix("throttled_usec ")?.parse().ok());
        Duration::from_micros(throttled.unwrap_or_default())
    }
}
