//! A client that recovers as PROTOCOL.md describes: it reconnects with its session, names for each room
//! the last line that it knows, takes in what it missed, and sends unacknowledged lines again under
//! their ids.

use super::ledger::{Account, View};
use super::wire::{Ending, Random, Step, ask, break_off, hear, room_name, say};
use super::{ROOMS, Stage};
use crate::kit::stopwatch::PATIENCE;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use ws101::{CloseCode, Connect, Stream, WebSocket};

/// How often each client acts.
const PACE: Duration = Duration::from_millis(1_500);

#[derive(Debug)]
pub(super) struct Client {
    random: Random,
    account: Account,
    /// The token that continues our session.
    session: Option<String>,
    /// Lines that are not acknowledged yet: id and room.
    waiting: VecDeque<(String, usize)>,
    /// Lines that were acknowledged lately: the run of the server, id, room.
    recent: VecDeque<(u64, String, usize)>,
    /// Lines that were sent again on this connection: the server acknowledges a known one to us alone.
    again: Vec<String>,
    /// The run of the server that this connection belongs to, if that is certain.
    run: Option<u64>,
    /// All rooms are joined: from now on the session can be continued, even if the connection stays.
    is_in: bool,
    /// Connections that the client has abandoned without closing them.
    zombies: Vec<WebSocket<Stream>>,
    said: usize,
    settled: bool,
}

impl Client {
    pub(super) fn new(number: usize, seed: u64) -> Self {
        let rooms = [number % ROOMS, (number / ROOMS + 1 + number) % ROOMS];
        let mut views: Vec<View> = rooms.into_iter().map(View::new).collect();
        views.dedup_by_key(|view| view.room);
        Self {
            random: Random(seed.wrapping_add(number as u64 * 7_919)),
            account: Account {
                name: format!("client-{number}"),
                views,
                acknowledged: Vec::new(),
                broken_off: 0,
                said_again: 0,
            },
            session: None,
            waiting: VecDeque::new(),
            recent: VecDeque::new(),
            again: Vec::new(),
            run: None,
            is_in: false,
            zombies: Vec::new(),
            said: 0,
            settled: false,
        }
    }

    /// Talks, breaks off and reconnects until the round is over. Returns what it has seen, or what was
    /// wrong, unless another client failed.
    pub(super) fn run(mut self, stage: &Stage) -> Result<Account, Option<String>> {
        let deadline = Instant::now() + Duration::from_secs(150);
        loop {
            match self.connect(stage) {
                Ending::Done => return Ok(self.account),
                Ending::Lost if stage.failed.load(Ordering::Relaxed) => {
                    return Err(None);
                }
                Ending::Lost if Instant::now() < deadline => {}
                Ending::Lost => {
                    return Err(Some(format!(
                        "{} does not come to an end",
                        self.account.name
                    )));
                }
                Ending::Failure(failure) => {
                    stage.failed.store(true, Ordering::Relaxed);
                    return Err(Some(format!("{}: {failure}", self.account.name)));
                }
            }
            // Waits before it asks a server that is down again.
            let pause = self.random.below(if stage.talking.load(Ordering::Relaxed) {
                60
            } else {
                300
            });
            std::thread::park_timeout(Duration::from_millis(pause));
        }
    }

    /// One connection, from its handshake to its end.
    fn connect(&mut self, stage: &Stage) -> Ending {
        let url = format!("ws://{}/ws", stage.addr);
        let run = stage.run.load(Ordering::SeqCst);
        let Ok(mut socket) = Connect::to(&url).timeout(PATIENCE).open() else {
            return Ending::Lost;
        };
        let is_certain = run.is_multiple_of(2) && run == stage.run.load(Ordering::SeqCst);
        self.run = is_certain.then_some(run);
        self.is_in = false;
        self.again.clear();
        let ending = self
            .recover(&mut socket, stage)
            .and_then(|()| self.talk(&mut socket, stage));
        match ending.expect_err("it ends somehow") {
            Ending::Lost => {
                self.account.broken_off += 1;
                self.zombies
                    .extend(break_off(socket, &mut self.random, self.is_in));
                self.zombies.truncate(2);
                Ending::Lost
            }
            Ending::Done => {
                // The server may be slow to close, and has nothing more to send.
                let _ = socket.close(CloseCode::NORMAL, "");
                Ending::Done
            }
            ending => ending,
        }
    }

