//! Two hundred people in ten rooms, whose history is full from the beginning.

use crate::figures::Figures;
use crate::kit::client::chat::ChatClient;
use crate::kit::server::Server;
use crate::kit::server::resources::{Resources, assert_back_at};
use crate::speaker::{Person, Tally};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

const PEOPLE: usize = 200;
const ROOMS: usize = 10;

/// The number of lines that a room keeps.
const HISTORY: usize = 1_000;

/// What all clients share.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) addr: SocketAddr,
    pub(crate) over: AtomicBool,
}

pub(crate) fn soak(duration: Duration) {
    let server = Server::start(&["--rate", "off"]);
    (0..ROOMS).for_each(|room| fill(server.addr(), &room_name(room)));
    // The server has started all threads that it keeps.
    let before = Resources::of(server.process.id());
    let stage = Stage {
        addr: server.addr(),
        over: AtomicBool::new(false),
    };
    let (tally, figures) = thread::scope(|scope| {
        let stage = &stage;
        let people: Vec<_> = (0..PEOPLE)
            .map(|number| scope.spawn(move || Person::new(number).run(stage)))
            .collect();
        // A client ends before the run is over only after a failure.
        let failed = || people.iter().any(thread::ScopedJoinHandle::is_finished);
        let figures = Figures::watch(server.process.id(), duration, || true, failed);
        stage.over.store(true, Ordering::Relaxed);
        let tallies = people.into_iter().map(thread::ScopedJoinHandle::join);
        let tallies = tallies.map(|tally| tally.expect("someone met what must not be"));
        (tallies.fold(Tally::default(), Tally::and), figures)
    });
    eprintln!("R09: {tally:?}; {figures}");
    assert!(tally.said > 0 && tally.heard > tally.said * (PEOPLE / ROOMS / 2));
    assert!(tally.came_back > 0 && tally.broke_a_rule > 0, "{tally:?}");
    figures.assert_level();
    assert_back_at(before, server.process.id());
}

pub(crate) fn room_name(number: usize) -> String {
    format!("room-{}", number % ROOMS)
}

fn fill(addr: SocketAddr, room: &str) {
    let mut client = ChatClient::in_room(addr, "filler", room);
    client.ask_all((0..HISTORY).map(|number| {
        json!({"type": "say", "room": room, "text": format!("{number}: what was said before anyone came")})
    }));
    client.count("said", HISTORY);
    client.close();
}
