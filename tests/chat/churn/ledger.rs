//! What each client has seen, and whether all of it is one conversation.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ROOMS;

/// One client's account.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) views: Vec<View>,
    /// Lines that it said and that the server has: room, number, id.
    pub(super) acknowledged: Vec<(usize, u64, String)>,
}

/// What a client knows of a room.
#[derive(Debug)]
pub(super) struct View {
    pub(super) room: usize,
    pub(super) epoch: Option<String>,
    /// The number of the last line that it knows.
    pub(super) since: u64,
    /// All lines that it has seen, under their numbers, since it came or since it was told that
    /// something is lost.
    lines: BTreeMap<u64, String>,
    /// The earlier ones.
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

    /// It is in the room, again perhaps; the lines that it missed come next.
    pub(super) fn joined(&mut self, joined: &Value) {
        let is_first = self.epoch.is_none();
        self.epoch = joined["epoch"].as_str().map(str::to_owned);
        let count = joined["messages"].as_array().map_or(0, Vec::len) as u64;
        if joined["lost"] == true || is_first {
            self.before.push(std::mem::take(&mut self.lines));
            self.since = joined["seq"].as_u64().unwrap_or_default() - count;
        }
    }

    /// A line comes: it must be the one after the last.
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

    /// Are exactly those in the room who should be?
    pub(super) fn check_people(&self, room: usize, people: &Value, witness: &str) {
        let people: Vec<&str> = (people.as_array().expect("a list").iter())
            .map(|name| name.as_str().expect("a name"))
            .filter(|name| *name != witness)
            .collect();
        let is_in = |account: &&Account| account.views.iter().any(|view| view.room == room);
        let expected: BTreeSet<&str> = self
            .0
            .iter()
            .filter(is_in)
            .map(|account| &*account.name)
            .collect();
        let found: BTreeSet<&str> = people.iter().copied().collect();
        assert_eq!(
            found, expected,
            "room {room}: left is who the server says is in it"
        );
        assert_eq!(
            people.len(),
            found.len(),
            "somebody is in room {room} twice"
        );
    }

    pub(super) fn check(&self) {
        let mut rooms: Vec<BTreeMap<u64, &str>> = vec![BTreeMap::new(); ROOMS];
        let mut place: HashMap<&str, (usize, u64)> = HashMap::new();
        // One line has one number, and one number one line, whoever saw it, whenever.
        for (account, view) in self.views() {
            for (seq, id) in view.before.iter().chain([&view.lines]).flatten() {
                let known = rooms[view.room].entry(*seq).or_insert(id);
                assert_eq!(
                    known, id,
                    "{} saw another line {seq} in room {}",
                    account.name, view.room
                );
                let known = place.entry(id).or_insert((view.room, *seq));
                assert_eq!(*known, (view.room, *seq), "{} saw {id} twice", account.name);
            }
        }
        // Nothing is missing between two lines.
        for (room, lines) in rooms.iter().enumerate() {
            assert!(
                lines.keys().copied().eq(1..=lines.len() as u64),
                "room {room} has gaps"
            );
        }
        // Everyone has everything, from the line on at which it came, or was told that some are lost.
        let mut lost = 0;
        for (account, view) in self.views() {
            lost += view.before.len() - 1;
            let first = view.lines.keys().next().copied().unwrap_or(view.since + 1);
            let all = rooms[view.room].range(first..).map(|(seq, id)| (*seq, *id));
            let own = view.lines.iter().map(|(seq, id)| (*seq, id.as_str()));
            assert!(
                own.eq(all),
                "{} lacks lines of room {}",
                account.name,
                view.room
            );
        }
        // What was acknowledged is there, under the number that its author was told.
        let mut acknowledged = 0;
        for (room, seq, id) in self.0.iter().flat_map(|account| &account.acknowledged) {
            assert_eq!(
                place.get(&**id),
                Some(&(*room, *seq)),
                "{id} was acknowledged as {seq}"
            );
            acknowledged += 1;
        }
        eprintln!(
            "churn: {acknowledged} lines acknowledged, {} seen, {lost} times lost",
            place.len()
        );
    }

    fn views(&self) -> impl Iterator<Item = (&Account, &View)> {
        self.0
            .iter()
            .flat_map(|account| account.views.iter().map(move |view| (account, view)))
    }
}
