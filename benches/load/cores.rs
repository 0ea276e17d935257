//! Who runs where. While it talks, the load has the last processor, and the server all others.
//!
//! Otherwise the system moves them about while they are measured, each time differently. Where
//! there is but one processor, they share it; and where the load mostly sleeps, they share all.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use std::io;
use std::sync::OnceLock;

/// All that there were before the first was given away.
fn all() -> io::Result<CpuSet> {
    static ALL: OnceLock<CpuSet> = OnceLock::new();
    if let Some(all) = ALL.get() {
        return Ok(*all);
    }
    let now = sched_getaffinity(None)?;
    Ok(*ALL.get_or_init(|| now))
}

/// Starts a server apart from us, who stay on our processor: a process stays where it was started.
pub(super) fn apart<T>(start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let all = all()?;
    let last = (0..CpuSet::MAX_CPU).rfind(|cpu| all.is_set(*cpu));
    let Some(last) = last.filter(|_| all.count() > 1) else {
        return start();
    };
    let (mut others, mut own) = (all, CpuSet::new());
    others.unset(last);
    own.set(last);
    sched_setaffinity(None, &others)?;
    let started = start();
    sched_setaffinity(None, &own)?;
    started
}

/// Starts a server that may run everywhere, as we may from now on.
pub(super) fn together<T>(start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    sched_setaffinity(None, &all()?)?;
    start()
}
