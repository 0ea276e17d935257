//! Who comes, goes and types: news of the moment, which no history keeps.

use super::flush::Queue;
use super::{Event, Name, Room};
use crate::rate::Rate;
use crate::sync::now;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// `entered` and `left` in one room. What goes beyond is told once a second, as a list: a crowd
/// that comes in must not drown out the conversation.
pub(super) const COMINGS: Rate = Rate {
    per_second: 4,
    burst: 5,
};
const ROSTER_DELAY: Duration = Duration::from_secs(1);
/// How long somebody counts as typing without saying so again.
const TYPING: Duration = Duration::from_secs(5);

impl Room {
    /// Somebody has come.
    pub(super) fn tell_entered(self: &Arc<Self>, queue: &mut Queue, name: &Name, person: &str) {
        if self.may_tell_coming(queue) {
            let (room, name, count) = (&self.name, name.as_str(), queue.log.people.len());
            queue.append(&Event::Entered {
                room,
                name,
                person,
                count,
            });
        }
    }

    /// Somebody has gone.
    pub(super) fn tell_left(self: &Arc<Self>, queue: &mut Queue, name: &Name) {
        if self.may_tell_coming(queue) {
            let (room, name, count) = (&self.name, name.as_str(), queue.log.people.len());
            queue.append(&Event::Left { room, name, count });
        }
    }

    /// Is a coming or going told now, or with others, later?
    fn may_tell_coming(self: &Arc<Self>, queue: &mut Queue) -> bool {
        if queue.log.roster_due.is_some() {
            return false;
        }
        let now = now();
        let allowed = queue.log.comings.take(now);
        if !allowed {
            queue.log.roster_due = Some(now + ROSTER_DELAY);
            self.common.alarm.set(now + ROSTER_DELAY, self);
        }
        allowed
    }

    /// Somebody is typing, or still is.
    pub(in crate::chat) fn typing(self: &Arc<Self>, name: &Name) {
        let until = now() + TYPING;
        let mut queue = self.queue_with_room();
        if let Some(typist) = queue.log.typing.iter_mut().find(|(other, _)| other == name) {
            typist.1 = until;
            return;
        }
        queue.log.typing.push((name.clone(), until));
        self.tell_typing(&mut queue, name, true);
        self.common.alarm.set(until, self);
    }

    /// They are no longer. A line of theirs says so by itself.
    pub(super) fn stop_typing(&self, queue: &mut Queue, name: &Name, tell: bool) {
        let before = queue.log.typing.len();
        queue.log.typing.retain(|(other, _)| other != name);
        if tell && queue.log.typing.len() < before {
            self.tell_typing(queue, name, false);
        }
    }

    fn tell_typing(&self, queue: &mut Queue, name: &Name, active: bool) {
        let (room, name) = (self.name.as_str(), name.as_str());
        queue.append(&Event::Typing { room, name, active });
    }

    /// Does what has become due. When to look again?
    pub(in crate::chat) fn attend(self: &Arc<Self>, now: Instant) -> Option<Instant> {
        let mut queue = self.lock_queue();
        let expired: Vec<Name> = (queue.log.typing.extract_if(.., |(_, until)| *until <= now))
            .map(|(name, _)| name)
            .collect();
        for name in expired {
            self.tell_typing(&mut queue, &name, false);
        }
        if queue.log.roster_due.is_some_and(|due| due <= now) {
            queue.log.roster_due = None;
            queue.append_people(&self.name);
        }
        let typing = queue.log.typing.iter().map(|(_, until)| *until);
        let next = typing.chain(queue.log.roster_due).min();
        drop(queue);
        self.flush();
        next
    }
}
