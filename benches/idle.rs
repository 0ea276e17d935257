//! What a connection costs on which nothing happens: memory, threads, descriptors, and the
//! processor time of the pings that show that it is still there.
//!
//! `cargo bench --bench idle`, with the same arguments as `fanout`, but for `--rounds`.

#[cfg(target_os = "linux")]
mod load;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

/// The load is made with `epoll`, and the server looked at by `/proc`.
#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod linux {
    use crate::load::arguments::Arguments;
    use crate::load::clients::Crowd;
    use crate::load::descriptors::{self, OTHERS};
    use crate::load::frames::Seen;
    use crate::load::joining::QUIET;
    use crate::load::server::Server;
    use crate::load::target::{CHAT, Dialect, Entry, Target, ws101};
    use crate::load::usage::Usage;
    use std::io;
    use std::path::Path;
    use std::process::ExitCode;
    use std::time::{Duration, Instant};

    /// Seconds of silence: more than the server's ping interval.
    const WINDOW: f64 = 24.0;
    /// In no room: what a connection costs alone.
    const OUTSIDE: Dialect = Dialect {
        entry: Entry::Connected,
        ..CHAT
    };

    const INTRODUCTION: &str = "\
Connections to /ws on which nothing happens but pings: first outside, then in one room. Defaults,
but --max-connections. KiB: resident memory, less what the server has without them.

| | server | connections | handshakes/s | joins/s | KiB each | after pings | threads | descriptors | pings | % of a CPU |
|---|---|---|---|---|---|---|---|---|---|---|";

    pub(super) fn main() -> ExitCode {
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

    /// How many, how long.
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

        /// Where the interval is short, everyone is pinged in every window. The system may wake a
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

    /// One server: it is filled to one size, watched, and filled on to the next.
    fn measure(plan: &Plan, target: &Target, kind: &str) -> io::Result<()> {
        let server = Server::start(target)?;
        let crowd = Crowd::new(server.address(), target.dialect)?;
        let mut house = House {
            empty: server.usage(),
            server,
            crowd,
            people: 0,
        };
        for size in plan.sizes {
            print!("| {kind} | {} | {size} | ", target.name);
            if let Some(have) = descriptors::too_few(size) {
                let needed = size + OTHERS;
                println!("needs {needed} descriptors, ulimit -Hn is {have} |");
                break;
            }
            house.fill(size, plan)?;
        }
        Ok(())
    }

    struct House {
        server: Server,
        /// What the server used when nobody was there.
        empty: Usage,
        crowd: Crowd,
        people: usize,
    }

    impl House {
        /// Lets others in until there are so many, waits a while, and prints the rest of the row.
        fn fill(&mut self, size: usize, plan: &Plan) -> io::Result<()> {
            let new = (size - self.people) as f64;
            let start = Instant::now();
            self.crowd.grow(size)?;
            let upgraded = Instant::now();
            self.crowd.join(self.people)?;
            let joined = upgraded.elapsed();
            self.people = size;
            print!("{:.0} | ", new / (upgraded - start).as_secs_f64());
            if !matches!(self.crowd.dialect().entry, Entry::Connected) {
                print!("{:.0}", new / joined.as_secs_f64());
            }
            self.crowd.settle(plan.quiet)?;
            let settled = self.server.usage();
            let pings = watch(&mut self.crowd, plan.window)?;
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

    /// Listens, and answers pings: how many?
    fn watch(crowd: &mut Crowd, window: Duration) -> io::Result<usize> {
        let end = Instant::now() + window;
        let mut pings = 0;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            crowd.turn(left, |_, seen| pings += usize::from(seen == Seen::Ping))?;
        }
        Ok(pings)
    }
}
