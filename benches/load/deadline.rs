//! The time after which a load that hangs fails.

use std::io;
use std::time::{Duration, Instant};

/// How long anything may take that must happen at all: this only turns a hang into a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// An error once `deadline` has passed; `so_far` says how far the load had come.
pub(crate) fn in_time(deadline: Instant, so_far: impl FnOnce() -> String) -> io::Result<()> {
    if Instant::now() < deadline {
        return Ok(());
    }
    let so_far = so_far();
    Err(io::Error::other(format!("it took too long: {so_far}")))
}
