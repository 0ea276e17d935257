//! What a process uses, by `/proc`.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// Linux counts processor time in hundredths of a second, on every machine that runs Rust.
const TICK: Duration = Duration::from_millis(10);

/// One look at a process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Memory that is really there, in KiB.
    pub(crate) rss: u64,
    /// Processor time since its start, of all threads, those that have ended too.
    pub(crate) cpu: Duration,
    pub(crate) threads: usize,
    pub(crate) descriptors: usize,
}

impl Usage {
    pub(crate) fn of(process: u32) -> Self {
        Self {
            rss: rss(process),
            cpu: cpu(process),
            threads: entries(process, "task"),
            descriptors: entries(process, "fd"),
        }
    }

    /// By how many KiB memory has grown since `earlier`.
    pub(crate) fn growth(&self, earlier: &Self) -> u64 {
        self.rss.saturating_sub(earlier.rss)
    }
}

/// Threads and descriptors: what a client that has gone must not leave behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    threads: usize,
    descriptors: usize,
}

impl Standing {
    pub(crate) fn of(process: u32) -> Self {
        Self {
            threads: entries(process, "task"),
            descriptors: entries(process, "fd"),
        }
    }
}

/// The process has no more of either than it had before, or soon.
pub(crate) fn assert_back_at(before: Standing, process: u32) {
    let deadline = Instant::now() + Duration::from_secs(2);
    loop {
        let now = Standing::of(process);
        if now.threads <= before.threads && now.descriptors <= before.descriptors {
            return;
        }
        assert!(Instant::now() < deadline, "{before:?} before, now {now:?}");
        thread::park_timeout(Duration::from_millis(1));
    }
}

fn read(process: u32, file: &str) -> String {
    let path = format!("/proc/{process}/{file}");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn rss(process: u32) -> u64 {
    read(process, "status")
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmRSS:")?
                .strip_suffix("kB")?
                .trim()
                .parse()
                .ok()
        })
        .expect("a line VmRSS")
}

pub(crate) fn cpu(process: u32) -> Duration {
    let stat = read(process, "stat");
    // The name, in brackets, may hold blanks; behind it the third field is the first.
    let (_, fields) = stat.rsplit_once(") ").expect("a name in brackets");
    let ticks: u32 = fields
        .split(' ')
        .skip(14 - 3)
        .take(2) // utime and stime
        .map(|field| field.parse::<u32>().expect("a number"))
        .sum();
    TICK * ticks
}

fn entries(process: u32, folder: &str) -> usize {
    let path = format!("/proc/{process}/{folder}");
    fs::read_dir(&path)
        .unwrap_or_else(|error| panic!("{path}: {error}"))
        .count()
}
