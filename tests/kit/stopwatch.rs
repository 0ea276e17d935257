//! How long a test waits, and how long a server may take: never by wall-clock time alone. On a busy
//! machine everything is late, and the server is not to blame.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a test waits for an event that must come. It only turns a hang into a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Measures how long the processors were idle: the time for which a server needlessly waited.
///
/// A server that works keeps a processor busy, and so does any other program. A server that waits for a
/// timer leaves the processors idle. So a bound on idle time bounds needless waiting, also on a busy
/// machine; on a quiet one it is wall-clock time. How much a server works is bounded in processor time
/// (`tests/footprint`), and how much it delays others by a comparison (`tests/hostile/witnesses.rs`).
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

    /// Wall-clock time: only to assert that an event was not too early.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The part of it in which the processors were idle.
    pub(crate) fn waited(&self) -> Duration {
        idle_time().saturating_sub(self.idle).min(self.elapsed())
    }

    /// Whether a test has waited so long that the event will not come. On a busy machine this takes
    /// longer, because a program that gets no processor is late through no fault of its own.
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

/// The idle time of all processors that this program may use, a few milliseconds old.
///
/// Zero where the system does not tell: then only a hang is a failure.
fn idle_time() -> Duration {
    /// How long a reading is used: a row with a thousand writes need not read the file each time.
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

    /// The idle time of the processors on which this program may run, less the time for which a
    /// container throttled it.
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

    /// A container may be allowed less processor time than its processors have.
    fn held_back() -> Duration {
        let stat = read_to_string("/sys/fs/cgroup/cpu.stat").unwrap_or_default();
        let throttled = stat
            .lines()
            .find_map(|line| line.strip_prefix("throttled_usec ")?.parse().ok());
        Duration::from_micros(throttled.unwrap_or_default())
    }
}
