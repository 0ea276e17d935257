//! What a guest says: to a room, or to one person.

use super::{Guest, allow, reply};
use crate::chat::event::{Event, Name};
use crate::chat::refusal::Refusal;
use crate::chat::rules;
use crate::date;
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
        id.map_or(Ok(()), rules::id)?;
        if let Some(receipt) = id.and_then(|id| self.session.receipt(room.name(), id)) {
            let said = Event::Said {
                room: room.name(),
                seq: receipt.seq,
                from: name.as_str(),
                text,
                at: &receipt.at,
                id,
            };
            reply(&said, replies);
            return Ok(());
        }
        self.says.as_mut().map_or(Ok(()), |says| allow(says, now))?;
        // `None`: the server ends. The client is about to hear so, and will say it again later.
        if let Some(taken) = room.say(&name, text, id) {
            if let Some(id) = id {
                self.session.remember(room.name(), id, taken.seq, taken.at);
            }
            self.stir(room);
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
        id.map_or(Ok(()), rules::id)?;
        let whispered = |to, at| Event::Whispered {
            from: from.as_str(),
            to,
            text,
            at,
            id,
        };
        if let Some(receipt) = id.and_then(|id| self.session.receipt(WHISPER, id)) {
            // Whoever has left since then has heard it all the same.
            reply(&whispered(to, &receipt.at), replies);
            return Ok(());
        }
        self.says.as_mut().map_or(Ok(()), |says| allow(says, now))?;
        let listener = self.chat.people.find(to)?;
        let name = listener.standing().name.clone();
        let at = date::timestamp(date::now());
        let whispered = whispered(name.as_ref().map_or(to, Name::as_str), &at);
        reply(&whispered, replies);
        if !Arc::ptr_eq(&listener, &self.person) {
            let mut frame = Vec::new();
            whispered.encode(&mut frame);
            listener.sender.push(&frame, 1);
        }
        if let Some(id) = id {
            self.session.remember(WHISPER, id, 0, at);
        }
        Ok(())
    }
}
