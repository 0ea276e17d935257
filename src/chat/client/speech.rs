//! What a client says: to a room, or to one person.

use super::{ChatClient, allow};
use crate::chat::dialect::Replies;
use crate::chat::event::{Event, Line, Name};
use crate::chat::member::Member;
use crate::chat::receipts::{Said, Speech};
use crate::chat::refusal::Refusal;
use crate::chat::request::Recipient;
use crate::chat::room::Taken;
use crate::chat::rules;
use crate::chat::session::Outcome;
use crate::time;
use std::sync::Arc;
use std::time::Instant;

impl ChatClient {
    pub(super) fn say(
        &mut self,
        room: &str,
        text: &str,
        id: Option<&str>,
        now: Instant,
        replies: &mut dyn Replies,
    ) -> Result<(), Refusal> {
        let (room, from) = self.member.room(room)?;
        let text = rules::text(text, Some(room.name()))?;
        let speech = Speech {
            room: room.name(),
            from: &from,
            to: None,
            text,
        };
        match self.take(id, speech, now, || Ok(room.say(&from, text, id)))? {
            // The room sends it to its author, too: that is the acknowledgement.
            Outcome::New(_) => self.touch(room),
            Outcome::Repeated(Said {
                from, text, taken, ..
            }) => {
                // It may be a line that is still pending: no line overtakes another.
                room.broadcast.catch_up();
                let line = &Line {
                    seq: taken.seq,
                    from,
                    text,
                    at: taken.at,
                    id: id.map(Into::into),
                };
                let room = room.name();
                replies.send(&Event::Said { room, line });
            }
            Outcome::Ended => {}
        }
        Ok(())
    }

    pub(super) fn whisper(
        &mut self,
        to: Recipient<'_>,
        text: &str,
        id: Option<&str>,
        now: Instant,
        replies: &mut dyn Replies,
    ) -> Result<(), Refusal> {
        let from = self.name()?;
        let text = rules::text(text, None)?;
        let listener = self.chat.people.find(to);
        let name = (listener.as_ref().ok()).and_then(|listener| listener.state().name.clone());
        let to = name.unwrap_or_else(|| Name::new(to.name));
        let speech = Speech {
            room: "",
            from: &from,
            to: Some(&to),
            text,
        };
        let speaker = Arc::clone(&self.member);
        let outcome = self.take(id, speech, now, || {
            // A whisper that was taken has been sent, even if its listener has left since.
            let listener = listener.as_ref().map_err(Refusal::clone)?;
            admit(listener, &speaker, text, now)?;
            let at = time::timestamp(time::now()).into();
            Ok(Some(Taken { seq: 0, at }))
        })?;
        match outcome {
            Outcome::New(Taken { at, .. }) => {
                let whispered = self.whispered((&from, &to), text, &at, id);
                replies.send(&whispered);
                self.tell(listener.ok(), &whispered);
            }
            Outcome::Repeated(said) => {
                let to = said.to.as_ref().unwrap_or(&to);
                let whispered = self.whispered((&said.from, to), &said.text, &said.taken.at, id);
                replies.send(&whispered);
            }
            Outcome::Ended => {}
        }
        Ok(())
    }

    fn whispered<'a>(
        &'a self,
        (from, to): (&'a Name, &'a Name),
        text: &'a str,
        at: &'a str,
        id: Option<&'a str>,
    ) -> Event<'a> {
        Event::Whispered {
            from: from.as_str(),
            person: self.session.person(),
            to: to.as_str(),
            text,
            at,
            id,
        }
    }

    /// Sends a whisper to its listener, unless the listener ignores its author, which does not show. A person
    /// who whispers to themselves has received it as the answer.
    fn tell(&self, listener: Option<Arc<Member>>, whispered: &Event<'_>) {
        let other = listener.filter(|listener| !Arc::ptr_eq(listener, &self.member));
        let hears = |other: &Arc<Member>| !other.ignores(self.session.person());
        if let Some(other) = other.filter(hears) {
            self.chat.dialects().send_to(&other.sender, whispered);
        }
    }

    /// Takes what is said, within the client's allowance. If it has an id, it is taken once.
    fn take(
        &mut self,
        id: Option<&str>,
        speech: Speech<'_>,
        now: Instant,
        take: impl FnOnce() -> Result<Option<Taken>, Refusal>,
    ) -> Result<Outcome, Refusal> {
        let (says, all) = (&mut self.says, &self.chat.speech);
        let (household, bytes) = (self.member.household, speech.text.len());
        let take = || {
            let Some(says) = says else { return take() };
            allow(says, now)?;
            all.check(household, now)?;
            let taken = take()?;
            all.pay(household, bytes, now);
            Ok(taken)
        };
        match id {
            Some(id) => {
                rules::id(id)?;
                self.session.once(id, speech, take)
            }
            None => Ok(take()?.map_or(Outcome::Ended, Outcome::New)),
        }
    }
}

/// Checks that the listener can be sent this now. Whispers to oneself are always possible.
fn admit(
    listener: &Arc<Member>,
    speaker: &Arc<Member>,
    text: &str,
    now: Instant,
) -> Result<(), Refusal> {
    if Arc::ptr_eq(listener, speaker) {
        return Ok(());
    }
    let (earshot, sender) = (&listener.earshot, &listener.sender);
    earshot.admit(speaker.household, text, sender, now)
}
