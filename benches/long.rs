//! Whether the server stays as it was at the start: half of the load that it can bear, minute after minute.
//!
//! `cargo bench --bench long -- --minutes 30`; with `-- --test`, minutes are short and
//! drift is not judged. Fails if a line is missing or comes twice, and if the last third is
//! slower, larger or less than the first.

mod load;

use load::arguments::Arguments;
use load::driver::Driver;
use load::figures::Figures;
use load::server::Server;
use load::target::{CHAT, ws101};
use load::usage::Usage;
use load::workload::{Audience, Load};
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

const LOAD: Load = Load {
    members: 100,
    senders: 10,
    window: 1,
    size: 64,
    audience: Audience::Everyone,
};
/// The most that the last third may have, as a ratio to the first: p99, in the median,
const SLOWER: f64 = 1.25;
/// and resident memory, at its largest.
const LARGER: f64 = 1.05;
/// The least: deliveries a second, in the median.
const LESS: f64 = 0.95;

const INTRODUCTION: &str = "\
100 members, of which ten speak at once, at half of the pace that the server could keep at the start.
p50 and p99 are those of a minute's median second, max is that of the whole minute.

| minute | k/s | p50 µs | p99 | max | µs of server CPU each | RSS KiB | threads | descriptors |
|---|---|---|---|---|---|---|---|---|";

fn main() -> ExitCode {
    let arguments = match Arguments::of_process() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    println!("{INTRODUCTION}");
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("failed: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Minute {
    figures: Figures,
    usage: Usage,
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let program = Path::new(env!("CARGO_BIN_EXE_ws101"));
    let target = ws101("this", program, &["--rate", "off"], CHAT);
    let (second, seconds, minutes) = if arguments.is_test {
        (Duration::from_millis(50), 3, 3)
    } else {
        (Duration::from_secs(1), 60, arguments.minutes)
    };
    let server = Server::start_apart(&target)?;
    let mut driver = Driver::start(&server, &target, &LOAD, arguments.is_test)?;
    driver.run(second)?;
    let most = driver.measure(&server, 2 * second)?.rate;
    driver.pace = Some(LOAD.half(most));
    let mut all = Vec::new();
    for number in 1..=minutes {
        // A second at a time: a minute has millions of latencies, and each second's are dropped after it.
        let minute = Minute {
            figures: driver.measure_often(&server, second, seconds)?,
            usage: server.usage(),
        };
        print_row(number, &minute);
        all.push(minute);
    }
    driver.finish()?;
    println!("\nNothing was lost, and nothing came twice.");
    if arguments.is_test {
        return Ok(());
    }
    compare(&all)
}

fn print_row(number: u32, Minute { figures, usage }: &Minute) {
    println!(
        "| {number} | {:.1} | {:.0} | {:.0} | {:.0} | {:.3} | {} | {} | {} |",
        figures.rate / 1e3,
        figures.p50,
        figures.p99,
        figures.max,
        figures.cost,
        usage.rss,
        usage.threads,
        usage.descriptors,
    );
}

/// Compares the last third with the first.
fn compare(all: &[Minute]) -> io::Result<()> {
    let third = all.len() / 3;
    let (first, last) = (&all[..third], &all[all.len() - third..]);
    let figures = |minutes: &[Minute]| {
        let figures: Vec<_> = minutes.iter().map(|minute| minute.figures).collect();
        Figures::median(&figures)
    };
    let usage = |minutes: &[Minute], of: fn(&Usage) -> f64| {
        minutes.iter().map(|m| of(&m.usage)).fold(0.0, f64::max)
    };
    let most = |of| usage(last, of) / usage(first, of);
    let (before, after) = (figures(first), figures(last));
    let rows = [
        ("p99", after.p99 / before.p99, 0.0, SLOWER),
        ("resident memory", most(|u| u.rss as f64), 0.0, LARGER),
        ("deliveries", after.rate / before.rate, LESS, f64::MAX),
        ("threads", most(|u| u.threads as f64), 0.0, 1.0),
        ("descriptors", most(|u| u.descriptors as f64), 0.0, 1.0),
    ];
    let mut faults = Vec::new();
    for (what, ratio, least, most) in rows {
        println!("last third to first, {what}: {ratio:.3}");
        if !(least..=most).contains(&ratio) {
            faults.push(format!("{what} drifted by {ratio:.3}"));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(io::Error::other(faults.join(", ")))
}
