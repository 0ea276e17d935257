//! One room: its people, its lines, and one order of events for everyone.
//!
//! Everything that happens in a room happens under the lock of its broadcast's queue: a line gets its
//! number there, goes into the history, and is appended to what is pending.

mod presence;
#[cfg(test)]
mod tests;

use super::broadcast::Broadcast;
use super::event::{Event, Line, Name, Presence};
use super::history::History;
use super::journal::Foreign;
use super::run::Run;
use crate::address_quota::Household;
use crate::outbox::Sender;
use crate::rate::Bucket;
use crate::sync::{fault, gap, now};
use crate::time;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

#[derive(Debug)]
pub(super) struct Room {
    name: String,
    pub(super) broadcast: Broadcast<Log>,
}

/// What is known in a room.
#[derive(Debug)]
pub(super) struct Log {
    history: History,
    people: Vec<Presence>,
    typing: Vec<(Name, Instant)>,
    arrivals: Bucket,
    /// When the list of people is due, because not every arrival and departure was announced.
    roster_due: Option<Instant>,
    /// The time of the latest line: a clock that is set back does not make lines older.
    latest: u64,
    /// That time as a timestamp. Lines of the same millisecond share it: it costs more than the rest of
    /// a line.
    at: Arc<str>,
    /// The household that made the room, until another one comes in. An empty room is part of its
    /// owner's share.
    owner: Option<Household>,
    /// The server ends: no more lines are taken.
    ended: bool,
    /// No newcomer is let in any more: the name stands for another room, or will.
    forgotten: bool,
}

/// The number and the time under which a line was taken.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) seq: u64,
    pub(super) at: Arc<str>,
}

impl Log {
    /// Returns the timestamp of a line said now. Lines of one millisecond share it.
    fn stamp(&mut self, now: u64) -> Arc<str> {
        if now > self.latest {
            self.latest = now;
            self.at = time::timestamp(now).into();
        }
        Arc::clone(&self.at)
    }
}

impl Room {
    /// A room that `owner` makes, or one of the past with its lines, the latest of them said at `latest`.
    pub(super) fn new(
        name: String,
        owner: Option<Household>,
        history: History,
        latest: u64,
        run: Arc<Run>,
    ) -> Self {
        let log = Log {
            history,
            people: Vec::new(),
            typing: Vec::new(),
            arrivals: Bucket::new(presence::ARRIVALS, now()),
            roster_due: None,
            latest,
            at: time::timestamp(latest).into(),
            owner,
            ended: false,
            forgotten: false,
        };
        Self {
            name,
            broadcast: Broadcast::new(log, run),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Sends what is pending.
    pub(super) fn flush(&self) {
        self.broadcast.flush();
    }

    /// Lets a newcomer in and sends it what it missed; returns the size of that in bytes. `None`: the room
    /// has just been forgotten, look for it again.
    pub(super) fn join(
        self: &Arc<Self>,
        newcomer: Presence,
        sender: &Sender,
        household: Household,
        known: Option<(&str, u64)>,
    ) -> Option<usize> {
        let joined = self.broadcast.with_members(|members, queue| {
            if queue.state.forgotten && !fault("a forgotten room takes people in") {
                return None;
            }
            queue.state.owner.take_if(|own| *own != household);
            let Presence { name, person, .. } = &newcomer;
            let (name, person) = (name.clone(), Arc::clone(person));
            queue.state.people.push(newcomer);
            self.announce_entered(queue, &name, &person);
            self.broadcast.send_pending(members, queue);
            // No other thread can send to the members now. So this is the first message to the newcomer,
            // and everything after it is new.
            let run = self.broadcast.run();
            let size = run
                .dialects
                .send_to(sender, &self.joined(&queue.state, &name, known));
            members.push(sender.clone());
            Some(size)
        });
        self.flush();
        joined
    }

    /// The event that shows a newcomer the room.
    fn joined<'a>(&'a self, log: &'a Log, name: &'a Name, known: Option<(&str, u64)>) -> Event<'a> {
        let epoch = &self.broadcast.run().epoch;
        let recap = log.history.recap(epoch, known);
        Event::Joined {
            room: &self.name,
            name: name.as_str(),
            people: &log.people,
            epoch,
            seq: log.history.last(),
            lines: recap.lines,
            lost: recap.lost,
        }
    }

    /// Lets the member of that connection out.
    pub(super) fn leave(self: &Arc<Self>, number: u64, sender: &Sender) {
        self.broadcast.with_members(|members, queue| {
            let people = &mut queue.state.people;
            let own = people.iter().position(|other| other.number == number);
            let Some(Presence { name, .. }) = own.map(|place| people.remove(place)) else {
                return;
            };
            self.broadcast.send_pending(members, queue);
            members.retain(|member| member != sender);
            self.stop_typing(queue, &name, true);
            self.announce_left(queue, &name);
        });
        self.flush();
    }

