//! Measures what the server uses, four times a second, and how fast that grows.

use crate::kit::server::usage::Usage;
use crate::kit::stopwatch::PATIENCE;
use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

/// The time between two measurements.
const PACE: Duration = Duration::from_millis(250);

/// Growth that is always allowed: pages of a heap that is not full.
const SLACK_KIB: f64 = 2_048.0;

/// All measurements, with the second at which each was taken.
#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<(f64, Usage)>);

impl Figures {
    /// Measures the process for this long, and until enough has happened or a failure is reported.
    pub(crate) fn watch(
        process: u32,
        duration: Duration,
        is_enough: impl Fn() -> bool,
        failed: impl Fn() -> bool,
    ) -> Self {
        let start = Instant::now();
        let mut figures = Self::default();
        let goes_on = || match start.elapsed() {
            took if took < duration => true,
            // On a busy machine this takes longer.
            took => !is_enough() && took < duration + PATIENCE,
        };
        while goes_on() && !failed() {
            let now = start.elapsed().as_secs_f64();
            figures.0.push((now, Usage::of(process)));
            thread::park_timeout(PACE);
        }
        // The server keeps up to 128 receipts of each client; at a line every two seconds they are
        // complete after five minutes. The first third of a short run is its warm-up.
        let warm = (duration.as_secs_f64() / 3.0).min(300.0);
        figures.0.retain(|(second, _)| *second >= warm);
        figures
    }

    /// Memory stays within a tenth of its first value, in every later measurement.
    pub(crate) fn assert_level(&self) {
        let first = self.0.iter().take(8).map(|(_, usage)| usage.rss as f64);
        let first = first.fold(0.0, f64::max);
        let most = (first * 1.1).max(first + SLACK_KIB);
        for (second, usage) in &self.0 {
            let rss = usage.rss as f64;
            assert!(rss <= most, "{rss} KiB after {second:.0} s, {first} before");
        }
    }

    fn slope(&self, of: impl Fn(&Usage) -> f64) -> f64 {
        slope(self.0.iter().map(|(second, usage)| (*second, of(usage))))
    }
}

/// Growth in ten minutes, and the last value.
impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((seconds, last)) = self.0.last() else {
            return f.write_str("nothing was seen");
        };
        let ten_minutes = 600.0;
        let memory = ten_minutes * self.slope(|usage| usage.rss as f64);
        let threads = ten_minutes * self.slope(|usage| usage.threads as f64);
        let descriptors = ten_minutes * self.slope(|usage| usage.descriptors as f64);
        let tenths = self.0.chunks(self.0.len().div_ceil(10));
        let memory_then: Vec<u64> = tenths.map(|tenth| tenth[0].1.rss).collect();
        write!(
            f,
            "{memory_then:?} KiB, after {seconds:.0} s {} KiB; {} threads, {} descriptors, {:.1?} of processor time; \
             in ten minutes {memory:+.0} KiB, {threads:+.1} threads, {descriptors:+.1} descriptors",
            last.rss, last.threads, last.descriptors, last.cpu
        )
    }
}

/// The slope of the line that fits best (least squares).
fn slope(points: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let count = points.clone().count() as f64;
    let (x, y) = (points.clone()).fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (x, y) = (x / count, y / count);
    let (above, below) = points.fold((0.0, 0.0), |(above, below), point| {
        let distance = point.0 - x;
        (
            above + distance * (point.1 - y),
            below + distance * distance,
        )
    });
    above / below
}
