//! Every limit and deadline of the server, with its default. Each is a flag of `ws101 serve`.

use crate::chat::Settings;
use crate::protocol::Limits;
use crate::protocol::http::HeadLimits;
use crate::rate::Rate;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// What a server takes, how much, and for how long it waits.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address and port; port 0 lets the system choose.
    pub listen: String,
    /// How many, at once.
    pub connections: Connections,
    /// How large a request may be.
    pub head: HeadLimits,
    /// How large a message to `/ws` may be.
    pub message: Limits,
    /// How large a message to `/echo` may be.
    pub echo: Limits,
    /// Bytes that all large messages may take together.
    pub message_memory: usize,
    /// Bytes that are kept for a client that does not keep up.
    pub backlog: usize,
    /// How long.
    pub deadlines: Deadlines,
    /// Pings, pongs and Closes of one client.
    pub control_frames: Rate,
    /// Who may connect.
    pub access: Access,
    /// The chat.
    pub chat: Settings,
    /// Where the pages are, if they are not those in the program.
    pub www: Option<PathBuf>,
}

/// How many connections, at once.
#[derive(Debug, Clone, Copy)]
pub struct Connections {
    /// In all.
    pub all: usize,
    /// From one address, and never more than half of all; loopback is exempt.
    pub per_address: usize,
    /// Whose request is not complete.
    pub handshaking: usize,
}

/// How long. All are absolute: what arrives meanwhile does not extend them.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    /// From the connection to the end of its request head.
    pub handshake: Duration,
    /// From an answer to the end of the next request head, on a connection that is kept.
    pub idle: Duration,
    /// For a client to take what it is sent.
    pub write: Duration,
    /// Of silence, before a ping asks.
    pub ping_interval: Duration,
    /// For the answer, or any other sign of life.
    pub ping_timeout: Duration,
    /// From a frame's first byte to its last.
    pub frame: Duration,
    /// From a message's first frame to its last.
    pub message: Duration,
    /// From our Close to the client's.
    pub close: Duration,
}

/// Who may connect, beyond what is always allowed.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Names that this server goes by, besides `localhost` and addresses.
    pub hosts: Vec<String>,
    /// Sites whose pages may connect, besides our own.
    pub origins: Vec<String>,
    /// Refuse clients that send no `Origin`: those that are not browsers.
    pub require_origin: bool,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:9001".to_owned(),
            connections: Connections {
                all: 1_024,
                per_address: 128,
                handshaking: 128,
            },
            head: HeadLimits::DEFAULT,
            message: Limits::CHAT,
            echo: Limits::ECHO,
            message_memory: 256 << 20,
            backlog: 1 << 20,
            deadlines: Deadlines {
                handshake: Duration::from_secs(10),
                idle: Duration::from_secs(15),
                write: Duration::from_secs(10),
                ping_interval: Duration::from_secs(20),
                ping_timeout: Duration::from_secs(20),
                frame: Duration::from_secs(30),
                message: Duration::from_secs(60),
                close: Duration::from_secs(5),
            },
            control_frames: Rate {
                per_second: 50,
                burst: 100,
            },
            access: Access::default(),
            chat: Settings::default(),
            www: None,
        }
    }
}
