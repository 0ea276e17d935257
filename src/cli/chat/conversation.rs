//! One person's part in the chat, as a state machine: inputs go in, effects come out.
//!
//! Nothing here opens a socket, starts a thread, asks a clock or prints: the caller does, and tells the time.
//! So any course of events is a test of a few lines, even a connection that breaks between a line and its
//! acknowledgement.
//!
//! ```text
//! Naming ──▶ Connecting ──▶ Greeting ──▶ Joining ──▶ Here ──▶ Leaving ──▶ Ended
//!               ▲            welcome      joined      │
//!               └─────────── the connection is lost ──┘
//! ```
//!
//! | file | its idea |
//! |---|---|
//! | `conversation` | the connection: greeted, joined, lost, made again, left |
//! | `effects` | what goes in and what comes out |
//! | `member` | what the person sees: rooms, people, lines |
//! | `commands` | what each typed command does |
//! | `pending` | lines and requests that the server has not answered |
//! | `rooms`, `ignored` | which rooms the person is in; whose lines are hidden |
//! | `session`, `retry` | to whom our name belongs; what follows the end of a connection |

mod commands;
mod effects;
mod ignored;
mod member;
mod pending;
mod retry;
mod rooms;
mod session;
#[cfg(test)]
mod tests;

pub(super) use self::effects::{Effect, Input, Settings};

use self::commands::Runner;
use self::effects::Effects;
use self::member::Member;
use self::pending::{Kind, Refused};
use self::retry::{AfterClose, Retry, after_close};
use self::rooms::Room;
use self::session::Session;
use super::command::Command;
use super::request::{self, Resume};
use super::server_event::{Joined, Refusal, ServerEvent};
use super::transcript::Transcript;
use crate::CloseCode;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long a server may take to say welcome.
const GREETING: Duration = Duration::from_secs(10);
/// How long it may take to answer the Close.
const CLOSING: Duration = Duration::from_secs(5);

const NO_CHAT: &str = "this server does not speak the chat's protocol: is the path right? \
    It is ws://HOST:PORT/ws, and ws101 connect talks to any server";

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    /// Waiting for a name to be typed.
    Naming,
    Connecting,
    /// Connected; the welcome is due by then.
    Greeting(Instant),
    /// These rooms are still to be joined, one after the other.
    Joining(VecDeque<String>),
    Here,
    /// Our Close is sent; the answer is due by then.
    Leaving(Instant),
    Ended,
}

#[derive(Debug)]
pub(super) struct Conversation {
    settings: Settings,
    phase: Phase,
    session: Session,
    member: Member,
    retry: Retry,
    /// A line is asked for, and has not been typed yet.
    asked: bool,
    /// No further line will be typed.
    input_ended: bool,
    /// The conversation ends as soon as nothing is pending.
    ending: bool,
    connected: bool,
    /// Some connection got as far as [`Phase::Here`].
    was_here: bool,
}

impl Conversation {
    pub(super) fn new(settings: Settings, transcript: Transcript) -> Self {
        Self {
            phase: Phase::Connecting,
            session: Session::default(),
            member: Member::new(&settings, Effects::new(transcript)),
            retry: Retry::default(),
            asked: false,
            input_ended: false,
            ending: false,
            connected: false,
            was_here: false,
            settings,
        }
    }

    /// The first effects.
    pub(super) fn start(&mut self, now: Instant) -> Vec<Effect> {
        if !self.member.name.is_empty() {
            self.connect(Duration::ZERO);
        } else if self.settings.interactive {
            self.member.effects.note("what name should others see?");
            self.phase = Phase::Naming;
        } else {
            self.end(Err("a name is needed: --name NAME".to_owned()));
        }
        self.go_on(now)
    }

    /// The effects of an input.
    pub(super) fn handle(&mut self, now: Instant, input: Input) -> Vec<Effect> {
        if self.phase == Phase::Ended {
            return Vec::new();
        }
        match input {
            Input::Connected => {
                self.connected = true;
                self.phase = Phase::Greeting(now + GREETING);
            }
            Input::Frame(frame) => self.receive(now, &frame),
            Input::Closed(reason) => self.closed(now, reason),
            Input::Lost(why) => self.lost(now, &why),
            Input::Line(line) => self.typed(&line),
            Input::End => {
                self.input_ended = true;
                self.ending = self.settings.interactive || !self.settings.follow;
            }
            Input::Interrupt => {
                self.input_ended = true;
                self.leave(now);
            }
            Input::Wake => self.wake(now),
        }
        self.go_on(now)
    }

