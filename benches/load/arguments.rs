//! The command line of these benches.

use super::criterion_options;
use super::workload::Length;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "\
cargo bench --bench NAME -- [FILTER]... [--server PATH]... [--rounds N] [--seconds S] [--minutes M] [--test]

  FILTER     only cells with this in their name
  --server   also this server, in turn with the one that was built
  --rounds   how often (5); the median counts
  --seconds  how long each time (1, idle: 24)
  --minutes  how long in all (long: 3)
  --test     run everything for a moment: shows that it works, not how fast it is

Options of criterion (--save-baseline NAME and the like) are for the framing bench and ignored here.";

#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) is_test: bool,
    pub(crate) servers: Vec<PathBuf>,
    pub(crate) rounds: usize,
    seconds: Option<f64>,
    pub(crate) minutes: u32,
    filters: Vec<String>,
}

impl Arguments {
    /// The arguments of this process, or the status with which it ends.
    pub(crate) fn of_process() -> Result<Self, ExitCode> {
        let given = || std::env::args().skip(1);
        if given().any(|argument| argument == "--help") {
            println!("{USAGE}");
            return Err(ExitCode::SUCCESS);
        }
        if let Some(option) = given().find(|one| criterion_options::asks_for_no_measurement(one)) {
            eprintln!("{option} is an option of the framing bench: nothing is measured here");
            return Err(ExitCode::SUCCESS);
        }
        Self::parse(given()).map_err(|error| {
            eprintln!("{error}{USAGE}");
            ExitCode::from(2)
        })
    }

    pub(crate) fn parse(mut given: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self {
            // `cargo bench` says `--bench`; `cargo test --benches` does not.
            is_test: true,
            servers: Vec::new(),
            rounds: 5,
            seconds: None,
            minutes: 3,
            filters: Vec::new(),
        };
        let mut asked_for_test = false;
        while let Some(argument) = given.next() {
            let mut value = || given.next().ok_or(format!("{argument} needs a value\n\n"));
            let bad = |value: &str| format!("{value:?} is not a number in range\n\n");
            match argument.as_str() {
                "--bench" => arguments.is_test = false,
                "--test" => asked_for_test = true,
                "--server" => arguments.servers.push(value()?.into()),
                "--rounds" => {
                    let value = value()?;
                    let rounds = value
                        .parse()
                        .ok()
                        .filter(|rounds| (1..100).contains(rounds));
                    arguments.rounds = rounds.ok_or_else(|| bad(&value))?;
                }
                "--seconds" => {
                    let value = value()?;
                    let seconds = value
                        .parse()
                        .ok()
                        .filter(|seconds| (0.1..600.0).contains(seconds));
                    arguments.seconds = Some(seconds.ok_or_else(|| bad(&value))?);
                }
                "--minutes" => {
                    let value = value()?;
                    let minutes = value
                        .parse()
                        .ok()
                        .filter(|minutes| (3..10_000).contains(minutes));
                    arguments.minutes = minutes.ok_or_else(|| bad(&value))?;
                }
                option if criterion_options::takes(option, &mut given) => {
                    eprintln!("{option} is an option of the framing bench: ignored here");
                }
                other if other.starts_with('-') => {
                    return Err(format!("unknown option {other}\n\n"));
                }
                filter => arguments.filters.push(filter.to_owned()),
            }
        }
        arguments.is_test |= asked_for_test;
        Ok(arguments)
    }

    pub(crate) fn wants(&self, name: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter))
    }

    /// How long each measurement takes: `seconds`, unless the command line says otherwise.
    pub(crate) fn time(&self, seconds: f64) -> Duration {
        Duration::from_secs_f64(self.seconds.unwrap_or(seconds))
    }

    pub(crate) fn length(&self) -> Length {
        if self.is_test {
            return Length {
                warm_up: Duration::ZERO,
                measured: Duration::from_millis(50),
                times: 1,
                strict: true,
            };
        }
        Length {
            // By then the room no longer sends lists of the people who joined.
            warm_up: Duration::from_secs(1),
            measured: self.time(1.0),
            times: 1,
            strict: false,
        }
    }
}
