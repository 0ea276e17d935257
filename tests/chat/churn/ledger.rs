//! What each client has seen, and whether all of it is one conversation.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ROOMS;

/// One client's account.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) views: Vec<View>,
    /// Its acknowledged lines: room, number, id.
    pub(super) acknowledged: Vec<(usize, u64, String)>,
    /// How often it broke off, and how often it sent an acknowledged line again.
    pub(super) broken_off: usize,
    pub(super) said_again: usize,
}

/// What a client knows of a room.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) room: usize,
    pub(super) epoch: Option<String>,
    /// The number of the last line that it knows.
    pub(super) since: u64,
    /// All lines that it has seen, by number, since it joined or since the server said that lines are
    /// lost.
    lines: BTreeMap<u64, String>,
    /// The lines before that.
    before: Vec<BTreeMap<u64, String>>,
}

impl View {
    pub(super) fn new(room: usize) -> Self {
        Self {
            room,
            epoch: None,
            since: 0,
            lines: BTreeMap::new(),
            before: Vec::new(),
        }
    }

    /// It has joined the room, perhaps again; the missed lines come next.
    pub(super) fn joined(&mut self, joined: &Value) {
        let is_first = self.epoch.is_none();
        self.epoch = joined["epoch"].as_str().map(str::to_owned);
        let count = joined["messages"].as_array().map_or(0, Vec::len) as u64;
        if joined["lost"] == true || is_first {
            self.before.push(std::mem::take(&mut self.lines));
            self.since = joined["seq"].as_u64().unwrap_or_default() - count;
        }
    }

    /// Changes a line: for the rows that need a wrong account.
    pub(super) fn set(&mut self, seq: u64, id: Option<&str>) {
        match id {
            Some(id) => self.lines.insert(seq, id.to_owned()),
            None => self.lines.remove(&seq),
        };
    }

    /// Takes in a line, which must follow the last one.
    pub(super) fn take(&mut self, seq: u64, id: &str) -> Result<(), String> {
        if seq != self.since + 1 {
            return Err(format!("line {seq} comes after {}", self.since));
        }
        self.since = seq;
        self.lines.insert(seq, id.to_owned());
        Ok(())
    }
}

/// All accounts together.
#[derive(Debug, Default)]
pub(super) struct Ledger(Vec<Account>);

impl Ledger {
    pub(super) fn enter(&mut self, account: Account) {
        self.0.push(account);
    }

    /// Checks that exactly these are in the room.
    pub(super) fn check_people(
        &self,
        room: usize,
        people: &Value,
        witness: &str,
    ) -> Result<(), String> {
        let people: Vec<&str> = (people.as_array().expect("a list").iter())
            .map(|name| name.as_str().expect("a name"))
            .filter(|name| *name != witness)
            .collect();
        let is_in = |account: &&Account| account.views.iter().any(|view| view.room == room);
        let accounts = self.0.iter().filter(is_in);
        let expected: BTreeSet<&str> = accounts.map(|account| &*account.name).collect();
        let found: BTreeSet<&str> = people.iter().copied().collect();
        ensure(found == expected, || {
            format!("room {room} has {found:?}, and should have {expected:?}")
        })?;
        ensure(people.len() == found.len(), || {
            format!("one person is in room {room} twice: {people:?}")
        })
    }

    /// Checks that all accounts are of one conversation. Returns its length, or what is wrong.
    pub(super) fn check(&self) -> Result<String, String> {
        let mut rooms: Vec<BTreeMap<u64, &str>> = vec![BTreeMap::new(); ROOMS];
        let mut place: HashMap<&str, (usize, u64)> = HashMap::new();
        // A line has one number and a number one line, in every account, at every time.
        for (account, view) in self.views() {
            for (seq, id) in view.before.iter().chain([&view.lines]).flatten() {
                let (name, room) = (&account.name, view.room);
                let known = rooms[room].entry(*seq).or_insert(id);
                ensure(*known == id, || {
                    format!(
                        "{name} saw {id} as line {seq} of room {room}, where others saw {known}"
                    )
                })?;
                let known = place.entry(id).or_insert((room, *seq));
                ensure(*known == (room, *seq), || {
                    format!("{name} saw {id} twice: {known:?}, {:?}", (room, seq))
                })?;
            }
        }
        self.check_complete(&rooms)?;
        let acknowledged = self.check_acknowledged(&place)?;
        let lost: usize = self.views().map(|(_, view)| view.before.len() - 1).sum();
        let (broken_off, said_again) = self.0.iter().fold((0, 0), |(off, again), account| {
            (off + account.broken_off, again + account.said_again)
        });
        Ok(format!(
            "{acknowledged} lines acknowledged, {said_again} of them said again, {broken_off} times broken off, \
             {lost} times lines were lost"
        ))
    }

    /// No line is missing between two others, and every client has all lines from its first on, or from
    /// the first after a loss that the server announced.
    fn check_complete(&self, rooms: &[BTreeMap<u64, &str>]) -> Result<(), String> {
        for (room, lines) in rooms.iter().enumerate() {
            ensure(lines.keys().copied().eq(1..=lines.len() as u64), || {
                format!("room {room} has gaps")
            })?;
        }
        for (account, view) in self.views() {
            let first = view.lines.keys().next().copied().unwrap_or(view.since + 1);
            let all = rooms[view.room].range(first..).map(|(seq, id)| (*seq, *id));
            let own = view.lines.iter().map(|(seq, id)| (*seq, id.as_str()));
            ensure(own.eq(all), || {
                format!("{} lacks lines of room {}", account.name, view.room)
            })?;
        }
        Ok(())
    }

    /// Each acknowledged line is there under its acknowledged number, and each line that is there was
    /// said by a client.
    fn check_acknowledged(&self, place: &HashMap<&str, (usize, u64)>) -> Result<usize, String> {
        let mut acknowledged = 0;
        for (room, seq, id) in self.0.iter().flat_map(|account| &account.acknowledged) {
            ensure(place.get(&**id) == Some(&(*room, *seq)), || {
                format!("{id} was acknowledged as {seq}, and is not there")
            })?;
            acknowledged += 1;
        }
        ensure(acknowledged == place.len(), || {
            format!("{} lines come from nowhere", place.len() - acknowledged)
        })?;
        Ok(acknowledged)
    }

    fn views(&self) -> impl Iterator<Item = (&Account, &View)> {
        self.0
            .iter()
            .flat_map(|account| account.views.iter().map(move |view| (account, view)))
    }
}

fn ensure(holds: bool, wrong: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(wrong()) }
}