    /// Takes a line; [`flush`](Self::flush) sends it. `None`: the room takes no more lines.
    pub(super) fn say(&self, from: &Name, text: &str, id: Option<&str>) -> Option<Taken> {
        let mut queue = self.broadcast.lock_with_room();
        if queue.state.ended && !fault("lines are taken after the end") {
            return None;
        }
        let at = queue.state.stamp(time::now());
        let seq = queue.state.history.last() + 1;
        gap(&mut queue, "a number is drawn before its line is placed");
        let line = Line {
            seq,
            from: from.clone(),
            text: text.into(),
            at: Arc::clone(&at),
            id: id.map(Into::into),
        };
        queue.note_author(from);
        let (room, line_ref) = (&self.name, &line);
        queue.append(&Event::Said {
            room,
            line: line_ref,
        });
        let run = self.broadcast.run();
        if run.journal.is_some() {
            queue.record(room, line_ref);
        }
        queue.state.history.push(line);
        self.stop_typing(&mut queue, from, false);
        run.said.fetch_add(1, Ordering::Relaxed);
        Some(Taken { seq, at })
    }

    /// Gives a person another name, unless they have just left.
    pub(super) fn rename(&self, number: u64, to: &Name) {
        let mut queue = self.broadcast.lock_with_room();
        let mut people = queue.state.people.iter_mut();
        let Some(own) = people.find(|other| other.number == number) else {
            return;
        };
        let from = std::mem::replace(&mut own.name, to.clone());
        let person = Arc::clone(&own.person);
        for (typist, _) in &mut queue.state.typing {
            if *typist == from {
                *typist = to.clone();
            }
        }
        queue.append(&Event::Renamed {
            from: from.as_str(),
            to: to.as_str(),
            person: &person,
            rooms: &[&self.name],
        });
    }

    /// Takes a line that another server wrote to the history file. It keeps its number and is not
    /// written again; if another line has that number here, it is one more line.
    pub(super) fn adopt(&self, foreign: &Foreign<'_>) {
        let mut queue = self.broadcast.lock_with_room();
        let room = &self.name;
        let next = queue.state.history.last() + 1;
        let mut line = foreign.line.clone();
        if line.seq >= next {
            queue.append(&Event::Said { room, line: &line });
            let epoch = foreign.epoch.into();
            queue.state.history.restore(&epoch, line);
        } else {
            line.seq = next;
            queue.append(&Event::Said { room, line: &line });
            queue.record(room, &line);
            queue.state.history.push(line);
        }
        drop(queue);
        self.flush();
    }

    /// Hands older lines to `answer`: those that were sent, and so are in the file.
    pub(super) fn history<T>(
        &self,
        before: Option<u64>,
        limit: u64,
        answer: impl FnOnce(&Event<'_>) -> T,
    ) -> T {
        let room = &self.name;
        self.broadcast.with_members(|members, queue| {
            self.broadcast.send_pending(members, queue);
            let (lines, more) = queue.state.history.before(before, limit);
            answer(&Event::History { room, lines, more })
        })
    }

    pub(super) fn count(&self) -> usize {
        self.broadcast.lock().state.people.len()
    }

    /// If the room is empty: the household that its lines count for, and when the latest was said.
    pub(super) fn remembered(&self) -> Option<(Option<Household>, u64)> {
        let log = &self.broadcast.lock().state;
        log.people.is_empty().then_some((log.owner, log.latest))
    }

    /// The number of the latest line.
    pub(super) fn last(&self) -> u64 {
        self.broadcast.lock().state.history.last()
    }

    /// Forgets this room if it is empty: from then on no newcomer is let in.
    pub(super) fn forget_if_empty(&self) -> bool {
        let log = &mut self.broadcast.lock().state;
        log.forgotten = log.people.is_empty();
        log.forgotten
    }

    /// Forgets this room if it is empty and has no lines.
    pub(super) fn forget_if_blank(&self) -> bool {
        let log = &mut self.broadcast.lock().state;
        log.forgotten |= log.people.is_empty() && log.history.is_empty();
        log.forgotten
    }

    /// Takes no more lines; returns when those that were taken are with the members' senders.
    pub(super) fn end(&self) {
        self.broadcast.with_members(|members, queue| {
            self.broadcast.send_pending(members, queue);
            queue.state.ended = true;
        });
    }
}
