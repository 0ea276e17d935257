//! What outlives a lost connection: who one is, the right to one's name, and which lines were taken already.
//!
//! A client that lost its connection cannot know whether its last lines came through. It comes
//! back with the token of its session and says them again, with the ids they had; those
//! that are known are acknowledged and not repeated.

use super::people::Person;
use super::receipts::{Line, Receipts, Said};
use super::refusal::Refusal;
use super::room::Taken;
use crate::address_quota::{Household, Remembered};
use crate::sync::{Mutex, gap};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// Sessions that are remembered when their connections have ended. When more end, those who have most of
/// them lose the oldest.
const MOST_ENDED: usize = 1_024;

/// Random bytes of what others may know of a session. Drawn, not counted: no later run of the
/// server gives the same one to somebody else.
const PERSON: usize = 6;

/// So many random bytes, as hexadecimal digits.
pub(crate) fn token(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).expect("an operating system has randomness");
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One client's session; after a reconnect, two tokens lead to the same one.
#[derive(Debug)]
pub(super) struct Session {
    person: Arc<str>,
    receipts: Mutex<Receipts>,
    holder: Mutex<Weak<Person>>,
    /// Persons of whom no whispers are wanted.
    ignored: Mutex<Vec<Box<str>>>,
}

/// What came of a line.
#[derive(Debug)]
pub(super) enum Outcome {
    New(Taken),
    /// It was said before, like this.
    Repeated(Said),
    /// The server ends. The client is about to hear so, and will say it again later.
    Ended,
}

impl Session {
    fn new() -> Self {
        Self {
            person: token(PERSON).into(),
            receipts: Mutex::default(),
            holder: Mutex::default(),
            ignored: Mutex::default(),
        }
    }

    /// Who this is to the others, whatever the name. No secret, and of no use to take the name.
    pub(super) fn person(&self) -> &Arc<str> {
        &self.person
    }

    /// Takes a line, unless one with this id was taken before: then that one comes back. No other
    /// attempt, from a connection that this one replaces, comes in between.
    pub(super) fn once(
        &self,
        id: &str,
        line: Line<'_>,
        take: impl FnOnce() -> Result<Option<Taken>, Refusal>,
    ) -> Result<Outcome, Refusal> {
        let mut receipts = self.receipts.lock();
        if let Some(said) = receipts.find(id, line)? {
            return Ok(Outcome::Repeated(said));
        }
        gap(&mut receipts, "a line is taken with its session unlocked");
        let Some(taken) = take()? else {
            return Ok(Outcome::Ended);
        };
        receipts.keep(id, line, taken.clone());
        Ok(Outcome::New(taken))
    }

    /// From now on, whispers of these are not heard.
    pub(super) fn ignore(&self, persons: &[Cow<'_, str>]) {
        let persons = persons.iter().map(|person| (**person).into());
        *self.ignored.lock() = persons.collect();
    }

    pub(super) fn ignores(&self, person: &str) -> bool {
        self.ignored
            .lock()
            .iter()
            .any(|ignored| **ignored == *person)
    }

    /// Whose session it is, if the connection still stands.
    pub(super) fn holder(&self) -> Option<Arc<Person>> {
        self.holder.lock().upgrade()
    }

    pub(super) fn hold(&self, person: &Arc<Person>) {
        *self.holder.lock() = Arc::downgrade(person);
    }
}

/// All sessions, by their tokens.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<State>);

#[derive(Debug)]
struct State {
    by_token: HashMap<String, Arc<Session>>,
    ended: Remembered<String>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            by_token: HashMap::new(),
            ended: Remembered::new(MOST_ENDED),
        }
    }
}

impl Sessions {
    /// A new session and its token.
    pub(super) fn open(&self) -> (String, Arc<Session>) {
        let (token, session) = (token(16), Arc::new(Session::new()));
        self.0
            .lock()
            .by_token
            .insert(token.clone(), Arc::clone(&session));
        (token, session)
    }

    pub(super) fn find(&self, token: &str) -> Option<Arc<Session>> {
        self.0.lock().by_token.get(token).cloned()
    }

    /// `own` stands for the session that is continued from here on.
    pub(super) fn continue_as(&self, own: &str, session: &Arc<Session>) {
        self.0
            .lock()
            .by_token
            .insert(own.to_owned(), Arc::clone(session));
    }

    /// The connection has ended. Someone who never had a name will not come back for it.
    pub(super) fn close(&self, token: &str, household: Household, had_name: bool) {
        let mut state = self.0.lock();
        let token = token.to_owned();
        let forgotten = match had_name {
            true => state.ended.push(household, token),
            false => Some(token),
        };
        if let Some(forgotten) = forgotten {
            state.by_token.remove(&forgotten);
        }
    }
}
