//! Two people who talk all the time, whatever the row beside them does to the server: ten lines a
//! second each. Every line must reach both, in order and once, and soon.

use crate::live::PATIENCE;
use crate::live::guest::Guest;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// They take turns: ten lines a second each.
const TURN: Duration = Duration::from_millis(50);

/// No more than one line in a hundred may take as long.
const LATE: Duration = Duration::from_millis(50);

/// So many in a row may be late on top of that: the machine has other things to do, and a single
/// moment in which it does them makes some lines late.
const HICCUP: usize = 4;

/// How long each line took to reach both, of all witnesses.
static ALL: Mutex<Vec<Duration>> = Mutex::new(Vec::new());

#[derive(Debug)]
pub(crate) struct Witnesses {
    thread: Option<JoinHandle<()>>,
    stop: Option<Sender<()>>,
    start: Instant,
    seen: Arc<Seen>,
    /// What was seen when they were asked last.
    asked: Mutex<(usize, usize)>,
}

/// Lines that were said, and how many of them were late.
#[derive(Debug, Default)]
struct Seen {
    lines: AtomicUsize,
    late: AtomicUsize,
}

impl Witnesses {
    pub(crate) fn in_server(addr: SocketAddr) -> Self {
        let pair = ["one", "two"].map(|name| {
            // Some servers ask where a page comes from.
            let origin = format!("http://{addr}");
            let mut guest = Guest::connect_with(addr, &[("Origin", &origin)]);
            guest.join(name, "witnesses");
            guest
        });
        let (stop, stopped) = mpsc::channel();
        let (start, seen) = (Instant::now(), Arc::new(Seen::default()));
        let for_thread = Arc::clone(&seen);
        let talk = move || {
            talk(pair, start, &for_thread, |pause| {
                stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout)
            })
        };
        let thread = thread::Builder::new().name("witnesses".to_owned());
        Self {
            thread: Some(thread.spawn(talk).expect("a thread")),
            stop: Some(stop),
            start,
            seen,
            asked: Mutex::new((0, 0)),
        }
    }

    /// Since this was asked last they have heard every line, and hardly one of them late.
    pub(crate) fn assert_undisturbed(&self) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.hear_what_is_due();
        let (lines, late) = (now.0 - asked.0, now.1 - asked.1);
        *asked = now;
        let most = HICCUP + lines / 100;
        assert!(
            late <= most,
            "{late} of {lines} lines of the witnesses took over {LATE:?}"
        );
    }

    /// Waits until they have heard all lines that should have been said by now, but the last.
    fn hear_what_is_due(&self) -> (usize, usize) {
        let due = (self.start.elapsed().as_millis() / TURN.as_millis()) as usize;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let ended = self.thread.as_ref().is_none_or(JoinHandle::is_finished);
            assert!(!ended, "a witness was disturbed; it says above how");
            let lines = self.seen.lines.load(Ordering::Acquire);
            if lines + 1 >= due {
                return (lines, self.seen.late.load(Ordering::Acquire));
            }
            assert!(Instant::now() < deadline, "the witnesses wait for a line");
            thread::park_timeout(Duration::from_millis(1));
        }
    }
}

impl Drop for Witnesses {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        // A row that has failed says why; that the witnesses failed with it is no news.
        assert!(
            thread::panicking() || matches!(ended, Some(Ok(()))),
            "a witness was disturbed"
        );
    }
}

/// Says line after line, each when it is due, and waits until both have it. A line that comes late
/// makes the next ones late too: they count from the moment when they should have been said.
fn talk(
    mut pair: [Guest; 2],
    start: Instant,
    seen: &Seen,
    mut stopped: impl FnMut(Duration) -> bool,
) {
    for number in 1.. {
        let due = start + TURN * number;
        if stopped(due.saturating_duration_since(Instant::now())) {
            return;
        }
        let text = format!("line {number}");
        pair[number as usize % 2].say("witnesses", &text);
        for guest in &mut pair {
            let said = guest.until("said");
            assert_eq!(said["seq"], number, "{} heard {said}", guest.name);
            assert_eq!(said["text"], *text, "{} heard {said}", guest.name);
        }
        let took = due.elapsed();
        ALL.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(took);
        seen.late
            .fetch_add(usize::from(took > LATE), Ordering::Release);
        seen.lines.fetch_add(1, Ordering::Release);
    }
}

/// Of all rows together: how long lines took, and whether that is well.
pub(crate) fn verdict() -> Option<(String, bool)> {
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    all.sort();
    let of = |part: usize| all.get(all.len() * part / 100).copied();
    let (median, slow, last) = (of(50)?, of(99)?, *all.last()?);
    let told = format!(
        "{} lines of witnesses: median {median:.1?}, 99 in 100 within {slow:.1?}, longest {last:.1?}",
        all.len()
    );
    // Of a few lines, one is more than one in a hundred.
    Some((told, slow < LATE || all.len() < 100))
}
