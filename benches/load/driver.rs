//! Senders that keep messages in flight: so many at once, in one write, and as many again when
//! all of one's own have come back.

use super::PATIENCE;
use super::batch::Batch;
use super::bystander::{Company, Told};
use super::clients::{Crowd, in_time};
use super::conditions::Scene;
use super::deliveries::{Audience, Ledger};
use super::figures::{Look, figures};
use super::frames::{Mark, Tag};
use super::rounds::Figures;
use super::server::Server;
use super::target::Target;
use std::io;
use std::time::{Duration, Instant};

/// Numbers in a tag have eight digits.
const MOST_MESSAGES: u32 = 100_000_000;
/// Where nothing comes, so often one looks whether it is time to end.
const GLANCE: Duration = Duration::from_millis(100);

/// Who says how much to whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) members: usize,
    pub(crate) senders: usize,
    /// Messages that each sender keeps in flight.
    pub(crate) window: usize,
    /// Bytes of a text.
    pub(crate) size: usize,
    pub(crate) audience: Audience,
}

/// How long it is said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Length {
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
    /// So many times, one behind the other.
    pub(crate) times: usize,
    /// Is the order looked at, too? That takes time.
    pub(crate) strict: bool,
}

/// Starts the server, connects everyone, lets them talk, and looks what it took.
pub(crate) fn measure(target: &Target, load: &Load, length: &Length) -> io::Result<Figures> {
    measure_in(&Scene::default(), target, load, length)
}

/// The same, where something else is so, too.
pub(crate) fn measure_in(
    scene: &Scene,
    target: &Target,
    load: &Load,
    length: &Length,
) -> io::Result<Figures> {
    let server = Server::start_apart(target)?;
    let mut talk = Talk::begin(&server, target, load, length.strict)?;
    talk.go_on(length.warm_up)?;
    let company = scene.enter(&talk.crowd)?;
    talk.pace = scene.pace;
    let figures = talk.observe_often(&server, length.measured, length.times)?;
    let told = company.map_or(Ok(Told::default()), Company::leave)?;
    talk.finish()?;
    scene.check(told, length.strict)?;
    Ok(figures)
}

pub(crate) struct Talk {
    crowd: Crowd,
    ledger: Ledger,
    load: Load,
    /// From one batch of each sender to the next; without, as soon as the last one is back.
    pub(crate) pace: Option<Duration>,
    /// How long we have looked and found nothing.
    idle: Duration,
    /// For each member that is a sender.
    voices: Vec<Option<Voice>>,
}

struct Voice {
    batch: Batch,
    said: u32,
}

impl Talk {
    /// Connects everyone, and lets them talk.
    pub(crate) fn begin(
        server: &Server,
        target: &Target,
        load: &Load,
        strict: bool,
    ) -> io::Result<Self> {
        let mut crowd = Crowd::new(server.address(), target.dialect)?;
        crowd.grow(load.members)?;
        crowd.join(0)?;
        crowd.fall_silent()?;
        let mut talk = Self::new(crowd, *load, strict);
        talk.start()?;
        Ok(talk)
    }

    /// Goes on for a while, and looks what it takes.
    pub(crate) fn observe(&mut self, server: &Server, time: Duration) -> io::Result<Figures> {
        // What we have done since we last listened must not count as the server's time.
        let deadline = Instant::now() + PATIENCE;
        while self.ledger.is_timing() {
            self.turn(GLANCE)?;
            in_time(deadline, || "not everyone heard a message".to_owned())?;
        }
        self.ledger.begin();
        let before = self.look_at(server);
        self.go_on(time)?;
        let after = self.look_at(server);
        Ok(figures(&before, &after, self.ledger.latencies()))
    }

    fn look_at(&self, server: &Server) -> Look {
        Look {
            at: Instant::now(),
            server: server.cpu(),
            idle: self.idle,
            delivered: self.ledger.delivered(),
        }
    }

    /// The same several times, of which the median counts: a machine that others share has bad
    /// moments, and one of them would be the p99 of the whole time.
    pub(crate) fn observe_often(
        &mut self,
        server: &Server,
        time: Duration,
        times: usize,
    ) -> io::Result<Figures> {
        let looks = (0..times).map(|_| self.observe(server, time));
        let looks = looks.collect::<io::Result<Vec<_>>>()?;
        let slowest = looks.iter().map(|look| look.slowest);
        Ok(Figures {
            slowest: slowest.fold(0.0, f64::max),
            ..Figures::median(&looks)
        })
    }

    fn new(crowd: Crowd, load: Load, strict: bool) -> Self {
        let mut voices: Vec<Option<Voice>> = (0..load.members).map(|_| None).collect();
        for number in 0..load.senders {
            // In the middle of the others: who is served first has an easy life.
            let member = (2 * number + 1) * load.members / (2 * load.senders);
            let batch = Batch::new(crowd.dialect().say, load.window, load.size);
            voices[member] = Some(Voice { batch, said: 0 });
        }
        Self {
            ledger: Ledger::new(load.members, strict),
            crowd,
            load,
            pace: None,
            idle: Duration::ZERO,
            voices,
        }
    }

