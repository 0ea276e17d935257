//! `ws101 serve`: the server, until a signal ends it.

use super::duration;
use crate::protocol::Limits;
use crate::protocol::http::HeadLimits;
use crate::server::{
    Access, Config, Connections, Deadlines, Handle, Rate, Server, is_host_name, is_origin,
};
use clap::{Args, Parser};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io::{self, Write};
use std::time::Duration;
use std::{process, thread};

/// Run the server
#[derive(Debug, Parser)]
#[command(after_help = "Example: ws101 serve --listen 127.0.0.1:9001 --ping-interval 30s")]
pub(super) struct Serve {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9001")]
    listen: String,
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

#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
struct LimitFlags {
    /// Connections at once
    #[arg(long, value_name = "N", default_value_t = 1_024)]
    max_connections: usize,
    /// Connections at once from one address, loopback exempt
    #[arg(long, value_name = "N", default_value_t = 128)]
    max_per_address: usize,
    /// Connections at once that have not finished their handshake
    #[arg(long, value_name = "N", default_value_t = 128)]
    max_handshaking: usize,
    /// Bytes of a request's head
    #[arg(long, value_name = "BYTES", default_value_t = 16 << 10)]
    max_head: usize,
    /// Bytes of a request's first line
    #[arg(long, value_name = "BYTES", default_value_t = 8 << 10)]
    max_request_line: usize,
    /// Headers of a request
    #[arg(long, value_name = "N", default_value_t = 64)]
    max_headers: usize,
    /// Bytes of a message to /echo
    #[arg(long, value_name = "BYTES", default_value_t = 16 << 20)]
    echo_max_message: u64,
    /// Frames of one message to /echo
    #[arg(long, value_name = "N", default_value_t = 131_072)]
    echo_max_fragments: u32,
    /// Pings, pongs and Closes of one client, a second
    #[arg(long, value_name = "N", default_value_t = 50)]
    control_rate: u32,
    /// Pings, pongs and Closes of one client, at once
    #[arg(long, value_name = "N", default_value_t = 100)]
    control_burst: u32,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Deadlines")]
struct DeadlineFlags {
    /// For a request's head to arrive
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration::parse)]
    handshake_timeout: Duration,
    /// For a client to take what it is sent
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration::parse)]
    write_timeout: Duration,
    /// Silence before a ping
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = duration::parse)]
    ping_interval: Duration,
    /// For an answer to a ping
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = duration::parse)]
    ping_timeout: Duration,
    /// For a frame, from its first byte to its last
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration::parse)]
    frame_timeout: Duration,
    /// For a message, from its first frame to its last
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = duration::parse)]
    message_timeout: Duration,
    /// For an answer to our Close
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration::parse)]
    close_timeout: Duration,
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
        start_log(self.verbose);
        let server = Server::bind(self.config()).map_err(|error| explain(&self.listen, &error))?;
        // Before the address is announced: who reads it may send a signal at once.
        end_on_signal(server.handle())
            .map_err(|error| format!("cannot listen for signals: {error}"))?;
        announce(&server);
        server.run();
        Ok(())
    }

    fn config(&self) -> Config {
        let (limits, deadlines) = (&self.limits, &self.deadlines);
        Config {
            listen: self.listen.clone(),
            connections: Connections {
                all: limits.max_connections,
                per_address: limits.max_per_address,
                handshaking: limits.max_handshaking,
            },
            head: HeadLimits {
                head: limits.max_head,
                line: limits.max_request_line,
                headers: limits.max_headers,
            },
            echo: Limits {
                message: limits.echo_max_message,
                fragments: limits.echo_max_fragments,
            },
            deadlines: Deadlines {
                handshake: deadlines.handshake_timeout,
                write: deadlines.write_timeout,
                ping_interval: deadlines.ping_interval,
                ping_timeout: deadlines.ping_timeout,
                frame: deadlines.frame_timeout,
                message: deadlines.message_timeout,
                close: deadlines.close_timeout,
            },
            control_frames: Rate {
                per_second: limits.control_rate,
                burst: limits.control_burst,
            },
            access: Access {
                hosts: self.allow_host.clone(),
                origins: self.allow_origin.clone(),
                require_origin: self.require_origin,
            },
        }
    }
}

fn start_log(verbose: bool) {
    let level = if verbose { "debug" } else { "info" };
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(level))
        .format_target(false)
        .init();
}

/// Scripts wait for this line. Whether anyone reads it is not our business.
fn announce(server: &Server) {
    let mut out = io::stdout();
    let _ =
        writeln!(out, "ws101 listens on http://{}/", server.address()).and_then(|()| out.flush());
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

/// The first SIGTERM or SIGINT (Ctrl-C) ends the server gracefully, a second one at once.
fn end_on_signal(handle: Handle) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let wait = move || {
        let mut signals = signals.forever();
        if signals.next().is_some() {
            log::info!("ending: {} connections are open", handle.connections());
            // In a thread of its own, so that this one can hear the second signal.
            let end = thread::Builder::new()
                .name("end".to_owned())
                .spawn(move || handle.end());
            if end.is_ok()
                && let Some(second) = signals.next()
            {
                process::exit(128 + second);
            }
        }
    };
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(wait)
        .map(drop)
}
