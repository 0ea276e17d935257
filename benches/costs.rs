//! What each thing costs that is on as shipped, and what the others notice of one who does not
//! keep up. The real server, with and without, in turn.
//!
//! `cargo bench --bench costs`; `-- watched` or `-- n100/` narrows it down, `-- --test` runs
//! everything for a moment and fails on a miss.
//!
//! No switch takes the tape out, which keeps the last frames of each connection for those who
//! watch it later. With a build whose connections have none (`None` for the tape in
//! `server/connection.rs`), `cargo bench --bench fanout -- --server PATH` compares the two: with the
//! tape, a delivery took 1.01 to 1.04 times the processor time at 100 members, and no more than the
//! noise at 1 000.

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
    use crate::load::bystander::Part;
    use crate::load::conditions::Scene;
    use crate::load::deliveries::Audience;
    use crate::load::driver::{Length, Load, measure, measure_in};
    use crate::load::rounds::{self, Contestant};
    use crate::load::target::{CHAT, Target, ws101};
    use std::path::Path;
    use std::process::ExitCode;
    use std::{fs, io};

    const INTRODUCTION: &str = "\
nN/wW/sS: N members of one room, of which S each keep W lines of 64 bytes in flight; k/s: thousand
deliveries a second; ×: against the first row of a cell, as shipped but for --rate off. The same
again shows the noise. beside/: at half of the pace that the server could keep, with one more who
does not keep up, the median of eight seconds; lines of 1 900 bytes where one at a time would not
fill what the system keeps for them.
";

    /// Members, senders, window.
    const CELLS: [(usize, usize, usize); 4] =
        [(100, 1, 1), (100, 1, 64), (1_000, 1, 64), (100, 100, 1)];
    /// The same at half speed, and bytes of a text: who does not read shall be full in time.
    const CALM_CELLS: [((usize, usize, usize), usize); 2] =
        [((100, 1, 1), 1_900), ((100, 1, 30), 64)];
    /// So many seconds: who does not read lags in the first of them, and is evicted; who comes back
    /// lags in all of them.
    const CALM_TIMES: usize = 8;
    /// In a test, a crowd is no larger.
    const TEST_CROWD: usize = 100;

    /// Nobody says ten lines a second here. This is the highest rate that can be asked for.
    const HIGH_RATE: [&str; 2] = ["--rate", "1000000"];
    const NO_RATE: [&str; 2] = ["--rate", "off"];
    const HISTORY: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/costs-history");

    const COSTS: [(&str, &[&str], Option<Part>); 8] = [
        ("--rate off", &NO_RATE, None),
        ("the same again", &NO_RATE, None),
        ("--rate 1000000", &HIGH_RATE, None),
        (
            "--history FILE",
            &["--rate", "off", "--history", HISTORY],
            None,
        ),
        (
            "limits of connections raised",
            &[
                "--rate",
                "off",
                "--max-connections",
                "10000",
                "--max-per-address",
                "10000",
                "--max-handshaking",
                "10000",
            ],
            None,
        ),
        (
            "--ping-interval 1s",
            &["--rate", "off", "--ping-interval", "1s"],
            None,
        ),
        ("one is watched", &NO_RATE, Some(Part::Watches)),
        (
            "one is watched by who does not read",
            &NO_RATE,
            Some(Part::WatchesBlindly),
        ),
    ];

    const COMPANY: [(&str, Option<Part>); 5] = [
        ("nobody", None),
        ("nobody, again", None),
        ("one who never reads", Some(Part::NeverReads)),
        ("one who reads 4 KiB a second", Some(Part::ReadsSlowly)),
        ("one who is evicted and comes back", Some(Part::ComesBack)),
    ];

    pub(super) fn main() -> ExitCode {
        let arguments = match Arguments::of_process() {
            Ok(arguments) => arguments,
            Err(code) => return code,
        };
        println!("{INTRODUCTION}");
        rounds::head(&arguments);
        let mut good = true;
        let fits = |members| !arguments.is_test || members <= TEST_CROWD;
        for cell in CELLS.into_iter().filter(|(members, ..)| fits(*members)) {
            let (name, load) = named(cell);
            good &= !arguments.wants(&name) || costs(&arguments, &name, &load);
        }
        for (cell, size) in CALM_CELLS {
            let (name, load) = named(cell);
            let (name, load) = (format!("beside/{name}/{size}B"), Load { size, ..load });
            good &= !arguments.wants(&name) || beside(&arguments, &name, &load);
        }
        ExitCode::from(u8::from(!good))
    }

    fn named((members, senders, window): (usize, usize, usize)) -> (String, Load) {
        let load = Load {
            members,
            senders,
            window,
            size: 64,
            audience: Audience::Everyone,
        };
        (format!("n{members}/w{window}/s{senders}"), load)
    }

    fn server(name: &str, flags: &[&str]) -> Target {
        let program = Path::new(env!("CARGO_BIN_EXE_ws101"));
        ws101(name, program, flags, CHAT)
    }

    fn costs(arguments: &Arguments, name: &str, load: &Load) -> bool {
        let contestants = COSTS.map(|(what, flags, company)| -> Contestant<'_> {
            let target = server(what, flags);
            let scene = Scene {
                company,
                pace: None,
            };
            let measure = move |length: &_| {
                remove(HISTORY)?;
                measure_in(&scene, &target, load, length)
            };
            (what, Box::new(measure))
        });
        let good = rounds::compare(arguments, name, &contestants);
        good & remove(HISTORY).is_ok()
    }

    /// What a former run left would be read first.
    fn remove(file: &str) -> io::Result<()> {
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn beside(arguments: &Arguments, name: &str, load: &Load) -> bool {
        let target = server(name, &NO_RATE);
        let pace = match measure(&target, load, &arguments.length()) {
            Ok(figures) => load.half(figures.rate),
            Err(error) => {
                println!("| {name} | at full speed | failed: {error} |");
                return false;
            }
        };
        let contestants = COMPANY.map(|(who, company)| -> Contestant<'_> {
            let scene = Scene {
                pace: Some(pace),
                company,
            };
            let target = &target;
            let times = if arguments.is_test { 1 } else { CALM_TIMES };
            let measure = move |length: &Length| {
                measure_in(&scene, target, load, &Length { times, ..*length })
            };
            (who, Box::new(measure))
        });
        rounds::compare(arguments, name, &contestants)
    }
}
