//! Which names are taken, and by whom: one name a connection, and no two that look alike.

use super::event::Name;
use super::likeness::{self, Likeness};
use super::member::{Member, MemberState};
use super::refusal::{Code, Refusal};
use super::request::Recipient;
use super::room::Room;
use super::rooms::Rooms;
use super::rules::{self, FitName};
use super::session::Session;
use crate::outbox::Sender;
use crate::protocol::CloseCode;
use crate::sync::{Mutex, MutexGuard, fault};
use std::collections::HashMap;
use std::sync::Arc;

/// Sent to a connection whose session goes on in another one. §7.4.2: codes from 4000 on are for private use.
const CONTINUED_ELSEWHERE: CloseCode = CloseCode::new(4001).expect("a code for private use");

/// All members that have a name.
#[derive(Debug, Default)]
pub(super) struct People(Mutex<Names>);

/// No two names have the same key, or the same look.
#[derive(Debug, Default)]
struct Names {
    by_key: HashMap<String, Arc<Member>>,
    by_look: HashMap<String, Arc<Member>>,
    /// By the public id of the session: the connection that continues it.
    by_session: HashMap<Arc<str>, Arc<Member>>,
}

impl Names {
    /// The members that have this name, or one like it.
    fn holders(&self, likeness: &Likeness) -> impl Iterator<Item = &Arc<Member>> {
        let by_key = self.by_key.get(&likeness.key);
        by_key.into_iter().chain(self.by_look.get(&likeness.look))
    }

    /// Gives a member a name. `state` is the member's, and has no name yet.
    fn give(&mut self, name: FitName<'_>, member: &Arc<Member>, state: &mut MemberState) {
        let Likeness { key, look } = name.likeness.clone();
        self.by_key.insert(key, Arc::clone(member));
        self.by_look.insert(look, Arc::clone(member));
        state.name = Some(Name::new(name.text));
        state.likeness = name.likeness;
    }

    /// Takes a member's name back, if there is one.
    fn take(&mut self, state: &mut MemberState) -> Option<Name> {
        let name = state.name.take()?;
        let Likeness { key, look } = std::mem::take(&mut state.likeness);
        self.by_key.remove(&key);
        self.by_look.remove(&look);
        Some(name)
    }
}

impl People {
    /// Gives `member` the name, if it is free or the older connection of the same session has it. The older
    /// connection loses the name and is closed; it is returned, to be taken out of its rooms.
    pub(super) fn claim(
        &self,
        name: FitName<'_>,
        member: &Arc<Member>,
        session: &Arc<Session>,
    ) -> Result<Option<Arc<Member>>, Refusal> {
        self.wait_for_departing(&name.likeness);
        let mut names = self.lock();
        if member.sender.is_closed() && !fault("a connection that was replaced claims a name") {
            // It has just been replaced itself; its client asked before it could know.
            return Err(Refusal::new(Code::NotJoined, "this connection is over"));
        }
        let older = names.by_session.get(session.person()).cloned();
        let older = older.filter(|older| !Arc::ptr_eq(older, member));
        if let Some(holder) = older.as_ref().filter(|it| it.number > member.number) {
            // The client has come back on a later connection, and given this one up.
            return Err(taken(&name, holder));
        }
        let is_older = |other: &Arc<Member>| {
            let older = older.as_ref();
            older.is_some_and(|older| Arc::ptr_eq(other, older))
        };
        if let Some(holder) = names.holders(&name.likeness).find(|other| !is_older(other)) {
            return Err(taken(&name, holder));
        }
        if let Some(older) = &older {
            if !fault("the older connection keeps its name") {
                names.take(&mut older.state());
            }
            let sender = &older.sender;
            sender.dismiss(CONTINUED_ELSEWHERE, "continued elsewhere");
        }
        let mut state = member.state();
        names.give(name, member, &mut state);
        state.session = Some(Arc::clone(session));
        drop(state);
        let person = Arc::clone(session.person());
        names.by_session.insert(person, Arc::clone(member));
        Ok(older)
    }

