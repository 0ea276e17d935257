//! Clients of a server under test, and what stands between them and it.

pub(crate) mod chat;
pub(crate) mod close_times;
pub(crate) mod hanging_proxy;
pub(crate) mod http;
pub(crate) mod lists;
pub(crate) mod raw;
pub(crate) mod response;
pub(crate) mod target;
pub(crate) mod tcp_state;
pub(crate) mod view_check;
pub(crate) mod watcher;