    /// When [`Input::Wake`] is due.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Greeting(until) | Phase::Leaving(until) => Some(until),
            _ => None,
        };
        let pending = self.member.pending.again_at(self.phase == Phase::Here);
        [phase, pending].into_iter().flatten().min()
    }

    fn wake(&mut self, now: Instant) {
        match self.phase {
            Phase::Greeting(until) if until <= now => self.end(Err(NO_CHAT.to_owned())),
            // Everything that mattered was acknowledged before the Close.
            Phase::Leaving(until) if until <= now => self.end(self.member.outcome()),
            _ => {}
        }
        if let Some(request) = self.member.pending.request_again(now) {
            self.member.effects.send(request);
        }
    }

    /// After every input: send what is pending, ask for another line, or leave.
    fn go_on(&mut self, now: Instant) -> Vec<Effect> {
        let is_idle = self.member.pending.is_empty();
        match self.phase {
            Phase::Here if self.ending && is_idle => self.leave(now),
            Phase::Here => {
                if let Some(json) = self.member.pending.next(now) {
                    self.member.effects.send(json);
                }
            }
            // A pipe's lines wait for the next connection; a person who leaves need not.
            Phase::Naming | Phase::Connecting
                if self.ending && (is_idle || self.settings.interactive) =>
            {
                self.leave(now);
            }
            _ => {}
        }
        if self.wants_line() {
            self.asked = true;
            let prompt = self.prompt();
            self.member.effects.push(Effect::Ask(prompt));
        }
        self.member.effects.take()
    }

    fn wants_line(&self) -> bool {
        let can_use_one = match self.phase {
            Phase::Naming | Phase::Here => true,
            Phase::Leaving(_) | Phase::Ended => false,
            _ => self.was_here,
        };
        let has_room = self.member.pending.takes_lines();
        can_use_one && has_room && !self.asked && !self.input_ended && !self.ending
    }

    fn prompt(&self) -> String {
        let Member { name, rooms, .. } = &self.member;
        match rooms.current() {
            _ if self.is_nameless() => "name: ".to_owned(),
            Some(room) if rooms.are_several() => format!("{name} [{room}]> "),
            _ => format!("{name}> "),
        }
    }

    /// Whether the next line is our first name.
    fn is_nameless(&self) -> bool {
        self.phase == Phase::Naming && !self.was_here
    }

    fn typed(&mut self, line: &[u8]) {
        self.asked = false;
        let command = std::str::from_utf8(line)
            .map_err(|_| "a line is not UTF-8, and was not sent".to_owned())
            .and_then(Command::parse);
        match command {
            Ok(Command::Say(name)) if self.is_nameless() => self.named(name),
            Ok(Command::Name(name)) if self.phase == Phase::Naming => self.named(name),
            Ok(Command::Quit) => self.ending = true,
            Ok(command) => {
                let mut runner = Runner {
                    is_here: self.phase == Phase::Here,
                    claim: self.session.claim(),
                    member: &mut self.member,
                };
                runner.run(command);
            }
            Err(sentence) => self.member.refuse(&sentence),
        }
    }

    fn named(&mut self, name: &str) {
        self.member.name = name.to_owned();
        if self.connected {
            self.join_all();
        } else {
            self.connect(Duration::ZERO);
        }
    }

    fn connect(&mut self, pause: Duration) {
        self.phase = Phase::Connecting;
        self.member.effects.push(Effect::Connect(pause));
    }

    fn receive(&mut self, now: Instant, frame: &str) {
        let is_greeting = matches!(self.phase, Phase::Greeting(_));
        match ServerEvent::parse(frame) {
            Some(ServerEvent::Welcome(session)) if is_greeting => {
                self.session.current = Some(session);
                self.join_all();
            }
            // A server that begins otherwise is not a chat. Later on, what is unknown is ignored.
            _ if is_greeting => self.end(Err(NO_CHAT.to_owned())),
            Some(ServerEvent::Joined(joined)) => self.joined(joined),
            Some(ServerEvent::Error(refusal)) => self.refused(now, &refusal),
            Some(event) => self.member.event(event),
            None => {}
        }
    }

    /// Joins all rooms, as every new connection must.
    fn join_all(&mut self) {
        self.phase = Phase::Joining(self.member.rooms.names());
        self.join_next();
    }

    fn join_next(&mut self) {
        let Phase::Joining(rooms) = &mut self.phase else {
            return;
        };
        let Some(room) = rooms.pop_front() else {
            return self.arrive();
        };
        let resume = Resume {
            session: self.session.claim(),
            since: self.member.rooms.get(&room).and_then(Room::since),
        };
        let json = request::join(&self.member.name, &room, &resume);
        self.member.effects.send(json.clone());
        self.member.pending.sent(Kind::Join(room), json);
    }

    fn arrive(&mut self) {
        self.phase = Phase::Here;
        self.was_here = true;
        if self.retry.succeeded() {
            self.member.effects.note("connected again");
        }
    }

    fn joined(&mut self, joined: Joined) {
        if self.session.take_over() {
            self.member.repeat_choices();
        }
        self.member.joined(joined, self.phase == Phase::Here);
        self.join_next();
    }

    fn refused(&mut self, now: Instant, refusal: &Refusal) {
        match self.member.pending.refused(now, refusal) {
            Refused::ForNow => {}
            Refused::Line => self
                .member
                .refuse(&format!("not sent: {}", refusal.message)),
            Refused::Request(Kind::Join(room)) => self.not_joined(&room, refusal),
            Refused::Request(_) | Refused::Unknown => self.member.refuse(&refusal.message),
        }
    }

    fn not_joined(&mut self, room: &str, refusal: &Refusal) {
        let is_joining = matches!(self.phase, Phase::Joining(_));
        if is_joining && ["name_taken", "name_reserved", "bad_name"].contains(&&*refusal.code) {
            if !self.settings.interactive {
                return self.end(Err(refusal.message.clone()));
            }
            self.phase = Phase::Naming;
            let how = if self.was_here { ": /name NAME" } else { "" };
            return (self.member.effects).note(&format!("{}{how}", refusal.message));
        }
        self.member.refuse(&refusal.message);
        if is_joining {
            self.member.rooms.remove(room);
            if self.member.rooms.are_none() && !self.settings.interactive {
                return self.end(Err(refusal.message.clone()));
            }
            self.join_next();
        }
    }

    /// The server has closed the connection, or has answered our Close.
    fn closed(&mut self, now: Instant, reason: Option<(CloseCode, String)>) {
        self.connected = false;
        if let Phase::Leaving(_) = self.phase {
            return self.end(self.member.outcome());
        }
        match after_close(reason) {
            AfterClose::End(why) => self.end(Err(why)),
            AfterClose::Retry(why) => self.lost(now, &why),
            AfterClose::RetryLater(why) => {
                self.retry.later();
                self.lost(now, &why);
            }
        }
    }

    /// The connection has failed, or could not be made.
    fn lost(&mut self, now: Instant, why: &str) {
        self.connected = false;
        if let Phase::Leaving(_) = self.phase {
            return self.end(self.member.outcome());
        }
        if !self.was_here {
            return self.end(Err(why.to_owned()));
        }
        if self.retry.begins(now) {
            let note = format!("the connection is lost ({why}); trying again");
            self.member.effects.note(&note);
        }
        let gives_up = !self.settings.interactive && !self.settings.follow;
        if gives_up && self.retry.is_over(now) {
            return self.end(Err(format!("the connection is lost: {why}")));
        }
        if self.member.pending.connection_lost() && self.phase == Phase::Here {
            self.member.refuse("the last command was not answered");
        }
        let pause = self.retry.pause();
        self.connect(pause);
    }

    /// Sends a Close; a second call does not wait for its answer.
    fn leave(&mut self, now: Instant) {
        if !self.connected || matches!(self.phase, Phase::Leaving(_)) {
            return self.end(self.member.outcome());
        }
        self.phase = Phase::Leaving(now + CLOSING);
        self.member.effects.push(Effect::Close);
    }

    fn end(&mut self, outcome: Result<(), String>) {
        if self.connected && !matches!(self.phase, Phase::Leaving(_)) {
            self.member.effects.push(Effect::Close);
        }
        self.phase = Phase::Ended;
        self.member.effects.push(Effect::End(outcome));
    }
}
