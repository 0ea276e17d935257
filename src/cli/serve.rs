//! `ws101 serve`: runs the server until a signal ends it.

mod heap;
mod lan;
mod output;

use super::interrupt::{on_interrupt, outlive_file_limit};
use crate::server::{Config, Handle, Server, reachable};
use crate::sync::spawn;
use clap::Parser;
use env_logger::Target;
use output::Output;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::panic;
use std::time::Duration;
use std::{process, thread};

const NOTES: &str = "\
Ctrl-C, SIGTERM or SIGHUP (the terminal is closed) sends every client a Close and ends the server; a second Ctrl-C or \
SIGTERM ends it at once. Under nohup, SIGHUP is ignored.

Example: ws101 serve --listen 127.0.0.1:9001 --ping-interval 30s";

/// Run the server
#[derive(Debug, Parser)]
#[command(after_help = NOTES)]
pub(super) struct Serve {
    #[command(flatten)]
    config: Config,
    /// Listen on all addresses, so that others on this network can connect, and print the address for them
    #[arg(long, help_heading = None)] // not under the last heading of `config`
    lan: bool,
    /// Log more; RUST_LOG chooses exactly what
    #[arg(short, long, help_heading = None)]
    verbose: bool,
}

impl Serve {
    pub(super) fn run(&self) -> Result<(), String> {
        heap::share_one();
        let _log = start_log(self.verbose).map_err(|error| format!("no thread: {error}"))?;
        outlive_file_limit().map_err(|error| format!("cannot listen for signals: {error}"))?;
        if let Some(www) = self.config.www.as_ref().filter(|www| !www.is_dir()) {
            return Err(format!("--www {}: no such directory", www.display()));
        }
        let config = self.config();
        let listen = config.listen.clone();
        let server = Server::bind(config).map_err(|error| explain(&listen, &error))?;
        // Before the address is announced: its reader may send a signal at once.
        let handle = server.handle();
        on_interrupt(move || end(&handle))
            .map_err(|error| format!("cannot listen for signals: {error}"))?;
        announce(server.address());
        server.run();
        Ok(())
    }

    /// The settings; `--lan` keeps the port, takes all addresses and adds this machine's names.
    fn config(&self) -> Config {
        let mut config = self.config.clone();
        if self.lan {
            if let Some((_, port)) = config.listen.rsplit_once(':') {
                config.listen = format!("0.0.0.0:{port}");
            }
            config.access.hosts.extend(lan::names());
        }
        config
    }
}

/// Starts the log. From here on only its own thread writes to stderr, and no other thread waits for that.
fn start_log(verbose: bool) -> io::Result<Output> {
    let level = if verbose { "debug" } else { "info" };
    let log = Output::to(io::stderr(), "log")?;
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(level))
        .format_target(false)
        .target(Target::Pipe(Box::new(log.printer())))
        .init();
    let printer = log.printer();
    panic::set_hook(Box::new(move |panic| printer.print_panic(panic)));
    Ok(log)
}

/// Prints the address. Scripts wait for this line.
fn announce(address: SocketAddr) {
    let mut text = format!("ws101 listens on http://{}/\n", reachable(address));
    if let (true, Some(own)) = (address.ip().is_unspecified(), lan::address()) {
        let own = SocketAddr::new(own, address.port());
        text += &format!("for others on this network: http://{own}/\n");
    }
    // Through a thread of its own: a full pipe must not keep the server from its clients.
    let out = Output::to(io::stdout(), "announcement");
    let _ = out.and_then(|out| out.printer().write_all(text.as_bytes()));
}

fn explain(listen: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "{listen} is in use: end the program that listens there, or choose another port with --listen (0 takes any free port)"
        ),
        io::ErrorKind::AddrNotAvailable => {
            format!("{listen} is not an address of this machine: --listen 127.0.0.1:9001 always is")
        }
        io::ErrorKind::PermissionDenied => {
            format!("{listen} needs more rights than you have: choose a port from 1024 on")
        }
        _ => format!("cannot listen on {listen}: {error}"),
    }
}

/// The time after which the end of the server counts as hung.
const LONGEST_END: Duration = Duration::from_millis(4_800);

/// Ends the server, even if something hangs, such as a disk.
fn end(handle: &Handle) {
    let _ = spawn("deadline", 64 << 10, || {
        thread::sleep(LONGEST_END);
        process::exit(1)
    });
    log::info!("ending: {} connections are open", handle.connections());
    handle.end();
}
