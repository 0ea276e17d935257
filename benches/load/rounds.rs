//! Servers in turn, their medians, and the table.

use super::arguments::Arguments;
use super::talk::{Load, measure};
use super::target::Target;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What was measured of one server under one load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// Deliveries a second.
    pub(crate) rate: f64,
    /// The server's processor time for a delivery, in microseconds.
    pub(crate) cost: f64,
    /// From sending to arrival, in microseconds: half of all within this,
    pub(crate) median: f64,
    /// 99 in 100,
    pub(crate) slow: f64,
    /// and all.
    pub(crate) slowest: f64,
    /// Processors that the server used,
    pub(crate) server: f64,
    /// and we did.
    pub(crate) client: f64,
}

impl Figures {
    /// Of each figure the median.
    pub(crate) fn median(rounds: &[Self]) -> Self {
        let median = |of: fn(&Self) -> f64| {
            let mut all: Vec<f64> = rounds.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        Self {
            rate: median(|round| round.rate),
            cost: median(|round| round.cost),
            median: median(|round| round.median),
            slow: median(|round| round.slow),
            slowest: median(|round| round.slowest),
            server: median(|round| round.server),
            client: median(|round| round.client),
        }
    }
}

/// A row's name, and what it is.
pub(crate) type Cell = (String, Load);

/// A bench: `own` and the servers that the command line names, each made a target of by
/// `target`, under every load that is asked for.
pub(crate) fn main(
    introduction: &str,
    own: &str,
    target: fn(name: &str, program: &Path) -> Target,
    cells: &[Cell],
) -> ExitCode {
    let arguments = match Arguments::of_process() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    println!("{introduction}\n");
    let named = |path: &PathBuf| target(&path.display().to_string(), path);
    let mut targets = vec![target("this", Path::new(own))];
    targets.extend(arguments.servers.iter().map(named));
    ExitCode::from(u8::from(!run(&arguments, &targets, cells)))
}

/// Measures every cell, and prints a row for each server. `false`: not everything was as it
/// must be.
pub(crate) fn run(arguments: &Arguments, targets: &[Target], cells: &[Cell]) -> bool {
    let wanted = cells.iter().filter(|(name, _)| arguments.wants(name));
    if arguments.is_test {
        return wanted.fold(true, |good, (name, load)| {
            good & targets
                .iter()
                .all(|target| is_right(arguments, target, name, load))
        });
    }
    println!(
        "| | server | k/s | µs of server CPU each | p50 µs | p99 | max | CPUs: server | client | |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    wanted.fold(true, |good, (name, load)| {
        good & compare(arguments, targets, name, load)
    })
}

fn is_right(arguments: &Arguments, target: &Target, name: &str, load: &Load) -> bool {
    let outcome = measure(target, load, &arguments.length());
    match &outcome {
        Ok(_) => println!("{name}, {}: ok", target.name),
        Err(error) => println!("{name}, {}: FAILED: {error}", target.name),
    }
    outcome.is_ok()
}

/// One cell: all servers in turn, several times, so that whatever else the machine does
/// meets them alike.
fn compare(arguments: &Arguments, targets: &[Target], name: &str, load: &Load) -> bool {
    let mut rounds: Vec<Vec<io::Result<Figures>>> = targets.iter().map(|_| Vec::new()).collect();
    for _ in 0..arguments.rounds {
        for (target, rounds) in targets.iter().zip(&mut rounds) {
            rounds.push(measure(target, load, &arguments.length()));
        }
    }
    let mut base = None;
    let mut good = true;
    for (target, rounds) in targets.iter().zip(rounds) {
        match rounds.into_iter().collect::<io::Result<Vec<_>>>() {
            Ok(rounds) => {
                let figures = Figures::median(&rounds);
                row(name, &target.name, &figures, base);
                base.get_or_insert(figures.rate);
            }
            Err(error) => {
                println!("| {name} | {} | failed: {error} |", target.name);
                good = false;
            }
        }
    }
    good
}

/// `base`: the rate of the first server, which the others are compared with.
fn row(name: &str, server: &str, figures: &Figures, base: Option<f64>) {
    let Figures { rate, cost, .. } = figures;
    let ratio = base.map_or(String::new(), |base| format!("{:.2} ×", rate / base));
    println!(
        "| {name} | {server} | {:.1} | {cost:.3} | {:.0} | {:.0} | {:.0} | {:.2} | {:.2} | {ratio} |",
        rate / 1e3,
        figures.median,
        figures.slow,
        figures.slowest,
        figures.server,
        figures.client,
    );
}
