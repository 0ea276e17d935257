//! Ctrl-C and SIGTERM, for clients: the first one asks for a polite end, the second ends at once.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::{io, process, thread};

/// Calls `end` at the first signal, on a thread of its own.
pub(super) fn on_interrupt(end: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let wait = move || {
        let mut signals = signals.forever();
        if signals.next().is_some() {
            // In a thread of its own, so that this one can hear the second signal.
            let ending = thread::Builder::new().name("end".to_owned()).spawn(end);
            if ending.is_ok()
                && let Some(second) = signals.next()
            {
                process::exit(128 + second);
            }
        }
    };
    let thread = thread::Builder::new().name("signals".to_owned());
    thread.spawn(wait).map(drop)
}
