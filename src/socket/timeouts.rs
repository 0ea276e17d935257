//! The timeout of a socket's reads, or of its writes: which one is set, and when another is needed.
//!
//! An absolute deadline comes closer with every read, but a system call before each read to say so
//! costs as much as the read. So the timeout is set ahead: half of what is left holds until only
//! half is left. It is never longer than what is left, so nothing outlasts its deadline. Ten seconds
//! take some twenty calls, however many reads there are.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What [`Timeout`] holds if no timeout is set, and if it is not known which.
const NONE: u64 = 0;
const UNKNOWN: u64 = u64::MAX;

/// The timeout that is set for one direction of a socket, in nanoseconds.
#[derive(Debug)]
pub(super) struct Timeout(AtomicU64);

/// Which timeout holds for a read or a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// All that is left, set just now: when it has passed, so has the deadline.
    Whole,
    /// Less than that. When it has passed, the deadline may not have.
    Part,
}

impl Timeout {
    pub(super) const fn unknown() -> Self {
        Self(AtomicU64::new(UNKNOWN))
    }

    /// Makes sure that a timeout is set that is no longer than `left`, or none if that is `None`.
    pub(super) fn hold(
        &self,
        left: Option<Duration>,
        set: impl FnOnce(Option<Duration>) -> io::Result<()>,
    ) -> io::Result<Held> {
        let held = self.0.load(Ordering::Relaxed);
        let wanted = left.map_or(NONE, nanos);
        let fits = match wanted {
            NONE => held == NONE,
            wanted => (wanted.div_ceil(4)..=wanted).contains(&held),
        };
        if fits {
            return Ok(Held::Part);
        }
        // One that is too long was set by an earlier read for the same deadline, mostly, and many
        // more may come.
        let is_one_of_many = held > wanted && held != UNKNOWN && wanted > 1;
        let (timeout, held) = if is_one_of_many {
            (wanted / 2, Held::Part)
        } else {
            (wanted, Held::Whole)
        };
        self.set(timeout, set)?;
        Ok(held)
    }

    /// Sets this timeout, whatever is set, for a thread that keeps its own deadlines.
    #[cfg(feature = "server")]
    pub(super) fn force(
        &self,
        timeout: Duration,
        set: impl FnOnce(Option<Duration>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.set(nanos(timeout), set)
    }

    /// Notes that it has passed too early: the next one is all that is left.
    pub(super) fn forget(&self) {
        self.0.store(UNKNOWN, Ordering::Relaxed);
    }

    fn set(
        &self,
        timeout: u64,
        set: impl FnOnce(Option<Duration>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.forget(); // in case it fails
        set((timeout != NONE).then(|| Duration::from_nanos(timeout)))?;
        self.0.store(timeout, Ordering::Relaxed);
        Ok(())
    }
}

/// Never [`NONE`], and never [`UNKNOWN`].
fn nanos(timeout: Duration) -> u64 {
    u64::try_from(timeout.as_nanos()).map_or(UNKNOWN - 1, |nanos| nanos.clamp(1, UNKNOWN - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// A socket on which every timeout that is set is counted.
    struct Socket {
        timeout: Timeout,
        set: Cell<Option<Duration>>,
        calls: Cell<u32>,
    }

    impl Socket {
        const fn new() -> Self {
            Self {
                timeout: Timeout::unknown(),
                set: Cell::new(None),
                calls: Cell::new(0),
            }
        }

        /// Gets ready for a read, which must not outlast `left`.
        fn hold(&self, left: Option<Duration>) -> Held {
            let set = |timeout| {
                self.set.set(timeout);
                self.calls.set(self.calls.get() + 1);
                Ok(())
            };
            let held = self.timeout.hold(left, set).expect("it can be set");
            match (self.set.get(), left) {
                (None, None) => {}
                (Some(set), Some(left)) => {
                    assert!(!set.is_zero() && set <= left, "{set:?} {left:?}")
                }
                other => panic!("{other:?}"),
            }
            held
        }
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_trickle_takes_few_calls_and_nothing_outlasts_the_deadline() {
        for (seconds, step) in [
            (10, Duration::from_micros(60)), // 15 KiB, byte by byte
            (10, Duration::from_nanos(700)),
            (1, Duration::from_micros(10)),
            (3_600, Duration::from_millis(100)),
        ] {
            let (socket, mut left, mut reads) = (Socket::new(), seconds * SECOND, 0);
            while !left.is_zero() {
                socket.hold(Some(left));
                left = left.saturating_sub(step);
                reads += 1;
            }
            let calls = socket.calls.get();
            assert!(calls < 50 && reads > 10_000, "{calls} calls, {reads} reads");
        }
    }

    #[test]
    fn without_a_deadline_it_is_set_once() {
        let socket = Socket::new();
        for _ in 0..1_000 {
            socket.hold(None);
        }
        assert_eq!(socket.calls.get(), 1);
    }

    /// A client that waits for each answer in turn, up to ten seconds.
    #[test]
    fn with_a_new_deadline_for_each_read_it_is_set_twice() {
        let socket = Socket::new();
        for _ in 0..1_000 {
            socket.hold(Some(10 * SECOND - Duration::from_micros(1)));
            socket.hold(Some(9 * SECOND));
        }
        assert_eq!(socket.calls.get(), 2);
    }

    #[test]
    fn one_that_passes_too_early_is_followed_by_all_that_is_left() {
        let socket = Socket::new();
        assert_eq!(socket.hold(Some(10 * SECOND)), Held::Whole);
        assert_eq!(socket.hold(Some(9 * SECOND)), Held::Part);
        assert_eq!(socket.set.get(), Some(SECOND * 9 / 2));
        socket.timeout.forget();
        assert_eq!(socket.hold(Some(SECOND * 9 / 2)), Held::Whole);
    }

    #[test]
    fn the_least_and_the_most() {
        for left in [
            Duration::from_nanos(1),
            Duration::from_nanos(2),
            Duration::MAX,
        ] {
            let socket = Socket::new();
            for _ in 0..3 {
                socket.hold(Some(left));
                socket.hold(None);
            }
        }
    }

    #[test]
    fn what_failed_is_tried_again() {
        let timeout = Timeout::unknown();
        let fails = |_| Err(io::ErrorKind::InvalidInput.into());
        assert!(timeout.hold(None, fails).is_err());
        assert_eq!(timeout.hold(None, |_| Ok(())).ok(), Some(Held::Whole));
    }
}