    /// Joins all rooms again, then sends again what got lost.
    fn recover(&mut self, socket: &mut WebSocket<Stream>, stage: &Stage) -> Step {
        let welcome = hear(socket, PATIENCE)?.ok_or(Ending::Lost)?;
        let joins: Vec<Value> = (self.account.views.iter())
            .map(|view| json!({
                "type": "join", "name": self.account.name, "room": room_name(view.room),
                "session": self.session, "epoch": view.epoch, "since": view.epoch.as_ref().map(|_| view.since),
            }))
            .collect();
        ask(socket, &joins)?;
        self.maybe_break_off(stage, 20)?;
        let mut joined = 0;
        while joined < joins.len() {
            let event = hear(socket, PATIENCE)?
                .ok_or_else(|| Ending::Failure("no answer to a join".to_owned()))?;
            match event["type"].as_str() {
                Some("joined") => {
                    // From here on the new token continues the session.
                    self.session = welcome["session"].as_str().map(str::to_owned);
                    joined += 1;
                }
                // Our name is taken by our own old connection, which the server thinks alive.
                Some("error") if event["code"] == "name_taken" => return Err(Ending::Lost),
                _ => {}
            }
            self.take(&event, stage)?;
        }
        let waiting = self.waiting.iter();
        let again: Vec<Value> = waiting.map(|(id, room)| say(id, *room)).collect();
        (self.again).extend(self.waiting.iter().map(|(id, _)| id.clone()));
        ask(socket, &again)?;
        self.is_in = true;
        self.maybe_break_off(stage, 20)
    }

    /// Talks at its pace, and listens all the time.
    fn talk(&mut self, socket: &mut WebSocket<Stream>, stage: &Stage) -> Step {
        let mut next =
            Instant::now() + Duration::from_millis(self.random.below(PACE.as_millis() as u64));
        loop {
            let talks = stage.talking.load(Ordering::Relaxed);
            if talks && Instant::now() >= next {
                next += PACE;
                let lines: Vec<Value> = (0..=self.random.below(2))
                    .map(|_| self.new_line())
                    .collect();
                ask(socket, &lines)?;
                self.say_again(socket)?;
                if self.random.below(20) == 0 {
                    // As a process that is stopped, and continued.
                    std::thread::park_timeout(Duration::from_millis(self.random.below(700)));
                }
                // 5 % a second, mostly while a line is on its way.
                self.maybe_break_off(stage, 13)?;
            }
            if !talks && self.waiting.is_empty() && !self.settled {
                self.settled = true;
                stage.settled.fetch_add(1, Ordering::Relaxed);
            }
            let is_over =
                stage.over.load(Ordering::Relaxed) || stage.failed.load(Ordering::Relaxed);
            let knows_all =
                |view: &View| view.since == stage.last[view.room].load(Ordering::Relaxed);
            if is_over && self.account.views.iter().all(knows_all) {
                return Err(Ending::Done);
            }
            let pause = if talks {
                next.saturating_duration_since(Instant::now())
            } else {
                PACE / 15
            };
            if let Some(event) = hear(socket, pause)? {
                self.take(&event, stage)?;
            } else if stage.failed.load(Ordering::Relaxed) {
                return Err(Ending::Lost);
            }
        }
    }

