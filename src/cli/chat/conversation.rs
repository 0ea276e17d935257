//! One person's part in the chat: what happens goes in, what is to be done comes out.
//!
//! No sockets, no threads, no clock and no terminal in here: whoever calls has those, and tells
//! the time. So each course of events, a connection that breaks between a line and its
//! acknowledgement for example, is a test of a few lines.
//!
//! ```text
//! Naming ──▶ Connecting ──▶ Greeting ──▶ Joining ──▶ Here ──▶ Leaving ──▶ Ended
//!               ▲            welcome      joined      │
//!               └─────────── the connection is lost ──┘
//! ```
//!
//! A line that is to be said is sent alone, and the next one when it came back from the
//! server: so lines keep their order when the server refuses one for its haste, and at most
//! one of them has to be sent again after a lost connection. The server knows it by its id.

mod events;
mod hearing;
mod ignored;
mod joining;
mod parting;
mod room;
#[cfg(test)]
mod tests;
mod typing;
mod unsent;

pub(super) use self::events::{Act, Happening, Settings};
use self::ignored::Ignored;
use self::room::Room;
use self::unsent::Unsent;
use super::page::Page;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long a server may take to say welcome.
const GREETING: Duration = Duration::from_secs(10);
/// How long it may take to answer our Close.
const FAREWELL: Duration = Duration::from_secs(5);
/// The first and the longest pause before another attempt.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(30)];
/// Attempts that count as made when the server has thrown us out: so it is left alone for a while.
const THROWN_OUT: u32 = 5;
/// How long a pipe's lines wait for a server that is gone. A person decides for themselves.
const PATIENCE: Duration = Duration::from_secs(60);
/// So many lines may wait to be said; then no more are read.
const WAITING_LINES: usize = 16;
/// "Continued elsewhere": our name was reclaimed by another connection.
const CONTINUED_ELSEWHERE: u16 = 4001;

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    /// A name must be typed.
    Naming,
    Connecting,
    /// Connected, not welcomed yet.
    Greeting {
        until: Instant,
    },
    /// These rooms are still to be joined, one after the other.
    Joining(VecDeque<String>),
    Here,
    /// We have closed.
    Leaving {
        until: Instant,
    },
    Ended,
}

/// A request whose answer must come before the next one is made.
#[derive(Debug)]
struct Request {
    kind: Kind,
    json: String,
    /// It is sent when all lines that were typed before it are said.
    waits: bool,
    /// It was refused for its haste: when to try again.
    again_at: Option<Instant>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Join(String),
    Nick,
    Leave,
    Rooms,
    History,
}

#[derive(Debug)]
pub(super) struct Conversation {
    settings: Settings,
    page: Page,
    phase: Phase,
    name: String,
    /// This connection's session, and the one in which we have our name.
    welcome: Option<String>,
    session: Option<String>,
    rooms: Vec<Room>,
    /// Where typed lines go.
    current: Option<String>,
    unsent: Unsent,
    ignored: Ignored,
    awaited: Option<Request>,
    /// A line is asked for, and was not typed yet.
    asked: bool,
    /// No line will be typed any more; and: we go when all is said.
    input_ended: bool,
    ending: bool,
    /// Something could not be done.
    failed: bool,
    connected: bool,
    was_here: bool,
    lost_since: Option<Instant>,
    attempts: u32,
    last_rename: Option<(String, String)>,
    acts: Vec<Act>,
}

impl Conversation {
    pub(super) fn new(settings: Settings, page: Page) -> Self {
        Self {
            phase: Phase::Connecting,
            name: settings.name.clone().unwrap_or_default(),
            welcome: None,
            session: None,
            rooms: settings.rooms.iter().map(|name| Room::new(name)).collect(),
            current: settings.rooms.first().cloned(),
            unsent: Unsent::new(&settings.id_prefix),
            ignored: Ignored::default(),
            awaited: None,
            asked: false,
            input_ended: false,
            ending: false,
            failed: false,
            connected: false,
            was_here: false,
            lost_since: None,
            attempts: 0,
            last_rename: None,
            acts: Vec::new(),
            settings,
            page,
        }
    }

    /// What to do first.
    pub(super) fn start(&mut self, now: Instant) -> Vec<Act> {
        if !self.name.is_empty() {
            self.acts.push(Act::Connect(Duration::ZERO));
        } else if self.settings.interactive {
            self.note("by which name shall the others know you?");
            self.phase = Phase::Naming;
        } else {
            self.end(Err("a name is needed: --name NAME".to_owned()));
        }
        self.go_on(now)
    }

