//! What a guest says: to a room, or to one person.

use super::{Guest, allow, reply};
use crate::chat::event::{Event, Name};
use crate::chat::refusal::Refusal;
use crate::chat::room::Taken;
use crate::chat::rules;
use crate::date;
use crate::outbox::Burst;
use crate::protocol::Outgoing;
use std::sync::Arc;
use std::time::Instant;

/// In place of a room, for what is said in none.
const WHISPER: &str = "";

impl Guest {
    pub(super) fn say(
        &mut self,
        room: &str,
        text: &str,
        id: Option<&str>,
        now: Instant,
        replies: &mut Outgoing,
    ) -> Result<(), Refusal> {
        let (room, name) = self.person.room(room)?;
        let text = rules::text(text, Some(room.name()))?;
        let taken = self.take(room.name(), id, now, || Ok(room.say(&name, text, id)))?;
        match taken {
            Some((_, true)) => self.stir(room),
            Some((Taken { seq, at }, false)) => {
                let said = Event::Said {
                    room: room.name(),
                    seq,
                    from: name.as_str(),
                    text,
                    at: &at,
                    id,
                };
                reply(&said, replies);
            }
            // The server ends. The client is about to hear so, and will say it again later.
            None => {}
        }
        Ok(())
    }

    pub(super) fn whisper(
        &mut self,
        to: &str,
        text: &str,
        id: Option<&str>,
        now: Instant,
        replies: &mut Outgoing,
    ) -> Result<(), Refusal> {
        let from = self.name()?;
        let text = rules::text(text, None)?;
        let listener = self.chat.people.find(to);
        let taken = self.take(WHISPER, id, now, || {
            // Whoever has left since a whisper was taken has heard it all the same.
            listener.as_ref().map_err(Refusal::clone)?;
            let at = date::timestamp(date::now()).into();
            Ok(Some(Taken { seq: 0, at }))
        })?;
        let Some((Taken { at, .. }, is_new)) = taken else {
            return Ok(());
        };
        let listener = listener.ok();
        let name = (listener.as_ref()).and_then(|listener| listener.standing().name.clone());
        let whispered = Event::Whispered {
            from: from.as_str(),
            to: name.as_ref().map_or(to, Name::as_str),
            text,
            at: &at,
            id,
        };
        reply(&whispered, replies);
        if let Some(listener) =
            listener.filter(|listener| is_new && !Arc::ptr_eq(listener, &self.person))
        {
            let mut frame = Vec::new();
            whispered.encode(&mut frame);
            listener.sender.push(&Burst::new(&frame, 1));
        }
        Ok(())
    }

    /// Takes what is said, within the allowance: once, if it has an id.
    fn take(
        &mut self,
        room: &str,
        id: Option<&str>,
        now: Instant,
        take: impl FnOnce() -> Result<Option<Taken>, Refusal>,
    ) -> Result<Option<(Taken, bool)>, Refusal> {
        let says = &mut self.says;
        let take = || {
            says.as_mut().map_or(Ok(()), |says| allow(says, now))?;
            take()
        };
        match id {
            Some(id) => {
                rules::id(id)?;
                self.session.once(room, id, take)
            }
            None => Ok(take()?.map(|taken| (taken, true))),
        }
    }
}
