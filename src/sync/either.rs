//! The primitives of a test: the standard library's, or in a model `shuttle`'s.
//!
//! Which of the two a lock is was decided when it was made: what a model uses is made in it.

use super::model;
use shuttle::sync as simulated;
use std::ops::{Deref, DerefMut};
use std::sync as real;
use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};
use std::time::Duration;

#[derive(Debug)]
pub(crate) enum Mutex<T> {
    Real(real::Mutex<T>),
    Simulated(simulated::Mutex<T>),
}

#[derive(Debug)]
enum Held<'a, T> {
    Real(real::MutexGuard<'a, T>),
    Simulated(simulated::MutexGuard<'a, T>),
}

/// The lock is held while `held` is there: always, but for a moment in [`gap`](super::gap).
#[derive(Debug)]
pub(crate) struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    held: Option<Held<'a, T>>,
}

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        if model::is_running() {
            Self::Simulated(simulated::Mutex::new(value))
        } else {
            Self::Real(real::Mutex::new(value))
        }
    }

    pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        match self {
            Self::Real(mutex) => map(mutex.lock(), |held| MutexGuard::new(self, Held::Real(held))),
            Self::Simulated(mutex) => map(mutex.lock(), |held| {
                MutexGuard::new(self, Held::Simulated(held))
            }),
        }
    }

    pub(crate) fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        let held = match self {
            Self::Real(mutex) => mutex.try_lock().map(Held::Real).map_err(is_busy),
            Self::Simulated(mutex) => mutex.try_lock().map(Held::Simulated).map_err(is_busy),
        };
        match held {
            Ok(held) => Ok(MutexGuard::new(self, held)),
            Err(true) => Err(TryLockError::WouldBlock),
            Err(false) => Err(TryLockError::Poisoned(match self.lock() {
                Ok(guard) => PoisonError::new(guard),
                Err(poisoned) => poisoned,
            })),
        }
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<'a, T> MutexGuard<'a, T> {
    const fn new(mutex: &'a Mutex<T>, held: Held<'a, T>) -> Self {
        let held = Some(held);
        Self { mutex, held }
    }

    /// Lets go of the lock, lets others have it, and takes it again.
    pub(super) fn reopen(&mut self) {
        self.held = None;
        model::step();
        let again = self.mutex.lock().unwrap_or_else(PoisonError::into_inner);
        *self = again;
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self.held.as_ref().expect("held, but for a moment") {
            Held::Real(held) => held,
            Held::Simulated(held) => held,
        }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        match self.held.as_mut().expect("held, but for a moment") {
            Held::Real(held) => held,
            Held::Simulated(held) => held,
        }
    }
}

#[derive(Debug)]
pub(crate) enum Condvar {
    Real(real::Condvar),
    Simulated(simulated::Condvar),
}

impl Default for Condvar {
    fn default() -> Self {
        if model::is_running() {
            Self::Simulated(simulated::Condvar::new())
        } else {
            Self::Real(real::Condvar::new())
        }
    }
}

impl Condvar {
    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let MutexGuard { mutex, held } = guard;
        let wrap = |held| MutexGuard::new(mutex, held);
        match (self, held) {
            (Self::Real(condvar), Some(Held::Real(held))) => {
                map(condvar.wait(held), |held| wrap(Held::Real(held)))
            }
            (Self::Simulated(condvar), Some(Held::Simulated(held))) => {
                map(condvar.wait(held), |held| wrap(Held::Simulated(held)))
            }
            _ => unreachable!("a lock and its condition are made at the same place"),
        }
    }

    /// In a model this never times out: a thread that is not woken is found as a deadlock.
    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        let MutexGuard { mutex, held } = guard;
        match (self, held) {
            (Self::Real(condvar), Some(Held::Real(held))) => {
                map(condvar.wait_timeout(held, timeout), |(held, result)| {
                    (MutexGuard::new(mutex, Held::Real(held)), result.timed_out())
                })
            }
            (_, held) => map(self.wait(MutexGuard { mutex, held }), |guard| {
                (guard, false)
            }),
        }
    }

    pub(crate) fn notify_one(&self) {
        match self {
            Self::Real(condvar) => condvar.notify_one(),
            Self::Simulated(condvar) => condvar.notify_one(),
        }
    }

    pub(crate) fn notify_all(&self) {
        match self {
            Self::Real(condvar) => condvar.notify_all(),
            Self::Simulated(condvar) => condvar.notify_all(),
        }
    }
}

fn map<T, U>(result: LockResult<T>, wrap: impl FnOnce(T) -> U) -> LockResult<U> {
    match result {
        Ok(held) => Ok(wrap(held)),
        Err(poisoned) => Err(PoisonError::new(wrap(poisoned.into_inner()))),
    }
}

fn is_busy<T>(error: TryLockError<T>) -> bool {
    matches!(error, TryLockError::WouldBlock)
}
