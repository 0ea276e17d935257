//! What the server uses, looked at four times a second, and how fast that grows.

use crate::kit::server::usage::Usage;
use crate::kit::stopwatch::PATIENCE;
use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks.
const PACE: Duration = Duration::from_millis(250);

/// At least so much may come and go: pages of a heap that is not full.
const SLACK_KIB: f64 = 2_048.0;

/// All looks, with the second at which each was taken.
#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<(f64, Usage)>);

impl Figures {
    /// Looks at the process for so long and until enough has happened, or until it is told that
    /// something went wrong.
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
            // A busy machine takes longer for as much.
            took => !is_enough() && took < duration + PATIENCE,
        };
        while goes_on() && !failed() {
            let now = start.elapsed().as_secs_f64();
            figures.0.push((now, Usage::of(process)));
            thread::park_timeout(PACE);
        }
        // What the server keeps of each client, up to 128 receipts at a line every two seconds, is
        // all there after five minutes. Of a short run, a third is for getting warm.
        let warm = (duration.as_secs_f64() / 3.0).min(300.0);
        figures.0.retain(|(second, _)| *second >= warm);
        figures
    }

    /// Memory is within a tenth of what it was at first, at every later look.
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

/// Growth in ten minutes, and where it ended.
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

/// Of the line that fits best (least squares).
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
