//! Arrivals, departures and typing: news of the moment, which no history keeps.

use super::{Event, Log, Name, Room};
use crate::chat::alarm::OnAlarm;
use crate::chat::broadcast::Queue;
use crate::rate::Rate;
use crate::sync::now;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Arrivals and departures that one room announces one by one. Beyond that it sends a list, once a second:
/// a crowd that comes in must not drown out the conversation.
pub(super) const ARRIVALS: Rate = Rate {
    per_second: 4,
    burst: 5,
};
const ROSTER_DELAY: Duration = Duration::from_secs(1);
/// How long a person counts as typing without another request that says so.
const TYPING: Duration = Duration::from_secs(5);

impl Room {
    /// Announces an arrival.
    pub(super) fn announce_entered(
        self: &Arc<Self>,
        queue: &mut Queue<Log>,
        name: &Name,
        person: &str,
    ) {
        if self.may_announce(queue) {
            let (room, name, count) = (&self.name, name.as_str(), queue.state.people.len());
            queue.append(&Event::Entered {
                room,
                name,
                person,
                count,
            });
        }
    }

    /// Announces a departure.
    pub(super) fn announce_left(self: &Arc<Self>, queue: &mut Queue<Log>, name: &Name) {
        if self.may_announce(queue) {
            let (room, name, count) = (&self.name, name.as_str(), queue.state.people.len());
            queue.append(&Event::Left { room, name, count });
        }
    }

    /// Is an arrival or a departure announced now? If not, it will be part of a list.
    fn may_announce(self: &Arc<Self>, queue: &mut Queue<Log>) -> bool {
        if queue.state.roster_due.is_some() {
            return false;
        }
        let now = now();
        let allowed = queue.state.arrivals.take(now);
        if !allowed {
            queue.state.roster_due = Some(now + ROSTER_DELAY);
            self.broadcast.run().alarm.set(now + ROSTER_DELAY, self);
        }
        allowed
    }

    /// Announces that a person is typing, unless everyone knows.
    pub(in crate::chat) fn typing(self: &Arc<Self>, name: &Name) {
        let until = now() + TYPING;
        let mut queue = self.broadcast.lock_with_room();
        if let Some(typist) = queue
            .state
            .typing
            .iter_mut()
            .find(|(other, _)| other == name)
        {
            typist.1 = until;
            return;
        }
        queue.state.typing.push((name.clone(), until));
        self.announce_typing(&mut queue, name, true);
        self.broadcast.run().alarm.set(until, self);
    }

    /// Notes that a person is no longer typing. A line says so by itself, so this need not be announced.
    pub(super) fn stop_typing(&self, queue: &mut Queue<Log>, name: &Name, announce: bool) {
        let before = queue.state.typing.len();
        queue.state.typing.retain(|(other, _)| other != name);
        if announce && queue.state.typing.len() < before {
            self.announce_typing(queue, name, false);
        }
    }

    /// Sends the list of people, because not every arrival and departure was announced.
    fn announce_people(&self, queue: &mut Queue<Log>) {
        let people = std::mem::take(&mut queue.state.people);
        queue.append(&Event::People {
            room: &self.name,
            people: &people,
        });
        queue.state.people = people;
    }

    fn announce_typing(&self, queue: &mut Queue<Log>, name: &Name, active: bool) {
        let (room, name) = (self.name.as_str(), name.as_str());
        queue.append(&Event::Typing { room, name, active });
    }
}

impl OnAlarm for Room {
    fn name(&self) -> &str {
        &self.name
    }

    fn on_alarm(self: Arc<Self>, now: Instant) -> Option<Instant> {
        let mut queue = self.broadcast.lock();
        let expired: Vec<Name> = (queue.state.typing)
            .extract_if(.., |(_, until)| *until <= now)
            .map(|(name, _)| name)
            .collect();
        for name in expired {
            self.announce_typing(&mut queue, &name, false);
        }
        if queue.state.roster_due.is_some_and(|due| due <= now) {
            queue.state.roster_due = None;
            self.announce_people(&mut queue);
        }
        let typing = queue.state.typing.iter().map(|(_, until)| *until);
        let next = typing.chain(queue.state.roster_due).min();
        drop(queue);
        self.flush();
        next
    }
}
