//! `ws101 serve`: the server, until a signal ends it.

mod heap;
mod lan;
mod limits;
mod output;

use super::duration;
use super::interrupt::{on_interrupt, outlive_file_limit};
use crate::server::{
    Access, ChatSettings, Config, Handle, Server, is_host_name, is_origin, reachable,
};
use crate::sync::spawn;
use clap::Parser;
use env_logger::Target;
use limits::{DeadlineFlags, LimitFlags};
use output::Output;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::panic;
use std::path::PathBuf;
use std::time::Duration;
use std::{process, thread};

const NOTES: &str = "\
Ctrl-C, SIGTERM or SIGHUP (a terminal that is closed) says goodbye to everyone and ends the server; a second Ctrl-C or \
SIGTERM ends it at once. Under nohup SIGHUP does nothing.

Example: ws101 serve --listen 127.0.0.1:9001 --ping-interval 30s";

/// Run the server
#[derive(Debug, Parser)]
#[command(after_help = NOTES)]
pub(super) struct Serve {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9001")]
    listen: String,
    /// Listen on all addresses, so that others on this network can come, and say where
    #[arg(long)]
    lan: bool,
    /// Keep what is said in this file, over restarts
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Quote something now and then
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    quotes: Option<Duration>,
    /// Count, now and then
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    ticks: Option<Duration>,
    /// Tell everyone the lines that are added to this file ("topic: text" has a topic)
    #[arg(long, value_name = "FILE")]
    news: Option<PathBuf>,
    /// Serve the pages from this directory, and not those in the program
    #[arg(long, value_name = "DIR")]
    www: Option<PathBuf>,
    /// A proxy whose X-Forwarded-For is believed (may be repeated)
    #[arg(long, value_name = "ADDRESS")]
    trust_proxy: Vec<IpAddr>,
    /// Another name that this server goes by (may be repeated)
    #[arg(long, value_name = "NAME", value_parser = parse_host)]
    allow_host: Vec<String>,
    /// Another site whose pages may connect (may be repeated)
    #[arg(long, value_name = "URL", value_parser = parse_origin)]
    allow_origin: Vec<String>,
    /// Refuse clients that send no Origin: those that are not browsers
    #[arg(long)]
    require_origin: bool,
    /// Log more; RUST_LOG can say exactly what
    #[arg(short, long)]
    verbose: bool,
    #[command(flatten)]
    limits: LimitFlags,
    #[command(flatten)]
    deadlines: DeadlineFlags,
}

fn parse_host(text: &str) -> Result<String, String> {
    if is_host_name(text) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "{text:?} is not a name: write it without http:// and without a port"
        ))
    }
}

fn parse_origin(text: &str) -> Result<String, String> {
    if is_origin(text) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "{text:?} is not a site: write http://NAME or https://NAME, with its port if it has one"
        ))
    }
}

impl Serve {
    pub(super) fn run(&self) -> Result<(), String> {
        heap::share_one();
        let _log = start_log(self.verbose).map_err(|error| format!("no thread: {error}"))?;
        outlive_file_limit().map_err(|error| format!("cannot listen for signals: {error}"))?;
        if let Some(www) = self.www.as_ref().filter(|www| !www.is_dir()) {
            return Err(format!(
                "--www {}: there is no such directory",
                www.display()
            ));
        }
        let config = self.config();
        let listen = config.listen.clone();
        let server = Server::bind(config).map_err(|error| explain(&listen, &error))?;
        // Before the address is announced: who reads it may send a signal at once.
        let handle = server.handle();
        on_interrupt(move || end(&handle))
            .map_err(|error| format!("cannot listen for signals: {error}"))?;
        announce(server.address());
        server.run();
        Ok(())
    }

    fn config(&self) -> Config {
        let limits = &self.limits;
        Config {
            listen: self.listen(),
            connections: limits.connections(),
            head: limits.head(),
            message: limits.message(),
            echo: limits.echo(),
            message_memory: limits.max_message_memory,
            backlog: limits.max_backlog,
            deadlines: self.deadlines.deadlines(),
            control_frames: limits.control_frames(),
            access: self.access(),
            chat: ChatSettings {
                says: limits.rate.0,
                rooms: limits.max_rooms,
                history: self.history.clone(),
                quotes: self.quotes,
                ticks: self.ticks,
                news: self.news.clone(),
            },
            www: self.www.clone(),
        }
    }

    /// `--lan` keeps the port and takes all addresses.
    fn listen(&self) -> String {
        match self.listen.rsplit_once(':') {
            Some((_, port)) if self.lan => format!("0.0.0.0:{port}"),
            _ => self.listen.clone(),
        }
    }

    fn access(&self) -> Access {
        let own_names = if self.lan { lan::names() } else { Vec::new() };
        Access {
            hosts: self.allow_host.iter().cloned().chain(own_names).collect(),
            origins: self.allow_origin.clone(),
            require_origin: self.require_origin,
            proxies: self.trust_proxy.clone(),
        }
    }
}

/// From here on nothing but the log's own thread writes to stderr, and nothing waits for it.
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

/// Scripts wait for the first line. Whether anyone reads it is not our business.
fn announce(address: SocketAddr) {
    let mut text = format!("ws101 listens on http://{}/\n", reachable(address));
    if let (true, Some(own)) = (address.ip().is_unspecified(), lan::address()) {
        let own = SocketAddr::new(own, address.port());
        text += &format!("for others on this network: http://{own}/\n");
    }
    // A full pipe must not keep the server from its clients.
    let out = Output::to(io::stdout(), "announcement");
    let _ = out.and_then(|out| out.printer().write_all(text.as_bytes()));
}

fn explain(listen: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "{listen} is in use: end the program that listens there, or take another port with --listen (port 0 takes any free one)"
        ),
        io::ErrorKind::AddrNotAvailable => {
            format!("{listen} is not an address of this machine: --listen 127.0.0.1:9001 always is")
        }
        io::ErrorKind::PermissionDenied => {
            format!("{listen} needs rights that you do not have: take a port from 1024 on")
        }
        _ => format!("cannot listen on {listen}: {error}"),
    }
}

/// By then the end is over, or it hangs.
const LONGEST_END: Duration = Duration::from_millis(4_800);

/// Ends the server, whatever may hang meanwhile: a disk, say.
fn end(handle: &Handle) {
    let _ = spawn("deadline", 64 << 10, || {
        thread::sleep(LONGEST_END);
        process::exit(1)
    });
    log::info!("ending: {} connections are open", handle.connections());
    handle.end();
}
