//! The command line.

use super::cells::Cell;
use super::load::workload::Length;
use std::path::PathBuf;
use std::time::Duration;

const USAGE: &str = "\
usage: race [FILTER]... [--out DIR] [--rounds N] [--seconds S] [--strict] [--check]

  FILTER     only cells with this in their name: n100/, w64, c32, idle, …
  --out      write race.md and race.svg there, too
  --rounds   how often (5); the median counts
  --seconds  how long each time (1)
  --strict   fail when a peer is not installed, as with CI set
  --check    fail when a cell misses what is to be reached";

#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) out: Option<PathBuf>,
    pub(crate) rounds: usize,
    pub(crate) strict: bool,
    pub(crate) check: bool,
    seconds: f64,
    filters: Vec<String>,
}

impl Arguments {
    /// Parses the arguments, or says what is wrong with them.
    pub(crate) fn parse(mut given: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self {
            out: None,
            rounds: 5,
            strict: std::env::var_os("CI").is_some(),
            check: false,
            seconds: 1.0,
            filters: Vec::new(),
        };
        while let Some(argument) = given.next() {
            match argument.as_str() {
                "--strict" => arguments.strict = true,
                "--check" => arguments.check = true,
                "--out" => match given.next() {
                    Some(directory) => arguments.out = Some(directory.into()),
                    None => return Err(format!("--out takes a directory\n\n{USAGE}")),
                },
                "--rounds" => match given.next().and_then(|rounds| rounds.parse().ok()) {
                    Some(rounds @ 1..100) => arguments.rounds = rounds,
                    _ => return Err(format!("--rounds takes 1 to 99\n\n{USAGE}")),
                },
                "--seconds" => match given.next().and_then(|seconds| seconds.parse().ok()) {
                    Some(seconds @ 0.1..60.0) => arguments.seconds = seconds,
                    _ => return Err(format!("--seconds takes 0.1 to 60\n\n{USAGE}")),
                },
                "--help" => return Err(USAGE.to_owned()),
                other if other.starts_with('-') => {
                    return Err(format!("what is {other}?\n\n{USAGE}"));
                }
                filter => arguments.filters.push(filter.to_owned()),
            }
        }
        Ok(arguments)
    }

    pub(crate) fn wants(&self, name: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter))
    }

    /// How long this cell is measured.
    pub(crate) fn length(&self, cell: &Cell) -> Length {
        // After many joins, ws101 sends the list of people once a second. A thousand names are
        // long enough to matter, so that has to be over.
        let is_crowd = cell.0.members >= 1_000;
        let warm_up = if is_crowd { 1_200 } else { 400 };
        Length {
            warm_up: Duration::from_millis(warm_up),
            measured: Duration::from_secs_f64(self.seconds),
            times: 1,
            strict: false,
        }
    }
    /// For readers.
    pub(crate) fn plan(&self) -> String {
        match self.rounds {
            1 => format!("one round of {} s", self.seconds),
            rounds => format!("medians of {rounds} rounds of {} s, in turn", self.seconds),
        }
    }
}
