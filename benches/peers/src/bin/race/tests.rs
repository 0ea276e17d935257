//! The table and the chart, from made-up figures.

use super::cells;
use super::chart;
use super::contenders::{Each, NAMES, OURS};
use super::facts::Facts;
use super::idle::Idle;
use super::load::figures::Figures;
use super::results::{IdleRow, Results, Row};
use super::turns::{Outcome, race};
use std::cell::Cell;
use std::io;

/// Deliveries a second of each: ws101 is slower than the first peer, and the last one is not installed.
const RATES: Each<f64> = [2e6, 2.5e6, 1e6, 5e5, 1.2e5, 0.0];

fn figures(rate: f64) -> Figures {
    Figures {
        rate,
        cost: 1e6 / rate,
        p50: 100.0,
        p99: 2e9 / rate,
        max: 1e4,
        server_cpus: 1.0,
        load_busy: 0.5,
    }
}

fn made_up() -> Results {
    let outcomes: Each<Outcome<Figures>> = RATES.map(|rate| match rate {
        0.0 => Outcome::Missing,
        _ => Outcome::Measured {
            median: figures(rate),
            rounds: if rate < 2e5 { 1 } else { 5 },
        },
    });
    let idle = RATES.map(|rate| match rate {
        0.0 => Outcome::Failed("it | fell <over>".to_owned()),
        _ => Outcome::Measured {
            median: Idle {
                kib_each: rate / 1e5,
                threads: 7,
                handshakes: rate / 100.0,
            },
            rounds: 5,
        },
    });
    Results {
        facts: Facts {
            machine: "A machine & its system".to_owned(),
            date: "2026-11-25".to_owned(),
            versions: "one 1, two 2".repeat(20),
            command: "race <all>".to_owned(),
            plan: "in turn".to_owned(),
        },
        rounds: 5,
        rows: cells::all()
            .map(|cell| Row {
                cell,
                outcomes: outcomes.clone(),
            })
            .collect(),
        idle: Some(IdleRow(idle)),
    }
}

#[test]
fn the_table_has_every_cell_of_everyone() {
    let results = made_up();
    let table = results.to_string();
    for cell in cells::all() {
        let begin = format!("| {} |", cell.title());
        let mut rows = table.lines().filter(|line| line.starts_with(&begin));
        let row = rows.next().expect("each cell has a row");
        assert!(rows.next().is_none(), "{begin} twice");
        for figure in [
            "2000 · 0.500 · 1.00 ms",
            "120 · 8.33 · 16.7 ms ¹",
            "not installed",
        ] {
            assert!(row.contains(figure), "{figure} in {row}");
        }
        assert!(row.contains("uWebSockets | **0.80 ×** | 0.80 × |"), "{row}");
    }
    assert!(table.contains("No cell is left out."));
    assert!(table.contains("20.0 · 7 · 20000 |"));
    assert!(table.contains(r"failed: it \| fell <over>"));
    // Every row of a table is as wide as its head.
    let widths = table.lines().filter(|line| line.starts_with('|'));
    let mut head = 0;
    for line in widths {
        let width = line.replace(r"\|", "").matches('|').count();
        if line.starts_with("| | ") {
            head = width;
        }
        assert_eq!(width, head, "{line}");
    }
}

#[test]
fn what_is_missed_is_said_to_be() {
    let results = made_up();
    let missed = |row: &Row| row.is_reached() == Some(false);
    for row in &results.rows {
        // 0.8 × the best, and 2 × tokio-tungstenite.
        let is_met = match row.cell.name().as_str() {
            "c32/w1/64B" | "c32/w1/65536B" => true,
            "n10/w30/64B/s1" => {
                assert_eq!(row.is_reached(), None, "nothing is to be reached here");
                continue;
            }
            _ => false,
        };
        assert_eq!(missed(row), !is_met, "{}", row.cell.name());
    }
    assert_eq!(results.missed(), 13);
    assert_eq!(results.failures(), 1);
}

#[test]
fn the_chart_is_xml_and_has_every_cell_of_everyone() {
    let results = made_up();
    let chart = chart::draw(&results);
    assert_well_formed(&chart);
    for cell in cells::all() {
        let title = format!(">{}</text>", cell.title());
        assert_eq!(chart.matches(&title).count(), 1, "{title}");
    }
    let panels = cells::all().count() + 2;
    for name in NAMES {
        let label = format!(">{name}</text>");
        assert_eq!(chart.matches(&label).count(), panels, "{name}");
    }
    assert_eq!(chart.matches("class=\"ours\"").count(), panels);
    // The first peer is ahead everywhere but in memory, where all others are.
    assert_eq!(chart.matches("class=\"ahead\"").count(), panels - 1 + 3);
    assert_eq!(chart.matches(">not installed</text>").count(), panels - 2);
    assert!(chart.contains(">0.80 ×</text>") && chart.contains("race &lt;all&gt;"));
}

/// Elements are closed in order, attributes are quoted, no letter stands where it may not.
fn assert_well_formed(xml: &str) {
    let mut open = Vec::new();
    for piece in xml.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "{text}");
        let entities = text.split('&').skip(1);
        for entity in entities {
            let known = ["amp;", "lt;", "gt;"];
            assert!(known.iter().any(|name| entity.starts_with(name)), "{text}");
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        assert_eq!(
            tag.matches('"').count(),
            2 * tag.matches('=').count(),
            "{tag}"
        );
        let name = tag.split(' ').next().unwrap_or_default();
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn who_is_far_behind_runs_once_and_the_others_in_turn() {
    let calls = Cell::new(0);
    let present = RATES.map(|rate| rate > 0.0);
    let outcomes = race(3, &present, |who| {
        calls.set(calls.get() + 1);
        match who {
            3 => Err(io::Error::other("it fell")),
            _ => Ok(figures(RATES[who] + f64::from(calls.get()))),
        }
    });
    let rounds = outcomes.each_ref().map(|outcome| match outcome {
        Outcome::Measured { rounds, .. } => *rounds,
        Outcome::Failed(_) => 100,
        Outcome::Missing => 0,
    });
    assert_eq!(rounds, [3, 3, 3, 100, 1, 0]);
    // First, sixth and ninth call: the median is that of the sixth.
    let ours = outcomes[OURS].figures().expect("it was measured");
    assert_eq!(ours.rate, RATES[OURS] + 6.0);
}
