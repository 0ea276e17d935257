//! The signals that end a program: the first one politely, a second one at once.

use crate::sync::spawn;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use std::sync::Arc;
use std::{fs, io, process};

/// Enough for the end of the server, which sends what is pending in its rooms.
const STACK: usize = 512 << 10;

/// Calls `end` at the first signal, on a thread of its own.
pub(super) fn on_interrupt(end: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let mut wanted = vec![SIGINT, SIGTERM];
    if !is_ignored(SIGHUP) {
        wanted.push(SIGHUP);
    }
    let mut signals = Signals::new(wanted)?;
    let wait = move || {
        let mut signals = signals.forever();
        if signals.next().is_some() {
            // On a thread of its own, so that this one can wait for the second signal.
            let ending = spawn("end", STACK, end);
            // SIGHUP is no second signal: the kernel and the shell each send one when a terminal is closed,
            // and systemd sends one after its SIGTERM.
            if ending.is_ok()
                && let Some(second) = signals.find(|&signal| signal != SIGHUP)
            {
                process::exit(128 + second);
            }
        }
    };
    spawn("signals", STACK, wait)
}

/// Makes a write beyond the limit of file sizes (`ulimit -f`) fail. By default it ends the program.
pub(super) fn outlive_file_limit() -> io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::default()).map(drop)
}

/// Whether the program was started with this signal ignored, as `nohup` does. A handler would undo that.
///
/// `sigaction` would tell, but is `unsafe`. Linux tells in a file, too: proc_pid_status(5). Where there is no
/// such file, the signal is left as it was.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_none_or(|mask| mask >> (signal - 1) & 1 == 1)
}
