//! Turn by turn: in each round everyone works for the same short time, one after the other.
//!
//! What disturbs the machine for longer than a round disturbs everyone alike, and what
//! disturbs a single turn does not move the median. Where a buffer happens to lie can cost
//! its owner half the speed, so everyone is set up anew for each round, somewhere else.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Does so many of something.
pub(crate) type Work<'a> = Box<dyn FnMut(usize) + 'a>;
/// Makes a contender ready to work.
pub(crate) type Setup<'a> = Box<dyn Fn() -> Work<'a> + 'a>;

/// Memory that is taken away before a round, times the number of the round: odd enough to
/// move what is allocated after it to another place within a page.
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

/// How many frames of `size` bytes lie between two looks at the clock: enough that the
/// clock costs nothing, few enough that a turn ends on time.
pub(crate) const fn batch(size: usize) -> usize {
    match (512 << 10) / size {
        0 => 1,
        many if many > 4_096 => 4_096,
        some => some,
    }
}

/// Nanoseconds for one of it, the median of all rounds, for everyone.
pub(crate) fn race<const N: usize>(all: &[Setup<'_>; N], batch: usize, plan: Plan) -> [f64; N] {
    let mut turns = [const { Vec::new() }; N];
    for round in 0..plan.rounds {
        let _shift = black_box(Vec::<u8>::with_capacity(round * SHIFT));
        let mut ready = all.each_ref().map(|setup| setup());
        for (work, turns) in ready.iter_mut().zip(&mut turns) {
            // Buffers find their size, and the processor its branches.
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
