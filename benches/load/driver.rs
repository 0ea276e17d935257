//! Drives senders that keep messages in flight: each sends a batch in one write, and the next one when all of its
//! own messages have come back, or at a pace.

use super::batch::Batch;
use super::bystander::{Report, Running};
use super::clients::Clients;
use super::conditions::Conditions;
use super::deadline::{PATIENCE, in_time};
use super::deliveries::Deliveries;
use super::figures::{Figures, Snapshot};
use super::joining::join;
use super::server::Server;
use super::tag::{Mark, Tag};
use super::target::Target;
use super::workload::{Audience, Length, Load};
use std::io;
use std::time::{Duration, Instant};

/// The number of a message has eight digits in its tag.
const MOST_MESSAGES: u32 = 100_000_000;
/// How long a poll waits where nothing is measured.
const POLL: Duration = Duration::from_millis(100);

/// Starts the server, connects all members, lets the senders talk, and returns what it took.
pub(crate) fn measure(target: &Target, load: &Load, length: &Length) -> io::Result<Figures> {
    measure_under(&Conditions::default(), target, load, length)
}

/// Measures under other conditions: at a pace, or with a bystander.
pub(crate) fn measure_under(
    conditions: &Conditions,
    target: &Target,
    load: &Load,
    length: &Length,
) -> io::Result<Figures> {
    let server = Server::start_apart(target)?;
    let mut driver = Driver::start(&server, target, load, length.strict)?;
    driver.run(length.warm_up)?;
    let bystander = conditions.start_bystander(&driver.clients)?;
    driver.pace = conditions.pace;
    let figures = driver.measure_often(&server, length.measured, length.times)?;
    let report = bystander.map_or(Ok(Report::default()), Running::end)?;
    driver.finish()?;
    conditions.check(report, length.strict)?;
    Ok(figures)
}

pub(crate) struct Driver {
    clients: Clients,
    deliveries: Deliveries,
    load: Load,
    /// The time from one batch of each sender to the next; without it, a sender goes on when its last message is back.
    pub(crate) pace: Option<Duration>,
    /// How long polls have found nothing.
    idle: Duration,
    /// For each member, what it sends if it is a sender.
    senders: Vec<Option<Sender>>,
}

struct Sender {
    batch: Batch,
    sent: u32,
}

impl Driver {
    /// Connects all members, and lets each sender send its first batch.
    pub(crate) fn start(
        server: &Server,
        target: &Target,
        load: &Load,
        strict: bool,
    ) -> io::Result<Self> {
        let mut clients = Clients::new(server.address(), target.dialect)?;
        clients.connect_until(load.members)?;
        join(&mut clients, 0)?;
        clients.acknowledge_at_once()?;
        let mut driver = Self::new(clients, *load, strict);
        for member in driver.sending_members() {
            driver.send_batch(member)?;
        }
        Ok(driver)
    }

    fn new(clients: Clients, load: Load, strict: bool) -> Self {
        let mut senders: Vec<Option<Sender>> = (0..load.members).map(|_| None).collect();
        for number in 0..load.senders {
            // Spread among the members: the first to be served would have an advantage.
            let member = (2 * number + 1) * load.members / (2 * load.senders);
            let batch = Batch::new(clients.dialect().say, load.window, load.size);
            senders[member] = Some(Sender { batch, sent: 0 });
        }
        Self {
            deliveries: Deliveries::new(load.members, strict),
            clients,
            load,
            pace: None,
            idle: Duration::ZERO,
            senders,
        }
    }

    /// Runs for a while, and returns what it took.
    pub(crate) fn measure(&mut self, server: &Server, time: Duration) -> io::Result<Figures> {
        // Time that the load spent elsewhere since its last poll must not count as latency.
        let deadline = Instant::now() + PATIENCE;
        while self.deliveries.is_timing() {
            self.poll(POLL)?;
            in_time(deadline, || {
                "not every member received a message".to_owned()
            })?;
        }
        self.deliveries.clear_latencies();
        let before = self.snapshot(server);
        self.run(time)?;
        let after = self.snapshot(server);
        let latencies = self.deliveries.take_latencies();
        Ok(Figures::between(&before, &after, latencies))
    }

    /// Measures several times, and returns the medians: a machine that others share has bad
    /// moments, and one of them would be the p99 of the whole time. `max` is the largest of all.
    pub(crate) fn measure_often(
        &mut self,
        server: &Server,
        time: Duration,
        times: usize,
    ) -> io::Result<Figures> {
        let all = (0..times).map(|_| self.measure(server, time));
        let all = all.collect::<io::Result<Vec<_>>>()?;
        let max = all.iter().map(|figures| figures.max);
        Ok(Figures {
            max: max.fold(0.0, f64::max),
            ..Figures::median(&all)
        })
    }

