//! What all threads of a server share.

use super::budget::Budget;
use super::config::Config;
use super::connections::ConnectionTable;
use super::incident_log::IncidentLog;
use super::refusal_counts::RefusalCounts;
use crate::chat::Chat;
use crate::dialects;
use crate::outbox::WriteLimits;
use crate::watch::Tickets;
use std::io;
use std::sync::Arc;

/// What all threads of a server share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) connections: Arc<ConnectionTable>,
    pub(super) incidents: IncidentLog,
    pub(super) refusals: RefusalCounts,
    pub(super) write_limits: Arc<WriteLimits>,
    pub(super) budget: Arc<Budget>,
    pub(super) chat: Arc<Chat>,
    pub(super) tickets: Arc<Tickets>,
}

impl Shared {
    /// Starts the chat, the only part that can fail to.
    pub(super) fn new(config: Config) -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            connections: Arc::new(ConnectionTable::new(config.connections)),
            incidents: IncidentLog::new(),
            refusals: RefusalCounts::default(),
            write_limits: Arc::new(WriteLimits::new(
                config.deadlines.write,
                config.messages.backlog,
            )),
            budget: Arc::new(Budget::new(config.messages.memory)),
            chat: Chat::start(config.chat.clone(), dialects::ALL)?,
            tickets: Arc::default(),
            config,
        }))
    }
}
