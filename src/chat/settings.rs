//! What can be chosen about the chat.

use crate::flags::{defaults, parse_duration, parse_rate};
use crate::rate::Rate;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of the chat.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Keep the lines in this file, across restarts.
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// Send everyone a quotation this often.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub quotes: Option<Duration>,
    /// Send everyone a count this often.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub ticks: Option<Duration>,
    /// Send everyone each line that is added to this file ("topic: text" has a topic).
    #[arg(long, value_name = "FILE")]
    pub news: Option<PathBuf>,
    /// Rooms at once, besides lobby and cheeper.
    #[arg(
        long = "max-rooms",
        value_name = "N",
        default_value_t = 256,
        help_heading = "Limits"
    )]
    pub rooms: usize,
    /// Lines per second from one client, twice as many at once; or off.
    // The full path keeps clap from taking "no rate" for "no flag".
    #[arg(long = "rate", value_name = "N", default_value = "10", value_parser = parse_rate, help_heading = "Limits")]
    pub says: std::option::Option<Rate>,
}

impl Default for Settings {
    /// The settings of `ws101 serve` without flags.
    fn default() -> Self {
        defaults()
    }
}
