//! Which member has received which messages, how soon, and in which order.

use super::frames::Received;
use super::tag::{Mark, Tag};
use std::io;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(crate) struct Deliveries {
    /// The members' numbers, as tags write them.
    names: Vec<[u8; 4]>,
    /// The number of messages that each member has received.
    received: Vec<u64>,
    /// The number of its own messages that each sender waits for.
    awaited: Vec<usize>,
    /// Senders that wait no longer.
    ready: Vec<usize>,
    /// The number of members that have received the last message.
    ended: usize,
    /// The one message in flight whose latency is measured: when it was sent, and how many members have yet to receive it.
    timed: Option<(Instant, usize)>,
    latencies: Vec<Duration>,
    order: Option<Order>,
}

impl Deliveries {
    /// `strict`: the order in which members receive messages is checked too.
    pub(crate) fn new(members: usize, strict: bool) -> Self {
        Self {
            names: (0..members).map(name).collect(),
            received: vec![0; members],
            awaited: vec![0; members],
            ready: Vec::new(),
            ended: 0,
            timed: None,
            latencies: Vec::new(),
            order: strict.then(|| Order::new(members)),
        }
    }

    /// Counts what a member has received.
    pub(crate) fn count(&mut self, member: usize, received: Received) {
        let Received::Delivered(tag) = received else {
            return;
        };
        if tag.is(Mark::Hello) {
            return; // repeated for clients that were not in the room at the first one
        }
        self.received[member] += 1;
        if self.names[member] == tag.sender() {
            self.count_own(member);
        }
        if tag.is(Mark::Timed) {
            self.measure_latency();
        }
        self.ended += usize::from(tag.is(Mark::Last));
        if let Some(order) = &mut self.order {
            order.check(member, tag);
        }
    }

    /// A sender has received a message of its own. If one comes twice, the final count shows it.
    fn count_own(&mut self, sender: usize) {
        if self.awaited[sender] == 1 {
            self.ready.push(sender);
        }
        self.awaited[sender] = self.awaited[sender].saturating_sub(1);
    }

    fn measure_latency(&mut self) {
        let Some((since, left)) = &mut self.timed else {
            return;
        };
        self.latencies.push(since.elapsed());
        *left -= 1;
        if *left == 0 {
            self.timed = None;
        }
    }

    /// A sender is about to send this many messages.
    pub(crate) fn expect(&mut self, sender: usize, messages: usize) {
        self.awaited[sender] += messages;
    }

    /// Begins to measure the latency of the next message, unless one is being measured.
    pub(crate) fn time(&mut self, receivers: usize) -> bool {
        let free = self.timed.is_none();
        if free {
            self.timed = Some((Instant::now(), receivers));
        }
        free
    }

    /// Whether the message whose latency is measured is still on its way to a member.
    pub(crate) fn is_timing(&self) -> bool {
        self.timed.is_some()
    }

    /// A sender that has received all of its own messages, once each time.
    pub(crate) fn ready(&mut self) -> Option<usize> {
        self.ready.pop()
    }

    /// Whether every sender has received all of its own messages.
    pub(crate) fn is_quiet(&self) -> bool {
        self.awaited.iter().all(|awaited| *awaited == 0)
    }

    /// Whether every member has received the last message.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended == self.received.len()
    }

    pub(crate) fn delivered(&self) -> u64 {
        self.received.iter().sum()
    }

    /// Forgets all latencies.
    pub(crate) fn clear_latencies(&mut self) {
        self.latencies.clear();
    }

    pub(crate) fn take_latencies(&mut self) -> Vec<Duration> {
        std::mem::take(&mut self.latencies)
    }

    /// An error if a message is missing, came twice, or came out of order. The last message follows all
    /// others, so each member's count is final.
    pub(crate) fn check(&self, expected: impl Fn(usize) -> u64) -> io::Result<()> {
        for (member, received) in self.received.iter().enumerate() {
            let expected = expected(member);
            if *received != expected {
                return Err(io::Error::other(format!(
                    "member {member} received {received} messages instead of {expected}"
                )));
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

/// Checks that each member receives each sender's messages one by one, in the order of their numbers.
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

    fn check(&mut self, member: usize, tag: Tag) {
        let numbers = tag.numbers().filter(|(sender, _)| *sender < self.members);
        let Some((sender, number)) = numbers else {
            return self.blame(member, tag, "has no sender");
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
        let fault = || format!("{tag} {what} when member {member} received it");
        self.fault.get_or_insert_with(fault);
    }
}
