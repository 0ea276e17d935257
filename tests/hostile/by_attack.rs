//! How late the witnesses' lines were during each attack.
//!
//! The figures of all rows together hide one attack that slows the server for others: its lines are
//! a few among tens of thousands. So the report compares the witnesses with their control attack by
//! attack. An attack is a number that ROWS.md lists; its rows differ in how bytes are sent. One row
//! alone is over too soon to be measured.

use crate::lateness::Lateness;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The lines that were judged so far, in this test program.
static LINES: Mutex<Report> = Mutex::new(Report::new());

/// The lines heard during each attack.
#[derive(Debug)]
pub(crate) struct Report(BTreeMap<String, Lateness>);

impl Report {
    pub(crate) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds the lines that were heard while the row of this name ran.
    pub(crate) fn add(&mut self, row: &str, lateness: &Lateness) {
        let attack = self.0.entry(attack_of(row).to_owned()).or_default();
        attack.add(lateness);
    }

    /// A line for each attack; the one that made the witnesses slowest, compared with the control, is
    /// the first.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut attacks: Vec<_> = self.0.iter().collect();
        let ratio = |lateness: &Lateness| lateness.ratio().unwrap_or_default();
        attacks.sort_by(|(_, a), (_, b)| ratio(b).total_cmp(&ratio(a)));
        (attacks.into_iter())
            .map(|(attack, lateness)| format!("{attack:10} {}", lateness.beside_the_control()))
            .collect()
    }

    /// All attacks together: how late lines were, and whether that is acceptable.
    fn verdict(&self) -> Option<(String, bool)> {
        let mut all = Lateness::default();
        self.0.values().for_each(|lateness| all.add(lateness));
        all.verdict()
    }
}

/// The number that a row's name begins with; without one, its theme.
fn attack_of(row: &str) -> &str {
    let (first, _) = row.split_once(' ').unwrap_or((row, ""));
    let is_number = first.len() == 3 && first.ends_with(|last: char| last.is_ascii_digit());
    match row.split_once(':') {
        _ if is_number => first,
        Some((theme, _)) => theme,
        None => row,
    }
}

/// Adds the lines that were heard while the row of this name ran.
pub(crate) fn note(row: &str, lateness: &Lateness) {
    let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    lines.add(row, lateness);
}

/// The report for the end of the program, and whether the witnesses were undisturbed. `None` if no
/// row had witnesses.
pub(crate) fn verdict() -> Option<(String, bool)> {
    let report = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    let (all, undisturbed) = report.verdict()?;
    let by_attack = report.lines().join("\n  ");
    let heading = "attack, ratio of the times within which 99 in 100 lines were heard: \
                   by the witnesses, by the control";
    Some((format!("{heading}\n  {by_attack}\n{all}"), undisturbed))
}
