//! Which rooms there are. A room exists while it has members or lines.
//!
//! No household is in more than half of the rooms that there can be. When there are that many, a new room
//! takes the place of an empty one: among the empty rooms of the household that owns most of them, the one that
//! was silent for longest. The standing rooms do not count, so they can always be entered, and they are never
//! forgotten.

use super::event::RoomCount;
use super::history::History;
use super::journal::{Foreign, Kept, KeptRoom};
use super::refusal::{Code, Refusal};
use super::room::Room;
use super::rules;
use super::run::Run;
use crate::address_quota::{Household, half};
use crate::sync::{Mutex, MutexGuard, fault};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Rooms {
    most: usize,
    run: Arc<Run>,
    /// Earlier runs of the server. In a room that is not known, nothing was said in them.
    runs: Vec<Arc<str>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    by_name: HashMap<String, Arc<Room>>,
    /// The connections of each household in each room, without the standing rooms.
    inside: HashMap<Household, HashMap<String, usize>>,
    /// The highest number of a line in a room that was forgotten. A new room counts from here, so that
    /// no client takes its lines for those of an earlier room of the same name.
    floor: u64,
    ended: bool,
}

impl Rooms {
    /// Begins with the rooms that a history file remembers.
    pub(super) fn new(most: usize, run: Arc<Run>, kept: Kept) -> Self {
        let room = |(name, KeptRoom { history, latest }): (String, KeptRoom)| {
            let room = Room::new(name.clone(), None, history, latest, Arc::clone(&run));
            (name, Arc::new(room))
        };
        let state = Mutex::new(State {
            floor: kept.floor,
            by_name: kept.rooms.into_iter().map(room).collect(),
            inside: HashMap::new(),
            ended: false,
        });
        Self {
            most,
            run,
            runs: kept.runs,
            state,
        }
    }

    /// Finds or makes the room of that name, and counts one more connection of a household in it until it has
    /// [`left`](Self::left).
    pub(super) fn enter(&self, name: &str, household: Household) -> Result<Arc<Room>, Refusal> {
        let mut state = self.lock();
        state.check_share(name, household, half(self.most))?;
        let room = self.find_or_make(&mut state, name, Some(household))?;
        state.count_in(name, household);
        Ok(room)
    }

    fn find_or_make(
        &self,
        state: &mut State,
        name: &str,
        owner: Option<Household>,
    ) -> Result<Arc<Room>, Refusal> {
        if let Some(room) = state.by_name.get(name) {
            return Ok(Arc::clone(room));
        }
        if !rules::is_standing(name) && state.count() >= self.most && !state.forget_one() {
            let told = format!("there are {} rooms, which is the limit", self.most);
            return Err(Refusal::new(Code::BadRoom, told));
        }
        let history = match state.floor {
            0 => History::silent_in(&self.runs, 0),
            floor => History::after(floor),
        };
        let run = Arc::clone(&self.run);
        let room = Arc::new(Room::new(name.to_owned(), owner, history, 0, run));
        if state.ended && !fault("a room that is made after the end takes lines") {
            room.end();
        }
        state.by_name.insert(name.to_owned(), Arc::clone(&room));
        Ok(room)
    }

    /// Takes a line from another server that had the history file until now.
    pub(super) fn adopt(&self, foreign: &Foreign<'_>) {
        let mut state = self.lock();
        match self.find_or_make(&mut state, foreign.room, None) {
            Ok(room) => {
                drop(state);
                room.adopt(foreign);
            }
            Err(_) => state.floor = state.floor.max(foreign.line.seq),
        }
    }

    /// Counts a connection of that household out. An empty room without lines is removed.
    pub(super) fn left(&self, room: &Arc<Room>, household: Household) {
        let mut state = self.lock();
        state.count_out(room.name(), household);
        if room.forget_if_blank() || fault("a room is removed while somebody is in it") {
            state.remove(room);
        }
    }

    pub(super) fn list(&self) -> Vec<RoomCount> {
        let count = |(name, room): (&String, &Arc<Room>)| RoomCount {
            room: name.clone(),
            count: room.count(),
        };
        let mut list: Vec<RoomCount> = self.lock().by_name.iter().map(count).collect();
        list.sort_by(|one, other| one.room.cmp(&other.room));
        list
    }

    pub(super) fn len(&self) -> usize {
        self.lock().by_name.len()
    }

    /// Takes no more lines in any room; returns when those that were taken are sent.
    pub(super) fn end(&self) {
        let rooms: Vec<Arc<Room>> = {
            let mut state = self.lock();
            state.ended = true;
            state.by_name.values().cloned().collect()
        };
        rooms.iter().for_each(|room| room.end());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl State {
    /// How many rooms there are, without the standing ones.
    fn count(&self) -> usize {
        let is_there = |name: &&&str| self.by_name.contains_key(**name);
        self.by_name.len() - rules::STANDING_ROOMS.iter().filter(is_there).count()
    }

    /// Checks that a connection of this household may be in that room: it may be in `most` rooms.
    fn check_share(&self, name: &str, household: Household, most: usize) -> Result<(), Refusal> {
        let inside = self.inside.get(&household);
        let holds_more = |rooms: &HashMap<String, usize>| {
            rooms.len() >= most && !rooms.contains_key(name) && !rules::is_standing(name)
        };
        if !inside.is_some_and(holds_more) {
            return Ok(());
        }
        let told =
            format!("clients from your address are in {most} rooms, half of all that there can be");
        Err(Refusal::new(Code::BadRoom, told))
    }

    fn count_in(&mut self, name: &str, household: Household) {
        if !rules::is_standing(name) {
            let rooms = self.inside.entry(household).or_default();
            *rooms.entry(name.to_owned()).or_default() += 1;
        }
    }

    fn count_out(&mut self, name: &str, household: Household) {
        let Some(rooms) = self.inside.get_mut(&household) else {
            return;
        };
        if let Some(count) = rooms.get_mut(name) {
            *count -= 1;
            if *count == 0 {
                rooms.remove(name);
            }
        }
        if rooms.is_empty() {
            self.inside.remove(&household);
        }
    }

    /// Makes place for a room: forgets an empty one of the household that owns most of them, the one that was
    /// silent for longest.
    fn forget_one(&mut self) -> bool {
        let of_some = self
            .by_name
            .values()
            .filter(|room| !rules::is_standing(room.name()));
        let mut empty: Vec<_> = of_some
            .filter_map(|room| Some((room, room.remembered()?)))
            .collect();
        let mut shares = HashMap::<_, usize>::new();
        for (_, (owner, _)) in &empty {
            *shares.entry(*owner).or_default() += 1;
        }
        empty.sort_by_key(|(_, (owner, latest))| (Reverse(shares[owner]), *latest));
        let mut empty = empty.into_iter().map(|(room, _)| room);
        let forgotten = empty.find(|room| room.forget_if_empty()).cloned();
        forgotten.inspect(|room| self.remove(room)).is_some()
    }

    fn remove(&mut self, room: &Arc<Room>) {
        if !fault("the numbers of a forgotten room are given again") {
            self.floor = self.floor.max(room.last());
        }
        if self
            .by_name
            .get(room.name())
            .is_some_and(|known| Arc::ptr_eq(known, room))
        {
            self.by_name.remove(room.name());
        }
    }
}
