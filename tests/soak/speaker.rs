//! A client of the long run: says a line every two seconds and receives every line of its room, once and
//! in order. Now and then it closes, vanishes or breaks a rule, and comes back for what it missed.

use crate::kit::bytes::hex;
use crate::kit::client::chat::{ChatClient, Received};
use crate::kit::stopwatch::PATIENCE;
use crate::rooms::{Stage, room_name};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const TURN: Duration = Duration::from_secs(2);

/// The turns in a hundred that end the connection, which makes 5 % a second.
const LEAVES: u64 = 10;
/// The turns in a hundred that send a frame which breaks a rule.
const BREAKS: u64 = 1;

/// Frames that break a rule, and the close code for each.
const WRONG: [(&str, u16); 8] = [
    ("81 05 48 65 6c 6c 6f", 1002),
    ("c1 82 37 fa 21 3d 7f 93", 1002),
    ("83 80 37 fa 21 3d", 1002),
    ("81 fe 00 02 37 fa 21 3d 7f 93", 1002),
    ("80 81 37 fa 21 3d 4f", 1002),
    ("89 fe 00 7e 37 fa 21 3d", 1002),
    ("81 81 37 fa 21 3d c8", 1007),
    ("81 ff 7f ff ff ff ff ff ff ff 37 fa 21 3d", 1009),
];

/// What happened, for the test's report.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) said: usize,
    pub(crate) heard: usize,
    pub(crate) came_back: usize,
    pub(crate) broke_a_rule: usize,
}

impl Tally {
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            said: self.said + other.said,
            heard: self.heard + other.heard,
            came_back: self.came_back + other.came_back,
            broke_a_rule: self.broke_a_rule + other.broke_a_rule,
        }
    }
}

pub(crate) struct Person {
    name: String,
    room: String,
    random: Random,
    /// The last line of its room that it knows, once it has joined.
    known: Option<Known>,
    /// The line that it said last and has not received yet.
    waiting: Option<String>,
    tally: Tally,
}

struct Known {
    session: String,
    epoch: Value,
    seq: u64,
}

impl Person {
    pub(crate) fn new(number: usize) -> Self {
        Self {
            name: format!("person-{number}"),
            room: room_name(number),
            random: Random(number as u64),
            known: None,
            waiting: None,
            tally: Tally::default(),
        }
    }

    pub(crate) fn run(mut self, stage: &Stage) -> Tally {
        // Spreads the clients over the interval.
        let mut turn = Instant::now() + TURN * (self.random.percent() as u32) / 100;
        while !stage.over.load(Ordering::Relaxed) {
            let mut client = self.come(stage);
            loop {
                self.listen(&mut client, turn);
                turn += TURN;
                assert_eq!(self.waiting, None, "{} did not hear its line", self.name);
                let chance = self.random.percent();
                if chance < BREAKS {
                    self.break_a_rule(client);
                    break;
                }
                if chance < BREAKS + LEAVES {
                    if chance.is_multiple_of(2) {
                        client.close();
                    } else {
                        client.vanish();
                    }
                    break;
                }
                if stage.over.load(Ordering::Relaxed) {
                    client.close();
                    break;
                }
                self.say(&mut client);
            }
        }
        self.tally
    }

    /// Joins, or rejoins: then it receives exactly what it missed.
    fn come(&mut self, stage: &Stage) -> ChatClient {
        let mut client = ChatClient::connect(stage.addr);
        let mut join = json!({"type": "join", "name": self.name, "room": self.room});
        if let Some(known) = &self.known {
            join["session"] = json!(known.session);
            join["epoch"] = known.epoch.clone();
            join["since"] = json!(known.seq);
        }
        client.ask(join);
        let joined = client.find_answer("joined");
        assert_eq!(joined["type"], "joined", "{}: {joined}", self.name);
        let mut known = Known {
            session: client.session().to_owned(),
            epoch: joined["epoch"].clone(),
            seq: joined["seq"].as_u64().expect("a number"),
        };
        if let Some(before) = self.known.take() {
            assert_eq!(joined["lost"], false, "{}: {joined}", self.name);
            let last = std::mem::replace(&mut known.seq, before.seq);
            self.known = Some(known);
            for line in joined["messages"].as_array().expect("a list") {
                self.hear(line);
            }
            self.tally.came_back += 1;
            let heard = self.known.as_ref().map(|known| known.seq);
            assert_eq!(heard, Some(last), "{}: {joined}", self.name);
        } else {
            self.known = Some(known);
        }
        client
    }

    fn listen(&mut self, client: &mut ChatClient, until: Instant) {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match client.hear(left.max(Duration::from_millis(1))) {
                Received::Event(event) if event["type"] == "said" => self.hear(&event),
                Received::Event(event) => assert_ne!(event["type"], "error", "{event}"),
                Received::Nothing(error) if error.is_timeout() && self.waiting.is_none() => return,
                // On a busy machine its own line may take longer than a turn, but must come.
                Received::Nothing(error) if error.is_timeout() && until.elapsed() < PATIENCE => {}
                other => panic!("{}: {other:?}", self.name),
            }
        }
    }

    /// Takes in the next line of its room, live or missed.
    fn hear(&mut self, line: &Value) {
        let known = self.known.as_mut().expect("it has joined");
        assert_eq!(line["seq"], known.seq + 1, "{}: {line}", self.name);
        known.seq += 1;
        self.tally.heard += 1;
        if line["from"] == *self.name {
            assert_eq!(line["id"].as_str(), self.waiting.as_deref(), "{line}");
            self.waiting = None;
        }
    }

    fn say(&mut self, client: &mut ChatClient) {
        self.tally.said += 1;
        let id = format!("{}", self.tally.said);
        let text = format!("line {id} of {}, over and over", self.name);
        client.ask(json!({"type": "say", "room": self.room, "text": text, "id": id}));
        self.waiting = Some(id);
    }

    fn break_a_rule(&mut self, mut client: ChatClient) {
        let (wrong, deserved) = WRONG[(self.random.next() % WRONG.len() as u64) as usize];
        let sent = client.tcp().write_all(&hex(wrong));
        sent.expect("the connection is open");
        loop {
            match client.hear(PATIENCE) {
                Received::Event(event) if event["type"] == "said" => self.hear(&event),
                Received::Event(_) => {}
                Received::Close(code, reason) => {
                    assert_eq!(code, deserved, "{wrong}: {reason}");
                    break;
                }
                Received::Nothing(error) => panic!("{wrong}: no Close, {error}"),
            }
        }
        self.tally.broke_a_rule += 1;
    }
}

/// Pseudorandom numbers, equal in each run (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn percent(&mut self) -> u64 {
        self.next() % 100
    }
}