    fn audience(&self) -> usize {
        match self.load.audience {
            Audience::Everyone => self.load.members,
            Audience::Oneself => 1,
        }
    }

    fn senders(&self) -> Vec<usize> {
        let numbered = self.voices.iter().enumerate();
        let senders = numbered.filter(|(_, voice)| voice.is_some());
        senders.map(|(member, _)| member).collect()
    }

    fn start(&mut self) -> io::Result<()> {
        for member in self.senders() {
            self.say(member)?;
        }
        Ok(())
    }

    /// A sender says a batch, of which the last message may be one whose time is taken.
    fn say(&mut self, member: usize) -> io::Result<()> {
        let audience = self.audience();
        let window = self.load.window;
        let voice = self.voices[member].as_mut().expect("a sender has a voice");
        self.ledger.expect(member, window);
        for message in 0..window {
            let timed = message + 1 == window && self.ledger.time(audience);
            let mark = if timed { Mark::Timed } else { Mark::Plain };
            voice.stamp(message, member, mark);
        }
        self.crowd.write(member, voice.batch.all())
    }

    /// Takes what comes in this time. Was there anything?
    fn turn(&mut self, wait: Duration) -> io::Result<bool> {
        let (crowd, ledger) = (&mut self.crowd, &mut self.ledger);
        let turn = crowd.turn(wait, |member, seen| {
            ledger.note(member, seen);
        })?;
        Ok(turn.came)
    }

    pub(crate) fn go_on(&mut self, time: Duration) -> io::Result<()> {
        let end = Instant::now() + time;
        match self.pace {
            None => self.answer_until(end),
            Some(pace) => self.pace_until(end, pace),
        }
    }

    fn answer_until(&mut self, end: Instant) -> io::Result<()> {
        while !self.look(end)? {
            while let Some(member) = self.ledger.ready() {
                self.say(member)?;
            }
        }
        Ok(())
    }

    /// Takes what is there. We never sleep meanwhile: whoever sends would have to wake us, which
    /// costs more than the sending, and only a server that is slower than we are would pay for it.
    /// Is it time to end?
    fn look(&mut self, end: Instant) -> io::Result<bool> {
        let begin = Instant::now();
        let came = self.turn(Duration::ZERO)?;
        let now = Instant::now();
        if !came {
            self.idle += now - begin;
        }
        Ok(now >= end)
    }

    /// All senders at once, whether or not what they have said before is back.
    fn pace_until(&mut self, end: Instant, pace: Duration) -> io::Result<()> {
        let senders = self.senders();
        let mut due = Instant::now();
        while !self.look(end)? {
            if due <= Instant::now() {
                for member in &senders {
                    self.say(*member)?;
                }
                due += pace;
            }
        }
        while self.ledger.ready().is_some() {}
        Ok(())
    }

    /// Waits for what is in flight, says one last message behind it, and counts.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !self.ledger.is_quiet() {
            self.turn(GLANCE)?;
            in_time(deadline, || "not every echo came back".to_owned())?;
        }
        let last_words = match self.load.audience {
            Audience::Everyone => 1,
            Audience::Oneself => self.load.senders,
        };
        for member in self.senders().into_iter().take(last_words) {
            let voice = self.voices[member].as_mut().expect("a sender has a voice");
            self.ledger.expect(member, 1);
            voice.stamp(0, member, Mark::Last);
            self.crowd.write(member, voice.batch.first())?;
        }
        while !self.ledger.has_ended() {
            self.turn(GLANCE)?;
            in_time(deadline, || {
                "not everyone heard the last message".to_owned()
            })?;
        }
        let said = |member: usize| self.voices[member].as_ref().map_or(0, |voice| voice.said);
        let all: u64 = (0..self.load.members)
            .map(|member| u64::from(said(member)))
            .sum();
        self.ledger.check(|member| match self.load.audience {
            Audience::Everyone => all,
            Audience::Oneself => said(member).into(),
        })
    }
}

impl Load {
    /// From one batch of each sender to the next, for half of so many deliveries a second.
    pub(crate) fn half(&self, rate: f64) -> Duration {
        let deliveries = self.senders * self.window * self.members;
        Duration::from_secs_f64(2.0 * deliveries as f64 / rate.max(1.0))
    }
}

impl Voice {
    fn stamp(&mut self, message: usize, member: usize, mark: Mark) {
        let tag = Tag::new(mark, member, self.said % MOST_MESSAGES);
        self.batch.stamp(message, tag);
        self.said += 1;
    }
}
