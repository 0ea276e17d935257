//! The server of ws101 and its peers' servers, under the same load and in turn: a table in
//! Markdown, and a chart.
//!
//! ```sh
//! benches/peers/servers/install
//! cargo run --release --manifest-path benches/peers/Cargo.toml --bin race -- --out benches/peers
//! ```
//!
//! On a shared machine, a server that was measured a minute ago was measured on another machine. So each round starts
//! all of them, one after the other, and the median of the rounds counts. In this order:
//!
//! | file | what it holds |
//! |---|---|
//! | `contenders` | the servers: how they are built and started, and their versions |
//! | `cells` | what is measured |
//! | `reach` | how fast ws101 has to be, in relation to which peer |
//! | `idle` | idle connections |
//! | `turns` | the contenders in turn, and the median |
//! | `results` | which contender is the fastest, and by how much |
//! | `table`, `chart`, `facts` | what is printed and drawn, and on which machine it was measured |
//!
//! The load itself is that of `cargo bench --bench fanout` and `echo`.

#[cfg(not(target_os = "linux"))]
compile_error!("the load is made with epoll, and the servers are looked at by /proc: on Linux");

mod arguments;
mod cells;
mod chart;
mod contenders;
mod facts;
mod idle;
#[path = "../../../../load/mod.rs"]
mod load;
#[path = "../../machine.rs"]
mod machine;
mod reach;
mod results;
mod table;
#[cfg(test)]
mod tests;
mod turns;

use arguments::Arguments;
use cells::{Cell, Part};
use contenders::{Each, NAMES};
use load::driver::measure;
use results::{IdleRow, Results, Row};
use std::process::ExitCode;
use std::{fs, io};

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("no race: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<ExitCode> {
    contenders::build()?;
    let present = contenders::present();
    let missing = NAMES.iter().zip(present).filter(|(_, there)| !there);
    let missing: Vec<_> = missing.map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        let what = format!(
            "not installed: {}; benches/peers/servers/install does it",
            missing.join(", ")
        );
        if arguments.strict {
            return Err(io::Error::other(what));
        }
        eprintln!("{what}");
    }
    let results = race(arguments, &present)?;
    println!("{results}");
    if let Some(directory) = &arguments.out {
        fs::create_dir_all(directory)?;
        fs::write(directory.join("race.md"), results.to_string())?;
        fs::write(directory.join("race.svg"), chart::draw(&results))?;
    }
    let bad = results.failures() > 0 || arguments.check && results.missed() > 0;
    Ok(ExitCode::from(u8::from(bad)))
}

fn race(arguments: &Arguments, present: &Each<bool>) -> io::Result<Results> {
    let cells: Vec<Cell> = cells::all()
        .filter(|cell| arguments.wants(&cell.name()))
        .collect();
    let mut rows = Vec::new();
    for (number, cell) in cells.iter().enumerate() {
        eprintln!("{} of {}: {}", number + 1, cells.len(), cell.title());
        let targets = contenders::targets(cell.part());
        let length = arguments.length(cell);
        let outcomes = turns::race(arguments.rounds, present, |who| {
            measure(&targets[who], &cell.0, &length)
        });
        rows.push(Row {
            cell: *cell,
            outcomes,
        });
    }
    let idle = arguments
        .wants(idle::NAME)
        .then(|| rest(arguments, present));
    Ok(Results {
        facts: facts::gather(arguments),
        rounds: arguments.rounds,
        rows,
        idle: idle.transpose()?,
    })
}

/// The idle connections.
fn rest(arguments: &Arguments, present: &Each<bool>) -> io::Result<IdleRow> {
    eprintln!("{}: {} connections", idle::NAME, idle::CONNECTIONS);
    idle::prepare()?;
    let targets = contenders::targets(Part::Idle);
    let measure = |who: usize| idle::measure(&targets[who]);
    let rounds = arguments.rounds.min(idle::MOST_ROUNDS);
    Ok(IdleRow(turns::race(rounds, present, measure)))
}
