//! One room: who is in it, what was said, and one order of events for everyone.
//!
//! Everything that happens in a room is first noted, under the lock of its queue: a line gets
//! its number, goes into the history and, as a finished frame, to the end of what is
//! pending. That lock *is* the order. `flush` then gives what is pending to the members.

mod flush;
mod presence;

use super::Common;
use super::event::{Event, Name, Names, Occupant, Persons, encode};
use super::history::History;
use super::journal::Foreign;
use super::people::Person;
use crate::address_quota::Household;
use crate::date;
use crate::outbox::{Burst, Sender};
use crate::rate::Bucket;
use crate::sync::{Condvar, Mutex, fault, gap, now};
use flush::Queue;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

#[derive(Debug)]
pub(super) struct Room {
    name: String,
    /// Who gets what happens here. Locked before `queue`, and only to send or to change it.
    members: Mutex<Vec<Sender>>,
    queue: Mutex<Queue>,
    /// Something that was pending is on its way.
    taken: Condvar,
    common: Arc<Common>,
}

/// What is known in a room.
#[derive(Debug)]
pub(super) struct Log {
    history: History,
    people: Vec<Occupant>,
    typing: Vec<(Name, Instant)>,
    comings: Bucket,
    /// When the list of people is to be told, because not everyone's coming and going was.
    roster_due: Option<Instant>,
    /// The time of the latest line: a clock that is set back does not make lines older.
    latest: u64,
    /// That time in words. Lines of the same millisecond share it: it costs more than the rest of a line.
    at: Arc<str>,
    /// Who made the room, until another household comes in. When it is empty, it is part of their share.
    owner: Option<Household>,
    /// Nothing more is said: the server ends.
    ended: bool,
    /// Nobody can come in: the name stands for another room, or will.
    forgotten: bool,
}

/// A line was taken: under this number, at this time.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) seq: u64,
    pub(super) at: Arc<str>,
}

impl Log {
    /// What a line's time is called that is said now.
    fn strike(&mut self, now: u64) -> Arc<str> {
        if now > self.latest {
            self.latest = now;
            self.at = date::timestamp(now).into();
        }
        Arc::clone(&self.at)
    }
}

impl Room {
    /// A room that `owner` makes, or one from the past, with its lines; the latest was said at that time.
    pub(super) fn new(
        name: String,
        owner: Option<Household>,
        history: History,
        latest: u64,
        common: Arc<Common>,
    ) -> Self {
        let log = Log {
            history,
            people: Vec::new(),
            typing: Vec::new(),
            comings: Bucket::new(presence::COMINGS, now()),
            roster_due: None,
            latest,
            at: date::timestamp(latest).into(),
            owner,
            ended: false,
            forgotten: false,
        };
        Self {
            name,
            members: Mutex::default(),
            queue: Mutex::new(Queue::new(log)),
            taken: Condvar::telling("there is room for more lines"),
            common,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Lets someone in, tells them what they missed, and returns its size in bytes. `None`: the room has just
    /// been forgotten, look for it again.
    pub(super) fn join(
        self: &Arc<Self>,
        person: &Person,
        badge: &Arc<str>,
        name: &Name,
        known: Option<(&str, u64)>,
    ) -> Option<usize> {
        let joined = self.with_members(|members, queue| {
            if queue.log.forgotten && !fault("a forgotten room takes people in") {
                return None;
            }
            queue.log.owner.take_if(|own| *own != person.household);
            queue.log.people.push(Occupant {
                number: person.number,
                person: Arc::clone(badge),
                name: name.clone(),
            });
            self.tell_entered(queue, name, badge);
            self.send_pending(members, queue);
            // Nobody else can send to the members now, so this is the first that the new one gets,
            // and everything after it is new.
            let mut frame = Vec::new();
            self.welcome(&queue.log, name, known).encode(&mut frame);
            person.sender.push(&Burst::new(&frame, 1));
            members.push(person.sender.clone());
            Some(frame.len())
        });
        self.flush();
        joined
    }

    fn welcome<'a>(
        &'a self,
        log: &'a Log,
        name: &'a Name,
        known: Option<(&str, u64)>,
    ) -> Event<'a> {
        let recap = log.history.recap(&self.common.epoch, known);
        Event::Joined {
            room: &self.name,
            name: name.as_str(),
            people: Names(&log.people),
            persons: Persons(&log.people),
            count: log.people.len(),
            epoch: &self.common.epoch,
            seq: log.history.last(),
            messages: recap.lines,
            lost: recap.lost,
        }
    }