    /// What to do now that this has happened.
    pub(super) fn handle(&mut self, now: Instant, happening: Happening) -> Vec<Act> {
        if self.phase == Phase::Ended {
            return Vec::new();
        }
        match happening {
            Happening::Connected => {
                self.connected = true;
                let until = now + GREETING;
                self.phase = Phase::Greeting { until };
            }
            Happening::Frame(frame) => self.hear(now, &frame),
            Happening::Closed(reason) => self.closed(now, reason),
            Happening::Lost(why) => self.lost(now, &why),
            Happening::Line(line) => self.typed(&line),
            Happening::InputEnded => {
                self.input_ended = true;
                self.ending = self.settings.interactive || !self.settings.follow;
            }
            Happening::Interrupt => self.interrupt(now),
            Happening::Time => self.time(now),
        }
        self.go_on(now)
    }

    /// When [`Happening::Time`] is to be told.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Greeting { until } | Phase::Leaving { until } => Some(until),
            _ => None,
        };
        let again = self.awaited.as_ref().and_then(|request| request.again_at);
        let unsent = match self.phase {
            Phase::Here => self.unsent.again_at(),
            _ => None,
        };
        [phase, again, unsent].into_iter().flatten().min()
    }

    fn time(&mut self, now: Instant) {
        match self.phase {
            Phase::Greeting { until } if until <= now => self.end(Err(NO_CHAT.to_owned())),
            // All that mattered was acknowledged before.
            Phase::Leaving { until } if until <= now => self.end(self.outcome()),
            _ => {}
        }
        if let Some(request) = &mut self.awaited
            && request.again_at.is_some_and(|at| at <= now)
        {
            request.again_at = None;
            self.acts.push(Act::Send(request.json.clone()));
        }
    }

    /// After everything that happens: say what waits, ask for more, or go.
    fn go_on(&mut self, now: Instant) -> Vec<Act> {
        let is_idle = self.unsent.is_empty() && self.awaited.is_none();
        match self.phase {
            Phase::Here if self.ending && is_idle => self.leave_chat(now),
            Phase::Here => {
                if let Some(line) = self.unsent.next(now) {
                    self.acts.push(Act::Send(line));
                }
                if self.unsent.is_empty()
                    && let Some(request) = self.awaited.as_mut().filter(|request| request.waits)
                {
                    request.waits = false;
                    self.acts.push(Act::Send(request.json.clone()));
                }
            }
            // A pipe's lines wait for the next connection; a person who goes need not.
            Phase::Naming | Phase::Connecting
                if self.ending && (is_idle || self.settings.interactive) =>
            {
                self.leave_chat(now);
            }
            _ => {}
        }
        if self.wants_line() {
            self.asked = true;
            self.acts.push(Act::Ask(self.prompt()));
        }
        std::mem::take(&mut self.acts)
    }

    fn wants_line(&self) -> bool {
        let is_time = match self.phase {
            Phase::Naming | Phase::Here => true,
            Phase::Leaving { .. } | Phase::Ended => false,
            _ => self.was_here,
        };
        let is_free = self.awaited.is_none() && self.unsent.len() < WAITING_LINES;
        is_time && is_free && !self.asked && !self.input_ended && !self.ending
    }

    fn prompt(&self) -> String {
        match &self.current {
            _ if self.is_nameless() => "name: ".to_owned(),
            Some(room) if self.rooms.len() > 1 => format!("{} [{room}]> ", self.name),
            _ => format!("{}> ", self.name),
        }
    }

    /// Nothing can be said before we have a name.
    fn is_nameless(&self) -> bool {
        self.phase == Phase::Naming && !self.was_here
    }

    fn request(&mut self, kind: Kind, json: String) {
        self.acts.push(Act::Send(json.clone()));
        self.awaited = Some(Request {
            kind,
            json,
            waits: false,
            again_at: None,
        });
    }

    fn note(&mut self, text: &str) {
        let line = self.page.note(text);
        self.acts.push(Act::Note(line));
    }
}

const NO_CHAT: &str = "this server does not speak the chat's language: is the path right? \
    It is ws://HOST:PORT/ws, and ws101 connect talks to any server";
