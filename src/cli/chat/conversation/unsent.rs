//! Lines that wait to be said, until the server has acknowledged them.

use crate::cli::chat::request;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct Unsent {
    lines: VecDeque<Line>,
    id_prefix: String,
    last_id: u64,
    /// The first line is sent, and not acknowledged.
    in_flight: bool,
    /// The server wants us to wait until then.
    again_at: Option<Instant>,
}

#[derive(Debug)]
struct Line {
    id: String,
    to: To,
    text: String,
}

/// Whom a line is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum To {
    Room(String),
    Person(String),
}

impl Unsent {
    pub(super) fn new(id_prefix: &str) -> Self {
        Self {
            lines: VecDeque::new(),
            id_prefix: id_prefix.to_owned(),
            last_id: 0,
            in_flight: false,
            again_at: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn push(&mut self, to: To, text: &str) {
        self.last_id += 1;
        self.lines.push_back(Line {
            id: format!("{}-{}", self.id_prefix, self.last_id),
            to,
            text: text.to_owned(),
        });
    }

    /// The line to send now, if it is time for one. After a lost connection it is the same line
    /// with the same id: if the server has it already, it says so and does not repeat it.
    pub(super) fn next(&mut self, now: Instant) -> Option<String> {
        if self.in_flight || self.again_at.is_some_and(|at| now < at) {
            return None;
        }
        let Line { id, to, text } = self.lines.front()?;
        self.in_flight = true;
        self.again_at = None;
        Some(match to {
            To::Room(room) => request::say(room, text, id),
            To::Person(name) => request::whisper(name, text, id),
        })
    }

    /// When to look for the next line again, if a pause was asked for.
    pub(super) const fn again_at(&self) -> Option<Instant> {
        self.again_at
    }

    /// Is this the id of the line that was sent, or of the one that was to be sent again?
    pub(super) fn is_first(&self, id: Option<&str>) -> bool {
        let first = self.lines.front().map(|line| line.id.as_str());
        id.is_some() && first == id
    }

    /// Is this the text of that line, but for the blanks that the server takes off?
    pub(super) fn first_says(&self, text: &str) -> bool {
        let first = self.lines.front();
        first.is_some_and(|line| line.text.trim() == text)
    }

    pub(super) const fn is_in_flight(&self) -> bool {
        self.in_flight
    }

    /// The first line is said, or never will be.
    pub(super) fn done(&mut self) {
        self.lines.pop_front();
        self.in_flight = false;
        self.again_at = None;
    }

    /// The first line must be sent again later.
    pub(super) fn later(&mut self, now: Instant, pause: Duration) {
        self.in_flight = false;
        self.again_at = Some(now + pause);
    }

    /// The connection is lost: who knows whether the line arrived.
    pub(super) const fn interrupted(&mut self) {
        self.in_flight = false;
        self.again_at = None;
    }
}
