//! How what is pending in a room reaches its members: one write to each for a whole burst.
//!
//! A write costs the same whatever is in it, and waking a thread costs more than a write. So:
//! whoever has noted something and finds nobody sending **becomes the sender**: takes all
//! that is pending, gives it to each member in one push that never waits, looks again, and stops
//! when nothing is left. Whoever finds somebody sending goes back to reading; their lines go out
//! with the next round. When much is pending they wait for it, so a flood slows down its own
//! authors, and TCP tells them.
//!
//! A sender reads nothing from its own client meanwhile. So after [`LONGEST_TURN`] whoever comes next
//! **takes over**: where somebody always has something to add, one and the same would send for ever.
//!
//! `members` is locked for a whole round. So who holds it knows that nothing is on its way, and
//! can let somebody in or out between two events. For that they must get it: a sender that
//! sees somebody waiting for `members` stops, and leaves the rest to them.

use super::{Event, Log, Name, Names, Persons, Room, encode};
use crate::outbox::{Burst, Sender};
use crate::sync::{MutexGuard, fault, gap, yield_now};
use std::thread;

/// Bytes that are pending when those who add to them have to wait: what one read brings is less,
/// with what is added to each line, and goes out in one round.
const FULL: usize = if cfg!(test) { 250 } else { 128 << 10 };

/// Rounds that one sends for the others, if one of them can take over.
const LONGEST_TURN: usize = if cfg!(test) { 2 } else { 4 };

/// What happened, and what of it is still to be sent.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) log: Log,
    pending: Pending,
    /// The last round's memory, for the next one; the last line's, too.
    spare: Pending,
    pub(super) line: String,
    /// Who said the last line, and did somebody else say the one before it?
    author: Option<Name>,
    many_speak: bool,
    /// Somebody is sending, and will see what is added.
    sending: bool,
    /// In so many rounds until now.
    rounds: usize,
    /// So many are waiting for `members`.
    waiting: usize,
    /// Somebody waits until there is room. To wake nobody would cost a system call, too.
    blocked: bool,
}

#[derive(Debug, Default)]
struct Pending {
    frames: Vec<u8>,
    messages: usize,
    /// The lines among them, for the journal.
    records: Vec<u8>,
}

impl Pending {
    fn clear(&mut self) {
        self.frames.clear();
        self.records.clear();
        self.messages = 0;
    }
}

impl Queue {
    pub(super) fn new(log: Log) -> Self {
        Self {
            log,
            pending: Pending::default(),
            spare: Pending::default(),
            line: String::new(),
            author: None,
            many_speak: false,
            sending: false,
            rounds: 0,
            waiting: 0,
            blocked: false,
        }
    }

    pub(super) fn append(&mut self, event: &Event<'_>) {
        self.append_line(&event.to_json(), false);
    }

    /// The next line is by this one.
    pub(super) fn note_author(&mut self, name: &Name) {
        self.many_speak = self.author.as_ref() != Some(name);
        if self.many_speak {
            self.author = Some(name.clone());
        }
    }

    pub(super) fn append_line(&mut self, json: &str, recorded: bool) {
        encode(json, &mut self.pending.frames);
        self.pending.messages += 1;
        if recorded {
            self.pending.records.extend_from_slice(json.as_bytes());
            self.pending.records.push(b'\n');
        }
    }

    pub(super) fn append_people(&mut self, room: &str) {
        let people = &self.log.people;
        let count = people.len();
        let json = Event::People {
            room,
            people: Names(people),
            persons: Persons(people),
            count,
        }
        .to_json();
        self.append_line(&json, false);
    }
}

/// Somebody's turn to send. Should they panic, the room must not stay silent for ever after.
struct Turn<'a>(&'a Room);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let mut queue = self.0.lock_queue();
            queue.sending = false;
            self.0.wake_blocked(&mut queue);
        }
    }
}

impl Room {
    /// Sends what is pending, unless somebody is at it.
    pub(in crate::chat) fn flush(&self) {
        let Some(many_speak) = self.begin_turn() else {
            return;
        };
        let _turn = Turn(self);
        if many_speak {
            // Whoever has heard something may say it now and come along. Or each line would go a round
            // of its own where processors are few: the round keeps the others from adding theirs.
            // Only once a turn: to whoever gives way often, Linux gives a processor seldom.
            yield_now();
        }
        loop {
            let mut members = self.lock_members();
            let mut queue = self.lock_queue();
            if queue.pending.frames.is_empty() || queue.waiting > 0 {
                gap(&mut queue, "a turn ends after the last look, not with it");
                queue.sending = false;
                self.wake_blocked(&mut queue);
                return;
            }
            queue.rounds += 1;
            self.send_round(&mut members, queue);
        }
    }

