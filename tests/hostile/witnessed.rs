//! Servers with witnesses: two clients that talk all the time. Whatever a row does, the witnesses must
//! not notice, and afterwards the server must have released everything that the row used.

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

/// How a row sends its bytes, and what that adds to its name.
#[derive(Debug, Clone, Copy)]
struct Way {
    name: &'static str,
    pace: Pace,
    watched: bool,
}

/// Whole, byte by byte, and whole while a watcher compares.
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

/// A server with certain flags, started by the first row that needs it. One row runs at a time, so that
/// what is left afterwards is that row's.
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

    /// A row, whole and byte by byte; rows about frames, messages and Closes are also watched.
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

    /// A row that sends too much for single bytes, or that has a pace of its own.
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
            // A row that failed may have left the server changed: then the next row starts a new one.
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

/// The limits of `/echo` on a server with these flags.
fn echo_limits(flags: &[&str]) -> Limits {
    let at = |flag| flags.iter().position(|one| *one == flag);
    let mut limits = Limits::ECHO;
    if let Some(flag) = at("--echo-max-message") {
        limits.message = flags[flag + 1].parse().expect("a number of bytes");
    }
    limits
}

/// A row on a server of its own with these flags, whole and byte by byte.
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

/// A row on a server of its own with these flags, whole only.
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

/// A server with its witnesses, and the resources that it used before the row.
#[derive(Debug)]
pub(crate) struct WitnessedServer {
    /// Declared first, so that they stop before the server does.
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

    /// Starts one server for the row and one for the control.
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

    /// The processor time that the server has used; zero where the system does not tell.
    pub(crate) fn work(&self) -> Duration {
        #[cfg(target_os = "linux")]
        return kit::server::usage::cpu(self.server.process.id());
        #[cfg(not(target_os = "linux"))]
        return Duration::ZERO;
    }

    /// The server has released the threads and descriptors of all clients but the witnesses.
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
