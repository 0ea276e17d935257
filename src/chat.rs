//! The chat: people, rooms and what is said in them, as values. It knows no sockets, no frames and no
//! JSON: requests come in as [`Request`]s, events go out through a [`Dialect`] and a
//! [`Sender`](crate::outbox::Sender).
//!
//! A line's way through these files: `client` takes the request, `room` gives the line its number,
//! `broadcast` sends it to everyone in the room's `Mutex<Vec<Sender>>`.
//!
//! | file | what it holds |
//! |---|---|
//! | `event`, `request` | what happens, and what can be asked for |
//! | `dialect` | the seam to the wire: how events look there |
//! | `client` | one connection's part in the conversation |
//! | `broadcast` | `Mutex<Vec<Sender>>`, and the loop that sends to all of them |
//! | `room`, `rooms` | one room: its people, its lines, its order; and which rooms there are |
//! | `member`, `people` | one named person; and which names are taken |
//! | `session`, `receipts` | what outlives a lost connection; which lines were taken already |
//! | `rules`, `likeness` | what can be a name, a room, a line; which names look like one another |
//! | `refusal` | why a request is refused |
//! | `allowance`, `earshot` | how many bytes an address may say and be sent again; how much of whispers one listener hears |
//! | `history`, `journal` | the last lines, in memory and in a file |
//! | `notices`, `alarm` | what the server itself says; what a room has to do later |
//! | `hub`, `run`, `settings` | the chat as a whole, what its rooms share, and what can be chosen |

mod alarm;
mod allowance;
mod broadcast;
mod client;
mod dialect;
mod earshot;
mod event;
mod history;
mod hub;
mod journal;
mod likeness;
mod member;
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
mod run;
mod session;
mod settings;

pub(crate) use client::ChatClient;
pub(crate) use dialect::{Dialect, Dialects, Replies};
#[cfg(any(test, fuzzing))]
pub(crate) use event::Name;
pub(crate) use event::{Event, Limits, Line, Presence, RoomCount};
pub(crate) use hub::Chat;
pub(crate) use refusal::{Code, Refusal};
pub(crate) use request::{Join, Recipient, Request};
#[cfg(any(test, fuzzing))]
pub(crate) use rules::{FitName, id, name, room, text};
pub use settings::Settings;
