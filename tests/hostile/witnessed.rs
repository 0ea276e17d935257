//! Where rows happen: a server in which two witnesses talk all the time. A row may do there what
//! it likes; the witnesses must not notice, and when it has gone nothing of it may be left.

use crate::kit;
use crate::kit::client::target::{Pace, Target};
use crate::kit::server::resources::{Resources, assert_back_at};
use crate::witnesses::Witnesses;
use libtest_mimic::Trial;
use std::ops::Deref;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use ws101::Limits;

/// How a row is done, and what that adds to its name.
#[derive(Debug, Clone, Copy)]
struct Way {
    name: &'static str,
    pace: Pace,
    watched: bool,
}

/// As it stands, with each byte in a packet of its own, and so while somebody watches.
const WAYS: [Way; 3] = [
    Way {
        name: "",
        pace: Pace::Whole,
        watched: false,
    },
    Way {
        name: " (byte by byte)",
        pace: Pace::ByteByByte,
        watched: false,
    },
    Way {
        name: " (watched)",
        pace: Pace::Whole,
        watched: true,
    },
];

/// A server with certain flags, started by the first row that asks for it. One row at a time is
/// in it, so that what is left behind is that row's.
#[derive(Debug)]
pub(crate) struct SharedServer {
    flags: &'static [&'static str],
    server: Mutex<Option<WitnessedServer>>,
}

impl SharedServer {
    pub(crate) fn with(flags: &'static [&'static str]) -> Arc<Self> {
        Arc::new(Self {
            flags,
            server: Mutex::new(None),
        })
    }

    /// A row, in each way. Rows of frames, messages and Closes also while somebody watches.
    pub(crate) fn row<R>(self: &Arc<Self>, name: impl Into<String>, run: R) -> Vec<Trial>
    where
        R: Fn(Target) + Clone + Send + 'static,
    {
        let name = name.into();
        let is_framing = name.starts_with(['F', 'M', 'C']);
        let trial = |way: &Way| self.visit(format!("{name}{}", way.name), way, run.clone());
        let ways = WAYS.iter().filter(|way| is_framing || !way.watched);
        ways.map(trial).collect()
    }

    /// A row that sends too much to send it byte by byte, or that has a pace of its own.
    pub(crate) fn row_as_it_stands(
        self: &Arc<Self>,
        name: impl Into<String>,
        run: impl FnOnce(Target) + Send + 'static,
    ) -> Trial {
        self.visit(name.into(), &WAYS[0], run)
    }

    fn visit(
        self: &Arc<Self>,
        name: String,
        &way: &Way,
        run: impl FnOnce(Target) + Send + 'static,
    ) -> Trial {
        let shared = Arc::clone(self);
        kit::table::row(name, move || {
            // A row that failed may have left things as they were not before: start anew.
            let mut server = shared.server.lock().unwrap_or_else(PoisonError::into_inner);
            let own = server
                .take()
                .unwrap_or_else(|| WitnessedServer::start(shared.flags));
            run(Target {
                watched: way.watched,
                echo: echo_limits(shared.flags),
                ..own.target(way.pace)
            });
            own.assert_undisturbed();
            *server = Some(own);
        })
    }
}

/// What a server with these flags takes at `/echo`.
fn echo_limits(flags: &[&str]) -> Limits {
    let at = |flag| flags.iter().position(|one| *one == flag);
    let mut limits = Limits::ECHO;
    if let Some(flag) = at("--echo-max-message") {
        limits.message = flags[flag + 1].parse().expect("a number of bytes");
    }
    limits
}

/// A row in a server of its own, with these flags; twice, as above.
pub(crate) fn own_row<R>(name: &str, flags: impl Into<Vec<&'static str>>, run: R) -> Vec<Trial>
where
    R: Fn(Target) + Clone + Send + 'static,
{
    let flags = flags.into();
    let trial = |way: &Way| {
        let name = format!("{name}{}", way.name);
        visit_own(name, flags.clone(), way.pace, run.clone())
    };
    let ways = WAYS.iter().filter(|way| !way.watched);
    ways.map(trial).collect()
}

/// The same once, as it stands.
pub(crate) fn own_row_as_it_stands(
    name: &str,
    flags: impl Into<Vec<&'static str>>,
    run: impl FnOnce(Target) + Send + 'static,
) -> Trial {
    visit_own(name.to_owned(), flags.into(), Pace::Whole, run)
}

fn visit_own(
    name: String,
    flags: Vec<&'static str>,
    pace: Pace,
    run: impl FnOnce(Target) + Send + 'static,
) -> Trial {
    kit::table::row(name, move || {
        let server = WitnessedServer::start(&flags);
        run(server.target(pace));
    })
}

/// A server with its witnesses, and what it used before anyone else came.
#[derive(Debug)]
pub(crate) struct WitnessedServer {
    /// They stop before the server does.
    witnesses: Witnesses,
    server: kit::server::Server,
    before: Resources,
}

impl WitnessedServer {
    pub(crate) fn start(flags: &[&str]) -> Self {
        Self::watched(|| kit::server::Server::start(flags))
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        Self::watched(|| kit::server::Server::spawn(command))
    }

    /// Starts one for the row and one for the control.
    fn watched(mut start: impl FnMut() -> kit::server::Server) -> Self {
        let server = start();
        let witnesses = Witnesses::begin(server.addr(), start());
        let before = Resources::of(server.process.id());
        Self {
            witnesses,
            server,
            before,
        }
    }

    pub(crate) fn witnesses(&self) -> &Witnesses {
        &self.witnesses
    }

    pub(crate) fn target(&self, pace: Pace) -> Target {
        Target::new(self.server.addr(), pace)
    }

    /// The processor time that it has used, as far as the system says.
    pub(crate) fn work(&self) -> Duration {
        #[cfg(target_os = "linux")]
        return kit::server::usage::cpu(self.server.process.id());
        #[cfg(not(target_os = "linux"))]
        return Duration::ZERO;
    }

    /// All threads and descriptors of those who came after the witnesses are free again.
    pub(crate) fn assert_nobody_is_left(&self) {
        assert_back_at(self.before, self.server.process.id());
    }

    fn assert_undisturbed(&self) {
        self.witnesses.assert_undisturbed();
        self.assert_nobody_is_left();
        let log = self.server.process.log();
        assert!(!log.contains("panicked"), "the server said:\n{log}");
    }
}

impl Deref for WitnessedServer {
    type Target = kit::server::Server;

    fn deref(&self) -> &kit::server::Server {
        &self.server
    }
}

impl Drop for WitnessedServer {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.assert_undisturbed();
        }
    }
}
