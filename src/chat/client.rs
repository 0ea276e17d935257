//! One connection's part in the conversation: what its client asks for, and what becomes of that.
//!
//! What concerns others goes through the rooms. What concerns the client alone (a refusal, a pong, a
//! list) is a reply, which its own connection writes.

mod membership;
mod speech;
mod strikes;

use super::allowance::Allowance;
use super::dialect::Replies;
use super::event::{Event, Limits, Name};
use super::history;
use super::hub::Chat;
use super::member::Member;
use super::refusal::{Code, Refusal};
use super::request::Request;
use super::room::Room;
use super::rules;
use super::session::Session;
use crate::address_quota::Household;
use crate::endpoint::CloseWith;
use crate::outbox::Sender;
use crate::rate::{Bucket, Rate};
use std::sync::Arc;
use std::time::Instant;
use strikes::Strikes;

/// The most rooms that one connection may be in.
const MOST_ROOMS: usize = 32;

/// A person changes names now and then, a program would all the time.
const RENAMES: Rate = Rate {
    per_second: 1,
    burst: 5,
};
/// Requests that have no allowance of their own: typing, lists, arrivals and departures.
const OTHER_REQUESTS: Rate = Rate {
    per_second: 10,
    burst: 40,
};

/// A client that is connected to the chat. Dropping it, for whatever reason, is leaving.
#[derive(Debug)]
pub(crate) struct ChatClient {
    chat: Arc<Chat>,
    member: Arc<Member>,
    token: String,
    session: Arc<Session>,
    /// The token to watch this connection with.
    wire: String,
    says: Option<Bucket>,
    other_requests: Bucket,
    renames: Bucket,
    /// For what it is sent again.
    allowance: Allowance,
    strikes: Strikes,
    /// When it may ask again, after it was last asked to wait.
    told_to_wait: Option<Instant>,
    /// It had a name, and may come back for it, even if another connection has it now.
    was_named: bool,
    /// Rooms that have something pending until this burst ends.
    touched: Vec<Arc<Room>>,
}

impl ChatClient {
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
            member: Member::new(number, sender, household),
            token,
            session,
            wire,
            says: chat.settings.says.map(|rate| Bucket::new(rate, now)),
            other_requests: Bucket::new(OTHER_REQUESTS, now),
            renames: Bucket::new(RENAMES, now),
            allowance: Allowance::new(household, now),
            strikes: Strikes::default(),
            told_to_wait: None,
            was_named: false,
            touched: Vec::new(),
        }
    }

    /// Sends the first event that a client receives.
    pub(crate) fn welcome(&self, replies: &mut dyn Replies) {
        let says = self.chat.settings.says;
        let limits = Limits {
            name: rules::LONGEST_NAME,
            room: rules::LONGEST_ROOM,
            text: rules::LONGEST_TEXT,
            id: rules::LONGEST_ID,
            message: crate::protocol::Limits::CHAT.message,
            history: history::MOST_AT_ONCE,
            rooms: MOST_ROOMS,
            says_per_second: says.map(|rate| rate.per_second),
            burst: says.map(|rate| rate.burst),
        };
        replies.send(&Event::Welcome {
            you: self.member.number,
            session: &self.token,
            wire: &self.wire,
            limits: &limits,
        });
    }

    /// Answers a request that is refused. `about` and `id` are its type and its id, as far as they are known.
    pub(crate) fn refuse(
        &mut self,
        refusal: &Refusal,
        (about, id): (Option<&str>, Option<&str>),
        now: Instant,
        replies: &mut dyn Replies,
    ) -> Result<(), CloseWith> {
        replies.send(&Event::Refused {
            refusal,
            about: about.filter(|_| refusal.code != Code::UnknownType),
            id: id.filter(|id| rules::id(id).is_ok()),
        });
        let Some(wait) = refusal.retry else {
            return self.strikes.wrong(now);
        };
        // A client that asks again when it was told to has done nothing wrong.
        let told = self.told_to_wait.replace(now + wait);
        if told.is_some_and(|told| now < told) {
            self.strikes.hasty(now)
        } else {
            Ok(())
        }
    }

    /// Sends what the requests of one read have set in motion, all at once.
    pub(crate) fn burst_ended(&mut self) {
        for room in self.touched.drain(..) {
            room.flush();
        }
    }

    /// Does what a request asks for.
    pub(crate) fn serve(
        &mut self,
        request: Request<'_>,
        now: Instant,
        replies: &mut dyn Replies,
    ) -> Result<(), Refusal> {
        if request.is_other() {
            allow(&mut self.other_requests, now)?;
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
                let (room, name) = self.member.room(room)?;
                room.typing(&name);
                self.touch(room);
            }
            Request::History {
                room,
                before,
                limit,
            } => {
                let (room, _) = self.member.room(room)?;
                self.send_history(&room, (before, limit), now, replies)?;
            }
            Request::Rooms => {
                let rooms = &self.chat.rooms.list();
                replies.send(&Event::Rooms { rooms });
            }
            Request::Ping(t) => {
                replies.send(&Event::Pong { t });
            }
        }
        Ok(())
    }

    fn send_history(
        &mut self,
        room: &Room,
        (before, limit): (Option<u64>, u64),
        now: Instant,
        replies: &mut dyn Replies,
    ) -> Result<(), Refusal> {
        self.allowance.check(&self.chat.again, now)?;
        let bytes = room.history(before, limit, |lines| replies.send(lines));
        self.allowance.pay(&self.chat.again, bytes, now);
        Ok(())
    }

    fn name(&self) -> Result<Name, Refusal> {
        let name = self.member.state().name.clone();
        name.ok_or_else(|| Refusal::new(Code::NotJoined, "join a room first"))
    }

    /// Flushes `room` when the burst ends.
    fn touch(&mut self, room: Arc<Room>) {
        let mut touched = self.touched.iter();
        if !touched.any(|touched| Arc::ptr_eq(touched, &room)) {
            self.touched.push(room);
        }
    }
}

impl Drop for ChatClient {
    fn drop(&mut self) {
        self.burst_ended();
        self.chat.people.depart(&self.member, &self.chat.rooms);
        let household = self.member.household;
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
