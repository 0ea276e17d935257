//! One connection's part in the conversation: what it asks for, and what comes of it.
//!
//! What concerns others goes through the rooms. What concerns the guest alone (a refusal, a
//! pong, a list) is added to the replies, which its own connection writes.

mod stay;
mod strikes;
mod talk;

use super::allowance::Allowance;
use super::event::{Event, Limits, Name};
use super::people::Person;
use super::refusal::{Code, Refusal};
use super::request::{Fields, Request};
use super::room::Room;
use super::session::Session;
use super::{Chat, rules};
use crate::address_quota::Household;
use crate::outbox::Sender;
use crate::protocol::{CloseCode, Message, Outgoing};
use crate::rate::{Bucket, Rate};
use std::sync::Arc;
use std::time::Instant;
use strikes::Strikes;

/// Rooms that one connection may be in.
pub(super) const MOST_ROOMS: usize = 32;

/// A person changes names now and then, a program would all the time.
const RENAMES: Rate = Rate {
    per_second: 1,
    burst: 5,
};
/// Everything that is not a line: typing, lists, comings and goings.
const ERRANDS: Rate = Rate {
    per_second: 10,
    burst: 40,
};

/// Why a connection is ended.
pub(crate) type Goodbye = (CloseCode, &'static str);

/// Someone who is connected to the chat. Dropping it, in whatever way, is leaving.
#[derive(Debug)]
pub(crate) struct Guest {
    chat: Arc<Chat>,
    person: Arc<Person>,
    token: String,
    session: Arc<Session>,
    /// With this one can watch the connection.
    wire: String,
    says: Option<Bucket>,
    errands: Bucket,
    renames: Bucket,
    /// For what it is sent again.
    allowance: Allowance,
    strikes: Strikes,
    /// Until when it was last asked to wait.
    told_to_wait: Option<Instant>,
    /// It had a name, and may come back for it, even if another connection has it now.
    was_named: bool,
    /// Rooms in which something waits for the end of this burst.
    stirred: Vec<Arc<Room>>,
}

impl Guest {
    /// `wire` is the token to watch this connection with.
    pub(crate) fn new(
        chat: &Arc<Chat>,
        number: u64,
        household: Household,
        sender: Sender,
        wire: String,
    ) -> Self {
        let now = Instant::now();
        let (token, session) = chat.sessions.open();
        Self {
            chat: Arc::clone(chat),
            person: Person::new(number, sender, household),
            token,
            session,
            wire,
            says: chat.settings.says.map(|rate| Bucket::new(rate, now)),
            errands: Bucket::new(ERRANDS, now),
            renames: Bucket::new(RENAMES, now),
            allowance: Allowance::new(household, now),
            strikes: Strikes::default(),
            told_to_wait: None,
            was_named: false,
            stirred: Vec::new(),
        }
    }

    /// The first thing that a guest hears.
    pub(crate) fn welcome(&self, replies: &mut Outgoing) {
        let says = self.chat.settings.says;
        let limits = Limits {
            says_per_second: says.map(|rate| rate.per_second),
            burst: says.map(|rate| rate.burst),
            ..Limits::fixed()
        };
        let welcome = Event::Welcome {
            you: self.person.number,
            session: &self.token,
            wire: &self.wire,
            server: concat!("ws101/", env!("CARGO_PKG_VERSION")),
            limits,
        };
        reply(&welcome, replies);
    }

    /// The guest says something.
    pub(crate) fn hear(&mut self, text: &str, replies: &mut Outgoing) -> Result<(), Goodbye> {
        let now = Instant::now();
        let fields = Fields::parse(text);
        let done = match &fields {
            Ok(fields) => fields
                .request()
                .and_then(|request| self.serve(request, now, replies)),
            Err(refusal) => Err(refusal.clone()),
        };
        let Err(refusal) = done else {
            return Ok(());
        };
        let fields = fields.unwrap_or_default();
        let error = Event::Error {
            code: refusal.code.as_str(),
            message: &refusal.message,
            id: fields.id.as_deref().filter(|id| rules::id(id).is_ok()),
            about: fields
                .kind
                .as_deref()
                .filter(|_| refusal.code != Code::UnknownType),
            retry_ms: refusal.retry.map(|wait| wait.as_millis() as u64 + 1),
        };
        reply(&error, replies);
        match refusal.retry {
            None => self.strikes.wrong(now),
            Some(wait) => {
                // Who tries again when it was told to has done nothing wrong.
                let told = self.told_to_wait.replace(now + wait);
                let is_hasty = told.is_some_and(|told| now < told);
                if is_hasty {
                    self.strikes.hasty(now)
                } else {
                    Ok(())
                }
            }
        }
    }

    /// Everything that came in one read was heard: what it set in motion is sent, at once.
    pub(crate) fn burst_ended(&mut self) {
        for room in self.stirred.drain(..) {
            room.flush();
        }
    }

    fn serve(
        &mut self,
        request: Request<'_>,
        now: Instant,
        replies: &mut Outgoing,
    ) -> Result<(), Refusal> {
        if request.is_errand() {
            allow(&mut self.errands, now)?;
        }
        match request {
            Request::Say { room, text, id } => self.say(room, text, id, now, replies)?,
            Request::Whisper { to, text, id } => self.whisper(to, text, id, now, replies)?,
            Request::Name(name) => self.rename(name, now, replies)?,
            Request::Join(join) => self.join(&join, now, replies)?,
            Request::Leave(room) => self.leave(room, replies)?,
            Request::Follow(topics) => self.follow(topics)?,
            Request::Ignore(persons) => self.ignore(persons)?,
            Request::Typing(room) => {
                let (room, name) = self.person.room(room)?;
                room.typing(&name);
                self.stir(room);
            }
            Request::History {
                room,
                before,
                limit,
            } => {
                let (room, _) = self.person.room(room)?;
                self.allowance.check(&self.chat.again, now)?;
                let json = room.history(before, limit);
                self.allowance.pay(&self.chat.again, json.len(), now);
                let _ = replies.send(Message::Text(&json));
            }
            Request::Rooms => {
                let rooms = self.chat.rooms.list();
                reply(&Event::Rooms { rooms }, replies);
            }
            Request::Ping(t) => reply(&Event::Pong { t }, replies),
        }
        Ok(())
    }

    fn name(&self) -> Result<Name, Refusal> {
        let name = self.person.standing().name.clone();
        name.ok_or_else(|| Refusal::new(Code::NotJoined, "join a room first"))
    }

    fn stir(&mut self, room: Arc<Room>) {
        if !self
            .stirred
            .iter()
            .any(|stirred| Arc::ptr_eq(stirred, &room))
        {
            self.stirred.push(room);
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.burst_ended();
        self.person.go(&self.chat.rooms, &self.chat.people);
        let household = self.person.household;
        self.chat
            .sessions
            .close(&self.token, household, self.was_named);
    }
}

fn allow(bucket: &mut Bucket, now: Instant) -> Result<(), Refusal> {
    if bucket.take(now) {
        Ok(())
    } else {
        Err(Refusal::slower(bucket.next_in()))
    }
}

fn reply(event: &Event<'_>, replies: &mut Outgoing) {
    // Refused only after our own Close, when nobody waits for an answer any more.
    let _ = replies.send(Message::Text(&event.to_json()));
}
