//! The cost of an idle connection: memory, threads, descriptors, and the processor time of the pings that show that it
//! is still alive.
//!
//! `cargo bench --bench idle`, with the same arguments as `fanout`, but for `--rounds`.

mod load;

use load::arguments::Arguments;
use load::clients::Clients;
use load::descriptors::{self, OTHERS};
use load::frames::Received;
use load::joining::{QUIET, join, settle};
use load::server::Server;
use load::target::{Admission, CHAT, Dialect, Target, ws101};
use load::usage::Usage;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Seconds of silence: more than the server's ping interval.
const WINDOW: f64 = 24.0;
/// In no room: the cost of a connection alone.
const OUTSIDE: Dialect = Dialect {
    admission: Admission::Immediate,
    ..CHAT
};

const INTRODUCTION: &str = "\
Connections to /ws that are idle but for pings: first outside, then in one room. Defaults,
but --max-connections. KiB: resident memory, less that of the server without them.

| | server | connections | handshakes/s | joins/s | KiB each | after pings | threads | descriptors | pings | % of a CPU |
|---|---|---|---|---|---|---|---|---|---|---|";

fn main() -> ExitCode {
    let arguments = match Arguments::of_process() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    println!("{INTRODUCTION}");
    let mut programs = vec![("this".to_owned(), Path::new(env!("CARGO_BIN_EXE_ws101")))];
    let others = arguments.servers.iter();
    programs.extend(others.map(|path| (path.display().to_string(), path.as_path())));
    let plan = Plan::of(&arguments);
    let mut good = true;
    for (kind, dialect) in [("outside", OUTSIDE), ("in a room", CHAT)] {
        for (name, program) in programs.iter().filter(|_| arguments.wants(kind)) {
            let target = plan.target(name, program, dialect);
            if let Err(error) = measure(&plan, &target, kind) {
                println!("failed, {kind}, {name}: {error}");
                good = false;
            }
        }
    }
    ExitCode::from(u8::from(!good))
}

/// How many connections, and for how long.
struct Plan {
    is_test: bool,
    sizes: [usize; 2],
    ping_interval: &'static str,
    quiet: Duration,
    window: Duration,
}

impl Plan {
    fn of(arguments: &Arguments) -> Self {
        if arguments.is_test {
            return Self {
                is_test: true,
                sizes: [50, 100],
                ping_interval: "200ms",
                quiet: Duration::ZERO,
                window: Duration::from_millis(500),
            };
        }
        Self {
            is_test: false,
            sizes: [1_000, 10_000],
            ping_interval: "20s", // the default
            quiet: QUIET,
            window: arguments.time(WINDOW),
        }
    }

    /// An error if a client got no ping in a test. Otherwise the interval is long, and the system may wake a
    /// thread seconds late from a long sleep.
    fn check(&self, size: usize, pings: usize) -> io::Result<()> {
        if self.is_test && pings < size {
            let what = format!("{pings} pings to {size} connections");
            return Err(io::Error::other(what));
        }
        Ok(())
    }

    fn target(&self, name: &str, program: &Path, dialect: Dialect) -> Target {
        let [_, most] = self.sizes.map(|size| size.to_string());
        let flags = [
            "--max-connections",
            &most,
            "--ping-interval",
            self.ping_interval,
        ];
        ws101(name, program, &flags, dialect)
    }
}

/// Measures one server: connects clients up to one size, waits, and goes on to the next size.
fn measure(plan: &Plan, target: &Target, kind: &str) -> io::Result<()> {
    let server = Server::start(target)?;
    let clients = Clients::new(server.address(), target.dialect)?;
    let mut measurement = Measurement {
        empty: server.usage(),
        server,
        clients,
    };
    for size in plan.sizes {
        print!("| {kind} | {} | {size} | ", target.name);
        if let Some(have) = descriptors::too_few(size) {
            let needed = size + OTHERS;
            println!("needs {needed} descriptors, ulimit -Hn is {have} |");
            break;
        }
        measurement.fill(size, plan)?;
    }
    Ok(())
}

struct Measurement {
    server: Server,
    /// What the server used without clients.
    empty: Usage,
    clients: Clients,
}

impl Measurement {
    /// Connects clients until there are `size`, waits a while, and prints the rest of the row.
    fn fill(&mut self, size: usize, plan: &Plan) -> io::Result<()> {
        let before = self.clients.size();
        let new = (size - before) as f64;
        let start = Instant::now();
        self.clients.connect_until(size)?;
        let upgraded = Instant::now();
        join(&mut self.clients, before)?;
        let joined = upgraded.elapsed();
        print!("{:.0} | ", new / (upgraded - start).as_secs_f64());
        if !matches!(self.clients.dialect().admission, Admission::Immediate) {
            print!("{:.0}", new / joined.as_secs_f64());
        }
        settle(&mut self.clients, plan.quiet)?;
        let settled = self.server.usage();
        let pings = count_pings(&mut self.clients, plan.window)?;
        let after = self.server.usage();
        println!(
            " | {:.1} | {:.1} | {} | {} | {pings} | {:.2} |",
            settled.growth(&self.empty) as f64 / size as f64,
            after.growth(&self.empty) as f64 / size as f64,
            after.threads,
            after.descriptors,
            (after.cpu - settled.cpu).as_secs_f64() * 100.0 / plan.window.as_secs_f64(),
        );
        plan.check(size, pings)
    }
}

/// Answers pings for as long as `window`, and counts them.
fn count_pings(clients: &mut Clients, window: Duration) -> io::Result<usize> {
    let end = Instant::now() + window;
    let mut pings = 0;
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        clients.poll(left, |_, received| {
            pings += usize::from(received == Received::Ping);
        })?;
    }
    Ok(pings)
}