    fn new_line(&mut self) -> Value {
        self.said += 1;
        let id = format!("{}.{}", self.account.name, self.said);
        let room =
            self.account.views[self.random.below(self.account.views.len() as u64) as usize].room;
        self.waiting.push_back((id.clone(), room));
        say(&id, room)
    }

    /// Now and then sends a line again that the server has acknowledged in this session.
    fn say_again(&mut self, socket: &mut WebSocket<Stream>) -> Step {
        let run = self.run;
        self.recent.retain(|(known, ..)| Some(*known) == run);
        if self.recent.is_empty() || self.random.below(4) > 0 {
            return Ok(());
        }
        let at = self.random.below(self.recent.len() as u64) as usize;
        let (_, id, room) = self.recent[at].clone();
        let line = say(&id, room);
        self.again.push(id);
        self.account.said_again += 1;
        ask(socket, &[line])
    }

    /// Checks the acknowledgement of a line that the server knew: it must be one that we sent again,
    /// with its number.
    fn take_again(&mut self, room: usize, seq: u64, id: &str) -> Result<(), String> {
        let Some(at) = self.again.iter().position(|said| said == id) else {
            return Err("comes again without being asked for".to_owned());
        };
        self.again.remove(at);
        let mut acknowledged = self.account.acknowledged.iter();
        match acknowledged.find(|(.., known)| known == id) {
            Some((known_room, known, _)) if (*known_room, *known) == (room, seq) => Ok(()),
            known => Err(format!("was acknowledged as {known:?} before")),
        }
    }

    fn maybe_break_off(&mut self, stage: &Stage, one_in: u64) -> Step {
        let is_steady = stage.steady == Some(&*self.account.name);
        let may_break_off = !is_steady && stage.talking.load(Ordering::Relaxed);
        if may_break_off && self.random.below(one_in) == 0 {
            return Err(Ending::Lost);
        }
        Ok(())
    }

    /// Takes in an event.
    fn take(&mut self, event: &Value, stage: &Stage) -> Step {
        let lines = match event["type"].as_str() {
            Some("said") => std::slice::from_ref(event),
            Some("joined") => event["messages"].as_array().map_or(&[][..], Vec::as_slice),
            // No client of this test whispers.
            Some("whispered") => {
                return Err(Ending::Failure(format!("heard a whisper: {event}")));
            }
            Some("error") => return Err(Ending::Failure(format!("was refused: {event}"))),
            _ => return Ok(()),
        };
        let is_it = |view: &View| event["room"] == room_name(view.room);
        let Some(at) = self.account.views.iter().position(is_it) else {
            return Err(Ending::Failure(format!("is in no such room: {event}")));
        };
        let room = self.account.views[at].room;
        if event["type"] == "joined" {
            self.account.views[at].joined(event);
        }
        for line in lines {
            let (id, seq) = (
                line["id"].as_str().unwrap_or_default(),
                line["seq"].as_u64().unwrap_or_default(),
            );
            if line["text"] != id {
                return Err(Ending::Failure(format!("text and id differ: {line}")));
            }
            if let Some(place) = self.waiting.iter().position(|(own, _)| own == id) {
                self.waiting.remove(place);
                let account = &mut self.account;
                account.acknowledged.push((room, seq, id.to_owned()));
                if let Some(run) = self.run.filter(|_| event["type"] == "said") {
                    self.recent.push_back((run, id.to_owned(), room));
                    if self.recent.len() > 20 {
                        self.recent.pop_front();
                    }
                }
            } else if line["from"] == *self.account.name
                && seq <= self.account.views[at].since
                && event["type"] == "said"
            {
                self.take_again(room, seq, id)
                    .map_err(|wrong| Ending::Failure(format!("{line} {wrong}")))?;
                continue;
            }
            stage.last[room].fetch_max(seq, Ordering::Relaxed);
            let taken = self.account.views[at].take(seq, id);
            taken.map_err(|wrong| Ending::Failure(format!("{wrong} in {line}")))?;
        }
        Ok(())
    }
}
