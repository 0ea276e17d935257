//! Whether the server is after a long time what it was in the beginning: half of the load that it
//! can bear, minute after minute.
//!
//! `cargo bench --bench long -- --minutes 30`; with `-- --test`, minutes are short, and what
//! drifts is not looked at. Fails when a line is missing or comes twice, and when the last third is
//! slower, larger or less than the first.

#[cfg(target_os = "linux")]
mod load;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

/// The load is made with `epoll`, and the server looked at by `/proc`.
#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod linux {
    use crate::load::arguments::Arguments;
    use crate::load::deliveries::Audience;
    use crate::load::driver::{Load, Talk};
    use crate::load::rounds::Figures;
    use crate::load::server::Server;
    use crate::load::target::{CHAT, ws101};
    use crate::load::usage::Usage;
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
    /// How much more, or less, the last third may have than the first: p99, in the median,
    const SLOWER: f64 = 1.25;
    /// resident memory, at its largest,
    const LARGER: f64 = 1.05;
    /// and deliveries a second, in the median.
    const LESS: f64 = 0.95;

    const INTRODUCTION: &str = "\
100 members, of which ten speak at once, at half of the pace that the server could keep at the start.
p50 and p99 are those of a minute's median second, max is that of the whole minute.

| minute | k/s | p50 µs | p99 | max | µs of server CPU each | RSS KiB | threads | descriptors |
|---|---|---|---|---|---|---|---|---|";

    pub(super) fn main() -> ExitCode {
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
        let mut talk = Talk::begin(&server, &target, &LOAD, arguments.is_test)?;
        talk.go_on(second)?;
        let most = talk.observe(&server, 2 * second)?.rate;
        talk.pace = Some(LOAD.half(most));
        let mut all = Vec::new();
        for number in 1..=minutes {
            // A second at a time: millions of latencies are looked at, and forgotten.
            let minute = Minute {
                figures: talk.observe_often(&server, second, seconds)?,
                usage: server.usage(),
            };
            row(number, &minute);
            all.push(minute);
        }
        talk.finish()?;
        println!("\nNothing was lost, and nothing came twice.");
        if arguments.is_test {
            return Ok(());
        }
        compare(&all)
    }

    fn row(number: u32, Minute { figures, usage }: &Minute) {
        println!(
            "| {number} | {:.1} | {:.0} | {:.0} | {:.0} | {:.3} | {} | {} | {} |",
            figures.rate / 1e3,
            figures.median,
            figures.slow,
            figures.slowest,
            figures.cost,
            usage.rss,
            usage.threads,
            usage.descriptors,
        );
    }

    /// The last third with the first.
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
            ("p99", after.slow / before.slow, 0.0, SLOWER),
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
}
