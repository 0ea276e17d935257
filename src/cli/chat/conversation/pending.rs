//! Lines and requests that the server has not answered yet.
//!
//! One line is sent at a time, and the next one when the server has acknowledged it. So lines keep their
//! order when the server refuses one because it came too soon, and at most one of them has to be sent again
//! after a lost connection; the server knows it by its id. A request waits for the lines before it, and the
//! lines after it wait for its answer.

use crate::cli::chat::request;
use crate::cli::chat::server_event::{Refusal, Said};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// When this many lines are waiting, no more are asked for.
const MOST_LINES: usize = 16;
/// The pause after a refusal that asks for one and does not say how long.
const SOME_PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Pending {
    lines: VecDeque<Line>,
    id_prefix: String,
    last_id: u64,
    /// The first line is sent and not acknowledged.
    in_flight: bool,
    /// When the first line may be sent again.
    line_again_at: Option<Instant>,
    request: Option<Request>,
}

#[derive(Debug)]
struct Line {
    id: String,
    to: To,
    text: String,
}

/// The addressee of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum To {
    Room(String),
    Person(String),
}

#[derive(Debug)]
struct Request {
    kind: Kind,
    json: String,
    /// It is not sent before all lines are acknowledged.
    waits: bool,
    /// When it may be sent again.
    again_at: Option<Instant>,
}

/// The kinds of requests that have an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Join(String),
    Name,
    Leave,
    Rooms,
    History,
}

/// What was refused.
#[derive(Debug)]
pub(super) enum Refused {
    /// A line or a request that came too soon; it is sent again later.
    ForNow,
    /// A line.
    Line,
    /// A request.
    Request(Kind),
    /// Nothing that has an answer.
    Unknown,
}

impl Pending {
    pub(super) fn new(id_prefix: &str) -> Self {
        Self {
            lines: VecDeque::new(),
            id_prefix: id_prefix.to_owned(),
            last_id: 0,
            in_flight: false,
            line_again_at: None,
            request: None,
        }
    }

    /// The number of lines.
    pub(super) fn lines(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.request.is_none()
    }

    /// Whether another line may be typed.
    pub(super) fn takes_lines(&self) -> bool {
        self.request.is_none() && self.lines.len() < MOST_LINES
    }

    /// Adds a line.
    pub(super) fn say(&mut self, to: To, text: &str) {
        self.last_id += 1;
        self.lines.push_back(Line {
            id: format!("{}-{}", self.id_prefix, self.last_id),
            to,
            text: text.to_owned(),
        });
    }

    /// Adds a request. None is pending: lines are asked for one by one, and not before the answer.
    pub(super) fn ask(&mut self, kind: Kind, json: String) {
        self.request = Some(Request {
            kind,
            json,
            waits: true,
            again_at: None,
        });
    }

    /// Notes a request that was sent ahead of all lines.
    pub(super) fn sent(&mut self, kind: Kind, json: String) {
        self.ask(kind, json);
        self.request
            .iter_mut()
            .for_each(|request| request.waits = false);
    }

    /// What is to be sent now, if anything. After a lost connection that is the same line with the same id:
    /// a server that has it already acknowledges it, and does not repeat it to others.
    pub(super) fn next(&mut self, now: Instant) -> Option<String> {
        if self.lines.is_empty() {
            let request = self.request.as_mut().filter(|request| request.waits)?;
            request.waits = false;
            return Some(request.json.clone());
        }
        if self.in_flight || self.line_again_at.is_some_and(|at| now < at) {
            return None;
        }
        let Line { id, to, text } = self.lines.front()?;
        self.in_flight = true;
        self.line_again_at = None;
        Some(match to {
            To::Room(room) => request::say(room, text, id),
            To::Person(name) => request::whisper(name, text, id),
        })
    }

    /// The request that came too soon, if its pause is over.
    pub(super) fn request_again(&mut self, now: Instant) -> Option<String> {
        let request = self.request.as_mut()?;
        request.again_at.take_if(|at| *at <= now)?;
        Some(request.json.clone())
    }

    /// When to look again. Lines are sent only `in_room`.
    pub(super) fn again_at(&self, in_room: bool) -> Option<Instant> {
        let line = self.line_again_at.filter(|_| in_room);
        let request = self.request.as_ref().and_then(|request| request.again_at);
        line.into_iter().chain(request).min()
    }

    /// Takes this as the acknowledgement of the first line, if that is its id.
    pub(super) fn acknowledge(&mut self, id: Option<&str>) -> bool {
        let is_first = self.is_first(id);
        if is_first {
            self.first_is_done();
        }
        is_first
    }

    /// Takes a line in a room as the acknowledgement of the first line, if it is ours: another person could use
    /// our ids. A line that was sent again comes under the name that we had the first time, but has its text.
    pub(super) fn acknowledge_said(&mut self, said: &Said, our_name: &str) -> bool {
        let has_its_text = |line: &Line| line.text.trim() == said.text;
        let is_ours = said.from == our_name || self.lines.front().is_some_and(has_its_text);
        is_ours && self.acknowledge(said.id.as_deref())
    }

    /// The answer to a request of this kind has come.
    pub(super) fn answered(&mut self, kind: &Kind) {
        self.request.take_if(|request| request.kind == *kind);
    }

    /// Finds what a refusal is about.
    pub(super) fn refused(&mut self, now: Instant, refusal: &Refusal) -> Refused {
        let pause = refusal.retry_ms.map_or(SOME_PAUSE, Duration::from_millis);
        let is_too_soon = refusal.code == "rate_limited";
        let is_line = match &refusal.id {
            Some(id) => self.is_first(Some(id)),
            None => self.request.as_ref().is_none_or(|request| request.waits),
        };
        if is_line && self.in_flight {
            if is_too_soon {
                self.in_flight = false;
                self.line_again_at = Some(now + pause);
                return Refused::ForNow;
            }
            self.first_is_done();
            return Refused::Line;
        }
        match &mut self.request {
            Some(request) if is_too_soon => {
                request.again_at = Some(now + pause);
                Refused::ForNow
            }
            request => request
                .take()
                .map_or(Refused::Unknown, |request| Refused::Request(request.kind)),
        }
    }

    /// The connection is lost, so the first line may have arrived or not. Returns whether a
    /// request is lost with it.
    pub(super) fn connection_lost(&mut self) -> bool {
        self.in_flight = false;
        self.line_again_at = None;
        self.request.take().is_some()
    }

    fn is_first(&self, id: Option<&str>) -> bool {
        let first = self.lines.front().map(|line| line.id.as_str());
        id.is_some() && first == id
    }

    /// The first line is acknowledged or refused.
    fn first_is_done(&mut self) {
        self.lines.pop_front();
        self.in_flight = false;
        self.line_again_at = None;
    }
}
