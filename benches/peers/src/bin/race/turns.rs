//! The contenders in turn, several times, so that other work on the machine meets them alike.

use super::contenders::{Each, OURS};
use super::idle::Idle;
use super::load::figures::Figures;
use std::io;

/// A contender that is slower than this in relation to the fastest, after one round, runs only once: it
/// would take most of the time, and change no figure that counts.
const BEHIND: f64 = 1.0 / 3.0;

/// The outcome of one contender.
#[derive(Debug, Clone)]
pub(crate) enum Outcome<T> {
    /// It is not installed.
    Missing,
    Failed(String),
    Measured {
        median: T,
        rounds: usize,
    },
}

impl<T> Outcome<T> {
    pub(crate) const fn figures(&self) -> Option<&T> {
        match self {
            Self::Measured { median, .. } => Some(median),
            Self::Missing | Self::Failed(_) => None,
        }
    }
}

/// What is measured in a round.
pub(crate) trait Round: Sized {
    fn rate(&self) -> f64;
    /// The median of each figure.
    fn median(rounds: &[Self]) -> Self;
}

impl Round for Figures {
    fn rate(&self) -> f64 {
        self.rate
    }

    fn median(rounds: &[Self]) -> Self {
        Self::median(rounds)
    }
}

impl Round for Idle {
    fn rate(&self) -> f64 {
        self.handshakes
    }

    fn median(rounds: &[Self]) -> Self {
        let median = |of: fn(&Self) -> f64| {
            let mut all: Vec<f64> = rounds.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        Self {
            kib_each: median(|round| round.kib_each),
            threads: median(|round| round.threads as f64) as usize,
            handshakes: median(|round| round.handshakes),
        }
    }
}

/// Runs the rounds; in each, `measure` is called for every contender that is installed.
pub(crate) fn race<T: Round>(
    rounds: usize,
    present: &Each<bool>,
    measure: impl Fn(usize) -> io::Result<T>,
) -> Each<Outcome<T>> {
    let mut racing = *present;
    let mut measured: Each<Vec<T>> = Default::default();
    let mut failed: Each<Option<String>> = Default::default();
    for round in 0..rounds {
        for who in 0..racing.len() {
            if !racing[who] {
                continue;
            }
            match measure(who) {
                Ok(figures) => measured[who].push(figures),
                Err(error) => {
                    failed[who] = Some(error.to_string());
                    racing[who] = false;
                }
            }
        }
        if round == 0 {
            retire(&mut racing, &measured);
        }
    }
    std::array::from_fn(|who| match (failed[who].take(), measured[who].len()) {
        (Some(error), _) => Outcome::Failed(error),
        (None, 0) => Outcome::Missing,
        (None, rounds) => Outcome::Measured {
            median: T::median(&measured[who]),
            rounds,
        },
    })
}

fn retire<T: Round>(racing: &mut Each<bool>, measured: &Each<Vec<T>>) {
    let rate = |who: usize| measured[who].first().map_or(0.0, T::rate);
    let best = (0..racing.len()).map(rate).fold(0.0, f64::max);
    for (who, racing) in racing.iter_mut().enumerate() {
        *racing &= who == OURS || rate(who) >= BEHIND * best;
    }
}
