//! What outlives a lost connection: the public id of a person, the right to a name, and which lines were taken
//! already.
//!
//! A client that lost its connection cannot know whether its last lines came through. It comes back with the
//! token of its session and says them again, with the ids that they had. Those that are known are
//! acknowledged and not repeated.

use super::receipts::{Receipts, Said, Speech};
use super::refusal::Refusal;
use super::room::Taken;
use crate::address_quota::{Household, Remembered};
use crate::sync::{Mutex, gap};
use crate::token;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// The most sessions that are remembered after their connections have ended. When one more ends, the household
/// that has most of them loses its oldest.
const MOST_ENDED: usize = 1_024;

/// Random bytes of a session's public id. Drawn, not counted: no later run of the server gives the same one
/// to another person.
const PERSON: usize = 6;

/// One client's session; after a reconnect, two tokens lead to the same one.
#[derive(Debug)]
pub(super) struct Session {
    person: Arc<str>,
    receipts: Mutex<Receipts>,
    /// Persons whose whispers are not wanted.
    ignored: Mutex<Vec<Box<str>>>,
}

/// What became of a line.
#[derive(Debug)]
pub(super) enum Outcome {
    New(Taken),
    /// It was taken before, like this.
    Repeated(Said),
    /// The server ends. The client is about to learn so, and will say the line again later.
    Ended,
}

impl Session {
    fn new() -> Self {
        Self {
            person: token::random(PERSON).into(),
            receipts: Mutex::default(),
            ignored: Mutex::default(),
        }
    }

    /// The public id of the person, whatever the name. It is no secret, and does not help to take the name.
    pub(super) fn person(&self) -> &Arc<str> {
        &self.person
    }

    /// Takes a line, unless one with this id was taken before: then that one is returned. No other attempt
    /// comes in between, such as one from the connection that this one replaces.
    pub(super) fn once(
        &self,
        id: &str,
        line: Speech<'_>,
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

    /// Ignores these persons, and no others, from now on.
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
    /// Opens a session; returns it with its token.
    pub(super) fn open(&self) -> (String, Arc<Session>) {
        let (token, session) = (token::random(16), Arc::new(Session::new()));
        self.0
            .lock()
            .by_token
            .insert(token.clone(), Arc::clone(&session));
        (token, session)
    }

    pub(super) fn find(&self, token: &str) -> Option<Arc<Session>> {
        self.0.lock().by_token.get(token).cloned()
    }

    /// Makes the token `own` stand for the session that is continued.
    pub(super) fn continue_as(&self, own: &str, session: &Arc<Session>) {
        self.0
            .lock()
            .by_token
            .insert(own.to_owned(), Arc::clone(session));
    }

    /// Notes that the connection has ended. A client that never had a name will not come back for it.
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
