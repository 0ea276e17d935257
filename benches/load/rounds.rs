//! Servers in turn, their medians, and the table.

use super::arguments::Arguments;
use super::driver::measure;
use super::figures::Figures;
use super::target::Target;
use super::workload::{Length, Load};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A row's name, and its load.
pub(crate) type Cell = (String, Load);

/// The name of a contestant, and how it is measured.
pub(crate) type Contestant<'a> = (&'a str, Box<dyn Fn(&Length) -> io::Result<Figures> + 'a>);

/// The whole of a bench: measures the server `own`, and those that the command line names, in every cell that is asked
/// for. `target` makes a target of a program; `beside` adds another one in some cells.
pub(crate) fn main(
    introduction: &str,
    own: &str,
    beside: fn(&Load) -> Option<Target>,
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
    ExitCode::from(u8::from(!run(&arguments, &targets, beside, cells)))
}

/// Prints a row for each server in every cell; `false` if a measurement failed.
fn run(
    arguments: &Arguments,
    targets: &[Target],
    beside: fn(&Load) -> Option<Target>,
    cells: &[Cell],
) -> bool {
    let wanted = cells.iter().filter(|(name, _)| arguments.wants(name));
    print_head(arguments);
    wanted.fold(true, |good, (name, load)| {
        let beside = beside(load);
        let contestants: Vec<_> = targets
            .iter()
            .chain(&beside)
            .map(|target| -> Contestant<'_> {
                let measure = move |length: &_| measure(target, load, length);
                (&target.name, Box::new(measure))
            })
            .collect();
        good & compare(arguments, name, &contestants)
    })
}

/// Prints the head of the table; a test prints no table.
pub(crate) fn print_head(arguments: &Arguments) {
    if !arguments.is_test {
        println!(
            "| | | k/s | µs of server CPU each | p50 µs | p99 | max | CPUs | load busy | × k/s | × CPU each | × p99 |"
        );
        println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    }
}

/// Measures all contestants of one cell in turn, several times, so that other work on the machine
/// meets them alike, and prints their medians; `false` if a measurement failed.
pub(crate) fn compare(arguments: &Arguments, name: &str, contestants: &[Contestant<'_>]) -> bool {
    let length = arguments.length();
    if arguments.is_test {
        return contestants.iter().fold(true, |good, (who, measure)| {
            good & print_outcome(name, who, measure(&length))
        });
    }
    let mut rounds: Vec<Vec<io::Result<Figures>>> =
        contestants.iter().map(|_| Vec::new()).collect();
    for _ in 0..arguments.rounds {
        for ((_, measure), rounds) in contestants.iter().zip(&mut rounds) {
            rounds.push(measure(&length));
        }
    }
    let mut first = None;
    let mut good = true;
    for ((who, _), rounds) in contestants.iter().zip(rounds) {
        match rounds.into_iter().collect::<io::Result<Vec<_>>>() {
            Ok(rounds) => {
                let figures = Figures::median(&rounds);
                print_row(name, who, &figures, first);
                first.get_or_insert(figures);
            }
            Err(error) => {
                println!("| {name} | {who} | failed: {error} |");
                good = false;
            }
        }
    }
    good
}

fn print_outcome(name: &str, who: &str, outcome: io::Result<Figures>) -> bool {
    match &outcome {
        Ok(_) => println!("{name}, {who}: ok"),
        Err(error) => println!("{name}, {who}: FAILED: {error}"),
    }
    outcome.is_ok()
}

/// The ratios are to the figures of the first contestant.
fn print_row(name: &str, who: &str, figures: &Figures, first: Option<Figures>) {
    let Figures {
        rate, cost, p99, ..
    } = figures;
    let ratios = first.map_or(" | | ".to_owned(), |first| {
        let ratios = [rate / first.rate, cost / first.cost, p99 / first.p99];
        ratios.map(|ratio| format!("{ratio:.2}")).join(" | ")
    });
    println!(
        "| {name} | {who} | {:.1} | {cost:.3} | {:.0} | {p99:.0} | {:.0} | {:.2} | {:.2} | {ratios} |",
        rate / 1e3,
        figures.p50,
        figures.max,
        figures.server_cpus,
        figures.load_busy,
    );
}