    /// Sends what is pending. Meanwhile more can be noted: the history file may keep us waiting.
    fn send_round(
        &self,
        members: &mut MutexGuard<'_, Vec<Sender>>,
        mut queue: MutexGuard<'_, Queue>,
    ) {
        let spare = std::mem::take(&mut queue.spare);
        let mut pending = std::mem::replace(&mut queue.pending, spare);
        self.wake_blocked(&mut queue);
        drop(queue);
        gap(members, "members come and go in the middle of a round");
        self.send(members, &pending);
        pending.clear();
        // A burst's memory is kept for the next one, that of a flood is not.
        if pending.frames.capacity() <= FULL {
            self.lock_queue().spare = pending;
        }
    }

    /// Becomes the sender, unless nothing is pending or somebody is at it. Do many speak?
    fn begin_turn(&self) -> Option<bool> {
        let mut queue = self.lock_queue();
        if queue.sending && queue.rounds >= LONGEST_TURN {
            queue.rounds = 0; // for one of us only
            drop(queue);
            self.with_members(|members, queue| self.send_pending(members, queue));
            queue = self.lock_queue();
        }
        if queue.sending || queue.pending.frames.is_empty() {
            return None;
        }
        (queue.sending, queue.rounds) = (true, 0);
        Some(queue.many_speak)
    }

    /// Sends what is pending before anything else is answered, so that an answer about a line comes
    /// behind that line and all before it.
    pub(in crate::chat) fn catch_up(&self) {
        if fault("an answer overtakes what is pending") {
            return;
        }
        let is_behind = {
            let queue = self.lock_queue();
            queue.sending || !queue.pending.frames.is_empty()
        };
        if is_behind {
            self.with_members(|members, queue| self.send_pending(members, queue));
            self.flush();
        }
    }

    /// Changes who the members are, between two events. Flush after it: others may have relied on it.
    pub(super) fn with_members<T>(
        &self,
        change: impl FnOnce(&mut Vec<Sender>, &mut Queue) -> T,
    ) -> T {
        self.lock_queue().waiting += 1;
        let mut members = self.lock_members();
        let mut queue = self.lock_queue();
        if !queue.pending.records.is_empty() {
            // Then there is hardly anything left for which the file must be waited for with the queue
            // locked, which would stop all who look into this room.
            self.send_round(&mut members, queue);
            queue = self.lock_queue();
        }
        queue.waiting -= usize::from(!fault("who holds the members still waits for them"));
        change(&mut members, &mut queue)
    }

    /// The same as one round of a flush, for who holds both locks.
    pub(super) fn send_pending(&self, members: &[Sender], queue: &mut Queue) {
        let is_skipped = fault("the members change before what is pending is sent");
        if !queue.pending.frames.is_empty() && !is_skipped {
            self.send(members, &queue.pending);
            queue.pending.clear();
            if !fault("send_pending wakes nobody") {
                self.wake_blocked(queue);
            }
        }
    }

    /// To the file first: whoever has seen a line can rely on it. The journal's thread writes, and we
    /// wait, if only for so long: `members` is the round, and the round is not over until it is sent.
    fn send(&self, members: &[Sender], pending: &Pending) {
        if let (Some(journal), false) = (&self.common.journal, pending.records.is_empty()) {
            journal.append(&pending.records);
        }
        let burst = Burst::new(&pending.frames, pending.messages);
        for member in members {
            member.push(&burst);
        }
    }

    /// The queue, when there is room in it.
    pub(super) fn queue_with_room(&self) -> MutexGuard<'_, Queue> {
        let mut queue = self.lock_queue();
        while queue.pending.frames.len() >= FULL {
            if queue.sending || queue.waiting > 0 {
                queue.blocked = !fault("a speaker waits for room without saying so");
                queue = self.taken.wait(queue);
            } else {
                drop(queue);
                self.flush();
                queue = self.lock_queue();
            }
        }
        queue
    }

    /// There may be room for those who wait for it.
    fn wake_blocked(&self, queue: &mut Queue) {
        if std::mem::take(&mut queue.blocked) {
            self.taken.notify_all();
        }
    }

    pub(super) fn lock_queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock()
    }

    fn lock_members(&self) -> MutexGuard<'_, Vec<Sender>> {
        self.members.lock()
    }
}

#[cfg(test)]
mod tests;
