//! The flags that are limits and deadlines, each with its default.

use super::super::duration;
use crate::protocol::Limits;
use crate::protocol::http::HeadLimits;
use crate::server::{Connections, Deadlines, Rate};
use clap::Args;
use std::time::Duration;

/// How many lines one client may say.
#[derive(Debug, Clone, Copy)]
pub(super) struct SayRate(pub(super) Option<Rate>);

fn parse_rate(text: &str) -> Result<SayRate, String> {
    if text == "off" {
        return Ok(SayRate(None));
    }
    match text.parse() {
        Ok(per_second @ 1..=1_000_000) => Ok(SayRate(Some(Rate {
            per_second,
            burst: 2 * per_second,
        }))),
        _ => Err(format!(
            "{text:?} is not a rate: write a number of lines a second, or off"
        )),
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitFlags {
    /// Connections at once
    #[arg(long, value_name = "N", default_value_t = 1_024)]
    max_connections: usize,
    /// Connections at once from one address, loopback exempt
    #[arg(long, value_name = "N", default_value_t = 128)]
    max_per_address: usize,
    /// Connections at once whose request is not complete
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
    /// Bytes of a message to /ws, the chat
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 10)]
    max_message: u64,
    /// Frames of one message to /ws
    #[arg(long, value_name = "N", default_value_t = 1_024)]
    max_fragments: u32,
    /// Bytes of a message to /echo
    #[arg(long, value_name = "BYTES", default_value_t = 16 << 20)]
    echo_max_message: u64,
    /// Frames of one message to /echo
    #[arg(long, value_name = "N", default_value_t = 131_072)]
    echo_max_fragments: u32,
    /// Bytes that all large messages may take together: those that are not complete, and echoes
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
    pub(super) max_message_memory: usize,
    /// Bytes that are kept for a client that does not keep up
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20)]
    pub(super) max_backlog: usize,
    /// Rooms at once
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub(super) max_rooms: usize,
    /// Lines that one client may say a second, twice as many at once; or off
    #[arg(long, value_name = "N", default_value = "10", value_parser = parse_rate)]
    pub(super) rate: SayRate,
    /// Pings, pongs and Closes of one client, a second
    #[arg(long, value_name = "N", default_value_t = 50)]
    control_rate: u32,
    /// Pings, pongs and Closes of one client, at once
    #[arg(long, value_name = "N", default_value_t = 100)]
    control_burst: u32,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Deadlines")]
pub(super) struct DeadlineFlags {
    /// For a request's head to arrive
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration::parse)]
    handshake_timeout: Duration,
    /// For the next request, on a connection that loads a page
    #[arg(long, value_name = "DURATION", default_value = "15s", value_parser = duration::parse)]
    idle_timeout: Duration,
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

impl LimitFlags {
    pub(super) const fn connections(&self) -> Connections {
        Connections {
            all: self.max_connections,
            per_address: self.max_per_address,
            handshaking: self.max_handshaking,
        }
    }

    pub(super) const fn head(&self) -> HeadLimits {
        HeadLimits {
            head: self.max_head,
            line: self.max_request_line,
            headers: self.max_headers,
        }
    }

    pub(super) const fn message(&self) -> Limits {
        Limits {
            message: self.max_message,
            fragments: self.max_fragments,
        }
    }

    pub(super) const fn echo(&self) -> Limits {
        Limits {
            message: self.echo_max_message,
            fragments: self.echo_max_fragments,
        }
    }

    pub(super) const fn control_frames(&self) -> Rate {
        Rate {
            per_second: self.control_rate,
            burst: self.control_burst,
        }
    }
}

impl DeadlineFlags {
    pub(super) const fn deadlines(&self) -> Deadlines {
        Deadlines {
            handshake: self.handshake_timeout,
            idle: self.idle_timeout,
            write: self.write_timeout,
            ping_interval: self.ping_interval,
            ping_timeout: self.ping_timeout,
            frame: self.frame_timeout,
            message: self.message_timeout,
            close: self.close_timeout,
        }
    }
}