    /// Lets someone out.
    pub(super) fn leave(self: &Arc<Self>, person: &Person) {
        self.with_members(|members, queue| {
            let people = &mut queue.log.people;
            let own = people
                .iter()
                .position(|other| other.number == person.number);
            let Some(Occupant { name, .. }) = own.map(|place| people.remove(place)) else {
                return;
            };
            self.send_pending(members, queue);
            members.retain(|member| *member != person.sender);
            self.stop_typing(queue, &name, true);
            self.tell_left(queue, &name);
        });
        self.flush();
    }

    /// Takes a line; [`flush`](Self::flush) sends it. `None`: nothing is said any more.
    pub(super) fn say(&self, from: &Name, text: &str, id: Option<&str>) -> Option<Taken> {
        let mut queue = self.queue_with_room();
        if queue.log.ended && !fault("lines are taken after the end") {
            return None;
        }
        let at = queue.log.strike(date::now());
        let seq = queue.log.history.last() + 1;
        gap(&mut queue, "a number is drawn before its line is placed");
        let line = Event::Said {
            room: &self.name,
            seq,
            from: from.as_str(),
            text,
            at: &at,
            id,
        };
        queue.note_author(from);
        let mut json = std::mem::take(&mut queue.line);
        let line = line.write_json(&mut json);
        queue.append_line(line, self.common.journal.is_some());
        queue.log.history.push(line);
        queue.line = json;
        self.stop_typing(&mut queue, from, false);
        self.common.said.fetch_add(1, Ordering::Relaxed);
        Some(Taken { seq, at })
    }

    /// Somebody has another name, unless they have just left.
    pub(super) fn rename(&self, person: &Person, to: &Name) {
        let mut queue = self.queue_with_room();
        let mut people = queue.log.people.iter_mut();
        let Some(own) = people.find(|other| other.number == person.number) else {
            return;
        };
        let from = std::mem::replace(&mut own.name, to.clone());
        let badge = Arc::clone(&own.person);
        for (typist, _) in &mut queue.log.typing {
            if *typist == from {
                *typist = to.clone();
            }
        }
        queue.append(&Event::Renamed {
            from: from.as_str(),
            to: to.as_str(),
            person: &badge,
            rooms: &[&self.name],
        });
    }

    /// A line that another server wrote to the history file. Under its own number, and not into the
    /// file again; but where others have the number here, it is one more line.
    pub(super) fn adopt(&self, line: &Foreign<'_>) {
        let mut queue = self.queue_with_room();
        if line.seq > queue.log.history.last() {
            let epoch = line.epoch.into();
            queue.log.history.restore(&epoch, line.seq, line.json);
            queue.append_line(line.json, false);
        } else if let Some(json) = line.numbered(queue.log.history.last() + 1) {
            queue.log.history.push(&json);
            queue.append_line(&json, true);
        }
        drop(queue);
        self.flush();
    }

    /// Older lines, for someone who scrolls up: those that are sent, and so are in the file.
    pub(super) fn history(&self, before: Option<u64>, limit: u64) -> String {
        let room = &self.name;
        self.with_members(|members, queue| {
            self.send_pending(members, queue);
            let (messages, more) = queue.log.history.before(before, limit);
            Event::History {
                room,
                messages,
                more,
            }
            .to_json()
        })
    }

    pub(super) fn count(&self) -> usize {
        self.lock_queue().log.people.len()
    }

    /// If the room is empty: the household that its lines count for, and when the latest was said.
    pub(super) fn remembered(&self) -> Option<(Option<Household>, u64)> {
        let log = &self.lock_queue().log;
        log.people.is_empty().then_some((log.owner, log.latest))
    }

    /// The number of the latest line.
    pub(super) fn last(&self) -> u64 {
        self.lock_queue().log.history.last()
    }

    /// Forgets this room if nobody is in it; nobody can come in any more then.
    pub(super) fn forget_if_empty(&self) -> bool {
        let log = &mut self.lock_queue().log;
        log.forgotten = log.people.is_empty();
        log.forgotten
    }

    /// The same, if nothing was said either.
    pub(super) fn forget_if_blank(&self) -> bool {
        let log = &mut self.lock_queue().log;
        log.forgotten |= log.people.is_empty() && log.history.is_empty();
        log.forgotten
    }

    /// Nothing more is said here; returns when what was said is with the members' senders.
    pub(super) fn end_if(&self, ended: bool) {
        if ended {
            self.with_members(|members, queue| {
                self.send_pending(members, queue);
                queue.log.ended = true;
            });
        }
    }
}
