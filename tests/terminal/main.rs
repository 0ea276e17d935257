//! `ws101 connect` and `ws101 chat` as pipes use them: the real program, and what it prints, sends
//! and ends with.

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
