//! What a guest says: to a room, or to one person.

use super::{Guest, allow, reply};
use crate::chat::event::{Event, Name};
use crate::chat::people::Person;
use crate::chat::receipts::{Line, Said};
use crate::chat::refusal::Refusal;
use crate::chat::request::Recipient;
use crate::chat::room::Taken;
use crate::chat::rules;
use crate::chat::session::Outcome;
use crate::date;
use crate::outbox::Burst;
use crate::protocol::Outgoing;
use std::sync::Arc;
use std::time::Instant;

impl Guest {
    pub(super) fn say(
        &mut self,
        room: &str,
        text: &str,
        id: Option<&str>,
        now: Instant,
        replies: &mut Outgoing,
    ) -> Result<(), Refusal> {
        let (room, from) = self.person.room(room)?;
        let text = rules::text(text, Some(room.name()))?;
        let line = Line {
            room: room.name(),
            from: &from,
            to: None,
            text,
        };
        match self.take(id, line, now, || Ok(room.say(&from, text, id)))? {
            // The room sends it to its author, too: that is the acknowledgement.
            Outcome::New(_) => self.stir(room),
            Outcome::Repeated(Said {
                from, text, taken, ..
            }) => {
                // It may be a line that is still pending: no line overtakes another.
                room.catch_up();
                let said = Event::Said {
                    room: room.name(),
                    seq: taken.seq,
                    from: from.as_str(),
                    text: &text,
                    at: &taken.at,
                    id,
                };
                reply(&said, replies);
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
        replies: &mut Outgoing,
    ) -> Result<(), Refusal> {
        let from = self.name()?;
        let text = rules::text(text, None)?;
        let listener = self.chat.people.find(to);
        let name = (listener.as_ref().ok()).and_then(|listener| listener.standing().name.clone());
        let to = name.unwrap_or_else(|| Name::new(to.name));
        let line = Line {
            room: "",
            from: &from,
            to: Some(&to),
            text,
        };
        let speaker = Arc::clone(&self.person);
        let outcome = self.take(id, line, now, || {
            // A whisper that was taken was heard, even if its listener has left since.
            let listener = listener.as_ref().map_err(Refusal::clone)?;
            admit(listener, &speaker, text, now)?;
            let at = date::timestamp(date::now()).into();
            Ok(Some(Taken { seq: 0, at }))
        })?;
        match outcome {
            Outcome::New(Taken { at, .. }) => {
                let whispered = self.whispered((&from, &to), text, &at, id);
                reply(&whispered, replies);
                self.tell(listener.ok(), &whispered);
            }
            Outcome::Repeated(said) => {
                let to = said.to.as_ref().unwrap_or(&to);
                let whispered = self.whispered((&said.from, to), &said.text, &said.taken.at, id);
                reply(&whispered, replies);
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

    /// Lets a listener hear a whisper, unless they ignore us, which is not shown; one to oneself was heard
    /// as its answer.
    fn tell(&self, listener: Option<Arc<Person>>, whispered: &Event<'_>) {
        let other = listener.filter(|listener| !Arc::ptr_eq(listener, &self.person));
        let hears = |other: &Arc<Person>| !other.ignores(self.session.person());
        if let Some(other) = other.filter(hears) {
            let mut frame = Vec::new();
            whispered.encode(&mut frame);
            other.sender.push(&Burst::new(&frame, 1));
        }
    }

    /// Takes what is said, within the allowance: once, if it has an id.
    fn take(
        &mut self,
        id: Option<&str>,
        line: Line<'_>,
        now: Instant,
        take: impl FnOnce() -> Result<Option<Taken>, Refusal>,
    ) -> Result<Outcome, Refusal> {
        let (says, speech) = (&mut self.says, &self.chat.speech);
        let (household, bytes) = (self.person.household, line.text.len());
        let take = || {
            let Some(says) = says else { return take() };
            allow(says, now)?;
            speech.check(household, now)?;
            let taken = take()?;
            speech.pay(household, bytes, now);
            Ok(taken)
        };
        match id {
            Some(id) => {
                rules::id(id)?;
                self.session.once(id, line, take)
            }
            None => Ok(take()?.map_or(Outcome::Ended, Outcome::New)),
        }
    }
}

/// Can the listener hear this now? One can always whisper to oneself.
fn admit(
    listener: &Arc<Person>,
    speaker: &Arc<Person>,
    text: &str,
    now: Instant,
) -> Result<(), Refusal> {
    if Arc::ptr_eq(listener, speaker) {
        return Ok(());
    }
    let (earshot, sender) = (&listener.earshot, &listener.sender);
    earshot.admit(speaker.household, text, sender, now)
}
