//! Which paths there are, a row each. Any other path is that of a [page](super::pages).

use super::config::Config;
use super::connections::Slot;
use super::echo::Echo;
use super::shared::Shared;
use super::{metrics, pages};
use crate::dialects::json;
use crate::endpoint::Endpoint;
use crate::outbox::Sender;
use crate::protocol::http::{Response, Target};
use crate::protocol::{HandshakeError, Limits};
use crate::watch::{self, Watcher};
use Route::{Report, WebSocket};
use Watchable::{Always, Never, OnRequest};

#[rustfmt::skip]
static ROUTES: [(&str, Route); 5] = [
    ("/ws",      WebSocket(WebSocketRoute { endpoint: open_chat,  subprotocols: &[json::PROTOCOL], limits: |config| config.messages.chat(), watchable: Always,    echoes: false })),
    ("/echo",    WebSocket(WebSocketRoute { endpoint: open_echo,  subprotocols: &[],               limits: |config| config.messages.echo(), watchable: OnRequest, echoes: true })),
    ("/ws/wire", WebSocket(WebSocketRoute { endpoint: open_watch, subprotocols: &[],               limits: |config| config.messages.chat(), watchable: Never,     echoes: false })),
    ("/healthz", Report(|_, host| pages::health(host))),
    ("/metrics", Report(|shared, _| metrics::page(shared))),
];

/// What a path stands for.
#[derive(Debug)]
pub(super) enum Route {
    WebSocket(WebSocketRoute),
    /// An answer to a client that asks now and then. It is given the request's `Host`.
    Report(fn(&Shared, Option<&str>) -> Response),
}

/// A WebSocket path: what is spoken there, and under which limits.
#[derive(Debug)]
pub(super) struct WebSocketRoute {
    /// Makes the endpoint of one connection, or refuses it.
    pub(super) endpoint: fn(Opening<'_>) -> Result<Box<dyn Endpoint>, HandshakeError>,
    /// Of the subprotocols that a client offers, the first that is in this list is chosen.
    pub(super) subprotocols: &'static [&'static str],
    pub(super) limits: fn(&Config) -> Limits,
    pub(super) watchable: Watchable,
    /// Its replies are as long as what the client sends, and count as message memory like that. The chat's
    /// replies are the server's own, and no other client's messages may get in their way.
    pub(super) echoes: bool,
}

/// Can the client watch its connection through `/ws/wire`?
#[derive(Debug, Clone, Copy)]
pub(super) enum Watchable {
    Always,
    /// If the query of its request is `watch`.
    OnRequest,
    Never,
}

/// A connection whose endpoint is about to be made.
#[derive(Debug)]
pub(super) struct Opening<'a> {
    pub(super) slot: &'a Slot,
    pub(super) shared: &'a Shared,
    pub(super) sender: Sender,
    /// The token to watch it with, if that is possible.
    pub(super) watch_token: Option<String>,
}

impl Route {
    /// What `path` stands for, unless it is that of a page.
    pub(super) fn to(path: &str) -> Option<&'static Self> {
        let row = ROUTES.iter().find(|(known, _)| *known == path);
        row.map(|(_, route)| route)
    }
}

impl Watchable {
    pub(super) fn is_wanted(self, target: &Target<'_>) -> bool {
        match self {
            Always => true,
            OnRequest => target.query == "watch",
            Never => false,
        }
    }
}

type Opened = Result<Box<dyn Endpoint>, HandshakeError>;

fn open_chat(opening: Opening<'_>) -> Opened {
    let Opening {
        slot,
        shared,
        sender,
        watch_token,
    } = opening;
    let token = watch_token.unwrap_or_default();
    let (number, household) = (slot.id(), slot.household());
    let client = json::Client::new(&shared.chat, number, household, sender, token);
    Ok(Box::new(client))
}

fn open_echo(opening: Opening<'_>) -> Opened {
    // The very request that `/ws/wire` wants.
    let greeting = opening.watch_token.as_deref().map(watch::request_for);
    Ok(Box::new(Echo::new(greeting)))
}

fn open_watch(opening: Opening<'_>) -> Opened {
    let Opening { slot, sender, .. } = opening;
    let seat = opening.shared.tickets.seat(slot.household())?;
    Ok(Box::new(Watcher::new(seat, slot.address(), sender)))
}
