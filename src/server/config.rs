//! What a server listens on, serves and allows. Every setting is a flag of `ws101 serve`, declared here alone.

use super::guard::Access;
use crate::chat::Settings;
use crate::flags::{defaults, parse_duration};
use crate::protocol::Limits;
use crate::protocol::http::HeadLimits;
use crate::rate::Rate;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of a server.
///
/// ```
/// use ws101::server::{Config, Server};
///
/// // A free port, and otherwise what `ws101 serve` takes without flags.
/// let mut config = Config {
///     listen: "127.0.0.1:0".to_owned(),
///     ..Config::default()
/// };
/// config.connections.all = 100;
/// let server = Server::bind(config)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Where to listen; port 0 takes any free port.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9001")]
    pub listen: String,
    /// Serve the pages from this directory instead of those in the program.
    #[arg(long, value_name = "DIR")]
    pub www: Option<PathBuf>,
    /// Who may connect.
    #[command(flatten)]
    pub access: Access,
    /// The chat.
    #[command(flatten)]
    pub chat: Settings,
    /// How many connections may be open.
    #[command(flatten)]
    pub connections: Connections,
    /// How large a request may be.
    #[command(flatten)]
    pub requests: Requests,
    /// How large messages may be, and how many bytes are kept for clients.
    #[command(flatten)]
    pub messages: Messages,
    /// How long the server waits for a client.
    #[command(flatten)]
    pub deadlines: Deadlines,
}

/// How many connections may be open at once.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Limits")]
pub struct Connections {
    /// Open connections.
    #[arg(long = "max-connections", value_name = "N", default_value_t = 1_024)]
    pub all: usize,
    /// Open connections from one address, at most half of all (loopback is exempt).
    #[arg(long = "max-per-address", value_name = "N", default_value_t = 128)]
    pub per_address: usize,
    /// Open connections whose request is incomplete.
    #[arg(long = "max-handshaking", value_name = "N", default_value_t = 128)]
    pub handshaking: usize,
}

/// How large the head of a request may be.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Limits")]
pub struct Requests {
    /// Bytes in the head of a request.
    #[arg(long = "max-head", value_name = "BYTES", default_value_t = HeadLimits::DEFAULT.head)]
    pub head: usize,
    /// Bytes in the first line of a request.
    #[arg(long = "max-request-line", value_name = "BYTES", default_value_t = HeadLimits::DEFAULT.line)]
    pub line: usize,
    /// Headers in a request.
    #[arg(long = "max-headers", value_name = "N", default_value_t = HeadLimits::DEFAULT.headers)]
    pub headers: usize,
}

/// How large messages may be, how much memory they take, and how many control frames a client may send.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Limits")]
pub struct Messages {
    /// Bytes in a message to /ws, the chat.
    #[arg(long = "max-message", value_name = "BYTES", default_value_t = Limits::CHAT.message)]
    pub chat_bytes: u64,
    /// Frames in a message to /ws.
    #[arg(long = "max-fragments", value_name = "N", default_value_t = Limits::CHAT.fragments)]
    pub chat_fragments: u32,
    /// Bytes in a message to /echo.
    #[arg(long = "echo-max-message", value_name = "BYTES", default_value_t = Limits::ECHO.message)]
    pub echo_bytes: u64,
    /// Frames in a message to /echo.
    #[arg(long = "echo-max-fragments", value_name = "N", default_value_t = Limits::ECHO.fragments)]
    pub echo_fragments: u32,
    /// Bytes that all large messages share: incomplete ones, and echoes that wait to be sent.
    #[arg(long = "max-message-memory", value_name = "BYTES", default_value_t = 256 << 20)]
    pub memory: usize,
    /// Bytes queued for a client that does not keep up.
    #[arg(long = "max-backlog", value_name = "BYTES", default_value_t = 1 << 20)]
    pub backlog: usize,
    /// Pings, pongs and Closes per second from one client.
    #[arg(long = "control-rate", value_name = "N", default_value_t = 50)]
    pub control_rate: u32,
    /// Pings, pongs and Closes at once from one client.
    #[arg(long = "control-burst", value_name = "N", default_value_t = 100)]
    pub control_burst: u32,
}

/// How long the server waits for a client. Each deadline is absolute: bytes that arrive meanwhile do not extend it.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Deadlines")]
pub struct Deadlines {
    /// For the head of the first request.
    #[arg(long = "handshake-timeout", value_name = "DURATION", default_value = "10s", value_parser = parse_duration)]
    pub handshake: Duration,
    /// For the next request on a connection that is kept open.
    #[arg(long = "idle-timeout", value_name = "DURATION", default_value = "15s", value_parser = parse_duration)]
    pub idle: Duration,
    /// For a client to read what it is sent.
    #[arg(long = "write-timeout", value_name = "DURATION", default_value = "10s", value_parser = parse_duration)]
    pub write: Duration,
    /// Silence before a ping.
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = parse_duration)]
    pub ping_interval: Duration,
    /// For the pong, or any other byte.
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = parse_duration)]
    pub ping_timeout: Duration,
    /// For a frame, from its first byte to its last.
    #[arg(long = "frame-timeout", value_name = "DURATION", default_value = "30s", value_parser = parse_duration)]
    pub frame: Duration,
    /// For a message, from its first frame to its last.
    #[arg(long = "message-timeout", value_name = "DURATION", default_value = "60s", value_parser = parse_duration)]
    pub message: Duration,
    /// For the answer to the server's Close.
    #[arg(long = "close-timeout", value_name = "DURATION", default_value = "5s", value_parser = parse_duration)]
    pub close: Duration,
}

impl Default for Config {
    /// The settings of `ws101 serve` without flags.
    fn default() -> Self {
        defaults()
    }
}

impl Requests {
    /// The limits as the scanner of request heads takes them.
    pub(super) const fn limits(&self) -> HeadLimits {
        HeadLimits {
            head: self.head,
            line: self.line,
            headers: self.headers,
        }
    }
}

impl Messages {
    /// The limits of a connection to `/ws`.
    pub(super) const fn chat(&self) -> Limits {
        Limits {
            message: self.chat_bytes,
            fragments: self.chat_fragments,
        }
    }

    /// The limits of a connection to `/echo`.
    pub(super) const fn echo(&self) -> Limits {
        Limits {
            message: self.echo_bytes,
            fragments: self.echo_fragments,
        }
    }

    /// How many control frames one client may send.
    pub(super) const fn control_frames(&self) -> Rate {
        Rate {
            per_second: self.control_rate,
            burst: self.control_burst,
        }
    }
}
