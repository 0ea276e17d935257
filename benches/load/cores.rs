//! Which processors the load and the server run on: while it talks, the load has the last one, and the server all others.
//!
//! Otherwise the system would move both about while they are measured, differently each time. On a
//! single processor they share it; and a load that mostly sleeps shares all of them with its server.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use std::io;
use std::sync::OnceLock;

/// The processors that this process had at its start.
fn all() -> io::Result<CpuSet> {
    static ALL: OnceLock<CpuSet> = OnceLock::new();
    if let Some(all) = ALL.get() {
        return Ok(*all);
    }
    let now = sched_getaffinity(None)?;
    Ok(*ALL.get_or_init(|| now))
}

/// Starts a server on all processors but the last, and leaves the load on the last: a process inherits the
/// processors of the thread that starts it.
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

/// Starts a server that may run on all processors, as the load may from now on.
pub(super) fn together<T>(start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    sched_setaffinity(None, &all()?)?;
    start()
}
