//! What is drawn: a panel for each cell, a bar for each contender, in SVG.
//!
//! The cells lie a factor of a hundred apart, the contenders in a cell mostly less. So each panel
//! has a scale of its own, which begins at zero: lengths in it compare as the figures do. A peer that
//! beats ws101 is drawn in the colour of warnings.

use super::cells::Part;
use super::contenders::{Each, NAMES, OURS};
use super::idle::{self, Idle};
use super::results::Results;
use super::turns::Outcome;
use std::fmt::Write;

const WIDTH: usize = 800;
const COLUMNS: usize = 3;
const MARGIN: usize = 16;
const GAP: usize = 20;
const PANEL: usize = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS;
const PANEL_HEIGHT: usize = 102;
const BAR: usize = 13;
/// The names stand to the left of the bars.
const NAMED: usize = 100;
/// The figure stands to the right of its bar.
const FIGURED: usize = 46;
/// Letters in a line of small print.
const LETTERS: usize = 142;

/// Two sets of colours, light and dark: a viewer takes the one of its page.
const STYLE: &str = "\
text{font:11px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#3d4653}
.back{fill:#fff}.title{font-size:15px;font-weight:600;fill:#111827}.part{font-size:13px;font-weight:600;fill:#111827}
.cell{font-weight:600;fill:#111827}.ours{fill:#2563eb}.peer{fill:#b6bec9}.ahead{fill:#d9730d}
.own{font-weight:600;fill:#1d4ed8}.lost{font-weight:600;fill:#b45309}.small{font-size:10px;fill:#5b6573}
@media(prefers-color-scheme:dark){text{fill:#b9c2ce}.back{fill:#0d1117}.title,.part,.cell{fill:#e6edf3}
.ours{fill:#5b93f5}.peer{fill:#4b5563}.ahead{fill:#e58a2b}.own{fill:#79adff}.lost{fill:#f0a04b}.small{fill:#8b95a3}}";

/// One cell, with the outcome of each contender.
struct Panel {
    title: String,
    values: Each<Result<f64, &'static str>>,
    is_less_better: bool,
}

impl Panel {
    fn new<T>(title: String, outcomes: &Each<Outcome<T>>, of: fn(&T) -> f64) -> Self {
        let values = outcomes.each_ref().map(|outcome| match outcome {
            Outcome::Missing => Err("not installed"),
            Outcome::Failed(_) => Err("failed"),
            Outcome::Measured { median, .. } => Ok(of(median)),
        });
        Self {
            title,
            values,
            is_less_better: false,
        }
    }

    /// `other` in relation to `one`: above 1 it is better.
    fn advantage(&self, one: f64, other: f64) -> f64 {
        if self.is_less_better {
            one / other
        } else {
            other / one
        }
    }

    /// ws101 in relation to the best peer: above 1 it is better.
    fn ratio(&self) -> Option<f64> {
        let ours = self.values[OURS].ok()?;
        let peers = self.values.iter().skip(OURS + 1).flatten();
        let ratios = peers.map(|peer| self.advantage(*peer, ours));
        ratios.min_by(f64::total_cmp)
    }

    fn is_ahead(&self, value: f64) -> bool {
        let ours = self.values[OURS];
        ours.is_ok_and(|ours| self.advantage(ours, value) > 1.0)
    }
}

/// The whole picture.
pub(crate) fn draw(results: &Results) -> String {
    let mut body = String::new();
    let mut y = heading(&mut body);
    for (title, panels) in sections(results) {
        if panels.is_empty() {
            continue;
        }
        text(&mut body, "part", MARGIN, y, title);
        y += 10;
        for (number, panel) in panels.iter().enumerate() {
            let x = MARGIN + number % COLUMNS * (PANEL + GAP);
            panel_at(&mut body, x, y + number / COLUMNS * PANEL_HEIGHT, panel);
        }
        y += panels.len().div_ceil(COLUMNS) * PANEL_HEIGHT + 22;
    }
    let facts = &results.facts;
    let plan = format!("{}, {}. {}.", facts.date, facts.plan, facts.machine);
    for paragraph in [&plan, &facts.versions, &facts.command] {
        for line in wrap(paragraph) {
            text(&mut body, "small", MARGIN, y, &line);
            y += 14;
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{y}\" \
         viewBox=\"0 0 {WIDTH} {y}\" role=\"img\">\n<title>ws101 and its peers, side by side</title>\n\
         <style>{STYLE}</style>\n<rect class=\"back\" width=\"{WIDTH}\" height=\"{y}\" rx=\"8\"/>\n\
         {body}</svg>\n"
    )
}

fn heading(body: &mut String) -> usize {
    let title = "ws101 and its peers: whole servers under the same load";
    text(body, "title", MARGIN, 28, title);
    let how = "Each panel has its own scale from zero. × is ws101 in relation to the best peer in that panel; \
               orange: ahead of ws101.";
    text(body, "small", MARGIN, 46, how);
    76
}

fn sections(results: &Results) -> [(&'static str, Vec<Panel>); 3] {
    let talks = |part: Part| {
        let rows = results.rows.iter().filter(|row| row.cell.part() == part);
        let panel = |row: &super::results::Row| {
            Panel::new(row.cell.title(), &row.outcomes, |figures| figures.rate)
        };
        rows.map(panel).collect::<Vec<_>>()
    };
    let idle = results.idle.iter().flat_map(|row| {
        let mut memory = Panel::new("KiB each: less is better".into(), &row.0, |idle: &Idle| {
            idle.kib_each
        });
        memory.is_less_better = true;
        [
            memory,
            Panel::new("handshakes a second".into(), &row.0, |idle| idle.handshakes),
        ]
    });
    const { assert!(idle::CONNECTIONS == 10_000) };
    [
        (
            "One line, heard by many: deliveries a second",
            talks(Part::FanOut),
        ),
        ("Echo: messages a second", talks(Part::Echo)),
        (
            "10 000 connections in the chat on which nothing happens",
            idle.collect(),
        ),
    ]
}

fn panel_at(body: &mut String, x: usize, y: usize, panel: &Panel) {
    text(body, "cell", x, y + 12, &panel.title);
    if let Some(ratio) = panel.ratio() {
        let class = if ratio < 1.0 { "lost" } else { "own" };
        let right = x + PANEL;
        let _ = writeln!(
            body,
            "<text class=\"{class}\" x=\"{right}\" y=\"{}\" text-anchor=\"end\">{ratio:.2} ×</text>",
            y + 12
        );
    }
    let longest = panel
        .values
        .iter()
        .flatten()
        .copied()
        .fold(f64::MIN_POSITIVE, f64::max);
    let space = (PANEL - NAMED - FIGURED) as f64;
    for (who, value) in panel.values.iter().enumerate() {
        let top = y + 18 + who * BAR;
        let base = top + BAR - 3;
        let name = if who == OURS { "own" } else { "name" };
        text(body, name, x, base, NAMES[who]);
        let value = match value {
            Ok(value) => *value,
            Err(why) => {
                text(body, "lost", x + NAMED, base, why);
                continue;
            }
        };
        let class = match who {
            OURS => "ours",
            _ if panel.is_ahead(value) => "ahead",
            _ => "peer",
        };
        let length = (value / longest * space).max(1.0);
        let _ = writeln!(
            body,
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{length:.1}\" height=\"{}\"/>",
            x + NAMED,
            top + 1,
            BAR - 3
        );
        text(
            body,
            name,
            x + NAMED + length as usize + 5,
            base,
            &short(value),
        );
    }
}

fn text(body: &mut String, class: &str, x: usize, y: usize, text: &str) {
    let text = escape(text);
    // Writing to a string does not fail.
    let _ = writeln!(
        body,
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>"
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Three digits, and the thousands in a letter.
fn short(value: f64) -> String {
    let (value, letter) = match value {
        1e6.. => (value / 1e6, " M"),
        1e3.. => (value / 1e3, " k"),
        _ => (value, ""),
    };
    let decimals = match value {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{value:.decimals$}{letter}")
}

/// Breaks between words.
fn wrap(paragraph: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in paragraph.split(' ') {
        let last = lines.last_mut().expect("there is a first line");
        if last.chars().count() + word.chars().count() < LETTERS {
            *last += if last.is_empty() { "" } else { " " };
            *last += word;
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
