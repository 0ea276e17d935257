//! A client that recovers, as PROTOCOL.md describes it: it comes back with its session, says of
//! each room up to where it knows it, looks at what it missed, and says again what was not
//! acknowledged, with the same ids.

use super::ledger::{Account, View};
use super::wire::{Ending, Random, Step, ask, hear, room_name, say};
use super::{ROOMS, Stage};
use crate::live::PATIENCE;
use rustix::net::sockopt::set_socket_linger;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use ws101::{CloseCode, Connect, Stream, WebSocket};

/// How often each of them does something.
const PACE: Duration = Duration::from_millis(1_500);

#[derive(Debug)]
pub(super) struct Client {
    random: Random,
    account: Account,
    /// The token that the server continues our session for.
    session: Option<String>,
    /// What was said and is not acknowledged: id and room.
    waiting: VecDeque<(String, usize)>,
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
            },
            session: None,
            waiting: VecDeque::new(),
            said: 0,
            settled: false,
        }
    }

    /// Talks, breaks off and comes back, until all is over: what it has seen, or what was wrong,
    /// if it was not another one that failed.
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
            // A server that is down is not asked at once again.
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
        let Ok(mut socket) = Connect::to(&url).timeout(PATIENCE).open() else {
            return Ending::Lost;
        };
        let ending = self
            .recover(&mut socket, stage)
            .and_then(|()| self.talk(&mut socket, stage));
        match ending.expect_err("it ends somehow") {
            Ending::Lost if self.random.below(2) == 0 => {
                // As if the process was killed; otherwise as if the machine had gone to sleep.
                let _ = set_socket_linger(&**socket.stream().tcp(), Some(Duration::ZERO));
                Ending::Lost
            }
            Ending::Done => {
                // The server may be slow to answer, and has nothing more to tell.
                let _ = socket.close(CloseCode::NORMAL, "");
                Ending::Done
            }
            ending => ending,
        }
    }

    /// Joins all rooms again, and says again what got lost, in this order.
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
                    // From here on the new token stands for the session.
                    self.session = welcome["session"].as_str().map(str::to_owned);
                    joined += 1;
                }
                // Somebody has our name: our own connection, which the server takes for alive.
                Some("error") if event["code"] == "name_taken" => return Err(Ending::Lost),
                _ => {}
            }
            self.take(&event, stage)?;
        }
        let again: Vec<Value> = self
            .waiting
            .iter()
            .map(|(id, room)| say(id, *room))
            .collect();
        ask(socket, &again)?;
        self.maybe_break_off(stage, 20)
    }

    /// Talks at its pace, listens all the time.
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
                // 5 % a second, of which most when a line is on its way.
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

    fn maybe_break_off(&mut self, stage: &Stage, one_in: u64) -> Step {
        if stage.talking.load(Ordering::Relaxed) && self.random.below(one_in) == 0 {
            return Err(Ending::Lost);
        }
        Ok(())
    }

    /// Notes what is told.
    fn take(&mut self, event: &Value, stage: &Stage) -> Step {
        let lines = match event["type"].as_str() {
            Some("said") => std::slice::from_ref(event),
            Some("joined") => event["messages"].as_array().map_or(&[][..], Vec::as_slice),
            Some("error") => return Err(Ending::Failure(format!("was refused: {event}"))),
            _ => return Ok(()),
        };
        let is_own = |view: &&mut View| event["room"] == room_name(view.room);
        let Some(view) = self.account.views.iter_mut().find(is_own) else {
            return Err(Ending::Failure(format!("is in no such room: {event}")));
        };
        if event["type"] == "joined" {
            view.joined(event);
        }
        for line in lines {
            let (id, seq) = (
                line["id"].as_str().unwrap_or_default(),
                line["seq"].as_u64().unwrap_or_default(),
            );
            if let Some(place) = self.waiting.iter().position(|(own, _)| own == id) {
                self.waiting.remove(place);
                self.account
                    .acknowledged
                    .push((view.room, seq, id.to_owned()));
            } else if line["from"] == *self.account.name
                && seq <= view.since
                && event["type"] == "said"
            {
                // Said again, and known already: the answer to us alone.
                continue;
            }
            stage.last[view.room].fetch_max(seq, Ordering::Relaxed);
            view.take(seq, id)
                .map_err(|wrong| Ending::Failure(format!("{wrong} in {line}")))?;
        }
        Ok(())
    }
}
