//! Which rooms there are. A room exists while someone is in it or something was said in it.

use super::Common;
use super::event::RoomCount;
use super::history::History;
use super::journal::{Foreign, Kept, KeptRoom};
use super::refusal::{Code, Refusal};
use super::room::Room;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub(super) struct Rooms {
    most: usize,
    common: Arc<Common>,
    /// Runs of the past in which nothing was said in rooms that are not known.
    runs: Vec<Arc<str>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    by_name: HashMap<String, Arc<Room>>,
    /// The highest number of a line in a room that was forgotten. A new room counts from here,
    /// so that nobody can take its lines for those of an earlier room of the same name.
    floor: u64,
    ended: bool,
}

impl Rooms {
    /// The rooms that a history file remembers.
    pub(super) fn new(most: usize, common: Arc<Common>, kept: Kept) -> Self {
        let room = |(name, KeptRoom { history, latest }): (String, KeptRoom)| {
            let room = Room::new(name.clone(), history, latest, Arc::clone(&common));
            (name, Arc::new(room))
        };
        let state = Mutex::new(State {
            floor: kept.floor,
            by_name: kept.rooms.into_iter().map(room).collect(),
            ended: false,
        });
        Self {
            most,
            common,
            runs: kept.runs,
            state,
        }
    }

    /// The room of that name, made if need be.
    pub(super) fn enter(&self, name: &str) -> Result<Arc<Room>, Refusal> {
        let mut state = self.lock();
        if let Some(room) = state.by_name.get(name) {
            return Ok(Arc::clone(room));
        }
        if state.by_name.len() >= self.most && !state.forget_one() {
            let told = format!("there are {} rooms, which is the limit", self.most);
            return Err(Refusal::new(Code::BadRoom, told));
        }
        let history = match state.floor {
            0 => History::silent_in(&self.runs, 0),
            floor => History::after(floor),
        };
        let common = Arc::clone(&self.common);
        let room = Arc::new(Room::new(name.to_owned(), history, 0, common));
        room.end_if(state.ended);
        state.by_name.insert(name.to_owned(), Arc::clone(&room));
        Ok(room)
    }

    /// Another server had the history file until now: what was said there is said here, too.
    pub(super) fn adopt(&self, line: &Foreign<'_>) {
        match self.enter(line.room) {
            Ok(room) => room.adopt(line),
            Err(_) => {
                let mut state = self.lock();
                state.floor = state.floor.max(line.seq);
            }
        }
    }

    /// Someone left: if nobody is there and nothing was said, the room is gone.
    pub(super) fn tidy(&self, room: &Arc<Room>) {
        let mut state = self.lock();
        if room.forget_if_blank() {
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

    /// Nothing more is said anywhere; what was said is sent.
    pub(super) fn end(&self) {
        let rooms: Vec<Arc<Room>> = {
            let mut state = self.lock();
            state.ended = true;
            state.by_name.values().cloned().collect()
        };
        rooms.iter().for_each(|room| room.end_if(true));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Makes place: forgets the empty room in which nothing was said for the longest time.
    fn forget_one(&mut self) -> bool {
        let mut empty: Vec<&Arc<Room>> = self
            .by_name
            .values()
            .filter(|room| room.count() == 0)
            .collect();
        empty.sort_by_key(|room| room.latest());
        let forgotten = empty
            .into_iter()
            .find(|room| room.forget_if_empty())
            .cloned();
        forgotten.inspect(|room| self.remove(room)).is_some()
    }

    fn remove(&mut self, room: &Arc<Room>) {
        self.floor = self.floor.max(room.last());
        if self
            .by_name
            .get(room.name())
            .is_some_and(|known| Arc::ptr_eq(known, room))
        {
            self.by_name.remove(room.name());
        }
    }
}
