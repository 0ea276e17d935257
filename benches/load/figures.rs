//! What changed from one moment to another, as figures.

use super::rounds::Figures;
use std::time::{Duration, Instant};

/// One moment.
pub(super) struct Look {
    pub(super) at: Instant,
    pub(super) server: Duration,
    pub(super) idle: Duration,
    pub(super) delivered: u64,
}

pub(super) fn figures(before: &Look, after: &Look, mut latencies: Vec<Duration>) -> Figures {
    let seconds = (after.at - before.at).as_secs_f64();
    let delivered = (after.delivered - before.delivered) as f64;
    latencies.sort_unstable();
    let within = |share: f64| {
        let place = (latencies.len() as f64 * share) as usize;
        let latency = latencies.get(place).or(latencies.last());
        latency.map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e6)
    };
    let server = (after.server - before.server).as_secs_f64();
    Figures {
        rate: delivered / seconds,
        cost: server * 1e6 / delivered,
        median: within(0.5),
        slow: within(0.99),
        slowest: within(1.0),
        server: server / seconds,
        client: 1.0 - (after.idle - before.idle).as_secs_f64() / seconds,
    }
}
