//! The contenders in turn: in each round all work for the same short time, one after the other.
//!
//! A disturbance that is longer than a round meets all contenders alike, and one that hits
//! a single turn does not move the median. The address of a buffer can cost its owner half
//! the speed, so each contender is set up again for each round, at another address.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Does something a number of times.
pub(crate) type Work<'a> = Box<dyn FnMut(usize) + 'a>;
/// Makes a contender ready to work.
pub(crate) type Setup<'a> = Box<dyn Fn() -> Work<'a> + 'a>;

/// Memory that is allocated before a round, times the number of the round: odd, so that it
/// moves later allocations to another place within a page.
const SHIFT: usize = 1_072;

/// How many rounds, and how long one turn is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    rounds: usize,
    turn: Duration,
}

impl Plan {
    pub(crate) const THOROUGH: Self = Self {
        rounds: 25,
        turn: Duration::from_millis(20),
    };
    pub(crate) const QUICK: Self = Self {
        rounds: 5,
        turn: Duration::from_millis(4),
    };
}

/// The number of frames of `size` bytes between two looks at the clock: enough that the
/// clock costs nothing, few enough that a turn ends on time.
pub(crate) const fn batch(size: usize) -> usize {
    match (512 << 10) / size {
        0 => 1,
        many if many > 4_096 => 4_096,
        some => some,
    }
}

/// Nanoseconds per frame, the median of all rounds, for each contender.
pub(crate) fn race<const N: usize>(all: &[Setup<'_>; N], batch: usize, plan: Plan) -> [f64; N] {
    let mut turns = [const { Vec::new() }; N];
    for round in 0..plan.rounds {
        let _shift = black_box(Vec::<u8>::with_capacity(round * SHIFT));
        let mut ready = all.each_ref().map(|setup| setup());
        for (work, turns) in ready.iter_mut().zip(&mut turns) {
            // A warm-up: buffers find their size, and the processor learns its branches.
            turn(work, batch, plan.turn / 4);
            turns.push(turn(work, batch, plan.turn));
        }
    }
    turns.map(median)
}

fn turn(work: &mut Work<'_>, batch: usize, length: Duration) -> f64 {
    let mut done = 0;
    let start = Instant::now();
    loop {
        work(batch);
        done += batch;
        let elapsed = start.elapsed();
        if elapsed >= length {
            return elapsed.as_nanos() as f64 / done as f64;
        }
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
