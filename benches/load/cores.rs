//! Who runs where: the load has the last processor, the server all the others.
//!
//! Otherwise the system moves them about while they are measured, each time differently. Where
//! there is but one processor, they share it.

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

/// Does something where the server belongs, and comes back: a process stays where it was started.
pub(super) fn at_the_servers<T>(start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
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
