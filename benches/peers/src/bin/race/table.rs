//! What is printed: tables in Markdown.

use super::cells::{self, Cell, Part};
use super::contenders::{Each, NAMES, OURS};
use super::idle::{self, Idle};
use super::load::figures::Figures;
use super::reach;
use super::results::{IdleRow, Results, Row};
use super::turns::Outcome;
use std::fmt;

/// From this share on, the load's own thread limits the figures.
const BUSY: f64 = 0.95;

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = &self.facts;
        writeln!(f, "# ws101 and its peers: whole servers\n")?;
        writeln!(f, "```sh\n{}\n```\n", facts.command)?;
        writeln!(
            f,
            "{}, {}. {}. {}.\n",
            facts.date, facts.plan, facts.machine, facts.versions
        )?;
        writeln!(
            f,
            "A delivery is one message that has arrived at one client: thousands a second · µs of \
             server CPU for each · p99 from sending to arrival. *best* is the fastest peer in that \
             cell, *ratio* the speed of ws101 in relation to it, *by CPU* the processor time that \
             it needs for a delivery in relation to that of ws101. Below 1 ×, ws101 loses. The load \
             has one processor to itself and never sleeps; the server has all others. {}\n\n\
             ¹ one round only, since it was not a third as fast as the fastest. \
             ² the load's own thread was busy all the time: the server may be faster still.",
            self.extent()
        )?;
        let sections = [
            (Part::FanOut, "One line for many listeners"),
            (Part::Echo, "Echo"),
        ];
        for (part, title) in sections {
            let rows = self.rows.iter().filter(|row| row.cell.part() == part);
            let mut rows = rows.peekable();
            if rows.peek().is_none() {
                continue;
            }
            head(f, title, &["best", "ratio", "by CPU", "reach", ""])?;
            for row in rows {
                writeln!(f, "{}", Line(row, self.rounds))?;
            }
        }
        self.idle.iter().try_for_each(|row| {
            head(f, "Idle connections", &["reach", ""])?;
            writeln!(f, "{}", IdleLine(row, self.rounds.min(idle::MOST_ROUNDS)))
        })
    }
}

impl Results {
    /// Whether all cells were measured, in a sentence.
    fn extent(&self) -> String {
        let all = cells::all().count() + 1;
        match self.rows.len() + usize::from(self.idle.is_some()) {
            measured if measured == all => "No cell is left out.".to_owned(),
            measured => format!("These are {measured} of {all} cells."),
        }
    }
}

fn head(f: &mut fmt::Formatter<'_>, title: &str, others: &[&str]) -> fmt::Result {
    let columns = NAMES.len() + others.len();
    writeln!(f, "\n## {title}\n")?;
    writeln!(f, "| | {} | {} |", NAMES.join(" | "), others.join(" | "))?;
    writeln!(f, "|---|{}", "---|".repeat(columns))
}

/// A cell's row, and how many rounds there were.
struct Line<'a>(&'a Row, usize);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(row, rounds) = *self;
        write!(f, "| {} |", row.cell.title())?;
        outcomes(f, &row.outcomes, rounds, |f, figures: &Figures| {
            let Figures { cost, p99, .. } = *figures;
            let mark = if figures.load_busy >= BUSY { "²" } else { "" };
            let rate = Digits(figures.rate / 1e3);
            write!(f, "{rate}{mark} · {} · {}", Digits(cost), Micros(p99))
        })?;
        match row.duel() {
            None => write!(f, " | | |")?,
            Some(duel) => {
                let best = NAMES[duel.who];
                write!(
                    f,
                    " {best} | **{:.2} ×** | {:.2} × |",
                    duel.ratio(),
                    duel.thrift()
                )?;
            }
        }
        write!(f, " {} | {} |", demands(&row.cell), mark(row.is_reached()))
    }
}

/// The idle connections' row, and how many rounds there were.
struct IdleLine<'a>(&'a IdleRow, usize);

impl fmt::Display for IdleLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(row, rounds) = *self;
        write!(
            f,
            "| {} in the chat: KiB each · threads · handshakes/s |",
            idle::CONNECTIONS
        )?;
        outcomes(f, &row.0, rounds, |f, figures: &Idle| {
            let Idle {
                kib_each,
                threads,
                handshakes,
            } = *figures;
            write!(f, "{kib_each:.1} · {threads} · {handshakes:.0}")
        })?;
        let (kib, handshakes) = (reach::IDLE_KIB, reach::HANDSHAKES);
        write!(
            f,
            " ≤ {kib} KiB, ≥ {handshakes}/s | {} |",
            mark(row.is_reached())
        )
    }
}

fn outcomes<T>(
    f: &mut fmt::Formatter<'_>,
    outcomes: &Each<Outcome<T>>,
    wanted: usize,
    figures: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (who, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Outcome::Missing => write!(f, " not installed |")?,
            Outcome::Failed(why) => write!(f, " failed: {} |", why.replace('|', "\\|"))?,
            Outcome::Measured { median, rounds } => {
                f.write_str(" ")?;
                figures(f, median)?;
                let is_short = *rounds < wanted && who != OURS;
                f.write_str(if is_short { " ¹ |" } else { " |" })?;
            }
        }
    }
    Ok(())
}

fn demands(cell: &Cell) -> String {
    let demands = reach::find(cell).iter().map(ToString::to_string);
    demands.collect::<Vec<_>>().join(", ")
}

const fn mark(reached: Option<bool>) -> &'static str {
    match reached {
        None => "",
        Some(true) => "✓",
        Some(false) => "✗",
    }
}

/// Three digits are more than the machine can tell apart.
struct Digits(f64);

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = match self.0 {
            100.0.. => 0,
            10.0.. => 1,
            1.0.. => 2,
            _ => 3,
        };
        write!(f, "{:.decimals$}", self.0)
    }
}

/// Microseconds, or milliseconds where there are thousands of them.
struct Micros(f64);

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            // No message reached all members in time.
            none if none.is_nan() => f.write_str("?"),
            1_000.0.. => write!(f, "{} ms", Digits(self.0 / 1e3)),
            _ => write!(f, "{:.0} µs", self.0),
        }
    }
}
