//! What was measured of one server under one load, as figures.

use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// Deliveries a second.
    pub(crate) rate: f64,
    /// The server's processor time for a delivery, in microseconds.
    pub(crate) cost: f64,
    /// From sending to arrival, in microseconds: the median,
    pub(crate) p50: f64,
    /// the 99th percentile,
    pub(crate) p99: f64,
    /// and the longest.
    pub(crate) max: f64,
    /// The number of processors that the server kept busy.
    pub(crate) server_cpus: f64,
    /// The share of the time in which the load had something to do.
    pub(crate) load_busy: f64,
}

/// The counters at one moment.
pub(super) struct Snapshot {
    pub(super) at: Instant,
    /// The server's processor time since its start.
    pub(super) server: Duration,
    /// How long the load has polled and found nothing.
    pub(super) idle: Duration,
    pub(super) delivered: u64,
}

impl Figures {
    pub(super) fn between(
        before: &Snapshot,
        after: &Snapshot,
        mut latencies: Vec<Duration>,
    ) -> Self {
        let seconds = (after.at - before.at).as_secs_f64();
        let delivered = (after.delivered - before.delivered) as f64;
        latencies.sort_unstable();
        let within = |share: f64| {
            let place = (latencies.len() as f64 * share) as usize;
            let latency = latencies.get(place).or(latencies.last());
            latency.map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e6)
        };
        let server = (after.server - before.server).as_secs_f64();
        Self {
            rate: delivered / seconds,
            cost: server * 1e6 / delivered,
            p50: within(0.5),
            p99: within(0.99),
            max: within(1.0),
            server_cpus: server / seconds,
            load_busy: 1.0 - (after.idle - before.idle).as_secs_f64() / seconds,
        }
    }

    /// The median of each figure.
    pub(crate) fn median(rounds: &[Self]) -> Self {
        let median = |of: fn(&Self) -> f64| {
            let mut all: Vec<f64> = rounds.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        Self {
            rate: median(|round| round.rate),
            cost: median(|round| round.cost),
            p50: median(|round| round.p50),
            p99: median(|round| round.p99),
            max: median(|round| round.max),
            server_cpus: median(|round| round.server_cpus),
            load_busy: median(|round| round.load_busy),
        }
    }
}
