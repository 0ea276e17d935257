//! What a process uses, from `/proc`.

use std::fs;
use std::time::Duration;

/// Linux counts processor time in hundredths of a second, on every machine that runs Rust.
const TICK: Duration = Duration::from_millis(10);

/// What a process uses at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Resident memory in KiB.
    pub(crate) rss: u64,
    /// Processor time since its start, of all threads, including those that have ended.
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

    /// How many KiB of memory the process has gained since `earlier`.
    pub(crate) fn growth(&self, earlier: &Self) -> u64 {
        self.rss.saturating_sub(earlier.rss)
    }
}

fn read(process: u32, file: &str) -> String {
    let path = format!("/proc/{process}/{file}");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn rss(process: u32) -> u64 {
    memory(process, "VmRSS:")
}

/// The peak of its resident memory, in KiB.
pub(crate) fn peak(process: u32) -> u64 {
    memory(process, "VmHWM:")
}

fn memory(process: u32, what: &str) -> u64 {
    read(process, "status")
        .lines()
        .find_map(|line| {
            line.strip_prefix(what)?
                .strip_suffix("kB")?
                .trim()
                .parse()
                .ok()
        })
        .expect("a line of that name")
}

pub(crate) fn cpu(process: u32) -> Duration {
    let stat = read(process, "stat");
    // The name, in brackets, may hold blanks. The fields after it begin with the third.
    let (_, fields) = stat.rsplit_once(") ").expect("a name in brackets");
    let ticks: u32 = fields
        .split(' ')
        .skip(14 - 3)
        .take(2) // utime and stime
        .map(|field| field.parse::<u32>().expect("a number"))
        .sum();
    TICK * ticks
}

/// How many bytes it has read from files and connections.
pub(crate) fn bytes_read(process: u32) -> u64 {
    let io = read(process, "io");
    let read = io.lines().find_map(|line| line.strip_prefix("rchar: "));
    read.and_then(|bytes| bytes.parse().ok()).expect("a number")
}

pub(super) fn entries(process: u32, folder: &str) -> usize {
    let path = format!("/proc/{process}/{folder}");
    fs::read_dir(&path)
        .unwrap_or_else(|error| panic!("{path}: {error}"))
        .count()
}
