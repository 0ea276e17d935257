//! The results: which contender is the fastest, and by how much.

use super::cells::Cell;
use super::contenders::{Each, OURS};
use super::facts::Facts;
use super::idle::Idle;
use super::load::figures::Figures;
use super::reach::{self, Demand};
use super::turns::Outcome;

#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) facts: Facts,
    /// As many as were asked for.
    pub(crate) rounds: usize,
    pub(crate) rows: Vec<Row>,
    pub(crate) idle: Option<IdleRow>,
}

/// One cell, all contenders.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) cell: Cell,
    pub(crate) outcomes: Each<Outcome<Figures>>,
}

/// The idle connections, all contenders.
#[derive(Debug)]
pub(crate) struct IdleRow(pub(crate) Each<Outcome<Idle>>);

/// ws101, and the fastest peer in this cell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Duel<'a> {
    pub(crate) ours: &'a Figures,
    pub(crate) best: &'a Figures,
    pub(crate) who: usize,
}

impl Duel<'_> {
    /// The speed of ws101 in relation to the peer's.
    pub(crate) fn ratio(&self) -> f64 {
        self.ours.rate / self.best.rate
    }

    /// The peer's processor time for a delivery in relation to that of ws101.
    pub(crate) fn thrift(&self) -> f64 {
        self.best.cost / self.ours.cost
    }
}

impl Row {
    /// `None` if ws101 failed, or no peer is installed.
    pub(crate) fn duel(&self) -> Option<Duel<'_>> {
        let figures = |who: usize| self.outcomes[who].figures();
        let peers = (0..self.outcomes.len()).filter(|who| *who != OURS);
        let (who, best) = peers
            .filter_map(|who| Some((who, figures(who)?)))
            .max_by(|(_, one), (_, other)| one.rate.total_cmp(&other.rate))?;
        let ours = figures(OURS)?;
        Some(Duel { ours, best, who })
    }

    /// Whether all demands on this cell are met; `None` if it has none, or it cannot be known.
    pub(crate) fn is_reached(&self) -> Option<bool> {
        let demands = reach::find(&self.cell);
        let met = demands.iter().map(|demand| self.meets(*demand));
        let met: Vec<bool> = met.collect::<Option<_>>()?;
        (!met.is_empty()).then(|| met.into_iter().all(|met| met))
    }

    fn meets(&self, demand: Demand) -> Option<bool> {
        let duel = self.duel()?;
        Some(match demand {
            Demand::Best(times) => duel.ratio() >= times,
            Demand::Soon(times) => duel.ours.p99 <= times * duel.best.p99,
            Demand::Peer(who, times) => {
                duel.ours.rate >= times * self.outcomes[who].figures()?.rate
            }
        })
    }
}

impl IdleRow {
    pub(crate) fn is_reached(&self) -> Option<bool> {
        let ours = self.0[OURS].figures()?;
        Some(ours.kib_each <= reach::IDLE_KIB && ours.handshakes >= reach::HANDSHAKES)
    }
}

impl Results {
    /// The number of cells that miss a demand.
    pub(crate) fn missed(&self) -> usize {
        let idle = self.idle.as_ref().map(IdleRow::is_reached);
        let all = self.rows.iter().map(Row::is_reached).chain(idle);
        all.filter(|reached| *reached == Some(false)).count()
    }

    /// The number of measurements that failed.
    pub(crate) fn failures(&self) -> usize {
        fn count<T>(outcomes: &Each<Outcome<T>>) -> usize {
            let failed = |outcome: &&Outcome<T>| matches!(outcome, Outcome::Failed(_));
            outcomes.iter().filter(failed).count()
        }
        let idle = self.idle.as_ref().map_or(0, |row| count(&row.0));
        let rows = self.rows.iter().map(|row| count(&row.outcomes));
        rows.sum::<usize>() + idle
    }
}
