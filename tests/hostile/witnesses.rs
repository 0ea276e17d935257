//! Two clients that talk while a row attacks their server, ten lines a second each. Every line must
//! reach both, in order and once, and no later than it would elsewhere.
//!
//! "Elsewhere" is a **control**: two others that say the same lines at the same moments on a server
//! without other clients. A busy machine delays their lines, too. What delays only the witnesses was
//! done to their server.

use crate::by_attack;
use crate::kit::client::chat::ChatClient;
use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table;
use crate::lateness::{Control, Lateness, Line, TURN};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The control lines of all rows, which run on one machine.
static CONTROL: Mutex<Option<Control>> = Mutex::new(None);

#[derive(Debug)]
pub(crate) struct Witnesses {
    here: Pair,
    elsewhere: Pair,
    /// Declared after its pair, which must stop first.
    control: Server,
    /// How many lines have been judged.
    judged: AtomicUsize,
}

impl Witnesses {
    /// Witnesses on the server at `addr`, and the control on another that was started like it.
    pub(crate) fn begin(addr: SocketAddr, control: Server) -> Self {
        let pairs = [addr, control.addr()].map(enter);
        let start = Instant::now();
        lock(&CONTROL).get_or_insert(Control::since(start));
        let [here, elsewhere] = pairs;
        let as_control = |line: &Line| {
            let mut control = lock(&CONTROL);
            control.as_mut().expect("it has begun").heard(line);
        };
        let here = Pair::talk_from(start, here, |_| {});
        let elsewhere = Pair::talk_from(start, elsewhere, as_control);
        Self {
            here,
            elsewhere,
            control,
            judged: AtomicUsize::new(0),
        }
    }

    /// Asserts that since the last call the witnesses heard every line, and hardly one later than the
    /// control heard its own.
    pub(crate) fn assert_undisturbed(&self) {
        let lateness = self.lateness();
        by_attack::note(&table::current_row(), &lateness);
        assert_eq!(lateness.disturbance(), None);
    }

    /// The lateness of the lines since the last call.
    pub(crate) fn lateness(&self) -> Lateness {
        self.elsewhere.hear_what_is_due();
        let lines = self.here.hear_what_is_due();
        let since = self.judged.swap(lines, Ordering::Relaxed);
        let control = lock(&CONTROL);
        let control = control.as_ref().expect("it has begun");
        let lateness = Lateness::of(&self.here.heard()[since..lines], control);
        let elsewhere = self.elsewhere.heard();
        let end = lines.min(elsewhere.len());
        lateness.beside(elsewhere.get(since..end).unwrap_or_default())
    }

    pub(crate) fn control(&self) -> &Server {
        &self.control
    }

    /// Waits, line by line of the control, until a standstill of this server must be noticed.
    pub(crate) fn wait_for_a_standstill(&self) {
        let since = Instant::now();
        let would_show = || {
            lock(&CONTROL)
                .as_ref()
                .expect("it has begun")
                .would_show(since)
        };
        while !would_show() {
            let next = self.elsewhere.heard().len() + 1;
            self.elsewhere.hear(next);
        }
    }
}

/// Two clients in one room.
fn enter(addr: SocketAddr) -> [ChatClient; 2] {
    ["one", "two"].map(|name| {
        // Some servers require an origin.
        let origin = format!("http://{addr}");
        let mut client = ChatClient::connect_with(addr, &[("Origin", &origin)]);
        client.join(name, "witnesses");
        client
    })
}

/// Two clients that talk, in a thread of their own.
#[derive(Debug)]
struct Pair {
    thread: Option<JoinHandle<()>>,
    stop: Option<Sender<()>>,
    start: Instant,
    lines: Arc<Mutex<Vec<Line>>>,
}

impl Pair {
    fn talk_from(start: Instant, clients: [ChatClient; 2], note: fn(&Line)) -> Self {
        let (stop, stopped) = mpsc::channel();
        let lines = Arc::default();
        let for_thread: Arc<Mutex<Vec<Line>>> = Arc::clone(&lines);
        let heard = move |line: Line| {
            note(&line);
            lock(&for_thread).push(line);
        };
        let talk = move || {
            talk(clients, start, heard, |pause| {
                stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout)
            })
        };
        let thread = thread::Builder::new().name("witnesses".to_owned());
        Self {
            thread: Some(thread.spawn(talk).expect("a thread")),
            stop: Some(stop),
            start,
            lines,
        }
    }

    /// The lines that both clients have heard.
    fn heard(&self) -> MutexGuard<'_, Vec<Line>> {
        lock(&self.lines)
    }

    /// Waits until they have heard every line that was due by now, but for the last. Returns how many
    /// they have heard.
    fn hear_what_is_due(&self) -> usize {
        let due = (self.start.elapsed().as_millis() / TURN.as_millis()) as usize;
        self.hear(due.saturating_sub(1))
    }

    /// Waits until they have heard `lines` lines; returns how many they have heard.
    fn hear(&self, lines: usize) -> usize {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let ended = self.thread.as_ref().is_none_or(JoinHandle::is_finished);
            assert!(!ended, "a witness was disturbed; it says above how");
            let heard = self.heard().len();
            if heard >= lines {
                return heard;
            }
            assert!(Instant::now() < deadline, "the witnesses wait for a line");
            thread::park_timeout(Duration::from_millis(1));
        }
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        // If the row has failed, a failure of the witnesses is no news.
        assert!(
            thread::panicking() || matches!(ended, Some(Ok(()))),
            "a witness was disturbed"
        );
    }
}

/// Says line after line, each when it is due, and waits until both have heard it. Lines that fell due
/// meanwhile were not said: they count as heard at that moment.
fn talk(
    mut pair: [ChatClient; 2],
    start: Instant,
    mut heard: impl FnMut(Line),
    mut stopped: impl FnMut(Duration) -> bool,
) {
    let mut due = start + TURN;
    for number in 1.. {
        if stopped(due.saturating_duration_since(Instant::now())) {
            return;
        }
        let text = format!("line {number}");
        pair[number % 2].say("witnesses", &text);
        for client in &mut pair {
            let said = client.until("said");
            assert_eq!(said["seq"], number, "{} heard {said}", client.name);
            assert_eq!(said["text"], *text, "{} heard {said}", client.name);
        }
        let now = Instant::now();
        while due < now {
            let took = now - due;
            heard(Line { due, took });
            due += TURN;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
