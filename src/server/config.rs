//! Every limit and deadline of the server, with its default. Each is a flag of `ws101 serve`.

use crate::protocol::Limits;
use crate::protocol::http::HeadLimits;
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
    /// How large a message to `/echo` may be.
    pub echo: Limits,
    /// How long.
    pub deadlines: Deadlines,
    /// Pings, pongs and Closes of one client.
    pub control_frames: Rate,
    /// Who may connect.
    pub access: Access,
}

/// How many connections, at once.
#[derive(Debug, Clone, Copy)]
pub struct Connections {
    /// In all.
    pub all: usize,
    /// From one address; loopback is exempt.
    pub per_address: usize,
    /// That have not finished their handshake.
    pub handshaking: usize,
}

/// How long. All are absolute: what arrives meanwhile does not extend them.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    /// From the connection to the end of its request head.
    pub handshake: Duration,
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

/// So many a second, and so many at once after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// A second.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
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
            echo: Limits::ECHO,
            deadlines: Deadlines {
                handshake: Duration::from_secs(10),
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
        }
    }
}
