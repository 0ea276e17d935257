//! Which paths there are, and what each stands for.

use super::pages::Page;
use super::{Shared, metrics, pages};
use crate::protocol::http::{Response, Target};

/// What a path stands for.
pub(super) enum Route {
    Page(Page),
    /// For programs that ask every now and then.
    Report(Response),
    Socket(Socket),
}

impl Route {
    pub(super) fn to(target: &Target<'_>, shared: &Shared) -> Option<Self> {
        Some(match target.path.as_str() {
            "/ws" => Self::Socket(Socket::Chat),
            "/echo" => Self::Socket(Socket::Echo {
                watched: target.query == "watch",
            }),
            "/ws/wire" => Self::Socket(Socket::Wire),
            "/metrics" => Self::Report(metrics::page(shared)),
            "/healthz" => Self::Report(pages::health(target.host)),
            path => Self::Page(Page::at(path, shared.config.www.as_deref())?),
        })
    }
}

/// The WebSockets that there are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Socket {
    Chat,
    Echo { watched: bool },
    Wire,
}
