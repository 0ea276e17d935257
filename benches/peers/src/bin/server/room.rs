//! Everyone who listens, each with a bounded queue that their own task empties.
//!
//! What is queued is a burst: all that one client said in one go. To queue each line by itself
//! costs as much again as to write it.

use super::line;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::{Receiver, Sender, WeakSender, channel};

/// So many bursts may wait for a client. Memory is taken as they come, not beforehand.
const QUEUE: usize = 4096;

pub(crate) struct Room<T> {
    people: Mutex<People<T>>,
}

struct People<T> {
    joined: u64,
    said: u64,
    members: Vec<(u64, Sender<T>)>,
}

/// A place in the room, until it is dropped.
pub(crate) struct Member<T> {
    number: u64,
    name: String,
    // Weak: who is left out by the room shall find the queue closed.
    queue: WeakSender<T>,
    room: Arc<Room<T>>,
}

impl<T> Default for Room<T> {
    fn default() -> Self {
        let people = People {
            joined: 0,
            said: 0,
            members: Vec::new(),
        };
        Self {
            people: Mutex::new(people),
        }
    }
}

impl<T> Room<T> {
    /// The newcomer is given a name, and the end of a queue.
    pub(crate) fn join(self: Arc<Self>) -> (Member<T>, Receiver<T>) {
        let (sender, receiver) = channel(QUEUE);
        let queue = sender.downgrade();
        let mut people = self.people();
        people.joined += 1;
        let number = people.joined;
        people.members.push((number, sender));
        drop(people);
        let member = Member {
            number,
            name: format!("u{number}"),
            queue,
            room: self,
        };
        (member, receiver)
    }

    fn people(&self) -> MutexGuard<'_, People<T>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Member<T> {
    /// To everyone, in one order: what `make` makes, once for all, of these texts' lines.
    ///
    /// A member whose queue is full gets no more messages: the queue ends with those that are in it.
    pub(crate) fn say(&self, texts: &[String], make: impl FnOnce(Vec<String>) -> T) {
        if texts.is_empty() {
            return;
        }
        let mut people = self.room.people();
        let first = people.said + 1;
        people.said += texts.len() as u64;
        let lines = (first..).zip(texts);
        let burst = make(
            lines
                .map(|(seq, text)| line::said(seq, &self.name, text))
                .collect(),
        );
        people
            .members
            .retain(|(_, sender)| sender.try_send(burst.clone()).is_ok());
    }

    /// Sends to this member alone, after what waits already; `false` if there is no room for it.
    pub(crate) fn reply(&self, message: T) -> bool {
        let queue = self.queue.upgrade();
        queue.is_some_and(|queue| queue.try_send(message).is_ok())
    }
}

impl<T> Drop for Member<T> {
    fn drop(&mut self) {
        let mut people = self.room.people();
        people.members.retain(|&(number, _)| number != self.number);
    }
}
