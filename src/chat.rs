//! The chat: who is here, which rooms there are, what is said in them. It knows nothing of
//! sockets: it hears text, and writes through [`Sender`](crate::outbox::Sender)s.
//!
//! | file | what happens there |
//! |---|---|
//! | `request`, `event`, `line` | the JSON of both directions; that of a line, by hand |
//! | `guest` | one connection's part in the conversation |
//! | `room` | one room: its members, its lines, one order for all |
//! | `rooms` | which rooms there are |
//! | `people` | which names are taken, and by whom |
//! | `earshot` | how much of whispers one listener hears |
//! | `rules`, `likeness` | what can be a name, a room, a line; which names are one |
//! | `session` | what outlives a lost connection |
//! | `receipts` | what a client has said, by its own ids |
//! | `allowance` | how many bytes an address says, and is sent again |
//! | `history`, `journal` | the last lines, in memory and in a file |
//! | `notices` | what the server itself says |
//! | `watch` | what one says to see one's own frames |
//! | `alarm` | what a room has to do later |

mod alarm;
mod allowance;
mod earshot;
mod event;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod guest;
mod history;
mod integer;
mod journal;
mod likeness;
mod line;
#[cfg(test)]
mod models;
mod notices;
mod people;
mod receipts;
mod refusal;
mod request;
mod room;
mod rooms;
mod rules;
mod session;
mod watch;

pub(crate) use guest::{Goodbye, Guest};
pub(crate) use session::token;
pub(crate) use watch::{NoView, watch_request, watch_token};

use crate::outbox::{Burst, Sender};
use crate::rate::Rate;
use alarm::Alarm;
use allowance::Allowances;
use event::Event;
use journal::Journal;
use people::People;
use rooms::Rooms;
use session::Sessions;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The subprotocol's name: what the messages mean, and in which version.
pub(crate) const PROTOCOL: &str = "chat.ws101.v1";

/// What can be chosen about the chat.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Lines that one client may say; without a rate, as many as it likes.
    pub says: Option<Rate>,
    /// Rooms at once.
    pub rooms: usize,
    /// A file that keeps what was said.
    pub history: Option<PathBuf>,
    /// How often the server quotes something.
    pub quotes: Option<Duration>,
    /// How often it counts.
    pub ticks: Option<Duration>,
    /// A file whose new lines are news.
    pub news: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            says: Some(Rate {
                per_second: 10,
                burst: 20,
            }),
            rooms: 256,
            history: None,
            quotes: None,
            ticks: None,
            news: None,
        }
    }
}

/// One chat, with all its rooms.
#[derive(Debug)]
pub(crate) struct Chat {
    settings: Settings,
    common: Arc<Common>,
    rooms: Rooms,
    people: People,
    sessions: Sessions,
    /// For what is said, and for what is sent again.
    speech: Allowances,
    again: Allowances,
}

/// What all rooms share.
#[derive(Debug)]
struct Common {
    /// The name of this run of the server: sequence numbers count within it.
    epoch: String,
    journal: Option<Journal>,
    alarm: Alarm,
    said: AtomicU64,
}

impl Chat {
    /// Reads the history, if there is one, and begins.
    pub(crate) fn start(settings: Settings) -> io::Result<Arc<Self>> {
        let epoch = session::token(8);
        let opened = settings.history.as_deref();
        let opened = opened.map(|path| Journal::open(path, &epoch, settings.rooms));
        let (journal, writer, kept) = match opened {
            Some((journal, writer, kept)) => (Some(journal), Some(writer), kept),
            None => Default::default(),
        };
        let common = Arc::new(Common {
            epoch,
            journal,
            alarm: Alarm::start()?,
            said: AtomicU64::new(0),
        });
        let chat = Arc::new(Self {
            rooms: Rooms::new(settings.rooms, Arc::clone(&common), kept),
            common,
            people: People::default(),
            sessions: Sessions::default(),
            speech: Allowances::new(allowance::SPEECH),
            again: Allowances::new(allowance::AGAIN),
            settings,
        });
        if let (Some(journal), Some(writer)) = (&chat.common.journal, writer) {
            let chat = Arc::downgrade(&chat);
            journal.start(writer, move |line| {
                if let Some(chat) = chat.upgrade() {
                    chat.rooms.adopt(line);
                }
            })?;
        }
        notices::start(&chat);
        Ok(chat)
    }

    /// Nothing more is said. Returns when all that was said is with the members' senders, and in the
    /// history file or given up.
    pub(crate) fn end(&self) {
        self.common.alarm.end();
        self.rooms.end();
        if let Some(journal) = &self.common.journal {
            journal.end();
        }
    }

    /// Tells everyone who has a name, unless `topic` is one that they do not follow.
    fn notify(&self, event: &Event<'_>, topic: Option<&str>) {
        let mut frame = Vec::new();
        event.encode(&mut frame);
        let burst = Burst::new(&frame, 1);
        self.people
            .each_following(topic, |sender: &Sender| sender.push(&burst));
    }

    /// How the chat is doing, for those who watch the server.
    pub(crate) fn vitals(&self) -> Vitals {
        let journal = self.common.journal.as_ref();
        Vitals {
            rooms: self.rooms.len(),
            people: self.people.len(),
            said: self.common.said.load(Ordering::Relaxed),
            history_degraded: journal.map(|journal| journal.is_degraded()),
        }
    }
}

/// A few figures.
#[derive(Debug)]
pub(crate) struct Vitals {
    pub(crate) rooms: usize,
    pub(crate) people: usize,
    pub(crate) said: u64,
    /// `None`: there is no history file.
    pub(crate) history_degraded: Option<bool>,
}
