//! Locks and threads, for all floors above.
//!
//! [`Mutex`] and [`Condvar`] are those of the standard library without poisoning. A thread that
//! panics ends one connection, not the server: every state behind a lock is changed in whole steps,
//! so what a panicking thread leaves behind is still good.
//!
//! # In tests: every order of steps
//!
//! A race shows in one run of a million, and then not again. So unit tests do not use the standard
//! library's lock but [`either`]'s. It asks at run time whether the calling thread belongs to a
//! *model*: a test that `shuttle` runs many times, each time in another order of steps, and in which
//! every lock, wait and thread is simulated. Outside of a model it is the standard library's lock, so
//! that models and ordinary unit tests live in one build. A build with a feature of its own would
//! compile the crate once more for `cargo test`; generic locks would appear in the type of everything
//! that holds one. In all other builds (the program, its integration tests, its benches) nothing of
//! this exists.
//!
//! # Mistakes on purpose
//!
//! A model that passes may have looked at nothing. So [`fault`] and [`gap`] name mistakes that could be
//! made at the place where they stand, a [`Condvar`] can be switched off by what it tells, and each has a
//! row in a `models.rs`: when this mistake is made, this model fails. In the program `fault` is `false` and
//! `gap` is nothing, at compile time.

#[cfg(test)]
mod either;
#[cfg(test)]
pub(crate) mod model;

#[cfg(test)]
use either as primitives;
#[cfg(not(test))]
use std::sync as primitives;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use primitives::MutexGuard;

/// A lock that survives a panic.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(primitives::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(primitives::Mutex::new(value))
    }

    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None`: another thread has it.
    #[inline]
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// Lets threads wait until what a [`Mutex`] holds has changed.
#[derive(Debug)]
pub(crate) struct Condvar {
    condvar: primitives::Condvar,
    /// What it tells: in a test of the models it can be switched off by this.
    #[cfg(test)]
    news: &'static str,
}

impl Condvar {
    pub(crate) fn telling(news: &'static str) -> Self {
        #[cfg(not(test))]
        let _ = news;
        Self {
            condvar: primitives::Condvar::default(),
            #[cfg(test)]
            news,
        }
    }

    #[inline]
    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        let woken = self.condvar.wait(guard);
        woken.unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'a, T> {
        while condition(&mut guard) {
            guard = self.wait(guard);
        }
        guard
    }

    /// Waits no longer than `timeout`. Whether that was over, the caller's clock says.
    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> MutexGuard<'a, T> {
        let woken = self.condvar.wait_timeout(guard, timeout);
        woken.unwrap_or_else(PoisonError::into_inner).0
    }

    pub(crate) fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        timeout: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'a, T> {
        let deadline = now() + timeout;
        while condition(&mut guard) {
            let left = deadline.saturating_duration_since(now());
            if left.is_zero() {
                break;
            }
            guard = self.wait_timeout(guard, left);
        }
        guard
    }

    #[inline]
    pub(crate) fn notify_one(&self) {
        #[cfg(test)]
        if fault(self.news) {
            return;
        }
        self.condvar.notify_one();
    }

    #[inline]
    pub(crate) fn notify_all(&self) {
        #[cfg(test)]
        if fault(self.news) {
            return;
        }
        self.condvar.notify_all();
    }
}

/// A flag that is set and seen without a lock: what was written before it is seen with it.
#[derive(Debug, Default)]
pub(crate) struct Flag(AtomicBool);

impl Flag {
    pub(crate) fn is_set(&self) -> bool {
        #[cfg(test)]
        model::switch();
        self.0.load(Ordering::Acquire)
    }

    /// Returns what it was before.
    pub(crate) fn set(&self, to: bool) -> bool {
        #[cfg(test)]
        model::switch();
        self.0.swap(to, Ordering::AcqRel)
    }
}

/// Starts a detached thread. Its name is shown in panic messages and by `top -H`. Of its `stack`, in
/// bytes, only what it touches becomes memory.
pub(crate) fn spawn(
    name: impl Into<String>,
    stack: usize,
    run: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    #[cfg(test)]
    if model::is_running() {
        return model::spawn_named(name.into(), run);
    }
    let thread = thread::Builder::new().name(name.into()).stack_size(stack);
    thread.spawn(run).map(drop)
}

/// Lets other threads run first, if any can.
#[inline]
pub(crate) fn yield_now() {
    #[cfg(test)]
    if model::is_running() {
        return model::step();
    }
    thread::yield_now();
}

/// The time. In a model it stands still, except while a thread waits for a client.
#[inline]
pub(crate) fn now() -> Instant {
    #[cfg(test)]
    if model::is_running() {
        return model::now();
    }
    Instant::now()
}

/// Is this mistake to be made now? In tests of the models only: elsewhere never.
#[cfg(not(test))]
#[inline(always)]
pub(crate) const fn fault(_mistake: &str) -> bool {
    false
}

/// The mistake of letting go of a lock at this place, for a moment. In tests of the models only.
#[cfg(not(test))]
#[inline(always)]
pub(crate) const fn gap<T>(_guard: &mut MutexGuard<'_, T>, _mistake: &str) {}

#[cfg(test)]
pub(crate) use model::{fault, gap};
