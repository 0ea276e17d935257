//! Servers in turn, their medians, and the table.

use super::arguments::Arguments;
use super::driver::{Length, Load, measure};
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
    /// Processors that the server used.
    pub(crate) server: f64,
    /// How much of the time we had something to do.
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
/// `target`, under every load that is asked for; and under some of them those that `besides` returns.
pub(crate) fn main(
    introduction: &str,
    own: &str,
    besides: fn(&Load) -> Option<Target>,
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
    ExitCode::from(u8::from(!run(&arguments, &targets, besides, cells)))
}

/// Measures every cell, and prints a row for each server. `false`: not everything was as it
/// must be.
fn run(
    arguments: &Arguments,
    targets: &[Target],
    besides: fn(&Load) -> Option<Target>,
    cells: &[Cell],
) -> bool {
    let wanted = cells.iter().filter(|(name, _)| arguments.wants(name));
    head(arguments);
    wanted.fold(true, |good, (name, load)| {
        let besides = besides(load);
        let contestants: Vec<_> = targets
            .iter()
            .chain(&besides)
            .map(|target| -> Contestant<'_> {
                let measure = move |length: &_| measure(target, load, length);
                (&target.name, Box::new(measure))
            })
            .collect();
        good & compare(arguments, name, &contestants)
    })
}

/// Its name, and how it is measured.
pub(crate) type Contestant<'a> = (&'a str, Box<dyn Fn(&Length) -> io::Result<Figures> + 'a>);

/// The head of the table, where there is one.
pub(crate) fn head(arguments: &Arguments) {
    if !arguments.is_test {
        println!(
            "| | | k/s | µs of server CPU each | p50 µs | p99 | max | CPUs | load busy | × k/s | × CPU each | × p99 |"
        );
        println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    }
}

/// One cell: all contestants in turn, several times, so that whatever else the machine does
/// meets them alike. `false`: not everything was as it must be.
pub(crate) fn compare(arguments: &Arguments, name: &str, contestants: &[Contestant<'_>]) -> bool {
    let length = arguments.length();
    if arguments.is_test {
        return contestants.iter().fold(true, |good, (who, measure)| {
            good & is_right(name, who, measure(&length))
        });
    }
    let mut rounds: Vec<Vec<io::Result<Figures>>> =
        contestants.iter().map(|_| Vec::new()).collect();
    for _ in 0..arguments.rounds {
        for ((_, measure), rounds) in contestants.iter().zip(&mut rounds) {
            rounds.push(measure(&length));
        }
    }
    let mut base = None;
    let mut good = true;
    for ((who, _), rounds) in contestants.iter().zip(rounds) {
        match rounds.into_iter().collect::<io::Result<Vec<_>>>() {
            Ok(rounds) => {
                let figures = Figures::median(&rounds);
                row(name, who, &figures, base);
                base.get_or_insert(figures);
            }
            Err(error) => {
                println!("| {name} | {who} | failed: {error} |");
                good = false;
            }
        }
    }
    good
}

fn is_right(name: &str, who: &str, outcome: io::Result<Figures>) -> bool {
    match &outcome {
        Ok(_) => println!("{name}, {who}: ok"),
        Err(error) => println!("{name}, {who}: FAILED: {error}"),
    }
    outcome.is_ok()
}

/// `base`: the first contestant, with which the others are compared.
fn row(name: &str, who: &str, figures: &Figures, base: Option<Figures>) {
    let Figures {
        rate, cost, slow, ..
    } = figures;
    let ratios = base.map_or(" | | ".to_owned(), |base| {
        let ratios = [rate / base.rate, cost / base.cost, slow / base.slow];
        ratios.map(|ratio| format!("{ratio:.2}")).join(" | ")
    });
    println!(
        "| {name} | {who} | {:.1} | {cost:.3} | {:.0} | {slow:.0} | {:.0} | {:.2} | {:.2} | {ratios} |",
        rate / 1e3,
        figures.median,
        figures.slowest,
        figures.server,
        figures.client,
    );
}
