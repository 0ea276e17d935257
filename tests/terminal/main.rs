//! `ws101 connect` and `ws101 chat` in pipes and on a terminal: what the real program prints and sends, and
//! how it ends.

mod chat;
mod chat_again;
mod connect;
#[path = "../kit/mod.rs"]
mod kit;
mod refusals;
mod stage;
#[cfg(feature = "terminal")]
mod typing;

use kit::stopwatch::PATIENCE;
