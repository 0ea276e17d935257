//! Runs a model: the same few threads again and again, each time in another order of steps.
//!
//! Half of the rounds choose the next thread at random. The other half run the threads by random
//! priorities that change at few moments (PCT): most races need only two or three changes at the
//! right places, which pure chance seldom makes. Both are drawn from a seed, so a round that failed fails
//! again. `WS101_MODEL_ROUNDS` is the number of rounds.

use super::MutexGuard;
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
pub(crate) use shuttle::thread::{JoinHandle, spawn};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};
use std::cell::Cell;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Rounds of a model without a fault, if the environment does not say otherwise.
const ROUNDS: usize = 200;
/// Within this many rounds a model must have found a mistake. A few dozen suffice for nearly all.
const MOST_ROUNDS: usize = 5_000;
const SEED: u64 = 6_455;
/// Changes of priorities, and one.
const DEPTH: usize = 3;
/// A round that takes more steps never ends.
const MOST_STEPS: usize = 100_000;
/// A thread of a model serializes JSON in a debug build.
const STACK: usize = 256 << 10;

thread_local! {
    // All threads of a model are simulated on the one that runs it.
    static MISTAKE: Cell<&'static str> = const { Cell::new("") };
    static WAS_MADE: Cell<bool> = const { Cell::new(false) };
    static PASSED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Does the calling thread belong to a model?
pub(crate) fn is_running() -> bool {
    shuttle::current::try_get_current_task().is_some()
}

/// A place at which another thread of the model may go on.
pub(super) fn switch() {
    if is_running() {
        shuttle::thread::sleep(Duration::ZERO);
    }
}

/// Lets the others go on first.
pub(crate) fn step() {
    shuttle::thread::yield_now();
}

pub(super) fn spawn_named(name: String, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = shuttle::thread::Builder::new().name(name);
    thread.spawn(run).map(drop)
}

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

pub(super) fn now() -> Instant {
    *START + PASSED.get()
}

/// A thread has waited this long.
pub(crate) fn pass(time: Duration) {
    PASSED.set(PASSED.get() + time);
}

/// Is this mistake to be made now?
pub(crate) fn fault(mistake: &str) -> bool {
    let is_made = MISTAKE.get() == mistake;
    if is_made {
        WAS_MADE.set(true);
    }
    is_made
}

/// The mistake of letting go of a lock at this place.
pub(crate) fn gap<T>(guard: &mut MutexGuard<'_, T>, mistake: &str) {
    if fault(mistake) {
        guard.reopen();
    }
}

/// Runs a model; panics at the first round that fails.
pub(crate) fn check(model: fn()) {
    let rounds = std::env::var("WS101_MODEL_ROUNDS");
    let rounds = rounds.map_or(ROUNDS, |rounds| rounds.parse().expect("a number"));
    run(
        PctScheduler::new_from_seed(SEED, DEPTH, rounds / 2),
        true,
        model,
    );
    run(
        RandomScheduler::new_from_seed(SEED, rounds / 2),
        true,
        model,
    );
}

/// Panics unless the model fails when the mistake is made.
pub(crate) fn assert_found(mistake: &'static str, model: fn()) {
    MISTAKE.set(mistake);
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        // In turn, since each finds at once what the other may hardly ever find.
        for rounds in [50, 500, MOST_ROUNDS] {
            run(
                PctScheduler::new_from_seed(SEED, DEPTH, rounds),
                false,
                model,
            );
            run(RandomScheduler::new_from_seed(SEED, rounds), false, model);
        }
    }));
    MISTAKE.set("");
    assert!(WAS_MADE.get(), "the model never comes to: {mistake}");
    assert!(outcome.is_err(), "the model does not notice: {mistake}");
}

fn run(scheduler: impl Scheduler + 'static, tells: bool, model: fn()) {
    let mut config = Config::new();
    config.stack_size = STACK;
    config.max_steps = MaxSteps::FailAfter(MOST_STEPS);
    if !tells {
        config.failure_persistence = FailurePersistence::None;
    }
    Runner::new(scheduler, config).run(move || {
        PASSED.set(Duration::ZERO);
        model();
    });
}

/// Tests of models, and of the mistakes that they must notice. A row of a mistake is named by it.
macro_rules! models {
    ($($model:ident: $($fault:ident = $mistake:literal,)*;)*) => {
        $(#[test]
        fn $model() {
            $crate::sync::model::check(super::$model);
        }
        $(#[test]
        fn $fault() {
            $crate::sync::model::assert_found($mistake, super::$model);
        })*)*
    };
}
pub(crate) use models;
