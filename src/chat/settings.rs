//! What can be chosen about the chat.

use crate::rate::Rate;
use std::path::PathBuf;
use std::time::Duration;

/// What can be chosen about the chat.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How fast one client may say lines; without a rate, as fast as it likes.
    pub says: Option<Rate>,
    /// The most rooms that there can be at once.
    pub rooms: usize,
    /// A file that keeps what was said.
    pub history: Option<PathBuf>,
    /// How often the server says a quotation.
    pub quotes: Option<Duration>,
    /// How often the server counts.
    pub ticks: Option<Duration>,
    /// A file whose new lines are news.
    pub news: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            says: Some(Rate {
                per_second: 10,
                burst: 20,
            }),
            rooms: 256,
            history: None,
            quotes: None,
            ticks: None,
            news: None,
        }
    }
}
