//! The chat in every order of steps: whole requests, by connections without sockets.

mod coming;
mod speaking;
mod takeover;
mod visitor;

use super::{Chat, Settings};
use crate::address_quota::Household;
use crate::dialects;
use crate::sync::model::{JoinHandle, models};
use std::sync::Arc;

/// A chat in which everyone may talk as fast as they like.
fn chat(rooms: usize) -> Arc<Chat> {
    let settings = Settings {
        says: None,
        rooms,
        ..Settings::default()
    };
    Chat::start(settings, dialects::ALL).expect("a thread for the alarm")
}

/// Each connection comes from a household of its own.
fn household(number: u64) -> Household {
    Household::of([10, 0, 0, number as u8].into())
}

fn finish<T>(threads: impl IntoIterator<Item = JoinHandle<T>>) -> Vec<T> {
    let threads = threads.into_iter();
    threads
        .map(|thread| thread.join().expect("no panic"))
        .collect()
}