    /// Gives `member` another name in place of the one it has; returns the old name and the member's rooms.
    pub(super) fn rename(
        &self,
        member: &Arc<Member>,
        name: FitName<'_>,
    ) -> Result<(Name, Vec<Arc<Room>>), Refusal> {
        self.wait_for_departing(&name.likeness);
        let mut names = self.lock();
        let is_other = |holder: &&Arc<Member>| !Arc::ptr_eq(holder, member);
        if let Some(holder) = names.holders(&name.likeness).find(is_other) {
            return Err(taken(&name, holder));
        }
        let mut state = member.state();
        let Some(old) = names.take(&mut state) else {
            return Err(Refusal::new(Code::NotJoined, "join a room first"));
        };
        names.give(name, member, &mut state);
        Ok((old, state.rooms.clone()))
    }

    /// Takes a member whose connection has ended out of its rooms, and gives its name back. The rooms come
    /// first: otherwise the next bearer of the name could be in them at the same time.
    pub(super) fn depart(&self, member: &Arc<Member>, rooms: &Rooms) {
        let _alone = member.leave_alone();
        member.departing.set(true);
        if fault("a name is given back before the rooms are left") {
            self.release(member);
        }
        member.leave(rooms, |_| true);
        self.release(member);
    }

    /// Frees the member's name.
    fn release(&self, member: &Arc<Member>) {
        let mut names = self.lock();
        let mut state = member.state();
        names.take(&mut state);
        if let Some(session) = &state.session {
            let person = session.person();
            let continues = names.by_session.get(person);
            if continues.is_some_and(|holder| Arc::ptr_eq(holder, member)) {
                names.by_session.remove(person);
            }
        }
    }

    /// Waits for members that are about to give such a name back: a client that has been sent their `left`
    /// may take it.
    fn wait_for_departing(&self, likeness: &Likeness) {
        let holders: Vec<_> = self.lock().holders(likeness).cloned().collect();
        for holder in holders {
            if holder.departing.is_set() && !fault("a newcomer does not wait for those who go") {
                drop(holder.leave_alone());
            }
        }
    }

    /// Finds the recipient of a whisper by name, in any spelling. A name that only looks like it belongs to
    /// another person, and so does the name itself if the recipient's public id is a different one.
    pub(super) fn find(&self, to: Recipient<'_>) -> Result<Arc<Member>, Refusal> {
        let refuse = |told| Err(Refusal::new(Code::NoSuchPerson, told));
        if rules::is_too_long(to.name) {
            return refuse("nobody here has that name");
        }
        let key = likeness::key(to.name);
        let found = self.lock().by_key.get(&key).cloned();
        let is_it = |member: &Arc<Member>| {
            let state = member.state();
            let name = state.name.as_ref();
            name.is_some_and(|name| likeness::is_same_spelling(name.as_str(), to.name))
        };
        let Some(found) = found.filter(is_it) else {
            return refuse("nobody here has that name");
        };
        let session = found.state().session.clone();
        let own = session.as_ref().map(|session| &**session.person());
        if to.person.is_some_and(|person| own != Some(person)) {
            return refuse("that name belongs to another person now");
        }
        Ok(found)
    }

    pub(super) fn len(&self) -> usize {
        self.lock().by_key.len()
    }

    /// Calls `each` with the sender of every member that follows `topic`. It must not wait.
    pub(super) fn each_following(&self, topic: Option<&str>, each: impl Fn(&Sender)) {
        for member in self.lock().by_key.values() {
            let state = member.state();
            let wanted = |topic: &str| {
                state.topics.is_empty() || state.topics.iter().any(|own| own == topic)
            };
            if topic.is_none_or(wanted) {
                each(&member.sender);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Names> {
        self.0.lock()
    }
}

fn taken(name: &FitName<'_>, holder: &Member) -> Refusal {
    let text = name.text;
    let is_same = (holder.state().name.as_ref())
        .is_some_and(|held| likeness::is_same_spelling(held.as_str(), text));
    let told = match is_same {
        true => format!("the name {text} is taken in this server"),
        false => format!("the name {text} looks like one that is in use in this server"),
    };
    Refusal::new(Code::NameTaken, told)
}
