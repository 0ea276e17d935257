//! Who has heard how much, how soon, and in which order.

use super::frames::{Mark, Seen, Tag};
use std::io;
use std::time::{Duration, Instant};

/// Who hears what a member says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    Everyone,
    Oneself,
}

#[derive(Debug)]
pub(crate) struct Ledger {
    /// The members, as their tags name them.
    names: Vec<[u8; 4]>,
    /// Messages that each member has heard.
    heard: Vec<u64>,
    /// Echoes of its own that each sender waits for.
    waiting: Vec<usize>,
    /// Senders that wait no more.
    ready: Vec<usize>,
    /// Members that have heard the last message.
    ended: usize,
    /// The one message under way whose time is taken: since when, and who has not heard it.
    timed: Option<(Instant, usize)>,
    latencies: Vec<Duration>,
    order: Option<Order>,
}

impl Ledger {
    /// For so many members; `strict` if the order of what they hear is to be looked at, too.
    pub(crate) fn new(members: usize, strict: bool) -> Self {
        Self {
            names: (0..members).map(name).collect(),
            heard: vec![0; members],
            waiting: vec![0; members],
            ready: Vec::new(),
            ended: 0,
            timed: None,
            latencies: Vec::new(),
            order: strict.then(|| Order::new(members)),
        }
    }

    /// A member has heard something.
    pub(crate) fn note(&mut self, member: usize, seen: Seen) {
        let Seen::Delivered(tag) = seen else { return };
        if tag.is(Mark::Hello) {
            return; // said once more, for those who were not in yet
        }
        self.heard[member] += 1;
        if self.names[member] == tag.sender() {
            self.came_back(member);
        }
        if tag.is(Mark::Timed) {
            self.arrived();
        }
        self.ended += usize::from(tag.is(Mark::Last));
        if let Some(order) = &mut self.order {
            order.note(member, tag);
        }
    }

    /// One of a sender's own. If it came twice, the count will tell in the end.
    fn came_back(&mut self, sender: usize) {
        if self.waiting[sender] == 1 {
            self.ready.push(sender);
        }
        self.waiting[sender] = self.waiting[sender].saturating_sub(1);
    }

    fn arrived(&mut self) {
        let Some((since, left)) = &mut self.timed else {
            return;
        };
        self.latencies.push(since.elapsed());
        *left -= 1;
        if *left == 0 {
            self.timed = None;
        }
    }

    /// A member is about to say so many messages.
    pub(crate) fn expect(&mut self, sender: usize, messages: usize) {
        self.waiting[sender] += messages;
    }

    /// Is the time of none being taken? Then it is of the next, which so many will hear.
    pub(crate) fn time(&mut self, audience: usize) -> bool {
        let free = self.timed.is_none();
        if free {
            self.timed = Some((Instant::now(), audience));
        }
        free
    }

    /// Has someone not heard the message yet whose time is being taken?
    pub(crate) fn is_timing(&self) -> bool {
        self.timed.is_some()
    }

    pub(crate) fn ready(&mut self) -> Option<usize> {
        self.ready.pop()
    }

    /// Is every echo there that a sender waited for?
    pub(crate) fn is_quiet(&self) -> bool {
        self.waiting.iter().all(|waiting| *waiting == 0)
    }

    /// Has everyone heard the last message?
    pub(crate) fn has_ended(&self) -> bool {
        self.ended == self.heard.len()
    }

    pub(crate) fn delivered(&self) -> u64 {
        self.heard.iter().sum()
    }

    /// Forgets the times so far.
    pub(crate) fn begin(&mut self) {
        self.latencies.clear();
    }

    pub(crate) fn latencies(&mut self) -> Vec<Duration> {
        std::mem::take(&mut self.latencies)
    }

    /// Nothing is missing and nothing came twice: the last message came behind all others, so
    /// that each member's count is final.
    pub(crate) fn check(&self, expected: impl Fn(usize) -> u64) -> io::Result<()> {
        for (member, heard) in self.heard.iter().enumerate() {
            let expected = expected(member);
            if *heard != expected {
                let what = format!("member {member} heard {heard} messages instead of {expected}");
                return Err(io::Error::other(what));
            }
        }
        match self.order.as_ref().and_then(|order| order.fault.clone()) {
            Some(fault) => Err(io::Error::other(fault)),
            None => Ok(()),
        }
    }
}

fn name(member: usize) -> [u8; 4] {
    Tag::new(Mark::Plain, member, 0).sender()
}

/// Each sender's messages come to each member one by one, in the order of their numbers.
#[derive(Debug)]
struct Order {
    members: usize,
    /// For each member, the next number of each sender.
    next: Vec<u32>,
    fault: Option<String>,
}

impl Order {
    fn new(members: usize) -> Self {
        Self {
            members,
            next: vec![0; members * members],
            fault: None,
        }
    }

    fn note(&mut self, member: usize, tag: Tag) {
        let numbers = tag.numbers().filter(|(sender, _)| *sender < self.members);
        let Some((sender, number)) = numbers else {
            return self.blame(member, tag, "is nobody's");
        };
        let next = &mut self.next[member * self.members + sender];
        let is_due = number == *next;
        *next = number + 1;
        if !is_due {
            self.blame(member, tag, "was not due");
        }
    }

    fn blame(&mut self, member: usize, tag: Tag, what: &str) {
        let tag = tag.as_bytes().escape_ascii();
        let fault = || format!("{tag} {what} when member {member} heard it");
        self.fault.get_or_insert_with(fault);
    }
}
