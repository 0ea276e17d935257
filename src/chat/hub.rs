//! The chat as a whole: one for a server, with all its rooms and people.

use super::alarm::Alarm;
use super::allowance::{self, Allowances};
use super::dialect::Dialects;
use super::event::Event;
use super::journal::Journal;
use super::notices::{self, Audience};
use super::people::People;
use super::rooms::Rooms;
use super::run::Run;
use super::session::Sessions;
use super::settings::Settings;
use crate::outbox::Burst;
use crate::token;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One chat, with all its rooms.
#[derive(Debug)]
pub(crate) struct Chat {
    pub(super) settings: Settings,
    run: Arc<Run>,
    pub(super) rooms: Rooms,
    pub(super) people: People,
    pub(super) sessions: Sessions,
    /// For what is said, and for what is sent again.
    pub(super) speech: Allowances,
    pub(super) again: Allowances,
}

impl Chat {
    /// Reads the history, if there is one, and begins.
    pub(crate) fn start(settings: Settings, dialects: Dialects) -> io::Result<Arc<Self>> {
        let epoch = token::random(8);
        let opened = settings.history.as_deref();
        let opened = opened.map(|path| Journal::open(path, &epoch, settings.rooms));
        let (journal, writer, kept) = match opened {
            Some((journal, writer, kept)) => (Some(journal), Some(writer), kept),
            None => Default::default(),
        };
        let run = Arc::new(Run {
            epoch,
            dialects,
            journal,
            alarm: Alarm::start()?,
            said: AtomicU64::new(0),
        });
        let chat = Arc::new(Self {
            rooms: Rooms::new(settings.rooms, Arc::clone(&run), kept),
            run,
            people: People::default(),
            sessions: Sessions::default(),
            speech: Allowances::new(allowance::SPEECH),
            again: Allowances::new(allowance::AGAIN),
            settings,
        });
        if let (Some(journal), Some(writer)) = (&chat.run.journal, writer) {
            let chat = Arc::downgrade(&chat);
            journal.start(writer, move |line| {
                if let Some(chat) = chat.upgrade() {
                    chat.rooms.adopt(line);
                }
            })?;
        }
        notices::start(&chat.settings, &chat);
        Ok(chat)
    }

    /// Ends the chat. Returns when every line is with the members' senders, and in the history file or
    /// given up.
    pub(crate) fn end(&self) {
        self.run.alarm.end();
        self.rooms.end();
        if let Some(journal) = &self.run.journal {
            journal.end();
        }
    }

    pub(super) fn dialects(&self) -> Dialects {
        self.run.dialects
    }

    /// The figures that the server publishes about its chat.
    pub(crate) fn stats(&self) -> Stats {
        let journal = self.run.journal.as_ref();
        Stats {
            rooms: self.rooms.len(),
            people: self.people.len(),
            said: self.run.said.load(Ordering::Relaxed),
            history_degraded: journal.map(Journal::is_degraded),
        }
    }
}

impl Audience for Chat {
    fn notify(&self, event: &Event<'_>, topic: Option<&str>) {
        let frames = self.dialects().render(event);
        let bursts: Vec<_> = frames.iter().map(|frame| Burst::new(frame, 1)).collect();
        self.people
            .each_following(topic, |sender| sender.push(&bursts[sender.dialect()]));
    }
}

/// A few figures about the chat.
#[derive(Debug)]
pub(crate) struct Stats {
    pub(crate) rooms: usize,
    pub(crate) people: usize,
    pub(crate) said: u64,
    /// `None`: there is no history file.
    pub(crate) history_degraded: Option<bool>,
}