    fn snapshot(&self, server: &Server) -> Snapshot {
        Snapshot {
            at: Instant::now(),
            server: server.cpu(),
            idle: self.idle,
            delivered: self.deliveries.delivered(),
        }
    }

    fn sending_members(&self) -> Vec<usize> {
        let numbered = self.senders.iter().enumerate();
        let senders = numbered.filter(|(_, sender)| sender.is_some());
        senders.map(|(member, _)| member).collect()
    }

    /// Sends a batch; the latency of its last message is measured, unless another one's is.
    fn send_batch(&mut self, member: usize) -> io::Result<()> {
        let window = self.load.window;
        let sender = self.senders[member].as_mut().expect("it is a sender");
        self.deliveries.expect(member, window);
        for message in 0..window {
            let is_timed = message + 1 == window && self.deliveries.time(self.load.receivers());
            let mark = if is_timed { Mark::Timed } else { Mark::Plain };
            sender.stamp(message, member, mark);
        }
        self.clients.write(member, sender.batch.all())
    }

    /// Counts what arrives within `wait`; `true` if there was any event.
    fn poll(&mut self, wait: Duration) -> io::Result<bool> {
        let (clients, deliveries) = (&mut self.clients, &mut self.deliveries);
        let polled = clients.poll(wait, |member, received| {
            deliveries.count(member, received);
        })?;
        Ok(polled.any)
    }

    /// Lets the senders send for this long.
    pub(crate) fn run(&mut self, time: Duration) -> io::Result<()> {
        let end = Instant::now() + time;
        match self.pace {
            None => self.run_in_flight(end),
            Some(pace) => self.run_at_pace(end, pace),
        }
    }

    fn run_in_flight(&mut self, end: Instant) -> io::Result<()> {
        while !self.poll_until(end)? {
            while let Some(member) = self.deliveries.ready() {
                self.send_batch(member)?;
            }
        }
        Ok(())
    }

    /// All senders send at once, whether or not their earlier messages are back.
    fn run_at_pace(&mut self, end: Instant, pace: Duration) -> io::Result<()> {
        let members = self.sending_members();
        let mut due = Instant::now();
        while !self.poll_until(end)? {
            if due <= Instant::now() {
                for member in &members {
                    self.send_batch(*member)?;
                }
                due += pace;
            }
        }
        while self.deliveries.ready().is_some() {}
        Ok(())
    }

    /// Counts what has arrived; `true` if it is time to end.
    ///
    /// The load never sleeps while it measures: a sender would have to wake it, which costs more
    /// than the sending, and only a server that is slower than the load would pay for it.
    fn poll_until(&mut self, end: Instant) -> io::Result<bool> {
        let begin = Instant::now();
        let any = self.poll(Duration::ZERO)?;
        let now = Instant::now();
        if !any {
            self.idle += now - begin;
        }
        Ok(now >= end)
    }

    /// Waits for the messages in flight, sends one last message after them, and checks all counts.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !self.deliveries.is_quiet() {
            self.poll(POLL)?;
            in_time(deadline, || "not every message came back".to_owned())?;
        }
        let last_messages = match self.load.audience {
            Audience::Everyone => 1,
            Audience::Oneself => self.load.senders,
        };
        for member in self.sending_members().into_iter().take(last_messages) {
            let sender = self.senders[member].as_mut().expect("it is a sender");
            self.deliveries.expect(member, 1);
            sender.stamp(0, member, Mark::Last);
            self.clients.write(member, sender.batch.first())?;
        }
        while !self.deliveries.has_ended() {
            self.poll(POLL)?;
            in_time(deadline, || {
                "not every member received the last message".to_owned()
            })?;
        }
        let sent = |member: usize| {
            self.senders[member]
                .as_ref()
                .map_or(0, |sender| sender.sent)
        };
        let all: u64 = (0..self.load.members)
            .map(|member| u64::from(sent(member)))
            .sum();
        self.deliveries.check(|member| match self.load.audience {
            Audience::Everyone => all,
            Audience::Oneself => sent(member).into(),
        })
    }
}

impl Sender {
    fn stamp(&mut self, message: usize, member: usize, mark: Mark) {
        let tag = Tag::new(mark, member, self.sent % MOST_MESSAGES);
        self.batch.stamp(message, tag);
        self.sent += 1;
    }
}
